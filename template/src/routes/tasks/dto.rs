use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::{
    error::AppError,
    http::{Versioned, check_page_size, list_request, page_or_cursor},
    repositories::tasks::{NewTask, TagFilter, TagOnTask, TaskFilter, TaskPatch, TaskWithTags},
    types::{
        Color, Description, ListRequest, Patch, Priority, RecurrenceConfig, RecurrencePattern,
        RecurrenceRule, SearchQuery, SortOrder, TagId, TagName, TaskId, TaskSort, TaskSortKey,
        TimeZone, Title, UserUuid, UtcDateTime, config_suits_pattern, not_null,
        reminder_precedes_due_date,
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

impl From<TagOnTask> for TaskTag {
    fn from(tag: TagOnTask) -> Self {
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
#[validate(schema(function = TaskInput::reminder, skip_on_field_errors = false))]
#[validate(schema(function = TaskInput::recurrence, skip_on_field_errors = false))]
pub(super) struct TaskInput {
    #[serde(default)]
    #[validate(required(message = "is required"), custom(function = Title::check))]
    #[schema(value_type = Title, required = true)]
    title: Option<String>,
    #[serde(default)]
    #[validate(custom(function = Description::check))]
    #[schema(value_type = Option<Description>)]
    description: Option<String>,
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
    #[validate(nested)]
    recurrence_config: Option<RecurrenceConfigInput>,
    /// Tags of yours to put on it.
    #[serde(default)]
    #[validate(length(max = 100, code = "too_many", message = "must be at most 100 ids"))]
    #[schema(max_items = 100)]
    tag_ids: Vec<TagId>,
}

impl TaskInput {
    fn reminder(&self) -> Result<(), ValidationError> {
        reminder_precedes_due_date(self.reminder_at, self.due_date)
    }

    fn recurrence(&self) -> Result<(), ValidationError> {
        config_suits_pattern(self.recurrence_pattern, self.recurrence_config.is_some())
    }

    /// The task, and the tags to put on it.
    ///
    /// # Errors
    /// `validation_failed`, unless the body was found valid.
    pub fn into_parts(self) -> Result<(NewTask, Vec<TagId>), AppError> {
        let description = self.description.as_deref().map(Description::parse);
        let config = self.recurrence_config.map(TryInto::try_into);
        let new = NewTask {
            title: Title::parse(self.title.as_deref().unwrap_or_default())?,
            description: description.transpose()?,
            completed: self.completed,
            priority: self.priority,
            due_date: self.due_date,
            reminder_at: self.reminder_at,
            recurrence_pattern: self.recurrence_pattern,
            recurrence_config: config.transpose()?,
        };
        Ok((new, self.tag_ids))
    }
}

/// What the pattern `custom` means.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecurrenceConfigInput {
    /// When it repeats.
    #[validate(custom(function = RecurrenceRule::check))]
    #[schema(value_type = RecurrenceRule)]
    rrule: String,
    /// Only each so-manyth time.
    #[serde(default)]
    #[validate(range(
        min = 1,
        max = 1000,
        code = "out_of_range",
        message = "must be from 1 to 1000"
    ))]
    #[schema(minimum = 1, maximum = 1000)]
    interval: Option<u16>,
    /// Where the rule's days begin and end.
    #[serde(default)]
    #[validate(custom(function = TimeZone::check))]
    #[schema(value_type = Option<TimeZone>)]
    timezone: Option<String>,
    /// The last moment at which it repeats.
    #[serde(default)]
    end_date: Option<UtcDateTime>,
    /// When it does not repeat although the rule says so.
    #[serde(default)]
    #[validate(length(max = 100, code = "too_many", message = "must be at most 100 times"))]
    #[schema(max_items = 100)]
    exceptions: Vec<UtcDateTime>,
}

impl TryFrom<RecurrenceConfigInput> for RecurrenceConfig {
    type Error = ValidationError;

    fn try_from(config: RecurrenceConfigInput) -> Result<Self, ValidationError> {
        Ok(Self {
            rrule: RecurrenceRule::parse(&config.rrule)?,
            interval: config.interval,
            timezone: config
                .timezone
                .as_deref()
                .map(TimeZone::parse)
                .transpose()?,
            end_date: config.end_date,
            exceptions: config.exceptions,
        })
    }
}

/// What is to change: a member that is absent stays, `null` clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskChanges {
    #[serde(default, deserialize_with = "not_null")]
    #[validate(custom(function = Title::check))]
    #[schema(value_type = Title, required = false)]
    title: Option<String>,
    #[serde(default)]
    #[validate(custom(function = Description::check_patch))]
    #[schema(value_type = Option<Description>)]
    description: Patch<String>,
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
    #[validate(nested)]
    #[schema(value_type = Option<RecurrenceConfigInput>)]
    recurrence_config: Patch<RecurrenceConfigInput>,
    /// Tags of yours, to take the place of those on it.
    #[serde(default, deserialize_with = "not_null")]
    #[validate(length(max = 100, code = "too_many", message = "must be at most 100 ids"))]
    #[schema(max_items = 100, nullable = false)]
    tag_ids: Option<Vec<TagId>>,
}

impl TaskChanges {
    /// The changes, and the tags to take the place of those on the task.
    ///
    /// # Errors
    /// `validation_failed`, unless the body was found valid.
    pub fn into_parts(self) -> Result<(TaskPatch, Option<Vec<TagId>>), AppError> {
        let patch = TaskPatch {
            title: self.title.as_deref().map(Title::parse).transpose()?,
            description: self.description.try_map(|text| Description::parse(&text))?,
            completed: self.completed,
            priority: self.priority,
            due_date: self.due_date,
            reminder_at: self.reminder_at,
            recurrence_pattern: self.recurrence_pattern,
            recurrence_config: self.recurrence_config.try_map(TryInto::try_into)?,
        };
        Ok((patch, self.tag_ids))
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

/// Which tasks, in which order, and which part of them. A task must fit every filter.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
#[validate(schema(function = ListTasks::one_place))]
pub(super) struct ListTasks {
    /// Only those done, or only those not done.
    #[param(inline)]
    status: Option<TaskStatus>,
    /// Only those that matter so much.
    #[param(inline)]
    priority: Option<Priority>,
    /// Only those due before this moment.
    due_before: Option<UtcDateTime>,
    /// Only those due at this moment or later.
    due_after: Option<UtcDateTime>,
    /// Only those with a tag of this name; `none` stands for no tag at all. May be repeated: one
    /// of them is enough.
    #[validate(custom(function = tag_names))]
    #[param(value_type = Vec<TagName>, max_items = 100)]
    tag: Vec<String>,
    /// Only those with words in title or description that begin with each of these words; case,
    /// accents and punctuation make no difference.
    #[validate(custom(function = SearchQuery::check))]
    #[param(max_length = 255, example = "milk")]
    search: Option<String>,
    /// Also those that were deleted.
    #[param(default = false)]
    include_deleted: bool,
    /// What they are sorted by, by default `created_at`; ties go by id.
    #[param(inline)]
    sort_by: TaskSortKey,
    /// Which way, by default `desc`. Tasks without a due date or priority come last both ways.
    #[param(inline)]
    order: SortOrder,
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
    /// A `next_cursor`: the list goes on there, in place of `page`. The other parameters must be
    /// the same as before, but for `page_size`.
    cursor: Option<String>,
}

fn tag_names(names: &[String]) -> Result<(), ValidationError> {
    if names.len() > 100 {
        return Err(ValidationError::new("too_many").with_message("must be at most 100".into()));
    }
    let mut names = names.iter().filter(|name| *name != TagName::NONE);
    names.try_for_each(|name| TagName::check(name))
}

impl ListTasks {
    fn one_place(&self) -> Result<(), ValidationError> {
        page_or_cursor(self.page, self.cursor.as_deref())
    }

    /// The filter, the order and the part of the list.
    ///
    /// # Errors
    /// `validation_failed`, unless the parameters were found valid.
    pub fn into_parts(self) -> Result<(TaskFilter, TaskSort, ListRequest), AppError> {
        let filter = TaskFilter {
            completed: self.status.map(|status| status == TaskStatus::Complete),
            priority: self.priority,
            due_before: self.due_before,
            due_after: self.due_after,
            tags: tag_filter(&self.tag)?,
            search: SearchQuery::parse(self.search.as_deref().unwrap_or_default())?,
            include_deleted: self.include_deleted,
        };
        let sort = TaskSort {
            by: self.sort_by,
            order: self.order,
        };
        let part = list_request(self.page, self.page_size, self.cursor);
        Ok((filter, sort, part))
    }
}

fn tag_filter(asked: &[String]) -> Result<Option<TagFilter>, AppError> {
    let (none, names): (Vec<_>, Vec<_>) = asked.iter().partition(|name| *name == TagName::NONE);
    let names: Result<Vec<_>, _> = names.into_iter().map(|name| TagName::parse(name)).collect();
    let filter = TagFilter {
        names: names?,
        untagged: !none.is_empty(),
    };
    Ok((!asked.is_empty()).then_some(filter))
}
