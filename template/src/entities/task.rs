//! Tasks of a user.

use sea_orm::entity::prelude::*;

use crate::types::{Description, Priority, TaskId, Title, UserUuid, UtcDateTime};

/// A row of `tasks`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub struct Model {
    /// A UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    /// Whose task it is.
    pub user_id: UserUuid,
    /// What to do.
    pub title: Title,
    /// More about it.
    pub description: Option<Description>,
    /// Whether it is done.
    pub completed: bool,
    /// How much it matters.
    pub priority: Option<Priority>,
    /// By when.
    pub due_date: Option<UtcDateTime>,
    /// Raised by each write.
    pub version: i32,
    /// When it was made.
    pub created_at: UtcDateTime,
    /// When it last changed.
    pub updated_at: UtcDateTime,
    /// When it was deleted; null = live.
    pub deleted_at: Option<UtcDateTime>,
}

/// A task has many tags.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<super::tag::Entity> for Entity {
    fn to() -> RelationDef {
        super::task_tag::Relation::Tag.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::task_tag::Relation::Task.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
