//! What is done with a row of any table, inside of a transaction.

use sea_orm::{DatabaseTransaction, EntityTrait};

use crate::{
    error::AppError,
    repositories::rows::{self, Actor, Editable, RowId, Table},
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

/// Changes a row to what `change` makes of it.
///
/// # Errors
/// `not_found`, `precondition_failed`; what the table says of a constraint that is broken.
pub async fn change<I: RowId<Table: Editable>>(
    actor: impl Actor<I::Table>,
    id: I,
    change: impl FnOnce(<I::Table as Editable>::Content) -> <I::Table as Editable>::Content,
    expected: &Expected,
    transaction: &DatabaseTransaction,
) -> Done<I> {
    let row = rows::lock(actor, id, false, expected, transaction).await?;
    let old = <I::Table as Editable>::Content::from(row.clone());
    let new = change(old.clone());
    let changed = new != old;
    let row = match changed {
        true => rows::replace(actor, id, new, transaction).await?,
        false => row,
    };
    Ok(Outcome { row, changed })
}

/// Deletes a row, softly.
///
/// # Errors
/// `not_found`, `precondition_failed`.
pub async fn delete<I: RowId>(
    actor: impl Actor<I::Table>,
    id: I,
    expected: &Expected,
    transaction: &DatabaseTransaction,
) -> Result<(), AppError> {
    rows::lock(actor, id, false, expected, transaction).await?;
    rows::delete(actor, id, transaction).await
}

/// Brings a deleted row back; one that is not deleted stays as it is.
///
/// # Errors
/// `not_found`, `precondition_failed`; what the table says of a constraint that is broken.
pub async fn restore<I: RowId>(
    actor: impl Actor<I::Table>,
    id: I,
    expected: &Expected,
    transaction: &DatabaseTransaction,
) -> Done<I> {
    let row = rows::lock(actor, id, true, expected, transaction).await?;
    let changed = I::Table::deleted_at(&row).is_some();
    let row = match changed {
        true => rows::restore(actor, id, transaction).await?,
        false => row,
    };
    Ok(Outcome { row, changed })
}
