//! Tasks, and which tags are on them.

mod links;
mod list;

pub use super::rows::{delete, lock, require};
pub use links::{add_tags, remove_tag, replace_tags, tags_of, without_tag};
pub use list::{TagFilter, TaskFilter, list};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Set, TryIntoModel, prelude::Expr,
    sea_query::Query,
};
use serde_json::value::RawValue;

use super::{
    export,
    rows::{self, Owned, Reader, RowId, Table, Writer},
};
use crate::{
    entities::{tag, task, task_tag},
    error::AppError,
    types::{
        Color, Description, Granted, Patch, Priority, RecurrenceConfig, RecurrencePattern,
        SearchText, TagId, TagName, TaskId, TasksDelete, Title, UserUuid, UtcDateTime,
    },
};

/// A task together with its live tags, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskWithTags {
    /// The task.
    pub task: task::Model,
    /// Its tags.
    pub tags: Vec<TagOnTask>,
}

impl TaskWithTags {
    /// A task with these tags.
    #[must_use]
    pub fn new(task: task::Model, tags: Vec<tag::Model>) -> Self {
        let tags = tags.into_iter().map(TagOnTask::from).collect();
        Self { task, tags }
    }
}

/// What a task tells of a tag on it.
#[derive(Clone, Debug, PartialEq)]
pub struct TagOnTask {
    /// The tag.
    pub id: TagId,
    /// Whose tag it is.
    pub user_id: UserUuid,
    /// Its name.
    pub name: TagName,
    /// How it is shown.
    pub color: Option<Color>,
    /// When it was made.
    pub created_at: UtcDateTime,
}

impl From<tag::Model> for TagOnTask {
    fn from(tag: tag::Model) -> Self {
        Self {
            id: tag.id,
            user_id: tag.user_id,
            name: tag.name,
            color: tag.color,
            created_at: tag.created_at,
        }
    }
}

/// What a task is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTask {
    /// What to do.
    pub title: Title,
    /// More about it.
    pub description: Option<Description>,
    /// Whether it is done already.
    pub completed: bool,
    /// How much it matters.
    pub priority: Option<Priority>,
    /// By when.
    pub due_date: Option<UtcDateTime>,
    /// When to remind of it; before `due_date`.
    pub reminder_at: Option<UtcDateTime>,
    /// How it repeats.
    pub recurrence_pattern: Option<RecurrencePattern>,
    /// What `custom` means; with that pattern alone.
    pub recurrence_config: Option<RecurrenceConfig>,
}

impl From<task::Model> for NewTask {
    fn from(task: task::Model) -> Self {
        Self {
            title: task.title,
            description: task.description,
            completed: task.completed,
            priority: task.priority,
            due_date: task.due_date,
            reminder_at: task.reminder_at,
            recurrence_pattern: task.recurrence_pattern,
            recurrence_config: task.recurrence_config,
        }
    }
}

/// What is to change of a task.
#[derive(Clone, Debug, Default)]
pub struct TaskPatch {
    /// A new title.
    pub title: Option<Title>,
    /// A new description, or none.
    pub description: Patch<Description>,
    /// Done or not.
    pub completed: Option<bool>,
    /// A new priority, or none.
    pub priority: Patch<Priority>,
    /// A new due date, or none.
    pub due_date: Patch<UtcDateTime>,
    /// A new reminder, or none.
    pub reminder_at: Patch<UtcDateTime>,
    /// A new pattern, or none.
    pub recurrence_pattern: Patch<RecurrencePattern>,
    /// A new configuration, or none.
    pub recurrence_config: Patch<RecurrenceConfig>,
}

impl TaskPatch {
    /// What `task` is made of once this has changed.
    #[must_use]
    pub fn merge(self, task: NewTask) -> NewTask {
        NewTask {
            title: self.title.unwrap_or(task.title),
            description: self.description.merge(task.description),
            completed: self.completed.unwrap_or(task.completed),
            priority: self.priority.merge(task.priority),
            due_date: self.due_date.merge(task.due_date),
            reminder_at: self.reminder_at.merge(task.reminder_at),
            recurrence_pattern: self.recurrence_pattern.merge(task.recurrence_pattern),
            recurrence_config: self.recurrence_config.merge(task.recurrence_config),
        }
    }
}

impl RowId for TaskId {
    type Table = task::Entity;
}

impl Table for task::Entity {
    type Id = TaskId;
    const ID: task::Column = task::Column::Id;
    const VERSION: task::Column = task::Column::Version;
    const UPDATED_AT: task::Column = task::Column::UpdatedAt;
    const DELETED_AT: task::Column = task::Column::DeletedAt;

    fn version(task: &task::Model) -> i32 {
        task.version
    }

    fn deleted_at(task: &task::Model) -> Option<UtcDateTime> {
        task.deleted_at
    }

    fn select() -> Select<Self> {
        let read =
            task::Column::iter().filter(|column| !matches!(column, task::Column::SearchText));
        Self::find().select_only().columns(read)
    }
}

impl Owned for task::Entity {
    const USER_ID: task::Column = task::Column::UserId;

    async fn export(
        tasks: Vec<task::Model>,
        db: &impl ConnectionTrait,
    ) -> Result<Vec<Box<RawValue>>, AppError> {
        export::to_json(&links::with_tag_ids(tasks, db).await?)
    }
}

impl Reader<task::Entity> for Granted<TasksDelete> {
    fn reach(self) -> Condition {
        Condition::all()
    }
}

impl Writer<task::Entity> for Granted<TasksDelete> {}

/// The columns that a client writes.
fn columns(owner: UserUuid, new: NewTask) -> task::ActiveModel {
    let description = new.description.as_ref().map_or("", Description::as_str);
    task::ActiveModel {
        search_text: Set(SearchText::new(owner, &[new.title.as_str(), description])),
        title: Set(new.title),
        description: Set(new.description),
        completed: Set(new.completed),
        priority: Set(new.priority),
        due_date: Set(new.due_date),
        reminder_at: Set(new.reminder_at),
        recurrence_pattern: Set(new.recurrence_pattern),
        recurrence_config: Set(new.recurrence_config),
        updated_at: Set(UtcDateTime::now()),
        ..Default::default()
    }
}

/// Adds a task.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    owner: UserUuid,
    new: NewTask,
    db: &impl ConnectionTrait,
) -> Result<task::Model, AppError> {
    let columns = columns(owner, new);
    let row = task::ActiveModel {
        id: Set(TaskId::generate()),
        user_id: Set(owner),
        version: Set(1),
        created_at: columns.updated_at.clone(),
        deleted_at: Set(None),
        ..columns
    };
    // With RETURNING a row would be handed over before the statement has committed.
    task::Entity::insert(row.clone())
        .exec_without_returning(db)
        .await?;
    Ok(row.try_into_model()?)
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
    Ok(TaskWithTags::new(task, tags))
}

/// Those of these tasks that are the owner's, which nobody else changes before the transaction
/// ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_all(
    owner: UserUuid,
    ids: &[TaskId],
    db: &impl ConnectionTrait,
) -> Result<Vec<TaskId>, AppError> {
    // In one order everywhere: two transactions then wait for each other in one direction only.
    let tasks = rows::find::<task::Entity>(owner, false)
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(task::Column::Id)
        .lock_exclusive();
    Ok(tasks.all(db).await?.iter().map(|task| task.id).collect())
}

/// Replaces what a task of the owner is made of.
///
/// # Errors
/// `not_found`.
pub async fn replace(
    owner: UserUuid,
    id: TaskId,
    new: NewTask,
    db: &impl ConnectionTrait,
) -> Result<task::Model, AppError> {
    rows::write(owner, id, columns(owner, new), db).await
}

/// Notes that the owner changed these tasks, although no column of theirs: their tags.
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

/// Raises the version of the owner's tasks that carry this tag: they look different now.
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
