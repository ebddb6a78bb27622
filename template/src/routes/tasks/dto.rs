use database::{
    Patch, SearchQuery, SortOrder, UserUuid, UtcDateTime, not_null, set_if_present,
    text::deserialize_by_rule,
};
use rest::Versioned;
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    entities::{tag, task},
    repositories::tasks::{TaggedWith, TaskFilter, TaskWithTags},
    types::{
        Color, Description, Priority, RecurrenceConfig, RecurrencePattern, TagId, TagName, TaskId,
        TaskSort, TaskSortKey, Title,
    },
};

/// A task with its tags.
#[derive(Serialize, ToSchema)]
pub(super) struct Task {
    id: TaskId,
    user_id: UserUuid,
    title: Title,
    description: Option<Description>,
    completed: bool,
    priority: Option<Priority>,
    due_date: Option<UtcDateTime>,
    reminder_at: Option<UtcDateTime>,
    recurrence_pattern: Option<RecurrencePattern>,
    recurrence_config: Option<RecurrenceConfig>,
    /// By name.
    tags: Vec<TaskTag>,
    /// Raised by each change of the task or of a tag on it; in quotes, it is the ETag.
    version: i32,
    created_at: UtcDateTime,
    updated_at: UtcDateTime,
    /// When it was deleted; null while it is not.
    deleted_at: Option<UtcDateTime>,
}

/// A tag, as a task carries it.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskTag {
    id: TagId,
    user_id: UserUuid,
    name: TagName,
    color: Option<Color>,
    created_at: UtcDateTime,
}

impl From<TaskWithTags> for Task {
    fn from(TaskWithTags { task, tags }: TaskWithTags) -> Self {
        Self {
            id: task.id,
            user_id: task.user_id,
            title: task.title,
            description: task.description,
            completed: task.completed,
            priority: task.priority,
            due_date: task.due_date,
            reminder_at: task.reminder_at,
            recurrence_pattern: task.recurrence_pattern,
            recurrence_config: task.recurrence_config,
            tags: tags.into_iter().map(TaskTag::from).collect(),
            version: task.version,
            created_at: task.created_at,
            updated_at: task.updated_at,
            deleted_at: task.deleted_at,
        }
    }
}

impl From<tag::Model> for TaskTag {
    fn from(tag: tag::Model) -> Self {
        Self {
            id: tag.id,
            user_id: tag.user_id,
            name: tag.name,
            color: tag.color,
            created_at: tag.created_at,
        }
    }
}

impl Versioned for Task {
    fn version(&self) -> i32 {
        self.version
    }
}

/// A whole task: what is left out has no value.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskInput {
    title: Title,
    #[serde(default)]
    description: Option<Description>,
    #[serde(default)]
    completed: bool,
    #[serde(default)]
    priority: Option<Priority>,
    #[serde(default)]
    due_date: Option<UtcDateTime>,
    /// Before `due_date`, where there is one.
    #[serde(default)]
    reminder_at: Option<UtcDateTime>,
    #[serde(default)]
    recurrence_pattern: Option<RecurrencePattern>,
    /// With `recurrence_pattern` custom, and only then.
    #[serde(default)]
    recurrence_config: Option<RecurrenceConfig>,
    /// Tags of yours to put on it.
    #[serde(default)]
    #[validate(length(max = 100, code = "too_many", message = "must be at most 100 ids"))]
    #[schema(max_items = 100)]
    pub tag_ids: Vec<TagId>,
}

impl From<TaskInput> for task::ActiveModel {
    fn from(input: TaskInput) -> Self {
        Self {
            title: Set(input.title),
            description: Set(input.description),
            completed: Set(input.completed),
            priority: Set(input.priority),
            due_date: Set(input.due_date),
            reminder_at: Set(input.reminder_at),
            recurrence_pattern: Set(input.recurrence_pattern),
            recurrence_config: Set(input.recurrence_config),
            ..Default::default()
        }
    }
}

/// What is to change: a field that is absent stays, `null` clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskChanges {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    title: Option<Title>,
    #[serde(default)]
    #[schema(value_type = Option<Description>)]
    description: Patch<Description>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    completed: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Priority>)]
    priority: Patch<Priority>,
    #[serde(default)]
    #[schema(value_type = Option<UtcDateTime>)]
    due_date: Patch<UtcDateTime>,
    /// Before `due_date`, where there is one.
    #[serde(default)]
    #[schema(value_type = Option<UtcDateTime>)]
    reminder_at: Patch<UtcDateTime>,
    #[serde(default)]
    #[schema(value_type = Option<RecurrencePattern>)]
    recurrence_pattern: Patch<RecurrencePattern>,
    /// With `recurrence_pattern` custom, and only then.
    #[serde(default)]
    #[schema(value_type = Option<RecurrenceConfig>)]
    recurrence_config: Patch<RecurrenceConfig>,
    /// Tags of yours, to take the place of those on it.
    #[serde(default, deserialize_with = "not_null")]
    #[validate(length(max = 100, code = "too_many", message = "must be at most 100 ids"))]
    #[schema(max_items = 100, nullable = false)]
    pub tag_ids: Option<Vec<TagId>>,
}

impl From<TaskChanges> for task::ActiveModel {
    fn from(changes: TaskChanges) -> Self {
        Self {
            title: set_if_present(changes.title),
            description: changes.description.into(),
            completed: set_if_present(changes.completed),
            priority: changes.priority.into(),
            due_date: changes.due_date.into(),
            reminder_at: changes.reminder_at.into(),
            recurrence_pattern: changes.recurrence_pattern.into(),
            recurrence_config: changes.recurrence_config.into(),
            ..Default::default()
        }
    }
}

/// Tags of yours.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TagSet {
    #[validate(length(max = 100, code = "too_many", message = "must be at most 100 ids"))]
    #[schema(max_items = 100)]
    pub tag_ids: Vec<TagId>,
}

/// A tag of yours.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddTag {
    pub tag_id: TagId,
}

/// Whether a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum TaskStatus {
    Complete,
    Incomplete,
}

/// Which tasks, and in which order. A task must fit every filter.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ListTasks {
    /// Only those done, or only those not done.
    #[param(inline)]
    status: Option<TaskStatus>,
    /// Filters by priority.
    #[param(inline)]
    priority: Option<Priority>,
    /// Only those due before this moment.
    due_before: Option<UtcDateTime>,
    /// Only those due at this moment or later.
    due_after: Option<UtcDateTime>,
    /// Only those with a tag of this name; `none` stands for no tag at all. May be repeated: one
    /// of them is enough.
    #[validate(length(max = 100, code = "too_many", message = "must be at most 100"))]
    #[param(value_type = Vec<TagName>, max_items = 100)]
    tag: Vec<TagParameter>,
    /// Only those with words in title or description that begin with each of these words; case,
    /// accents and punctuation make no difference.
    #[param(value_type = Option<String>, max_length = 255, example = "milk")]
    search: SearchQuery,
    /// Also those that were deleted.
    #[param(default = false)]
    include_deleted: bool,
    /// What they are sorted by, by default `created_at`; ties go by id.
    #[param(inline)]
    sort_by: TaskSortKey,
    /// Which way, by default `desc`. Tasks without a due date or priority come last both ways.
    #[param(inline)]
    order: SortOrder,
}

/// A value of the parameter `tag`.
#[derive(Debug, Serialize)]
enum TagParameter {
    Named(TagName),
    Untagged,
}

impl<'de> Deserialize<'de> for TagParameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_by_rule(deserializer, |text| match text {
            TagName::NONE => Ok(Self::Untagged),
            name => TagName::parse(name).map(Self::Named),
        })
    }
}

impl ListTasks {
    pub fn sort(&self) -> TaskSort {
        TaskSort {
            by: self.sort_by,
            order: self.order,
        }
    }

    pub fn into_filter(self) -> TaskFilter {
        TaskFilter {
            completed: self.status.map(|status| status == TaskStatus::Complete),
            priority: self.priority,
            due_before: self.due_before,
            due_after: self.due_after,
            tags: tag_filter(self.tag),
            search: self.search,
            include_deleted: self.include_deleted,
        }
    }
}

fn tag_filter(parameters: Vec<TagParameter>) -> Option<TaggedWith> {
    let is_used = !parameters.is_empty();
    let mut filter = TaggedWith::default();
    for parameter in parameters {
        match parameter {
            TagParameter::Named(name) => filter.names.push(name),
            TagParameter::Untagged => filter.untagged = true,
        }
    }
    is_used.then_some(filter)
}
