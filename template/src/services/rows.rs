//! What is done with a row of any table, inside of a transaction.

use sea_orm::{DatabaseTransaction, EntityTrait};

use crate::{
    error::AppError,
    repositories::rows::{self, Editable, Reader, RowId, Table, Writer},
    types::Expected,
};

/// A row, and whether it was written: what changes nothing writes nothing.
pub struct Outcome<M> {
    /// As it is now.
    pub row: M,
    /// Whether it was different before.
    pub changed: bool,
}

type Done<I> = Result<Outcome<<<I as RowId>::Table as EntityTrait>::Model>, AppError>;

/// What is referred to has to be a live row that the reader reaches; it stays one until the
/// transaction ends.
///
/// # Errors
/// What `missing` says.
pub async fn refer<I: RowId>(
    reader: impl Reader<I::Table>,
    id: Option<I>,
    missing: impl FnOnce() -> AppError,
    transaction: &DatabaseTransaction,
) -> Result<(), AppError> {
    match id {
        Some(id) if !rows::hold(reader, id, transaction).await? => Err(missing()),
        _ => Ok(()),
    }
}

/// Changes a row to what `change` makes of it.
///
/// # Errors
/// `not_found`, `precondition_failed`; what the table says of a constraint that is broken.
pub async fn change<I: RowId<Table: Editable>>(
    writer: impl Writer<I::Table>,
    id: I,
    change: impl FnOnce(<I::Table as Editable>::Content) -> <I::Table as Editable>::Content,
    expected: &Expected,
    transaction: &DatabaseTransaction,
) -> Done<I> {
    let row = rows::lock(writer, id, false, expected, transaction).await?;
    let old = <I::Table as Editable>::Content::from(row.clone());
    let new = change(old.clone());
    let changed = new != old;
    let row = match changed {
        true => rows::replace(writer, id, new, transaction).await?,
        false => row,
    };
    Ok(Outcome { row, changed })
}

/// Deletes a row, softly.
///
/// # Errors
/// `not_found`, `precondition_failed`.
pub async fn delete<I: RowId>(
    writer: impl Writer<I::Table>,
    id: I,
    expected: &Expected,
    transaction: &DatabaseTransaction,
) -> Result<(), AppError> {
    rows::lock(writer, id, false, expected, transaction).await?;
    rows::delete(writer, id, transaction).await
}

/// Brings a deleted row back; one that is not deleted stays as it is.
///
/// # Errors
/// `not_found`, `precondition_failed`; what the table says of a constraint that is broken.
pub async fn restore<I: RowId>(
    writer: impl Writer<I::Table>,
    id: I,
    expected: &Expected,
    transaction: &DatabaseTransaction,
) -> Done<I> {
    let row = rows::lock(writer, id, true, expected, transaction).await?;
    let changed = I::Table::deleted_at(&row).is_some();
    let row = match changed {
        true => rows::restore(writer, id, transaction).await?,
        false => row,
    };
    Ok(Outcome { row, changed })
}
