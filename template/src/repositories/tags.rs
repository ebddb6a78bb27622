//! Tags.

pub use database::rows::{change, delete, get, lock_shared, require, restore};

use database::{Constraint, ListRequest, Page, SortOrder, UserUuid, keyset::Keyset, rows};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde::Serialize;

use crate::{
    entities::{tag, task_tag},
    error::{AppError, OnConstraint, TAG_NAME_CONFLICT},
    types::{TagId, TaskId},
};

/// Which tags a list holds: those that match every field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TagFilter {
    /// Only those on this task.
    pub task: Option<TaskId>,
    /// Also those that were deleted.
    pub include_deleted: bool,
}

database::row_table!(tag, TagId);

/// Adds a tag.
///
/// # Errors
/// `tag_name_conflict`.
pub async fn insert(
    owner: UserUuid,
    tag: tag::ActiveModel,
    db: &impl ConnectionTrait,
) -> Result<tag::Model, AppError> {
    let tag = rows::build::<tag::Entity>(owner, tag)?;
    let inserted = rows::insert::<tag::Entity>(owner, tag, db).await;
    inserted.on_constraint(Constraint::Unique, TAG_NAME_CONFLICT)
}

/// A page of the owner's tags, by name.
///
/// # Errors
/// `cursor_invalid`.
pub async fn list(
    owner: UserUuid,
    filter: &TagFilter,
    request: &ListRequest,
    db: &impl ConnectionTrait,
) -> Result<Page<tag::Model>, AppError> {
    let list = ("tags", owner, filter);
    let filtered =
        rows::find(owner, filter.include_deleted).apply_if(filter.task, |query, task| {
            let links = task_tag::Entity::find()
                .select_only()
                .column(task_tag::Column::TagId)
                .filter(task_tag::Column::TaskId.eq(task));
            query.filter(tag::Column::Id.in_subquery(links.into_query()))
        });
    Ok(BY_NAME.page(filtered, &list, request, db).await?)
}

const BY_NAME: Keyset<tag::Entity> = Keyset {
    column: tag::Column::Name,
    nullable: false,
    id: tag::Column::Id,
    order: SortOrder::Asc,
    position: |tag| (Some(tag.name.as_str().to_owned()), *tag.id.as_uuid()),
    value: |text| Some(text.into()),
    id_value: |id| TagId::from(id).into(),
};

/// The owner's live tags with these ids, by name, locked until the transaction ends. Lock tags
/// before tasks, as every change of a tag does, so that transactions cannot deadlock.
///
/// # Errors
/// When the database fails.
pub async fn lock_all(
    owner: UserUuid,
    ids: &[TagId],
    db: &impl ConnectionTrait,
) -> Result<Vec<tag::Model>, AppError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tags = rows::find::<tag::Entity>(owner, false)
        .filter(tag::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(tag::Column::Name)
        .lock_shared();
    Ok(tags.all(db).await?)
}
