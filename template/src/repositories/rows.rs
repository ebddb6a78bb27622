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

/// Somebody who may reach rows of a table: their owner, or whoever else the table names. Functions
/// take the actor first, so that a query without one cannot be written.
pub trait Actor<T: Table>: Copy {
    /// Which rows these are.
    fn reach(self) -> Condition;
}

impl<T: Owned> Actor<T> for UserUuid {
    fn reach(self) -> Condition {
        Condition::all().add(T::USER_ID.eq(self))
    }
}

/// The rows that the actor reaches.
pub(super) fn find<T: Table>(actor: impl Actor<T>, include_deleted: bool) -> Select<T> {
    let rows = T::select().filter(actor.reach());
    match include_deleted {
        true => rows,
        false => rows.filter(T::DELETED_AT.is_null()),
    }
}

/// One row.
///
/// # Errors
/// `not_found`.
pub async fn get<I: RowId>(
    actor: impl Actor<I::Table>,
    id: I,
    include_deleted: bool,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    let row = find(actor, include_deleted).filter(I::Table::ID.eq(id));
    row.one(db).await?.ok_or_else(not_found)
}

/// Whether there is such a row.
///
/// # Errors
/// `not_found`.
pub async fn require<I: RowId>(
    actor: impl Actor<I::Table>,
    id: I,
    include_deleted: bool,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    let row = find(actor, include_deleted).filter(I::Table::ID.eq(id));
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
    actor: impl Actor<I::Table>,
    id: I,
    include_deleted: bool,
    expected: &Expected,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    let row = find(actor, include_deleted)
        .filter(I::Table::ID.eq(id))
        .lock_exclusive();
    let row = row.one(db).await?.ok_or_else(not_found)?;
    match expected.accepts(I::Table::version(&row)) {
        true => Ok(row),
        false => Err(AppError::new(Code::PreconditionFailed)),
    }
}

/// Deletes a row, softly.
///
/// # Errors
/// `not_found`.
pub async fn delete<I: RowId>(
    actor: impl Actor<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    let now = UtcDateTime::now();
    let deleted = changed(actor)
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
    actor: impl Actor<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    let restored = changed(actor)
        .col_expr(I::Table::UPDATED_AT, Expr::value(UtcDateTime::now()))
        .col_expr(I::Table::DELETED_AT, Expr::value(None::<UtcDateTime>));
    write_one(restored, id, db).await
}

/// Sets the columns of a row that have a value here.
///
/// # Errors
/// `not_found`; what the table says of a constraint that is broken.
pub(super) async fn write<I: RowId>(
    actor: impl Actor<I::Table>,
    id: I,
    columns: <I::Table as EntityTrait>::ActiveModel,
    db: &impl ConnectionTrait,
) -> Result<<I::Table as EntityTrait>::Model, AppError> {
    write_one(changed(actor).set(columns), id, db).await
}

/// A change of the rows that the actor reaches: it raises their versions.
pub(super) fn changed<T: Table>(actor: impl Actor<T>) -> UpdateMany<T> {
    T::update_many()
        .col_expr(T::VERSION, T::VERSION.into_expr().add(1))
        .filter(actor.reach())
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
