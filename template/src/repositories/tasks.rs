//! Tasks, and which tags are on them.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, LoaderTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Set, prelude::Expr,
};

use crate::{
    entities::{tag, task, task_tag},
    error::{AppError, Code, Constraint, OnConstraint},
    types::{
        Description, Granted, Page, PageRequest, Patch, Priority, TaskId, TasksDelete, Title,
        UserUuid, UtcDateTime,
    },
};

/// A task together with its live tags, by name.
#[derive(Clone, Debug)]
pub struct TaskWithTags {
    /// The task.
    pub task: task::Model,
    /// Its tags.
    pub tags: Vec<tag::Model>,
}

/// What a task is made of.
#[derive(Clone, Debug)]
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
}

/// Which tasks a list holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaskFilter {
    /// Only those done, or only those not done.
    pub completed: Option<bool>,
}

fn live(owner: UserUuid) -> Select<task::Entity> {
    task::Entity::find()
        .filter(task::Column::UserId.eq(owner))
        .filter(task::Column::DeletedAt.is_null())
}

/// Adds a task.
///
/// # Errors
/// `user_unknown` when the owner's row is gone.
pub async fn insert(
    owner: UserUuid,
    new: NewTask,
    db: &impl ConnectionTrait,
) -> Result<task::Model, AppError> {
    let now = UtcDateTime::now();
    let row = task::ActiveModel {
        id: Set(TaskId::generate()),
        user_id: Set(owner),
        title: Set(new.title),
        description: Set(new.description),
        completed: Set(new.completed),
        priority: Set(new.priority),
        due_date: Set(new.due_date),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    };
    row.insert(db)
        .await
        .on_constraint(|constraint| match constraint {
            Constraint::ForeignKey => Some(Code::UserUnknown),
            Constraint::Unique => None,
        })
}

/// Puts tags on a task of the owner; both were looked up as theirs.
///
/// # Errors
/// When the database fails.
pub async fn add_tags(
    task: TaskId,
    tags: &[tag::Model],
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    if tags.is_empty() {
        return Ok(());
    }
    let links = tags.iter().map(|tag| task_tag::ActiveModel {
        task_id: Set(task),
        tag_id: Set(tag.id),
    });
    task_tag::Entity::insert_many(links)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// A page of the owner's tasks with their tags, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    owner: UserUuid,
    filter: TaskFilter,
    page: PageRequest,
    db: &impl ConnectionTrait,
) -> Result<Page<TaskWithTags>, AppError> {
    let fitting = live(owner).apply_if(filter.completed, |query, completed| {
        query.filter(task::Column::Completed.eq(completed))
    });
    let total = fitting.clone().count(db).await?;
    let tasks = fitting
        .order_by_desc(task::Column::CreatedAt)
        .order_by_desc(task::Column::Id)
        .offset(page.offset())
        .limit(page.limit())
        .all(db)
        .await?;
    Ok(Page::new(with_tags(tasks, db).await?, total, page))
}

/// A task of the owner with its tags.
///
/// # Errors
/// `not_found`.
pub async fn get(
    owner: UserUuid,
    id: TaskId,
    db: &impl ConnectionTrait,
) -> Result<TaskWithTags, AppError> {
    let task = live(owner).filter(task::Column::Id.eq(id)).one(db).await?;
    let task = task.ok_or_else(|| AppError::new(Code::NotFound))?;
    let mut found = with_tags(vec![task], db).await?;
    found.pop().ok_or_else(|| AppError::new(Code::NotFound))
}

/// Whether the owner has such a task.
///
/// # Errors
/// `not_found`.
pub async fn require(
    owner: UserUuid,
    id: TaskId,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    match live(owner)
        .filter(task::Column::Id.eq(id))
        .count(db)
        .await?
    {
        0 => Err(AppError::new(Code::NotFound)),
        _ => Ok(()),
    }
}

/// Changes a task of the owner.
///
/// # Errors
/// `not_found`.
pub async fn update(
    owner: UserUuid,
    id: TaskId,
    patch: TaskPatch,
    db: &impl ConnectionTrait,
) -> Result<TaskWithTags, AppError> {
    let TaskWithTags { task, tags } = get(owner, id, db).await?;
    let row = task::ActiveModel {
        title: Set(patch.title.unwrap_or_else(|| task.title.clone())),
        description: patch.description.apply(task.description.clone()),
        completed: Set(patch.completed.unwrap_or(task.completed)),
        priority: patch.priority.apply(task.priority),
        due_date: patch.due_date.apply(task.due_date),
        version: Set(task.version + 1),
        updated_at: Set(UtcDateTime::now()),
        ..task.into()
    };
    Ok(TaskWithTags {
        task: row.update(db).await?,
        tags,
    })
}

/// Deletes a task, softly; says whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn delete(
    owner: UserUuid,
    id: TaskId,
    db: &impl ConnectionTrait,
) -> Result<bool, AppError> {
    let own = task::Column::UserId.eq(owner);
    mark_deleted(own.and(task::Column::Id.eq(id)), db).await
}

/// Deletes a task, softly, whoever it belongs to; says whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn delete_anyones(
    _: Granted<TasksDelete>,
    id: TaskId,
    db: &impl ConnectionTrait,
) -> Result<bool, AppError> {
    mark_deleted(task::Column::Id.eq(id), db).await
}

async fn mark_deleted(which: Expr, db: &impl ConnectionTrait) -> Result<bool, AppError> {
    let now = UtcDateTime::now();
    let deleted = task::Entity::update_many()
        .col_expr(task::Column::DeletedAt, Expr::value(now))
        .col_expr(task::Column::UpdatedAt, Expr::value(now))
        .col_expr(
            task::Column::Version,
            Expr::col(task::Column::Version).add(1),
        )
        .filter(which)
        .filter(task::Column::DeletedAt.is_null())
        .exec(db)
        .await?;
    Ok(deleted.rows_affected > 0)
}

async fn with_tags(
    tasks: Vec<task::Model>,
    db: &impl ConnectionTrait,
) -> Result<Vec<TaskWithTags>, AppError> {
    let live_tags = tag::Entity::find().filter(tag::Column::DeletedAt.is_null());
    let tags = tasks
        .load_many_to_many(live_tags, task_tag::Entity, db)
        .await?;
    let with_tags = |(task, mut tags): (task::Model, Vec<tag::Model>)| {
        tags.sort_by(|a, b| a.name.cmp(&b.name));
        TaskWithTags { task, tags }
    };
    Ok(tasks.into_iter().zip(tags).map(with_tags).collect())
}
