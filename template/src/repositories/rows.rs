//! What the API's own tables have in common: ids that tell tables apart, a version that every write
//! raises, and rows that are marked as deleted before they go.

use std::future::ready;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    Select, TryGetable, UpdateMany, Value, prelude::Expr,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{export, keyset};
use crate::{
    error::{AppError, Code, Constraint, OnConstraint},
    types::{Expected, UserUuid, UtcDateTime},
};

/// The id of a row: it says which table the row is in.
pub trait RowId: Copy + Into<Value> + TryGetable {
    /// That table.
    type Table: Table<Id = Self>;
}

/// A table of the API's own.
pub trait Table: EntityTrait {
    /// Its key.
    type Id: RowId<Table = Self>;
    /// The key's column.
    const ID: Self::Column;
    /// Raised by each write.
    const VERSION: Self::Column;
    /// When a row last changed.
    const UPDATED_AT: Self::Column;
    /// When a row was deleted; null = live.
    const DELETED_AT: Self::Column;

    /// In which version a row is.
    fn version(row: &Self::Model) -> i32;

    /// When a row was deleted.
    fn deleted_at(row: &Self::Model) -> Option<UtcDateTime>;

    /// Which problem it is when a write breaks this constraint; with none it is a fault of ours.
    fn problem(_: Constraint) -> Option<Code> {
        None
    }

    /// All rows, with the columns that are read.
    fn select() -> Select<Self> {
        Self::find()
    }
}

/// A table whose rows each belong to a user.
pub trait Owned: Table<Model: Serialize> {
    /// Whose a row is.
    const USER_ID: Self::Column;

    /// Rows as their owner's export holds them, in JSON: their columns, unless there is more to
    /// tell.
    fn export(
        rows: Vec<Self::Model>,
        _: &impl ConnectionTrait,
    ) -> impl Future<Output = Result<Vec<Box<RawValue>>, AppError>> {
        ready(export::to_json(&rows))
    }
}

/// A table whose rows are made of what their writer says and of nothing else.
pub trait Editable: Table {
    /// What a row is made of.
    type Content: Clone + PartialEq + From<Self::Model>;

    /// The columns that hold it, and `updated_at`.
    fn columns(content: Self::Content) -> Self::ActiveModel;
}

/// Somebody who may read rows of a table: their owner, or whoever else the table names. Functions
/// take the reader first, so that a query without one cannot be written.
pub trait Reader<T: Table>: Copy {
    /// Which rows these are.
    fn reach(self) -> Condition;
}

/// A reader who may change what it reads.
pub trait Writer<T: Table>: Reader<T> {}

impl<T: Owned> Reader<T> for UserUuid {
    fn reach(self) -> Condition {
        Condition::all().add(T::USER_ID.eq(self))
    }
}

impl<T: Owned> Writer<T> for UserUuid {}

/// The rows that the reader reaches.
pub(super) fn find<T: Table>(reader: impl Reader<T>, include_deleted: bool) -> Select<T> {
    T::select().filter(reached(reader, include_deleted))
}

/// Which rows the reader reaches.
pub(super) fn reached<T: Table>(reader: impl Reader<T>, include_deleted: bool) -> Condition {
    let live = (!include_deleted).then(|| T::DELETED_AT.is_null());
    reader.reach().add_option(live)
}

/// One row.
///
/// # Errors
/// `not_found`.
pub async fn get<I: RowId>(
    reader: impl Reader<I::Table>,
    id: I,
    include_deleted: bool,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    let row = find(reader, include_deleted).filter(I::Table::ID.eq(id));
    row.one(db).await?.ok_or_else(not_found)
}

/// Whether there is such a row.
///
/// # Errors
/// `not_found`.
pub async fn require<I: RowId>(
    reader: impl Reader<I::Table>,
    id: I,
    include_deleted: bool,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    let row = find(reader, include_deleted).filter(I::Table::ID.eq(id));
    match keyset::count(row, db).await? {
        0 => Err(not_found()),
        _ => Ok(()),
    }
}

/// One row, which nobody else changes before the transaction ends.
///
/// # Errors
/// `not_found`; `precondition_failed` when it is not in a version that is `expected`.
pub async fn lock<I: RowId>(
    writer: impl Writer<I::Table>,
    id: I,
    include_deleted: bool,
    expected: &Expected,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    let row = find(writer, include_deleted)
        .filter(I::Table::ID.eq(id))
        .lock_exclusive();
    let row = row.one(db).await?.ok_or_else(not_found)?;
    match expected.accepts(I::Table::version(&row)) {
        true => Ok(row),
        false => Err(AppError::new(Code::PreconditionFailed)),
    }
}

/// Whether there is such a live row; nobody changes it before the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold<I: RowId>(
    reader: impl Reader<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<bool, AppError> {
    let row = find(reader, false)
        .filter(I::Table::ID.eq(id))
        .lock_shared();
    Ok(row.one(db).await?.is_some())
}

/// Replaces what a row is made of.
///
/// # Errors
/// `not_found`; what the table says of a constraint that is broken.
pub async fn replace<I: RowId<Table: Editable>>(
    writer: impl Writer<I::Table>,
    id: I,
    content: <I::Table as Editable>::Content,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    write(writer, id, I::Table::columns(content), db).await
}

/// Deletes a row, softly.
///
/// # Errors
/// `not_found`.
pub async fn delete<I: RowId>(
    writer: impl Writer<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    let now = UtcDateTime::now();
    let deleted = changed(writer)
        .col_expr(I::Table::UPDATED_AT, Expr::value(now))
        .col_expr(I::Table::DELETED_AT, Expr::value(now))
        .filter(I::Table::ID.eq(id))
        .filter(I::Table::DELETED_AT.is_null())
        .exec(db)
        .await?;
    match deleted.rows_affected {
        0 => Err(not_found()),
        _ => Ok(()),
    }
}

/// Brings a deleted row back.
///
/// # Errors
/// `not_found`; what the table says of a constraint that is broken.
pub async fn restore<I: RowId>(
    writer: impl Writer<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    let restored = changed(writer)
        .col_expr(I::Table::UPDATED_AT, Expr::value(UtcDateTime::now()))
        .col_expr(I::Table::DELETED_AT, Expr::value(None::<UtcDateTime>));
    write_one(restored, id, db).await
}

/// Sets the columns of a row that have a value here.
///
/// # Errors
/// `not_found`; what the table says of a constraint that is broken.
pub async fn write<I: RowId>(
    writer: impl Writer<I::Table>,
    id: I,
    columns: <I::Table as EntityTrait>::ActiveModel,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    write_one(changed(writer).set(columns), id, db).await
}

/// A change of the rows that the writer reaches: it raises their versions.
pub(super) fn changed<T: Table>(writer: impl Writer<T>) -> UpdateMany<T> {
    T::update_many()
        .col_expr(T::VERSION, T::VERSION.into_expr().add(1))
        .filter(writer.reach())
}

async fn write_one<I: RowId>(
    change: UpdateMany<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    let written = change
        .filter(I::Table::ID.eq(id))
        .exec_with_returning(db)
        .await
        .on_constraint(I::Table::problem)?;
    written.into_iter().next().ok_or_else(not_found)
}

pub(super) fn not_found() -> AppError {
    AppError::new(Code::NotFound)
}
