//! What the application's own tables have in common: typed ids, a version that every write raises,
//! and rows that are soft-deleted before they are removed.
//!
//! [`row_table!`](crate::row_table) declares a table whose rows belong to users,
//! [`organization_row_table!`](crate::organization_row_table) one whose rows belong to
//! organizations, [`shared_row_table!`](crate::shared_row_table) one whose rows belong to nobody.

use std::future::ready;

use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait,
    IntoActiveModel, Iterable, ModelTrait, QueryFilter, QuerySelect, Select, TryGetable,
    TryIntoModel, UpdateMany, Value, prelude::Expr,
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    Error, UserUuid, UtcDateTime, VersionPrecondition,
    audit::{self, Actor, AuditAction},
    keyset,
};

/// The id of a row. Its type says which table the row is in.
pub trait RowId: Copy + PartialEq + Into<Value> + TryGetable {
    /// The table.
    type Table: Table<Id = Self>;

    /// A new id; later ids sort after earlier ones.
    fn generate() -> Self;
}

/// A table of the application's own.
pub trait Table:
    EntityTrait<
        Model: Serialize + IntoActiveModel<Self::ActiveModel>,
        ActiveModel: TryIntoModel<Self::Model> + Clone,
    >
{
    /// The type of its key.
    type Id: RowId<Table = Self>;
    /// The key.
    const ID: Self::Column;
    /// Raised by each write; the ETag of the row.
    const VERSION: Self::Column;
    /// When a row was created.
    const CREATED_AT: Self::Column;
    /// When a row last changed.
    const UPDATED_AT: Self::Column;
    /// When a row was deleted; null for a live row.
    const DELETED_AT: Self::Column;

    /// The version of a row.
    fn version(row: &Self::Model) -> i32;

    /// When a row was deleted.
    fn deleted_at(row: &Self::Model) -> Option<UtcDateTime>;

    /// All rows, with the columns that are read.
    fn select() -> Select<Self> {
        Self::find()
    }
}

/// A table whose rows each belong to a user.
pub trait OwnedTable: Table {
    /// The user that a row belongs to.
    const USER_ID: Self::Column;

    /// Rows as JSON for their owner's export: by default their columns.
    fn export(
        rows: Vec<Self::Model>,
        _: &impl ConnectionTrait,
    ) -> impl Future<Output = Result<Vec<Box<RawValue>>, Error>> {
        ready(to_json(&rows))
    }
}

/// A table whose rows each belong to an organization.
pub trait OrganizationTable: Table {
    /// The organization that a row belongs to. No foreign key leads there: Better Auth may have a
    /// database of its own.
    const ORGANIZATION_ID: Self::Column;
    /// The member who created a row. Not a foreign key either: the row outlives the user.
    const CREATED_BY: Self::Column;
}

/// Declares a row table in one line: `row_table!(note, NoteId);` for the entity module `note` with
/// the columns `id`, `user_id`, `version`, `created_at`, `updated_at` and `deleted_at`.
///
/// Two things may differ from the default: `select` is an expression for the columns that are read,
/// `export` an async function that writes rows as JSON.
#[macro_export]
macro_rules! row_table {
    ($entity:ident, $id:ty $(, select: $select:expr)? $(, export: $export:path)?) => {
        $crate::shared_row_table!($entity, $id $(, select: $select)?);

        impl $crate::rows::OwnedTable for $entity::Entity {
            const USER_ID: $entity::Column = $entity::Column::UserId;

            $(async fn export(
                rows: Vec<$entity::Model>,
                db: &impl ::sea_orm::ConnectionTrait,
            ) -> Result<Vec<Box<::serde_json::value::RawValue>>, $crate::Error> {
                $export(rows, db).await
            })?
        }
    };
}

/// Declares a row table with the columns `organization_id` and `created_by` in the place of
/// `user_id`.
#[macro_export]
macro_rules! organization_row_table {
    ($entity:ident, $id:ty) => {
        $crate::shared_row_table!($entity, $id);

        impl $crate::rows::OrganizationTable for $entity::Entity {
            const ORGANIZATION_ID: $entity::Column = $entity::Column::OrganizationId;
            const CREATED_BY: $entity::Column = $entity::Column::CreatedBy;
        }
    };
}

/// Declares a row table without the column `user_id`: an implementation of [`ReadAccess`] says who
/// may see which of its rows.
#[macro_export]
macro_rules! shared_row_table {
    ($entity:ident, $id:ty $(, select: $select:expr)?) => {
        impl $crate::rows::RowId for $id {
            type Table = $entity::Entity;

            fn generate() -> Self {
                Self::generate()
            }
        }

        impl $crate::rows::Table for $entity::Entity {
            type Id = $id;
            const ID: $entity::Column = $entity::Column::Id;
            const VERSION: $entity::Column = $entity::Column::Version;
            const CREATED_AT: $entity::Column = $entity::Column::CreatedAt;
            const UPDATED_AT: $entity::Column = $entity::Column::UpdatedAt;
            const DELETED_AT: $entity::Column = $entity::Column::DeletedAt;

            fn version(row: &$entity::Model) -> i32 {
                row.version
            }

            fn deleted_at(row: &$entity::Model) -> Option<$crate::UtcDateTime> {
                row.deleted_at
            }

            $(fn select() -> ::sea_orm::Select<Self> {
                $select
            })?
        }
    };
}

/// Who may read rows of a table: their owner, or another reader that the table allows. Functions
/// take it first, so that no query can be written without it.
pub trait ReadAccess<T: Table>: Copy {
    /// The condition for the rows that may be read.
    fn visible(self) -> Condition;
}

/// Who may also change these rows. Changes by anyone but their owner are recorded ([`Actor`]).
pub trait WriteAccess<T: Table>: ReadAccess<T> + Actor {
    /// Gives a new row its owner, where rows have one.
    fn set_owner(self, _: &mut T::ActiveModel) {}
}

impl<T: OwnedTable> ReadAccess<T> for UserUuid {
    fn visible(self) -> Condition {
        Condition::all().add(T::USER_ID.eq(self))
    }
}

impl<T: OwnedTable> WriteAccess<T> for UserUuid {
    fn set_owner(self, row: &mut T::ActiveModel) {
        row.set(T::USER_ID, self.into());
    }
}

/// A row, and whether a write changed it.
pub struct Written<M> {
    /// The row as it is now.
    pub row: M,
    /// Whether the write changed it. If nothing changes, nothing is written.
    pub changed: bool,
}

type Model<I> = <<I as RowId>::Table as EntityTrait>::Model;
type ActiveModel<I> = <<I as RowId>::Table as EntityTrait>::ActiveModel;

/// The rows that the reader may see.
pub fn find<T: Table>(reader: impl ReadAccess<T>, include_deleted: bool) -> Select<T> {
    T::select().filter(visible_rows(reader, include_deleted))
}

/// The condition for the rows that the reader may see.
pub fn visible_rows<T: Table>(reader: impl ReadAccess<T>, include_deleted: bool) -> Condition {
    let live = (!include_deleted).then(|| T::DELETED_AT.is_null());
    reader.visible().add_option(live)
}

fn find_one<I: RowId>(
    reader: impl ReadAccess<I::Table>,
    id: I,
    include_deleted: bool,
) -> Select<I::Table> {
    find(reader, include_deleted).filter(I::Table::ID.eq(id))
}

/// One row.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get<I: RowId>(
    reader: impl ReadAccess<I::Table>,
    id: I,
    include_deleted: bool,
    db: &impl ConnectionTrait,
) -> Result<Model<I>, Error> {
    let row = find_one(reader, id, include_deleted).one(db).await?;
    row.ok_or(Error::NotFound)
}

/// Checks that the row exists and is not deleted.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn require<I: RowId>(
    reader: impl ReadAccess<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<(), Error> {
    match keyset::count(find_one(reader, id, false), db).await? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// One row, locked until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::VersionMismatch`] when the row is in another version than
/// `expected`.
pub async fn lock<I: RowId>(
    writer: impl WriteAccess<I::Table>,
    id: I,
    include_deleted: bool,
    expected: &VersionPrecondition,
    db: &impl ConnectionTrait,
) -> Result<Model<I>, Error> {
    let row = find_one(writer, id, include_deleted).lock_exclusive();
    let row = row.one(db).await?.ok_or(Error::NotFound)?;
    if expected.accepts(I::Table::version(&row)) {
        Ok(row)
    } else {
        Err(Error::VersionMismatch)
    }
}

/// Checks that a referenced row is live, and locks it so that it stays live until the transaction
/// ends.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn lock_shared<I: RowId>(
    reader: impl ReadAccess<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<(), Error> {
    let row = find_one(reader, id, false).lock_shared().one(db).await?;
    row.map(drop).ok_or(Error::NotFound)
}

/// A new row of the writer with the columns that are set in `columns`. Sets its id, version and
/// times.
///
/// # Errors
/// [`Error::Internal`] when a column without default is not set.
pub fn build<T: Table>(
    writer: impl WriteAccess<T>,
    mut columns: T::ActiveModel,
) -> Result<T::Model, Error> {
    let now = Value::from(UtcDateTime::now());
    columns.set(T::ID, T::Id::generate().into());
    writer.set_owner(&mut columns);
    columns.set(T::VERSION, 1.into());
    columns.set(T::CREATED_AT, now.clone());
    columns.set(T::UPDATED_AT, now);
    columns.set(T::DELETED_AT, Value::from(None::<UtcDateTime>));
    Ok(columns.try_into_model()?)
}

/// Inserts a row that [`build`] made: one statement, and another where the write is recorded.
///
/// # Errors
/// [`Error::Constraint`].
pub async fn insert<T: Table>(
    writer: impl WriteAccess<T>,
    row: T::Model,
    db: &impl ConnectionTrait,
) -> Result<T::Model, Error> {
    let mut columns = row.clone().into_active_model().reset_all();
    writer.set_owner(&mut columns);
    // With RETURNING, the row would arrive before a statement outside a transaction has committed.
    T::insert(columns).exec_without_returning(db).await?;
    record::<T>(writer, AuditAction::Create, row.get(T::ID), db).await?;
    Ok(row)
}

/// The row as it would be with the columns that are set in `changes`.
pub fn merge<M: ModelTrait + Clone>(
    row: &M,
    changes: &<M::Entity as EntityTrait>::ActiveModel,
) -> M {
    let mut merged = row.clone();
    for column in <M::Entity as EntityTrait>::Column::iter() {
        if let ActiveValue::Set(value) = changes.get(column) {
            merged.set(column, value);
        }
    }
    merged
}

/// Writes the columns that are set in `changes` and differ from `row`, which is locked.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Constraint`].
pub async fn update<I: RowId>(
    writer: impl WriteAccess<I::Table>,
    id: I,
    row: Model<I>,
    mut changes: ActiveModel<I>,
    db: &impl ConnectionTrait,
) -> Result<Written<Model<I>>, Error> {
    for column in <I::Table as EntityTrait>::Column::iter() {
        if matches!(changes.get(column), ActiveValue::Set(value) if value == row.get(column)) {
            changes.not_set(column);
        }
    }
    if !changes.is_changed() {
        return Ok(Written {
            row,
            changed: false,
        });
    }
    let write = changed(writer)
        .set(changes)
        .col_expr(I::Table::UPDATED_AT, Expr::value(UtcDateTime::now()));
    let row = write_one(write, id, db).await?;
    record::<I::Table>(writer, AuditAction::Update, id.into(), db).await?;
    Ok(Written { row, changed: true })
}

/// Locks a row and changes it to what `changes` sets.
///
/// # Errors
/// [`Error::NotFound`], [`Error::VersionMismatch`], [`Error::Constraint`].
pub async fn change<I: RowId>(
    writer: impl WriteAccess<I::Table>,
    id: I,
    changes: ActiveModel<I>,
    expected: &VersionPrecondition,
    db: &impl ConnectionTrait,
) -> Result<Written<Model<I>>, Error> {
    let row = lock(writer, id, false, expected, db).await?;
    update(writer, id, row, changes, db).await
}

/// Soft-deletes a row.
///
/// # Errors
/// [`Error::NotFound`], [`Error::VersionMismatch`].
pub async fn delete<I: RowId>(
    writer: impl WriteAccess<I::Table>,
    id: I,
    expected: &VersionPrecondition,
    db: &impl ConnectionTrait,
) -> Result<(), Error> {
    lock(writer, id, false, expected, db).await?;
    let now = UtcDateTime::now();
    let deleted = changed(writer)
        .col_expr(I::Table::UPDATED_AT, Expr::value(now))
        .col_expr(I::Table::DELETED_AT, Expr::value(now));
    write_one(deleted, id, db).await?;
    record::<I::Table>(writer, AuditAction::Delete, id.into(), db).await
}

/// Restores a deleted row; a live one stays as it is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::VersionMismatch`], [`Error::Constraint`].
pub async fn restore<I: RowId>(
    writer: impl WriteAccess<I::Table>,
    id: I,
    expected: &VersionPrecondition,
    db: &impl ConnectionTrait,
) -> Result<Written<Model<I>>, Error> {
    let row = lock(writer, id, true, expected, db).await?;
    if I::Table::deleted_at(&row).is_none() {
        return Ok(Written {
            row,
            changed: false,
        });
    }
    let restored = changed(writer)
        .col_expr(I::Table::UPDATED_AT, Expr::value(UtcDateTime::now()))
        .col_expr(I::Table::DELETED_AT, Expr::value(None::<UtcDateTime>));
    let row = write_one(restored, id, db).await?;
    record::<I::Table>(writer, AuditAction::Restore, id.into(), db).await?;
    Ok(Written { row, changed: true })
}

/// An update of the rows that the writer may change; it raises their versions.
pub fn changed<T: Table>(writer: impl WriteAccess<T>) -> UpdateMany<T> {
    T::update_many()
        .col_expr(T::VERSION, T::VERSION.into_expr().add(1))
        .filter(writer.visible())
}

async fn record<T: Table>(
    writer: impl WriteAccess<T>,
    action: AuditAction,
    id: Value,
    db: &impl ConnectionTrait,
) -> Result<(), Error> {
    audit::record(writer, action, T::default().table_name(), id, db).await
}

async fn write_one<I: RowId>(
    write: UpdateMany<I::Table>,
    id: I,
    db: &impl ConnectionTrait,
) -> Result<Model<I>, Error> {
    let write = write.filter(I::Table::ID.eq(id));
    let written = write.exec_with_returning(db).await?;
    written.into_iter().next().ok_or(Error::NotFound)
}

/// Writes each row as JSON.
///
/// # Errors
/// When a row cannot be written as JSON.
pub fn to_json(rows: &[impl Serialize]) -> Result<Vec<Box<RawValue>>, Error> {
    let json = rows.iter().map(to_raw_value).collect::<Result<_, _>>();
    json.map_err(|error| Error::Internal(error.into()))
}
