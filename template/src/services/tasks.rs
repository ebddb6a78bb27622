//! Tasks.

use sea_orm::{DatabaseConnection, DatabaseTransaction};
use validator::ValidationErrors;

use super::rows;
use crate::{
    database::Database,
    entities::tag,
    error::{AppError, Code},
    repositories::{
        tags,
        tasks::{self, NewTask, TaskPatch, TaskWithTags},
    },
    types::{Expected, TagId, TaskId, UserUuid, config_suits_pattern, reminder_precedes_due_date},
};

/// Adds a task with tags: all of it, or nothing.
///
/// # Errors
/// `validation_failed` when a rule between its members is broken or a tag is not one of the
/// owner's; `user_unknown`.
pub async fn create(
    owner: UserUuid,
    new: NewTask,
    tag_ids: &[TagId],
    transaction: &DatabaseTransaction,
) -> Result<TaskWithTags, AppError> {
    check(&new)?;
    let tags = tags::hold_all(owner, tag_ids, transaction).await?;
    let task = tasks::insert(owner, new, transaction).await?;
    all_found(tag_ids, &tags)?;
    tasks::add_tags(owner, &[task.id], &ids(&tags), transaction).await?;
    Ok(TaskWithTags::new(task, tags))
}

/// Adds a task without tags.
///
/// # Errors
/// `validation_failed` when a rule between its members is broken; `user_unknown`.
pub async fn create_untagged(
    owner: UserUuid,
    new: NewTask,
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    check(&new)?;
    let insert = async |db: &DatabaseConnection| tasks::insert(owner, new, db).await;
    let task = db.write_once_as(owner, insert).await?;
    Ok(TaskWithTags::new(task, Vec::new()))
}

/// Replaces a task and its tags.
///
/// # Errors
/// `not_found`, `precondition_failed`; `validation_failed` as [`create`].
pub async fn replace(
    owner: UserUuid,
    id: TaskId,
    new: NewTask,
    tag_ids: &[TagId],
    expected: &Expected,
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    change(owner, id, expected, |_| new, Some(tag_ids), db).await
}

/// Changes a task in part; its tags where `tag_ids` says to which.
///
/// # Errors
/// `not_found`, `precondition_failed`; `validation_failed` as [`create`].
pub async fn update(
    owner: UserUuid,
    id: TaskId,
    patch: TaskPatch,
    tag_ids: Option<&[TagId]>,
    expected: &Expected,
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    let merge = |task| patch.merge(task);
    change(owner, id, expected, merge, tag_ids, db).await
}

/// Completes a task that is not complete, and the other way round.
///
/// # Errors
/// `not_found`, `precondition_failed`.
pub async fn toggle(
    owner: UserUuid,
    id: TaskId,
    expected: &Expected,
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    let toggle = |task: NewTask| NewTask {
        completed: !task.completed,
        ..task
    };
    change(owner, id, expected, toggle, None, db).await
}

/// What changes nothing writes nothing: neither version nor `updated_at` moves.
async fn change(
    owner: UserUuid,
    id: TaskId,
    expected: &Expected,
    change: impl FnOnce(NewTask) -> NewTask,
    tag_ids: Option<&[TagId]>,
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    db.write_as(owner, async |transaction| {
        let wanted = tags::hold_all(owner, tag_ids.unwrap_or_default(), transaction).await?;
        let task = tasks::lock(owner, id, false, expected, transaction).await?;
        all_found(tag_ids.unwrap_or_default(), &wanted)?;
        let old = NewTask::from(task.clone());
        let new = change(old.clone());
        check(&new)?;
        let tags = tasks::tags_of(owner, id, transaction).await?;
        let retag = tag_ids.is_some() && ids(&tags) != ids(&wanted);
        if retag {
            tasks::replace_tags(owner, id, &ids(&wanted), transaction).await?;
        }
        let task = match retag || new != old {
            true => tasks::replace(owner, id, new, transaction).await?,
            false => task,
        };
        let tags = if retag { wanted } else { tags };
        Ok(TaskWithTags::new(task, tags))
    })
    .await
}

/// Deletes a task, softly.
///
/// # Errors
/// `not_found`, `precondition_failed`.
pub async fn delete(
    owner: UserUuid,
    id: TaskId,
    expected: &Expected,
    db: &Database,
) -> Result<(), AppError> {
    db.write_as(owner, async |transaction| {
        rows::delete(owner, id, expected, transaction).await
    })
    .await
}

/// Brings a deleted task back; one that is not deleted stays as it is.
///
/// # Errors
/// `not_found`, `precondition_failed`.
pub async fn restore(
    owner: UserUuid,
    id: TaskId,
    expected: &Expected,
    transaction: &DatabaseTransaction,
) -> Result<TaskWithTags, AppError> {
    let task = rows::restore(owner, id, expected, transaction).await?.row;
    let tags = tasks::tags_of(owner, id, transaction).await?;
    Ok(TaskWithTags::new(task, tags))
}

/// Replaces the set of a task's tags.
///
/// # Errors
/// `not_found`, `precondition_failed`; `validation_failed` when a tag is not one of the owner's.
pub async fn set_tags(
    owner: UserUuid,
    id: TaskId,
    tag_ids: &[TagId],
    expected: &Expected,
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    change(owner, id, expected, |task| task, Some(tag_ids), db).await
}

/// Puts a tag on a task.
///
/// # Errors
/// `not_found`, for the task and for the tag; `precondition_failed`, `tag_already_assigned`.
pub async fn add_tag(
    owner: UserUuid,
    id: TaskId,
    tag: TagId,
    expected: &Expected,
    transaction: &DatabaseTransaction,
) -> Result<TaskWithTags, AppError> {
    hold(owner, tag, transaction).await?;
    tasks::lock(owner, id, false, expected, transaction).await?;
    if tasks::add_tags(owner, &[id], &[tag], transaction).await? == 0 {
        return Err(AppError::new(Code::TagAlreadyAssigned));
    }
    tasks::touch(owner, &[id], transaction).await?;
    tasks::get(owner, id, false, transaction).await
}

/// Takes a tag off a task.
///
/// # Errors
/// `not_found`, also when the tag is not on it; `precondition_failed`.
pub async fn remove_tag(
    owner: UserUuid,
    id: TaskId,
    tag: TagId,
    expected: &Expected,
    db: &Database,
) -> Result<(), AppError> {
    db.write_as(owner, async |transaction| {
        hold(owner, tag, transaction).await?;
        tasks::lock(owner, id, false, expected, transaction).await?;
        tasks::remove_tag(owner, id, tag, transaction).await?;
        tasks::touch(owner, &[id], transaction).await
    })
    .await
}

async fn hold(
    owner: UserUuid,
    tag: TagId,
    transaction: &DatabaseTransaction,
) -> Result<(), AppError> {
    let missing = || AppError::new(Code::NotFound);
    rows::refer(owner, Some(tag), missing, transaction).await
}

/// The rules between the members of a task.
fn check(task: &NewTask) -> Result<(), AppError> {
    let mut errors = ValidationErrors::new();
    let config = task.recurrence_config.is_some();
    for rule in [
        reminder_precedes_due_date(task.reminder_at, task.due_date),
        config_suits_pattern(task.recurrence_pattern, config),
    ] {
        if let Err(error) = rule {
            errors.add("", error);
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors.into()),
    }
}

fn all_found(asked: &[TagId], found: &[tag::Model]) -> Result<(), AppError> {
    let missing = |id: &TagId| found.iter().all(|tag| tag.id != *id);
    match asked.iter().position(missing) {
        None => Ok(()),
        Some(index) => Err(AppError::invalid(
            format!("tag_ids[{index}]"),
            "unknown_tag",
            "is not a tag of yours",
        )),
    }
}

fn ids(tags: &[tag::Model]) -> Vec<TagId> {
    tags.iter().map(|tag| tag.id).collect()
}
