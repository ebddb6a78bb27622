use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, RelationTrait, Set,
    sea_query::{ExprTrait, OnConflict, SelectStatement},
};
use serde::Serialize;
use serde_json::value::RawValue;

use database::{Error, UserUuid, rows::to_json};

use crate::{
    entities::{tag, task, task_tag},
    error::AppError,
    types::{TagId, TaskId},
};

/// A task with the ids of its tags, soft-deleted ones included.
#[derive(Serialize)]
struct ExportedTask {
    #[serde(flatten)]
    task: task::Model,
    tag_ids: Vec<TagId>,
}

/// The tasks as JSON for their owner's export. One statement for all of them.
pub(super) async fn export(
    tasks: Vec<task::Model>,
    db: &impl ConnectionTrait,
) -> Result<Vec<Box<RawValue>>, Error> {
    let links = task_tag::Entity::find()
        .filter(task_tag::Column::TaskId.is_in(tasks.iter().map(|task| task.id)))
        .order_by_asc(task_tag::Column::TagId)
        .all(db)
        .await?;
    let mut tags: HashMap<TaskId, Vec<TagId>> = HashMap::new();
    for link in links {
        tags.entry(link.task_id).or_default().push(link.tag_id);
    }
    let with_tags = |task: task::Model| ExportedTask {
        tag_ids: tags.remove(&task.id).unwrap_or_default(),
        task,
    };
    to_json(&tasks.into_iter().map(with_tags).collect::<Vec<_>>())
}

/// A task's live tags, by name.
///
/// # Errors
/// When the database fails.
pub async fn tags_of(
    owner: UserUuid,
    task: TaskId,
    db: &impl ConnectionTrait,
) -> Result<Vec<tag::Model>, AppError> {
    let tags = tag::Entity::find()
        .join(JoinType::InnerJoin, task_tag::Relation::Tag.def().rev())
        .filter(task_tag::Column::TaskId.eq(task))
        .filter(tag::Column::UserId.eq(owner))
        .filter(tag::Column::DeletedAt.is_null())
        .order_by_asc(tag::Column::Name);
    Ok(tags.all(db).await?)
}

/// The tasks among these that do not have the tag. All must have been looked up as the owner's.
///
/// # Errors
/// When the database fails.
pub async fn without_tag(
    _: UserUuid,
    tasks: &[TaskId],
    tag: TagId,
    db: &impl ConnectionTrait,
) -> Result<Vec<TaskId>, AppError> {
    let links = task_tag::Entity::find()
        .filter(task_tag::Column::TagId.eq(tag))
        .filter(task_tag::Column::TaskId.is_in(tasks.iter().copied()));
    let carriers: Vec<_> = links
        .all(db)
        .await?
        .iter()
        .map(|link| link.task_id)
        .collect();
    let others = tasks.iter().filter(|task| !carriers.contains(task));
    Ok(others.copied().collect())
}

/// Puts tags on tasks; returns how many links are new. All must have been looked up as the owner's.
///
/// # Errors
/// When the database fails.
pub async fn add_tags(
    _: UserUuid,
    tasks: &[TaskId],
    tags: &[TagId],
    db: &impl ConnectionTrait,
) -> Result<u64, AppError> {
    let pairs = tasks
        .iter()
        .flat_map(|task| tags.iter().map(|tag| (*task, *tag)));
    let links = pairs.map(|(task, tag)| task_tag::ActiveModel {
        task_id: Set(task),
        tag_id: Set(tag),
    });
    if tasks.is_empty() || tags.is_empty() {
        return Ok(0);
    }
    let added = task_tag::Entity::insert_many(links)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(added)
}

/// How many tags a task may have.
pub const MAX_TAGS: u64 = 100;

/// Whether one of these tasks already has [`MAX_TAGS`] tags.
///
/// # Errors
/// When the database fails.
pub async fn is_any_full(
    owner: UserUuid,
    tasks: &[TaskId],
    db: &impl ConnectionTrait,
) -> Result<bool, AppError> {
    let full = task_tag::Entity::find()
        .select_only()
        .column(task_tag::Column::TaskId)
        .filter(task_tag::Column::TaskId.is_in(tasks.iter().copied()))
        .filter(task_tag::Column::TagId.in_subquery(live_tags(owner)))
        .group_by(task_tag::Column::TaskId)
        .having(task_tag::Column::TagId.count().gte(MAX_TAGS as i64))
        .into_tuple::<TaskId>();
    Ok(full.one(db).await?.is_some())
}

/// The ids of the owner's tags that are not deleted.
fn live_tags(owner: UserUuid) -> SelectStatement {
    tag::Entity::find()
        .select_only()
        .column(tag::Column::Id)
        .filter(tag::Column::UserId.eq(owner))
        .filter(tag::Column::DeletedAt.is_null())
        .into_query()
}

/// Takes every tag off a task and puts these on; all must have been looked up as the owner's. Links
/// to deleted tags stay, so that restoring such a tag puts it back.
///
/// # Errors
/// When the database fails.
pub async fn replace_tags(
    owner: UserUuid,
    task: TaskId,
    tags: &[TagId],
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    task_tag::Entity::delete_many()
        .filter(task_tag::Column::TaskId.eq(task))
        .filter(task_tag::Column::TagId.in_subquery(live_tags(owner)))
        .exec(db)
        .await?;
    add_tags(owner, &[task], tags, db).await.map(drop)
}

/// Takes a tag off a task, which must have been looked up as the owner's.
///
/// # Errors
/// `not_found` when it is not on it.
pub async fn remove_tag(
    _: UserUuid,
    task: TaskId,
    tag: TagId,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    let removed = task_tag::Entity::delete_many()
        .filter(task_tag::Column::TaskId.eq(task))
        .filter(task_tag::Column::TagId.eq(tag))
        .exec(db)
        .await?;
    match removed.rows_affected {
        0 => Err(Error::NotFound.into()),
        _ => Ok(()),
    }
}
