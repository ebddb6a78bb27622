//! Tags.

pub use super::rows::{delete, get, lock, require, restore};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Set,
};
use serde::Serialize;

use super::{
    keyset::{self, Keyset},
    rows::{self, Owned, RowId, Table},
};
use crate::{
    entities::{tag, task_tag},
    error::{AppError, Code, Constraint, OnConstraint},
    types::{
        Color, ListRequest, Page, Patch, SortOrder, TagId, TagName, TaskId, UserUuid, UtcDateTime,
    },
};

/// What a tag is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTag {
    /// Unique among the owner's live tags.
    pub name: TagName,
    /// How it is shown.
    pub color: Option<Color>,
}

impl From<tag::Model> for NewTag {
    fn from(tag: tag::Model) -> Self {
        Self {
            name: tag.name,
            color: tag.color,
        }
    }
}

/// What is to change of a tag.
#[derive(Clone, Debug, Default)]
pub struct TagPatch {
    /// A new name.
    pub name: Option<TagName>,
    /// A new colour, or none.
    pub color: Patch<Color>,
}

impl TagPatch {
    /// What `tag` is made of once this has changed.
    #[must_use]
    pub fn merge(self, tag: NewTag) -> NewTag {
        NewTag {
            name: self.name.unwrap_or(tag.name),
            color: self.color.merge(tag.color),
        }
    }
}

/// Which tags a list holds: those that fit every member.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TagFilter {
    /// Only those on this task.
    pub task: Option<TaskId>,
    /// Also those that were deleted.
    pub include_deleted: bool,
}

impl RowId for TagId {
    type Table = tag::Entity;
}

impl Table for tag::Entity {
    type Id = TagId;
    const ID: tag::Column = tag::Column::Id;
    const VERSION: tag::Column = tag::Column::Version;
    const UPDATED_AT: tag::Column = tag::Column::UpdatedAt;
    const DELETED_AT: tag::Column = tag::Column::DeletedAt;

    fn version(tag: &tag::Model) -> i32 {
        tag.version
    }

    fn problem(constraint: Constraint) -> Option<Code> {
        match constraint {
            Constraint::Unique => Some(Code::TagNameConflict),
            Constraint::ForeignKey => None,
        }
    }
}

impl Owned for tag::Entity {
    const USER_ID: tag::Column = tag::Column::UserId;
}

/// The columns that a client writes.
fn columns(new: NewTag) -> tag::ActiveModel {
    tag::ActiveModel {
        name: Set(new.name),
        color: Set(new.color),
        updated_at: Set(UtcDateTime::now()),
        ..Default::default()
    }
}

/// Adds a tag.
///
/// # Errors
/// `tag_name_conflict`.
pub async fn insert(
    owner: UserUuid,
    new: NewTag,
    db: &impl ConnectionTrait,
) -> Result<tag::Model, AppError> {
    let columns = columns(new);
    let row = tag::ActiveModel {
        id: Set(TagId::generate()),
        user_id: Set(owner),
        version: Set(1),
        created_at: columns.updated_at.clone(),
        deleted_at: Set(None),
        ..columns
    };
    row.insert(db).await.on_constraint(tag::Entity::problem)
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
    let fitting = rows::find(owner, filter.include_deleted).apply_if(filter.task, |query, task| {
        let links = task_tag::Entity::find()
            .select_only()
            .column(task_tag::Column::TagId)
            .filter(task_tag::Column::TaskId.eq(task));
        query.filter(tag::Column::Id.in_subquery(links.into_query()))
    });
    let part = BY_NAME.part(fitting, &list, request)?;
    let rows = keyset::read(part.rows.clone(), db).await?;
    BY_NAME.page(part, rows, &list, db).await
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

/// Those of the owner's live tags that have one of these ids, by name; nobody changes them before
/// the transaction ends. To be asked for before any task is locked, as those who change a tag do.
///
/// # Errors
/// When the database fails.
pub async fn hold_all(
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

/// Replaces what a tag of the owner is made of.
///
/// # Errors
/// `not_found`, `tag_name_conflict`.
pub async fn replace(
    owner: UserUuid,
    id: TagId,
    new: NewTag,
    db: &impl ConnectionTrait,
) -> Result<tag::Model, AppError> {
    rows::write(owner, id, columns(new), db).await
}
