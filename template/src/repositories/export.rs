//! Everything about one user, rows that were deleted softly included, a page at a time in the
//! order of ids.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    prelude::Expr,
};
use serde::Serialize;

use crate::{
    entities::{account, session, tag, task, task_tag, user},
    error::AppError,
    types::{TagId, TaskId, UserUuid},
};

/// Rows in a page.
const PAGE: u64 = 500;

/// A task and what is on it, tags that were deleted softly included.
#[derive(Debug, Serialize)]
pub struct TaskWithTagIds {
    /// The task.
    #[serde(flatten)]
    pub task: task::Model,
    /// Its tags.
    pub tag_ids: Vec<TagId>,
}

/// How the owner signs in.
///
/// # Errors
/// When the database fails.
pub async fn accounts(
    owner: &user::Model,
    after: Option<&account::Model>,
    db: &impl ConnectionTrait,
) -> Result<Vec<account::Model>, AppError> {
    let owned = account::Column::UserId.eq(owner.id.clone());
    let after = after.map(|last| account::Column::Id.gt(last.id.clone()));
    page::<account::Entity>(owned, after, account::Column::Id, db).await
}

/// Where the owner is signed in.
///
/// # Errors
/// When the database fails.
pub async fn sessions(
    owner: &user::Model,
    after: Option<&session::Model>,
    db: &impl ConnectionTrait,
) -> Result<Vec<session::Model>, AppError> {
    let owned = session::Column::UserId.eq(owner.id.clone());
    let after = after.map(|last| session::Column::Id.gt(last.id.clone()));
    page::<session::Entity>(owned, after, session::Column::Id, db).await
}

/// The owner's tags.
///
/// # Errors
/// When the database fails.
pub async fn tags(
    owner: UserUuid,
    after: Option<&tag::Model>,
    db: &impl ConnectionTrait,
) -> Result<Vec<tag::Model>, AppError> {
    let owned = tag::Column::UserId.eq(owner);
    let after = after.map(|last| tag::Column::Id.gt(last.id));
    page::<tag::Entity>(owned, after, tag::Column::Id, db).await
}

/// The owner's tasks.
///
/// # Errors
/// When the database fails.
pub async fn tasks(
    owner: UserUuid,
    after: Option<&TaskWithTagIds>,
    db: &impl ConnectionTrait,
) -> Result<Vec<TaskWithTagIds>, AppError> {
    let owned = task::Column::UserId.eq(owner);
    let after = after.map(|last| task::Column::Id.gt(last.task.id));
    let tasks = page::<task::Entity>(owned, after, task::Column::Id, db).await?;
    let links = task_tag::Entity::find()
        .filter(task_tag::Column::TaskId.is_in(tasks.iter().map(|task| task.id)))
        .order_by_asc(task_tag::Column::TagId)
        .all(db)
        .await?;
    let mut tags: HashMap<TaskId, Vec<TagId>> = HashMap::new();
    for link in links {
        tags.entry(link.task_id).or_default().push(link.tag_id);
    }
    let with_tags = |task: task::Model| TaskWithTagIds {
        tag_ids: tags.remove(&task.id).unwrap_or_default(),
        task,
    };
    Ok(tasks.into_iter().map(with_tags).collect())
}

async fn page<E: EntityTrait>(
    owned: Expr,
    after: Option<Expr>,
    id: E::Column,
    db: &impl ConnectionTrait,
) -> Result<Vec<E::Model>, AppError> {
    let rows = E::find()
        .filter(owned)
        .apply_if(after, |query, after| query.filter(after))
        .order_by_asc(id)
        .limit(PAGE)
        .all(db)
        .await?;
    Ok(rows)
}
