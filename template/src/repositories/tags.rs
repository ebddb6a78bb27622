//! Tags.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, Set, prelude::Expr,
};

use crate::{
    entities::tag,
    error::{AppError, Code, Constraint, OnConstraint},
    types::{Color, Page, PageRequest, TagId, TagName, UserUuid, UtcDateTime},
};

/// What a tag is made of.
#[derive(Clone, Debug)]
pub struct NewTag {
    /// Unique among the owner's live tags.
    pub name: TagName,
    /// How it is shown.
    pub color: Option<Color>,
}

fn live(owner: UserUuid) -> Select<tag::Entity> {
    tag::Entity::find()
        .filter(tag::Column::UserId.eq(owner))
        .filter(tag::Column::DeletedAt.is_null())
}

/// Adds a tag.
///
/// # Errors
/// `tag_name_conflict`; `user_unknown` when the owner's row is gone.
pub async fn insert(
    owner: UserUuid,
    new: NewTag,
    db: &impl ConnectionTrait,
) -> Result<tag::Model, AppError> {
    let now = UtcDateTime::now();
    let row = tag::ActiveModel {
        id: Set(TagId::generate()),
        user_id: Set(owner),
        name: Set(new.name),
        color: Set(new.color),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    };
    row.insert(db)
        .await
        .on_constraint(|constraint| match constraint {
            Constraint::Unique => Some(Code::TagNameConflict),
            Constraint::ForeignKey => Some(Code::UserUnknown),
        })
}

/// A page of the owner's tags, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(
    owner: UserUuid,
    page: PageRequest,
    db: &impl ConnectionTrait,
) -> Result<Page<tag::Model>, AppError> {
    let total = live(owner).count(db).await?;
    let rows = live(owner)
        .order_by_asc(tag::Column::Name)
        .order_by_asc(tag::Column::Id)
        .offset(page.offset())
        .limit(page.limit())
        .all(db)
        .await?;
    Ok(Page::new(rows, total, page))
}

/// Those of the owner's live tags that have one of these ids, by name.
///
/// # Errors
/// When the database fails.
pub async fn find_all(
    owner: UserUuid,
    ids: &[TagId],
    db: &impl ConnectionTrait,
) -> Result<Vec<tag::Model>, AppError> {
    let mut tags = live(owner)
        .filter(tag::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    tags.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tags)
}

/// Deletes a tag, softly; says whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn delete(
    owner: UserUuid,
    id: TagId,
    db: &impl ConnectionTrait,
) -> Result<bool, AppError> {
    let now = UtcDateTime::now();
    let deleted = tag::Entity::update_many()
        .col_expr(tag::Column::DeletedAt, Expr::value(now))
        .col_expr(tag::Column::UpdatedAt, Expr::value(now))
        .col_expr(tag::Column::Version, Expr::col(tag::Column::Version).add(1))
        .filter(tag::Column::UserId.eq(owner))
        .filter(tag::Column::Id.eq(id))
        .filter(tag::Column::DeletedAt.is_null())
        .exec(db)
        .await?;
    Ok(deleted.rows_affected > 0)
}
