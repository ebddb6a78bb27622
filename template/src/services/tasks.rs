//! Tasks.

use database::{Database, UserUuid, VersionPrecondition};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction};
use validator::ValidationErrors;

use crate::{
    auth::WriteAs,
    entities::{tag, task},
    error::{AppError, TAG_ALREADY_ASSIGNED},
    repositories::{
        tags,
        tasks::{self, TaskWithTags},
    },
    types::{TagId, TaskId, config_suits_pattern, reminder_precedes_due_date},
};

/// Adds a task with tags. Without tags, it is a single statement.
///
/// # Errors
/// `validation_failed` when a rule between its fields is violated or a tag is not one of the
/// owner's; `user_unknown`.
pub async fn create(
    owner: UserUuid,
    task: task::ActiveModel,
    tag_ids: &[TagId],
    db: &impl ConnectionTrait,
) -> Result<TaskWithTags, AppError> {
    let tags = tags::lock_all(owner, tag_ids, db).await?;
    all_found(tag_ids, &tags)?;
    let task = tasks::build(owner, task)?;
    check(&task)?;
    let task = tasks::insert(owner, task, db).await?;
    tasks::add_tags(owner, &[task.id], &ids(&tags), db).await?;
    Ok(TaskWithTags { task, tags })
}

/// Changes a task, and its set of tags if `tag_ids` is given. If nothing changes, nothing is
/// written: `version` and `updated_at` stay.
///
/// # Errors
/// `not_found`, `precondition_failed`; `validation_failed` as [`create`].
pub async fn change(
    owner: UserUuid,
    id: TaskId,
    changes: impl FnOnce(&task::Model) -> task::ActiveModel,
    tag_ids: Option<&[TagId]>,
    expected: &VersionPrecondition,
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    db.write_as(owner, async |transaction| {
        let wanted = tags::lock_all(owner, tag_ids.unwrap_or_default(), transaction).await?;
        let task = tasks::lock(owner, id, false, expected, transaction).await?;
        all_found(tag_ids.unwrap_or_default(), &wanted)?;
        let changes = changes(&task);
        check(&tasks::merge(&task, &changes))?;
        let mut task = tasks::update(owner, task, changes, transaction).await?;
        let tags = tasks::tags_of(owner, id, transaction).await?;
        if tag_ids.is_none() || ids(&tags) == ids(&wanted) {
            return Ok(TaskWithTags {
                task: task.row,
                tags,
            });
        }
        tasks::replace_tags(owner, id, &ids(&wanted), transaction).await?;
        if !task.changed {
            tasks::touch(owner, &[id], transaction).await?;
            task.row = tasks::get_row(owner, id, false, transaction).await?;
        }
        Ok(TaskWithTags {
            task: task.row,
            tags: wanted,
        })
    })
    .await
}

/// Completes a task, or reopens a completed one.
///
/// # Errors
/// `not_found`, `precondition_failed`.
pub async fn toggle(
    owner: UserUuid,
    id: TaskId,
    expected: &VersionPrecondition,
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    let toggle = |task: &task::Model| task::ActiveModel {
        completed: Set(!task.completed),
        ..Default::default()
    };
    change(owner, id, toggle, None, expected, db).await
}

/// Restores a deleted task; one that is not deleted stays as it is.
///
/// # Errors
/// `not_found`, `precondition_failed`.
pub async fn restore(
    owner: UserUuid,
    id: TaskId,
    expected: &VersionPrecondition,
    transaction: &DatabaseTransaction,
) -> Result<TaskWithTags, AppError> {
    let task = tasks::restore(owner, id, expected, transaction).await?.row;
    let tags = tasks::tags_of(owner, id, transaction).await?;
    Ok(TaskWithTags { task, tags })
}

/// Puts a tag on a task.
///
/// # Errors
/// `not_found`, for the task and for the tag; `precondition_failed`, `tag_already_assigned`.
pub async fn add_tag(
    owner: UserUuid,
    id: TaskId,
    tag: TagId,
    expected: &VersionPrecondition,
    transaction: &DatabaseTransaction,
) -> Result<TaskWithTags, AppError> {
    tags::lock_shared(owner, tag, transaction).await?;
    tasks::lock(owner, id, false, expected, transaction).await?;
    if tasks::without_tag(owner, &[id], tag, transaction)
        .await?
        .is_empty()
    {
        return Err(AppError::new(TAG_ALREADY_ASSIGNED));
    }
    check_room(owner, &[id], "tag_id", transaction).await?;
    tasks::add_tags(owner, &[id], &[tag], transaction).await?;
    tasks::touch(owner, &[id], transaction).await?;
    tasks::get(owner, id, false, transaction).await
}

/// Removes a tag from a task.
///
/// # Errors
/// `not_found`, also when the tag is not on it; `precondition_failed`.
pub async fn remove_tag(
    owner: UserUuid,
    id: TaskId,
    tag: TagId,
    expected: &VersionPrecondition,
    db: &Database,
) -> Result<(), AppError> {
    db.write_as(owner, async |transaction| {
        tags::lock_shared(owner, tag, transaction).await?;
        tasks::lock(owner, id, false, expected, transaction).await?;
        tasks::remove_tag(owner, id, tag, transaction).await?;
        tasks::touch(owner, &[id], transaction).await
    })
    .await
}

/// Checks that each of these tasks may have another tag; `field` is the one to blame in the error.
pub(super) async fn check_room(
    owner: UserUuid,
    ids: &[TaskId],
    field: &'static str,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    if tasks::is_any_full(owner, ids, db).await? {
        let message = format!("a task has at most {} tags", tasks::MAX_TAGS);
        return Err(AppError::invalid(field, "too_many", message));
    }
    Ok(())
}

/// Checks the rules between the fields of a task.
fn check(task: &task::Model) -> Result<(), AppError> {
    let mut errors = ValidationErrors::new();
    for rule in [
        reminder_precedes_due_date(task.reminder_at, task.due_date),
        config_suits_pattern(task.recurrence_pattern, task.recurrence_config.is_some()),
    ] {
        if let Err(error) = rule {
            errors.add("", error);
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
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
