//! Tasks, and which tags are on them.

mod links;
mod list;

pub use database::rows::{delete, get as get_row, lock, merge, require, restore};
pub use links::{MAX_TAGS, add_tags, is_any_full, remove_tag, replace_tags, tags_of, without_tag};
pub use list::{TaggedWith, TaskFilter, list};

use database::{
    SearchText, UserUuid, UtcDateTime,
    rows::{self, ReadAccess, WriteAccess, Written},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Iterable,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, prelude::Expr, sea_query::Query,
};

use crate::{
    auth::{Granted, TasksDelete},
    entities::{tag, task, task_tag},
    error::AppError,
    types::{Description, TagId, TaskId},
};

/// A task together with its live tags, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskWithTags {
    /// The task.
    pub task: task::Model,
    /// Its tags.
    pub tags: Vec<tag::Model>,
}

database::row_table!(
    task,
    TaskId,
    select: {
        let read =
            task::Column::iter().filter(|column| !matches!(column, task::Column::SearchText));
        Self::find().select_only().columns(read)
    },
    export: links::export
);

impl ReadAccess<task::Entity> for Granted<TasksDelete> {
    fn visible(self) -> Condition {
        Condition::all()
    }
}

impl WriteAccess<task::Entity> for Granted<TasksDelete> {}

/// A new task of the owner, not yet added.
///
/// # Errors
/// When a column without default is not set.
pub fn build(owner: UserUuid, columns: task::ActiveModel) -> Result<task::Model, AppError> {
    let mut task = rows::build::<task::Entity>(
        owner,
        task::ActiveModel {
            search_text: Set(SearchText::default()),
            ..columns
        },
    )?;
    task.search_text = search_text(owner, &task);
    Ok(task)
}

/// Adds a task that [`build`] made. One statement.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    owner: UserUuid,
    task: task::Model,
    db: &impl ConnectionTrait,
) -> Result<task::Model, AppError> {
    Ok(rows::insert::<task::Entity>(owner, task, db).await?)
}

/// Writes what differs from `task`, which is locked.
///
/// # Errors
/// When the database fails.
pub async fn update(
    owner: UserUuid,
    task: task::Model,
    mut changes: task::ActiveModel,
    db: &impl ConnectionTrait,
) -> Result<Written<task::Model>, AppError> {
    let new = rows::merge(&task, &changes);
    if (&new.title, &new.description) != (&task.title, &task.description) {
        changes.search_text = Set(search_text(owner, &new));
    }
    Ok(rows::update(owner, task.id, task, changes, db).await?)
}

fn search_text(owner: UserUuid, task: &task::Model) -> SearchText {
    let description = task.description.as_ref().map_or("", Description::as_str);
    SearchText::new(owner, &[task.title.as_str(), description])
}

/// A task of the owner with its tags.
///
/// # Errors
/// `not_found`.
pub async fn get(
    owner: UserUuid,
    id: TaskId,
    include_deleted: bool,
    db: &impl ConnectionTrait,
) -> Result<TaskWithTags, AppError> {
    let task = rows::get(owner, id, include_deleted, db).await?;
    let tags = tags_of(owner, id, db).await?;
    Ok(TaskWithTags { task, tags })
}

/// Which of these tasks are the owner's; they are locked until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_all(
    owner: UserUuid,
    ids: &[TaskId],
    db: &impl ConnectionTrait,
) -> Result<Vec<TaskId>, AppError> {
    // Locked in the same order everywhere, so that two transactions cannot deadlock.
    let tasks = rows::find::<task::Entity>(owner, false)
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(task::Column::Id)
        .lock_exclusive();
    Ok(tasks.all(db).await?.iter().map(|task| task.id).collect())
}

/// Raises the version of the owner's tasks whose set of tags has changed.
///
/// # Errors
/// When the database fails.
pub async fn touch(
    owner: UserUuid,
    ids: &[TaskId],
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    rows::changed::<task::Entity>(owner)
        .col_expr(task::Column::UpdatedAt, Expr::value(UtcDateTime::now()))
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

/// Raises the version of the owner's tasks that have this tag, because they show it.
///
/// # Errors
/// When the database fails.
pub async fn raise_versions(
    owner: UserUuid,
    tag: TagId,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    let carriers = Query::select()
        .column(task_tag::Column::TaskId)
        .from(task_tag::Entity)
        .and_where(task_tag::Column::TagId.eq(tag))
        .take();
    let locked = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::UserId.eq(owner))
        .filter(task::Column::Id.in_subquery(carriers))
        .order_by_asc(task::Column::Id)
        .lock_exclusive();
    task::Entity::update_many()
        .col_expr(
            task::Column::Version,
            task::Column::Version.into_expr().add(1),
        )
        .filter(task::Column::Id.in_subquery(locked.into_query()))
        .exec(db)
        .await?;
    Ok(())
}
