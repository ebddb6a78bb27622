//! Lists in parts: a page by its number, or what follows a row, whatever was added meanwhile.

use std::num::NonZeroU32;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, QueryFilter,
    QueryOrder, QuerySelect, Select, Value,
    prelude::Expr,
    sea_query::{Asterisk, NullOrdering},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    error::{AppError, Code},
    types::{Cursor, ListRequest, Page, PageRequest, SortOrder, UtcDateTime},
};

/// A total order of rows: by one column, rows without a value last either way, ties by id.
pub(super) struct Keyset<E: EntityTrait> {
    pub column: E::Column,
    pub nullable: bool,
    pub id: E::Column,
    pub order: SortOrder,
    /// Where a row stands: its value in `column` as cursors keep it, and its id.
    pub position: fn(&E::Model) -> (Option<String>, Uuid),
    /// The same as values for a query; `None` for what cannot stand in `column`.
    pub value: fn(&str) -> Option<Value>,
    pub id_value: fn(Uuid) -> Value,
}

/// A list's rows from some place on, as many as a page takes and one more: it tells whether the
/// list goes on.
pub(super) struct Part<E: EntityTrait> {
    pub rows: Select<E>,
    page: PageRequest,
}

impl<E: EntityTrait> Keyset<E> {
    /// The part of `rows` that is asked for. `list` says all that makes the list what it is, so
    /// that a cursor of another one is noticed.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn part(
        &self,
        rows: Select<E>,
        list: &impl Serialize,
        request: &ListRequest,
    ) -> Result<Part<E>, AppError> {
        let invalid = || AppError::new(Code::CursorInvalid);
        let (rows, page) = match &request.cursor {
            Some(cursor) => {
                let cursor = Cursor::open(cursor, list).ok_or_else(invalid)?;
                let after = self.after(&cursor).ok_or_else(invalid)?;
                (rows.filter(after), request.page.numbered(cursor.page.get()))
            }
            None => (rows.offset(request.page.offset()), request.page),
        };
        let rows = self.sort(rows).limit(page.limit() + 1);
        Ok(Part { rows, page })
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

    /// The page that `rows` of a part make.
    ///
    /// # Errors
    /// When the list cannot be named in a cursor.
    pub fn page<T>(
        &self,
        part: &Part<E>,
        mut rows: Vec<T>,
        model: impl Fn(&T) -> &E::Model,
        total: u64,
        list: &impl Serialize,
    ) -> Result<Page<T>, AppError> {
        let limit = usize::try_from(part.page.limit()).unwrap_or(usize::MAX);
        let goes_on = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| goes_on).map(|row| {
            let (key, id) = (self.position)(model(row));
            let page = NonZeroU32::MIN.saturating_add(part.page.number());
            Cursor { page, key, id }.seal(list)
        });
        let next = next.transpose();
        let next_cursor =
            next.map_err(|error| AppError::new(Code::InternalError).because(error))?;
        Ok(Page {
            next_cursor,
            ..Page::new(rows, total, part.page)
        })
    }
}

/// How many rows there are.
pub(super) async fn count<E: EntityTrait>(
    rows: Select<E>,
    db: &impl ConnectionTrait,
) -> Result<u64, AppError> {
    let count = rows
        .select_only()
        .column_as(Expr::col(Asterisk).count(), "count");
    let count: Option<i64> = count.into_tuple().one(db).await?;
    Ok(count.and_then(|count| count.try_into().ok()).unwrap_or(0))
}

/// A time as cursors keep it.
pub(super) fn time_value(text: &str) -> Option<Value> {
    text.parse::<UtcDateTime>().ok().map(Value::from)
}
