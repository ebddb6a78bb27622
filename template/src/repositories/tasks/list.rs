use database::{
    ListRequest, Page, SearchQuery, UserUuid, UtcDateTime,
    keyset::{Keyset, time_value},
    related::RelatedRows,
    rows, search_query,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    QueryTrait, Select, Value, prelude::Expr, sea_query::SubQueryStatement,
};
use serde::Serialize;

use super::TaskWithTags;
use crate::{
    entities::{tag, task, task_tag},
    error::AppError,
    types::{Priority, TagName, TaskId, TaskSort, TaskSortKey},
};

/// Which tasks a list holds: those that match every field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TaskFilter {
    /// Only completed tasks, or only others.
    pub completed: Option<bool>,
    /// Only tasks of this priority.
    pub priority: Option<Priority>,
    /// Only tasks due before this time.
    pub due_before: Option<UtcDateTime>,
    /// Only tasks due at this time or later.
    pub due_after: Option<UtcDateTime>,
    /// Only tasks with these tags.
    pub tags: Option<TaggedWith>,
    /// Only tasks with these words.
    pub search: SearchQuery,
    /// Deleted tasks too.
    pub include_deleted: bool,
}

/// Tasks by their live tags: a task matches one of the two.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TaggedWith {
    /// It has one of these tags.
    pub names: Vec<TagName>,
    /// It has no tag.
    pub untagged: bool,
}

/// A page of the owner's tasks with their tags, in one statement.
///
/// # Errors
/// `cursor_invalid`.
pub async fn list(
    owner: UserUuid,
    filter: &TaskFilter,
    sort: TaskSort,
    request: &ListRequest,
    db: &impl ConnectionTrait,
) -> Result<Page<TaskWithTags>, AppError> {
    let list = ("tasks", owner, filter, sort);
    let tags = RelatedRows::new(owner, tag::Column::Name);
    let keyset = keyset(sort);
    let page = keyset.page_with(filtered(owner, filter), tags, &list, request, db);
    Ok(page.await?.map(|(task, tags)| TaskWithTags { task, tags }))
}

fn filtered(owner: UserUuid, filter: &TaskFilter) -> Select<task::Entity> {
    use task::Column;
    rows::find(owner, filter.include_deleted)
        .apply_if(filter.completed, |query, completed| {
            query.filter(Column::Completed.eq(completed))
        })
        .apply_if(filter.priority, |query, priority| {
            query.filter(Column::Priority.eq(priority))
        })
        .apply_if(filter.due_before, |query, time| {
            query.filter(Column::DueDate.lt(time))
        })
        .apply_if(filter.due_after, |query, time| {
            query.filter(Column::DueDate.gte(time))
        })
        .apply_if(filter.tags.as_ref(), |query, tags| {
            query.filter(tagged(owner, tags))
        })
        .apply_if(
            search_query::matches::<task::Entity>(owner, &filter.search),
            Select::filter,
        )
}

fn tagged(owner: UserUuid, filter: &TaggedWith) -> Condition {
    let links = || {
        task_tag::Entity::find()
            .select_only()
            .column(task_tag::Column::TaskId)
            .inner_join(tag::Entity)
            .filter(tag::Column::UserId.eq(owner))
            .filter(tag::Column::DeletedAt.is_null())
    };
    let named = (!filter.names.is_empty()).then(|| {
        let names = filter.names.iter().cloned();
        let links = links().filter(tag::Column::Name.is_in(names));
        task::Column::Id.in_subquery(links.into_query())
    });
    let untagged = filter.untagged.then(|| {
        let of_task = task_tag::Column::TaskId
            .into_expr()
            .equals(task::Column::Id.as_column_ref());
        // With NOT EXISTS, PostgreSQL may read the links of all users.
        let first = links().filter(of_task).limit(1).into_query();
        Expr::from(SubQueryStatement::from(first)).is_null()
    });
    Condition::any().add_option(named).add_option(untagged)
}

fn keyset(sort: TaskSort) -> Keyset<task::Entity> {
    let created_at = Keyset {
        column: task::Column::CreatedAt,
        nullable: false,
        id: task::Column::Id,
        order: sort.order,
        position: |task: &task::Model| (Some(task.created_at.to_string()), *task.id.as_uuid()),
        value: time_value,
        id_value: |id| TaskId::from(id).into(),
    };
    match sort.by {
        TaskSortKey::CreatedAt => created_at,
        TaskSortKey::DueDate => Keyset {
            column: task::Column::DueDate,
            nullable: true,
            position: |task| {
                let due_date = task.due_date.map(|time| time.to_string());
                (due_date, *task.id.as_uuid())
            },
            ..created_at
        },
        TaskSortKey::Priority => Keyset {
            column: task::Column::Priority,
            nullable: true,
            position: |task| {
                let priority = task.priority.map(|priority| (priority as i16).to_string());
                (priority, *task.id.as_uuid())
            },
            value: |text| text.parse::<i16>().ok().map(Value::from),
            ..created_at
        },
        TaskSortKey::Title => Keyset {
            column: task::Column::Title,
            position: |task| (Some(task.title.as_str().to_owned()), *task.id.as_uuid()),
            value: |text| Some(text.into()),
            ..created_at
        },
    }
}
