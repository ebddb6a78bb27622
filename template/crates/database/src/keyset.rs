//! Pages of a list: by number, or by a cursor, which continues after a row even if rows were added
//! meanwhile.

use std::num::NonZeroU32;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, Order,
    QueryFilter, QueryResult, QuerySelect, QueryTrait, Select, Value,
    prelude::Expr,
    sea_query::{Asterisk, IntoIden, NullOrdering, SelectStatement, SubQueryStatement},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{Cursor, Error, ListRequest, Page, PageRequest, SortOrder, UtcDateTime};

/// A total order of rows: by one column, with nulls last in both directions, and ties by id.
pub struct Keyset<E: EntityTrait> {
    /// The column that the list is sorted by.
    pub column: E::Column,
    /// Whether the column may be null.
    pub nullable: bool,
    /// The id, which orders rows with equal values.
    pub id: E::Column,
    /// The direction of the list.
    pub order: SortOrder,
    /// The position of a row: its value in `column`, as text for the cursor, and its id.
    pub position: fn(&E::Model) -> (Option<String>, Uuid),
    /// Turns the text from a cursor into a value for a query; `None` if `column` cannot hold it.
    pub value: fn(&str) -> Option<Value>,
    /// Turns the id from a cursor into a value for a query.
    pub id_value: fn(Uuid) -> Value,
}

/// The part of a list that a request asks for.
pub(crate) struct PagePlan<E: EntityTrait> {
    /// The query that counts the whole list, if the request asks for the total.
    total: Option<Select<E>>,
    page: PageRequest,
}

/// The alias of the total in each row; no column of a table has this name.
pub(crate) const TOTAL: &str = "total of list";

impl<E: EntityTrait> PagePlan<E> {
    /// Whether each row carries the total in [`TOTAL`].
    pub(crate) fn is_counted(&self) -> bool {
        self.total.is_some()
    }
}

impl<E: EntityTrait> Keyset<E> {
    /// The requested page of `rows`, in one statement unless it is empty. `list` identifies the
    /// list (owner, filters, order), so that a cursor of another list is rejected.
    ///
    /// # Errors
    /// [`Error::InvalidCursor`].
    pub async fn page(
        &self,
        rows: Select<E>,
        list: &impl Serialize,
        request: &ListRequest,
        db: &impl ConnectionTrait,
    ) -> Result<Page<E::Model>, Error> {
        let (plan, rows) = self.plan(rows, list, request)?;
        let (items, total) = if plan.is_counted() {
            read_counted(rows, db).await?
        } else {
            (rows.all(db).await?, None)
        };
        self.page_of(plan, items, |row| row, total, list, db).await
    }

    /// Plans the requested page: its rows in order, and one more row to find out whether the list
    /// goes on. Each row carries the total in [`TOTAL`] if the request asks for it.
    pub(crate) fn plan(
        &self,
        rows: Select<E>,
        list: &impl Serialize,
        request: &ListRequest,
    ) -> Result<(PagePlan<E>, Select<E>), Error> {
        let total = request.is_counted().then(|| counting(rows.clone()));
        let (rows, page) = self.begin(rows, list, request)?;
        let rows = rows
            .limit(page.limit() + 1)
            .apply_if(total.clone(), |rows, total| {
                let subquery = SubQueryStatement::from(total.into_query());
                rows.expr_as(Expr::from(subquery), TOTAL)
            });
        Ok((PagePlan { total, page }, rows))
    }

    /// The page made of the rows that were read into `items`, and of the `total` that they carry.
    pub(crate) async fn page_of<T>(
        &self,
        plan: PagePlan<E>,
        items: Vec<T>,
        row: fn(&T) -> &E::Model,
        total: Option<i64>,
        list: &impl Serialize,
        db: &impl ConnectionTrait,
    ) -> Result<Page<T>, Error> {
        let total = match (plan.total, total) {
            (None, _) => None,
            (Some(_), Some(total)) => u64::try_from(total).ok(),
            // The page is empty, so no row carries the total.
            (Some(count), None) => Some(read_count(count, db).await?),
        };
        let page = Page::new(items, total, plan.page);
        let last = page.items.last().filter(|_| page.goes_on);
        let next = last.map(|item| self.cursor_after(row(item), plan.page).seal(list));
        let next = next.transpose();
        let next_cursor = next.map_err(|error| Error::Internal(error.into()))?;
        Ok(Page {
            next_cursor,
            ..page
        })
    }

    /// The rows from the start of the page on, in order, and the page's number and size.
    fn begin(
        &self,
        mut rows: Select<E>,
        list: &impl Serialize,
        request: &ListRequest,
    ) -> Result<(Select<E>, PageRequest), Error> {
        self.sort(QuerySelect::query(&mut rows), E::default());
        let Some(text) = &request.cursor else {
            return Ok((rows.offset(request.page.offset()), request.page));
        };
        let cursor = Cursor::open(text, list).ok_or(Error::InvalidCursor)?;
        let after = self.after(&cursor).ok_or(Error::InvalidCursor)?;
        let page = request.page.numbered(cursor.page.get());
        Ok((rows.filter(after), page))
    }

    /// Sorts a query by this order; `table` is the name or alias of the table in it.
    pub(crate) fn sort(&self, rows: &mut SelectStatement, table: impl IntoIden) {
        let order = match self.order {
            SortOrder::Asc => Order::Asc,
            SortOrder::Desc => Order::Desc,
        };
        let table = table.into_iden();
        let column = (table.clone(), self.column);
        if self.nullable {
            rows.order_by_with_nulls(column, order.clone(), NullOrdering::Last);
        } else {
            rows.order_by(column, order.clone());
        }
        rows.order_by((table, self.id), order);
    }

    fn after(&self, cursor: &Cursor) -> Option<Condition> {
        let id = (self.id_value)(cursor.id);
        let beyond = |here: Expr, there: Expr| match self.order {
            SortOrder::Asc => here.gt(there),
            SortOrder::Desc => here.lt(there),
        };
        let Some(key) = &cursor.key else {
            let later = beyond(self.id.into_expr(), Expr::val(id));
            return Some(Condition::all().add(self.column.is_null()).add(later));
        };
        let here = Expr::tuple([self.column.into_expr(), self.id.into_expr()]);
        let there = Expr::tuple([Expr::val((self.value)(key)?), Expr::val(id)]);
        let without = self.nullable.then(|| self.column.is_null());
        Some(
            Condition::any()
                .add(beyond(here, there))
                .add_option(without),
        )
    }

    fn cursor_after(&self, row: &E::Model, page: PageRequest) -> Cursor {
        let (key, id) = (self.position)(row);
        let page = NonZeroU32::MIN.saturating_add(page.number());
        Cursor { page, key, id }
    }
}

/// A row, and the total of the whole list.
struct Counted<M> {
    row: M,
    total: i64,
}

impl<M: FromQueryResult> FromQueryResult for Counted<M> {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            row: M::from_query_result(result, prefix)?,
            total: result.try_get(prefix, TOTAL)?,
        })
    }
}

/// Reads the rows and the total that they carry, in one statement.
async fn read_counted<E: EntityTrait>(
    rows: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<(Vec<E::Model>, Option<i64>), Error> {
    let rows = rows.into_model::<Counted<E::Model>>().all(db).await?;
    let total = rows.first().map(|counted| counted.total);
    Ok((rows.into_iter().map(|counted| counted.row).collect(), total))
}

/// How many rows there are.
pub async fn count<E: EntityTrait>(
    rows: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<u64, Error> {
    read_count(counting(rows), db).await
}

async fn read_count<E: EntityTrait>(
    count: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<u64, Error> {
    let count: Option<i64> = count.into_tuple().one(db).await?;
    Ok(count.and_then(|count| count.try_into().ok()).unwrap_or(0))
}

fn counting<E: EntityTrait>(rows: Select<E>) -> Select<E> {
    rows.select_only()
        .column_as(Expr::col(Asterisk).count(), "count")
}

/// Reads a time from a cursor, as a value for a query.
#[must_use]
pub fn time_value(text: &str) -> Option<Value> {
    text.parse::<UtcDateTime>().ok().map(Value::from)
}
