//! Tags of a user.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use database::{UserUuid, UtcDateTime};

use crate::types::{Color, TagId, TagName};

/// A row of `tags`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "tags")]
pub struct Model {
    /// A UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TagId,
    /// The user whom the tag belongs to.
    pub user_id: UserUuid,
    /// Unique among the user's live tags.
    pub name: TagName,
    /// The colour in which it is shown.
    pub color: Option<Color>,
    /// Raised by each write.
    pub version: i32,
    /// When it was made.
    pub created_at: UtcDateTime,
    /// When it last changed.
    pub updated_at: UtcDateTime,
    /// When it was deleted; null = live.
    pub deleted_at: Option<UtcDateTime>,
}

/// None of its own: `task_tags` links tags to tasks.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<super::task::Entity> for Entity {
    fn to() -> RelationDef {
        super::task_tag::Relation::Task.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::task_tag::Relation::Tag.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
