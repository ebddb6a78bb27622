//! Tags. A task shows its tags: changing a tag also raises the version of each task that has it.

use sea_orm::DatabaseTransaction;

use database::{Constraint, Database, UserUuid, VersionPrecondition, rows::Written};

use crate::{
    auth::WriteAs,
    entities::tag,
    error::{AppError, OnConstraint, TAG_NAME_CONFLICT},
    repositories::{tags, tasks},
    services::tasks::check_room,
    types::{TagId, TaskId},
};

/// Changes a tag. If nothing changes, nothing is written.
///
/// # Errors
/// `not_found`, `precondition_failed`, `tag_name_conflict`.
pub async fn change(
    owner: UserUuid,
    id: TagId,
    changes: tag::ActiveModel,
    expected: &VersionPrecondition,
    db: &Database,
) -> Result<tag::Model, AppError> {
    db.write_as(owner, async |transaction| {
        let tag = tags::change(owner, id, changes, expected, transaction)
            .await
            .on_constraint(Constraint::Unique, TAG_NAME_CONFLICT)?;
        raise_versions(owner, tag, transaction).await
    })
    .await
}

/// Soft-deletes a tag; its tasks no longer show it.
///
/// # Errors
/// `not_found`, `precondition_failed`.
pub async fn delete(
    owner: UserUuid,
    id: TagId,
    expected: &VersionPrecondition,
    db: &Database,
) -> Result<(), AppError> {
    db.write_as(owner, async |transaction| {
        tags::delete(owner, id, expected, transaction).await?;
        tasks::raise_versions(owner, id, transaction).await
    })
    .await
}

/// Restores a deleted tag, also on its tasks; one that is not deleted stays as it
/// is.
///
/// # Errors
/// `not_found`, `precondition_failed`; `tag_name_conflict` when its name was taken meanwhile.
pub async fn restore(
    owner: UserUuid,
    id: TagId,
    expected: &VersionPrecondition,
    transaction: &DatabaseTransaction,
) -> Result<tag::Model, AppError> {
    let tag = tags::restore(owner, id, expected, transaction)
        .await
        .on_constraint(Constraint::Unique, TAG_NAME_CONFLICT)?;
    raise_versions(owner, tag, transaction).await
}

async fn raise_versions(
    owner: UserUuid,
    Written { row: tag, changed }: Written<tag::Model>,
    transaction: &DatabaseTransaction,
) -> Result<tag::Model, AppError> {
    if changed {
        tasks::raise_versions(owner, tag.id, transaction).await?;
    }
    Ok(tag)
}

/// Puts a tag on all of these tasks or on none; returns how many did not have it before.
///
/// # Errors
/// `not_found`; `validation_failed` when a task is not one of the owner's.
pub async fn assign(
    owner: UserUuid,
    id: TagId,
    task_ids: &[TaskId],
    transaction: &DatabaseTransaction,
) -> Result<u64, AppError> {
    tags::lock_shared(owner, id, transaction).await?;
    let found = tasks::lock_all(owner, task_ids, transaction).await?;
    if let Some(index) = task_ids.iter().position(|id| !found.contains(id)) {
        return Err(AppError::invalid(
            format!("task_ids[{index}]"),
            "unknown_task",
            "is not a task of yours",
        ));
    }
    let new = tasks::without_tag(owner, &found, id, transaction).await?;
    check_room(owner, &new, "task_ids", transaction).await?;
    tasks::add_tags(owner, &new, &[id], transaction).await?;
    tasks::touch(owner, &new, transaction).await?;
    Ok(new.len() as u64)
}
