//! Lists in parts: a page by its number, or what follows a row, whatever was added meanwhile.

use std::num::NonZeroU32;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult,
    IdenStatic, Order, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Select,
    Value,
    prelude::Expr,
    sea_query::{Asterisk, NullOrdering, SubQueryStatement},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    error::{AppError, Code},
    types::{Cursor, ListRequest, Page, PageRequest, SortOrder, UtcDateTime},
};

/// A total order of rows: by one column, rows without a value last either way, ties by id.
pub struct Keyset<E: EntityTrait, R = <E as EntityTrait>::Model> {
    /// What the list is sorted by.
    pub column: E::Column,
    /// Whether rows may have no value in it.
    pub nullable: bool,
    /// What decides between equal values.
    pub id: E::Column,
    /// Which way the list runs.
    pub order: SortOrder,
    /// Where a row stands: its value in `column` as cursors keep it, and its id.
    pub position: fn(&R) -> (Option<String>, Uuid),
    /// The same as values for a query; `None` for what cannot stand in `column`.
    pub value: fn(&str) -> Option<Value>,
    /// The id as a value for a query.
    pub id_value: fn(Uuid) -> Value,
}

/// What a request asks for of a list.
pub struct Part<E: EntityTrait> {
    total: Select<E>,
    page: PageRequest,
}

/// The column that holds how many rows a whole list has.
pub const TOTAL: &str = "total";

impl<E: EntityTrait> Keyset<E> {
    /// The page of the list of `rows` that is asked for, in one statement unless it is empty; `list`
    /// as in [`Keyset::part`].
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub async fn page(
        &self,
        rows: Select<E>,
        list: &impl Serialize,
        request: &ListRequest,
        db: &impl ConnectionTrait,
    ) -> Result<Page<E::Model>, AppError> {
        let (part, rows) = self.part(rows, list, request)?;
        let read = read(rows, db).await?;
        self.page_of(part, read, list, db).await
    }
}

impl<E: EntityTrait, R> Keyset<E, R> {
    /// The part of the list of `rows` that is asked for, with its rows in order and one more, which
    /// tells whether the list goes on; each says in [`TOTAL`] how many there are in the whole list.
    /// `list` says all that makes the list what it is, so that a cursor of another one is noticed.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn part(
        &self,
        rows: Select<E>,
        list: &impl Serialize,
        request: &ListRequest,
    ) -> Result<(Part<E>, Select<E>), AppError> {
        let total = counting(rows.clone());
        let (rows, page) = self.begin(rows, list, request)?;
        let subquery = SubQueryStatement::from(total.clone().into_query());
        let rows = rows
            .limit(page.limit() + 1)
            .expr_as(Expr::from(subquery), TOTAL);
        Ok((Part { total, page }, rows))
    }

    /// The page of a part whose rows were read, with the total that they tell.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page_of(
        &self,
        part: Part<E>,
        (mut items, total): (Vec<R>, Option<i64>),
        list: &impl Serialize,
        db: &impl ConnectionTrait,
    ) -> Result<Page<R>, AppError> {
        let total = match total {
            Some(total) => u64::try_from(total).unwrap_or(0),
            None => read_count(part.total, db).await?,
        };
        let limit = usize::try_from(part.page.limit()).unwrap_or(usize::MAX);
        let goes_on = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| goes_on);
        let next = last.map(|row| self.cursor_after(row, part.page).seal(list));
        let next = next.transpose();
        let next_cursor =
            next.map_err(|error| AppError::new(Code::InternalError).because(error))?;
        Ok(Page {
            next_cursor,
            ..Page::new(items, total, part.page)
        })
    }

    /// The rows from where the part begins, in order, and which page that is.
    fn begin(
        &self,
        rows: Select<E>,
        list: &impl Serialize,
        request: &ListRequest,
    ) -> Result<(Select<E>, PageRequest), AppError> {
        let rows = self.sort(rows);
        let Some(text) = &request.cursor else {
            return Ok((rows.offset(request.page.offset()), request.page));
        };
        let invalid = || AppError::new(Code::CursorInvalid);
        let cursor = Cursor::open(text, list).ok_or_else(invalid)?;
        let after = self.after(&cursor).ok_or_else(invalid)?;
        let page = request.page.numbered(cursor.page.get());
        Ok((rows.filter(after), page))
    }

    fn sort(&self, rows: Select<E>) -> Select<E> {
        let order = match self.order {
            SortOrder::Asc => Order::Asc,
            SortOrder::Desc => Order::Desc,
        };
        let rows = match self.nullable {
            true => rows.order_by_with_nulls(self.column, order.clone(), NullOrdering::Last),
            false => rows.order_by(self.column, order.clone()),
        };
        rows.order_by(self.id, order)
    }

    /// The same order in SQL, of rows that a statement calls `table`.
    #[must_use]
    pub fn order(&self, table: &str) -> String {
        let (column, id) = (self.column.as_str(), self.id.as_str());
        let order = match self.order {
            SortOrder::Asc => "ASC",
            SortOrder::Desc => "DESC",
        };
        let nulls = if self.nullable { " NULLS LAST" } else { "" };
        format!("{table}.{column} {order}{nulls}, {table}.{id} {order}")
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

    fn cursor_after(&self, row: &R, page: PageRequest) -> Cursor {
        let (key, id) = (self.position)(row);
        let page = NonZeroU32::MIN.saturating_add(page.number());
        Cursor { page, key, id }
    }
}

/// A row, and how many there are in the whole list.
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

/// The rows of a part as they are, and the total that they tell: one statement.
///
/// # Errors
/// When the database fails.
async fn read<E: EntityTrait>(
    rows: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<(Vec<E::Model>, Option<i64>), AppError> {
    let rows = rows.into_model::<Counted<E::Model>>().all(db).await?;
    let total = rows.first().map(|counted| counted.total);
    Ok((rows.into_iter().map(|counted| counted.row).collect(), total))
}

/// How many rows there are.
pub(super) async fn count<E: EntityTrait>(
    rows: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<u64, AppError> {
    read_count(counting(rows), db).await
}

async fn read_count<E: EntityTrait>(
    count: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<u64, AppError> {
    let count: Option<i64> = count.into_tuple().one(db).await?;
    Ok(count.and_then(|count| count.try_into().ok()).unwrap_or(0))
}

fn counting<E: EntityTrait>(rows: Select<E>) -> Select<E> {
    rows.select_only()
        .column_as(Expr::col(Asterisk).count(), "count")
}

/// A time as cursors keep it.
#[must_use]
pub fn time_value(text: &str) -> Option<Value> {
    text.parse::<UtcDateTime>().ok().map(Value::from)
}
