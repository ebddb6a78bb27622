//! Tags.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Set,
};
use serde::Serialize;

use super::keyset::{self, Keyset};
use crate::{
    entities::{tag, task_tag},
    error::{AppError, Code, Constraint, OnConstraint},
    types::{
        Color, Expected, ListRequest, Page, Patch, SortOrder, TagId, TagName, TaskId, UserUuid,
        UtcDateTime,
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

fn owned(owner: UserUuid, include_deleted: bool) -> Select<tag::Entity> {
    let own = tag::Entity::find().filter(tag::Column::UserId.eq(owner));
    match include_deleted {
        true => own,
        false => own.filter(tag::Column::DeletedAt.is_null()),
    }
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
    row.insert(db).await.on_constraint(problem)
}

fn problem(constraint: Constraint) -> Option<Code> {
    match constraint {
        Constraint::Unique => Some(Code::TagNameConflict),
        Constraint::ForeignKey => None,
    }
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
    let fitting = owned(owner, filter.include_deleted).apply_if(filter.task, |query, task| {
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

/// A tag of the owner.
///
/// # Errors
/// `not_found`.
pub async fn get(
    owner: UserUuid,
    id: TagId,
    include_deleted: bool,
    db: &impl ConnectionTrait,
) -> Result<tag::Model, AppError> {
    let tag = owned(owner, include_deleted).filter(tag::Column::Id.eq(id));
    tag.one(db).await?.ok_or_else(not_found)
}

/// Whether the owner has such a tag.
///
/// # Errors
/// `not_found`.
pub async fn require(
    owner: UserUuid,
    id: TagId,
    include_deleted: bool,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    let tag = owned(owner, include_deleted).filter(tag::Column::Id.eq(id));
    match keyset::count(tag, db).await? {
        0 => Err(not_found()),
        _ => Ok(()),
    }
}

/// A tag of the owner, which nobody else changes before the transaction ends.
///
/// # Errors
/// `not_found`; `precondition_failed` when it is not in a version that is `expected`.
pub async fn lock(
    owner: UserUuid,
    id: TagId,
    include_deleted: bool,
    expected: &Expected,
    db: &impl ConnectionTrait,
) -> Result<tag::Model, AppError> {
    let tag = owned(owner, include_deleted)
        .filter(tag::Column::Id.eq(id))
        .lock_exclusive();
    let tag = tag.one(db).await?.ok_or_else(not_found)?;
    match expected.accepts(tag.version) {
        true => Ok(tag),
        false => Err(AppError::new(Code::PreconditionFailed)),
    }
}

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
    let tags = owned(owner, false)
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
    write(owner, id, columns(new), db).await
}

/// Deletes a tag of the owner, softly.
///
/// # Errors
/// `not_found`.
pub async fn delete(owner: UserUuid, id: TagId, db: &impl ConnectionTrait) -> Result<(), AppError> {
    let now = UtcDateTime::now();
    let columns = tag::ActiveModel {
        updated_at: Set(now),
        deleted_at: Set(Some(now)),
        ..Default::default()
    };
    write(owner, id, columns, db).await.map(drop)
}

/// Brings a deleted tag of the owner back, onto the tasks that it was on.
///
/// # Errors
/// `not_found`; `tag_name_conflict` when its name was taken meanwhile.
pub async fn restore(
    owner: UserUuid,
    id: TagId,
    db: &impl ConnectionTrait,
) -> Result<tag::Model, AppError> {
    let columns = tag::ActiveModel {
        updated_at: Set(UtcDateTime::now()),
        deleted_at: Set(None),
        ..Default::default()
    };
    write(owner, id, columns, db).await
}

/// Sets these columns and raises the version.
async fn write(
    owner: UserUuid,
    id: TagId,
    columns: tag::ActiveModel,
    db: &impl ConnectionTrait,
) -> Result<tag::Model, AppError> {
    let version = tag::Column::Version;
    let written = tag::Entity::update_many()
        .set(columns)
        .col_expr(version, version.into_expr().add(1))
        .filter(tag::Column::UserId.eq(owner))
        .filter(tag::Column::Id.eq(id))
        .exec_with_returning(db)
        .await
        .on_constraint(problem)?;
    written.into_iter().next().ok_or_else(not_found)
}

fn not_found() -> AppError {
    AppError::new(Code::NotFound)
}
