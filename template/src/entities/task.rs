//! Tasks of a user.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use database::{SearchText, UserUuid, UtcDateTime};

use crate::types::{Description, Priority, RecurrenceConfig, RecurrencePattern, TaskId, Title};

/// A row of `tasks`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "tasks")]
pub struct Model {
    /// A UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    /// The user whom the task belongs to.
    pub user_id: UserUuid,
    /// What to do.
    pub title: Title,
    /// More about it.
    pub description: Option<Description>,
    /// Whether it is done.
    pub completed: bool,
    /// The priority.
    pub priority: Option<Priority>,
    /// When it is due.
    pub due_date: Option<UtcDateTime>,
    /// When to remind the user of it; before `due_date`.
    pub reminder_at: Option<UtcDateTime>,
    /// How it repeats.
    pub recurrence_pattern: Option<RecurrencePattern>,
    /// The rule of the pattern `custom`; only with that pattern.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub recurrence_config: Option<RecurrenceConfig>,
    /// The searchable words of title and description.
    #[serde(skip)]
    pub search_text: SearchText,
    /// Raised by each change of the task, of its set of tags, and of one of those tags.
    pub version: i32,
    /// When it was made.
    pub created_at: UtcDateTime,
    /// When it last changed.
    pub updated_at: UtcDateTime,
    /// When it was deleted; null = live.
    pub deleted_at: Option<UtcDateTime>,
}

/// None of its own: `task_tags` links tasks to tags.
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
