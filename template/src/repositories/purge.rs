//! Rows that were deleted softly, whoever they belonged to.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    TryGetable, Value,
};

use crate::{
    entities::{tag, task},
    error::AppError,
    types::{Operator, TagId, TaskId, UtcDateTime},
};

/// A table whose rows are marked as deleted before they go.
pub trait SoftDeleted: EntityTrait {
    /// Its key.
    type Id: Copy + Into<Value> + TryGetable;
    /// The key's column.
    const ID: Self::Column;
    /// When a row was deleted.
    const DELETED_AT: Self::Column;
}

impl SoftDeleted for task::Entity {
    type Id = TaskId;
    const ID: task::Column = task::Column::Id;
    const DELETED_AT: task::Column = task::Column::DeletedAt;
}

impl SoftDeleted for tag::Entity {
    type Id = TagId;
    const ID: tag::Column = tag::Column::Id;
    const DELETED_AT: tag::Column = tag::Column::DeletedAt;
}

/// The ids that follow `after` of rows that were deleted before this time: at most `most`, in order.
///
/// # Errors
/// When the database fails.
pub async fn find<E: SoftDeleted>(
    _: Operator,
    before: UtcDateTime,
    after: Option<E::Id>,
    most: u64,
    db: &impl ConnectionTrait,
) -> Result<Vec<E::Id>, AppError> {
    let ids = E::find()
        .select_only()
        .column(E::ID)
        .filter(E::DELETED_AT.lt(before))
        .apply_if(after, |query, after| query.filter(E::ID.gt(after)))
        .order_by_asc(E::ID)
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids)
}

/// Removes those of these rows that were deleted before this time, and says how many.
///
/// # Errors
/// When the database fails.
pub async fn remove<E: SoftDeleted>(
    _: Operator,
    ids: &[E::Id],
    before: UtcDateTime,
    db: &impl ConnectionTrait,
) -> Result<u64, AppError> {
    let removed = E::delete_many()
        .filter(E::ID.is_in(ids.iter().copied()))
        .filter(E::DELETED_AT.lt(before))
        .exec(db)
        .await?;
    Ok(removed.rows_affected)
}
