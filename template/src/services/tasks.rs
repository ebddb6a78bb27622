//! Tasks.

use crate::{
    database::Database,
    error::AppError,
    repositories::{
        tags,
        tasks::{self, NewTask, TaskWithTags},
    },
    types::{TagId, UserUuid},
};

/// Adds a task with tags: all of it, or nothing.
///
/// # Errors
/// `validation_failed` when a tag is not one of the owner's; `user_unknown`.
pub async fn create(
    owner: UserUuid,
    new: NewTask,
    tag_ids: &[TagId],
    db: &Database,
) -> Result<TaskWithTags, AppError> {
    db.write(async |transaction| {
        let task = tasks::insert(owner, new, transaction).await?;
        let found = tags::find_all(owner, tag_ids, transaction).await?;
        let missing = |id: &TagId| found.iter().all(|tag| tag.id != *id);
        if let Some(index) = tag_ids.iter().position(missing) {
            return Err(AppError::invalid(
                format!("tag_ids[{index}]"),
                "unknown_tag",
                "is not a tag of yours",
            ));
        }
        tasks::add_tags(task.id, &found, transaction).await?;
        Ok(TaskWithTags { task, tags: found })
    })
    .await
}
