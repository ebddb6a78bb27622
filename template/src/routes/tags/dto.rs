use database::{Patch, UserUuid, UtcDateTime, not_null, set_if_present};
use rest::Versioned;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    entities::tag,
    repositories::tags::TagFilter,
    types::{Color, TagId, TagName, TaskId},
};

/// A tag.
#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct Tag {
    id: TagId,
    user_id: UserUuid,
    name: TagName,
    color: Option<Color>,
    /// Raised by each change; in quotes, it is the ETag.
    version: i32,
    created_at: UtcDateTime,
    updated_at: UtcDateTime,
    /// When it was deleted; null while it is not.
    deleted_at: Option<UtcDateTime>,
}

impl From<tag::Model> for Tag {
    fn from(tag: tag::Model) -> Self {
        Self {
            id: tag.id,
            user_id: tag.user_id,
            name: tag.name,
            color: tag.color,
            version: tag.version,
            created_at: tag.created_at,
            updated_at: tag.updated_at,
            deleted_at: tag.deleted_at,
        }
    }
}

impl Versioned for Tag {
    fn version(&self) -> i32 {
        self.version
    }
}

/// A whole tag: what is left out has no value.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TagInput {
    /// Unique among your tags; `none` is reserved.
    name: TagName,
    /// `#RRGGBB` or `#RGB`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$", example = "#1E90FF")]
    color: Option<Color>,
}

impl From<TagInput> for tag::ActiveModel {
    fn from(input: TagInput) -> Self {
        Self {
            name: Set(input.name),
            color: Set(input.color),
            ..Default::default()
        }
    }
}

/// What is to change: a field that is absent stays, `null` clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TagChanges {
    /// Unique among your tags; `none` is reserved.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    name: Option<TagName>,
    /// `#RRGGBB` or `#RGB`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$", example = "#1E90FF")]
    color: Patch<Color>,
}

impl From<TagChanges> for tag::ActiveModel {
    fn from(changes: TagChanges) -> Self {
        Self {
            name: set_if_present(changes.name),
            color: changes.color.into(),
            ..Default::default()
        }
    }
}

/// Tasks to put a tag on.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignTag {
    #[validate(length(max = 100, code = "too_many", message = "must be at most 100 ids"))]
    #[schema(max_items = 100)]
    pub task_ids: Vec<TaskId>,
}

/// What an assignment did.
#[derive(Serialize, ToSchema)]
pub(super) struct Assigned {
    /// On how many of the tasks the tag was not before.
    pub assigned: u64,
}

/// Which tags.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(in crate::routes) struct ListTags {
    /// Also those that were deleted.
    #[param(default = false)]
    include_deleted: bool,
}

impl ListTags {
    pub fn into_filter(self, task: Option<TaskId>) -> TagFilter {
        TagFilter {
            task,
            include_deleted: self.include_deleted,
        }
    }
}
