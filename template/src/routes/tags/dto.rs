use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::{
    entities::tag,
    http::{Versioned, check_page_size, list_request, page_or_cursor},
    repositories::tags::{NewTag, TagFilter, TagPatch},
    types::{Color, ListRequest, Patch, TagId, TagName, TaskId, UserUuid, UtcDateTime, not_null},
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
    #[serde(default)]
    #[validate(required(message = "is required"), custom(function = TagName::check))]
    #[schema(value_type = TagName, required = true)]
    name: Option<String>,
    /// `#RRGGBB` or `#RGB`.
    #[serde(default)]
    #[validate(custom(function = Color::check))]
    #[schema(pattern = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$", example = "#1E90FF")]
    color: Option<String>,
}

impl TryFrom<TagInput> for NewTag {
    type Error = ValidationError;

    fn try_from(body: TagInput) -> Result<Self, ValidationError> {
        Ok(Self {
            name: TagName::parse(body.name.as_deref().unwrap_or_default())?,
            color: body.color.as_deref().map(Color::parse).transpose()?,
        })
    }
}

/// What is to change: a member that is absent stays, `null` clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TagChanges {
    /// Unique among your tags; `none` is reserved.
    #[serde(default, deserialize_with = "not_null")]
    #[validate(custom(function = TagName::check))]
    #[schema(value_type = TagName, required = false)]
    name: Option<String>,
    /// `#RRGGBB` or `#RGB`.
    #[serde(default)]
    #[validate(custom(function = Color::check_patch))]
    #[schema(value_type = Option<String>, pattern = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$", example = "#1E90FF")]
    color: Patch<String>,
}

impl TryFrom<TagChanges> for TagPatch {
    type Error = ValidationError;

    fn try_from(body: TagChanges) -> Result<Self, ValidationError> {
        Ok(Self {
            name: body.name.as_deref().map(TagName::parse).transpose()?,
            color: body.color.try_map(|text| Color::parse(&text))?,
        })
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

/// Which tags, and which part of them.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
#[validate(schema(function = one_place))]
pub(in crate::routes) struct ListTags {
    /// Also those that were deleted.
    #[param(default = false)]
    include_deleted: bool,
    /// Which page; the first is 1.
    #[validate(range(min = 1, code = "out_of_range", message = "must be at least 1"))]
    #[param(
        minimum = 1,
        maximum = 4_294_967_295_u32,
        format = "uint32",
        default = 1
    )]
    page: Option<u32>,
    /// Rows on a page.
    #[validate(custom(function = check_page_size))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u32>,
    /// A `next_cursor`: the list goes on there, in place of `page`.
    cursor: Option<String>,
}

fn one_place(query: &ListTags) -> Result<(), ValidationError> {
    page_or_cursor(query.page, query.cursor.as_deref())
}

impl ListTags {
    /// The filter and the part of the list.
    pub fn into_parts(self, task: Option<TaskId>) -> (TagFilter, ListRequest) {
        let filter = TagFilter {
            task,
            include_deleted: self.include_deleted,
        };
        (filter, list_request(self.page, self.page_size, self.cursor))
    }
}
