use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait, QueryFilter,
    QueryResult, QuerySelect, QueryTrait, Select, Statement, TryGetable, Value,
    prelude::Expr,
    sea_query::{Asterisk, SubQueryStatement, ValueType},
};
use serde::Serialize;
use sqlx::{Row, ValueRef};

use super::{TagOnTask, TaskWithTags};
use crate::{
    entities::{tag, task, task_tag},
    error::AppError,
    repositories::{
        keyset::{Keyset, TOTAL, time_value},
        rows, search,
    },
    types::{
        ListRequest, Page, Priority, SearchQuery, SearchText, TagId, TagName, TaskId, TaskSort,
        TaskSortKey, UserUuid, UtcDateTime,
    },
};

/// Which tasks a list holds: those that fit every member.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TaskFilter {
    /// Only those done, or only those not done.
    pub completed: Option<bool>,
    /// Only those that matter so much.
    pub priority: Option<Priority>,
    /// Only those due before this moment.
    pub due_before: Option<UtcDateTime>,
    /// Only those due at this moment or later.
    pub due_after: Option<UtcDateTime>,
    /// Only those that carry one of these tags, or none where that is asked for.
    pub tags: Option<TagFilter>,
    /// Only those with these words.
    pub search: SearchQuery,
    /// Also those that were deleted.
    pub include_deleted: bool,
}

/// Tasks by their live tags: a task fits when one of the two says so.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TagFilter {
    /// One of these is on it.
    pub names: Vec<TagName>,
    /// None at all is on it.
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
    let keyset = keyset(sort);
    let (part, tasks) = keyset.part(fitting(owner, filter), &list, request)?;
    let rows = with_tags(tasks.build(db.get_database_backend()), &keyset.order(PAGE));
    let rows = db.query_all_raw(rows).await?;
    let (mut tasks, mut total) = (Vec::with_capacity(rows.len()), None);
    for row in &rows {
        let mut row = Columns { row, next: 0 };
        tasks.push(TaskWithTags {
            task: read_task(owner, &mut row)?,
            tags: read_tags(owner, row.read_optional()?)?,
        });
        total = row.read()?;
    }
    keyset.page_of(part, (tasks, total), &list, db).await
}

/// What the tasks of a part are called where their tags are added to them.
const PAGE: &str = "page";

/// Each of these tasks with its live tags in JSON: joined to it, they would repeat it. What is around
/// the tasks is written out, as to build it anew for each request costs a tenth of the request.
fn with_tags(tasks: Statement, order: &str) -> Statement {
    let (list, array) = match tasks.db_backend {
        DbBackend::Postgres => ("json_agg", "json_build_array"),
        _ => ("json_group_array", "json_array"),
    };
    let sql = format!(
        "SELECT page.id, page.title, page.description, page.completed, page.priority, \
         page.due_date, page.reminder_at, page.recurrence_pattern, page.recurrence_config, \
         page.version, page.created_at, page.updated_at, page.deleted_at, ( \
         SELECT CAST({list}({array}(tags.id, tags.name, tags.color, tags.created_at)) AS text) \
         FROM task_tags INNER JOIN tags ON tags.id = task_tags.tag_id \
         WHERE task_tags.task_id = page.id AND tags.user_id = page.user_id \
         AND tags.deleted_at IS NULL), page.{TOTAL} \
         FROM ({}) AS page ORDER BY {order}",
        tasks.sql
    );
    Statement { sql, ..tasks }
}

/// A row's columns from one on: by position, as names are looked up for each row anew.
struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl Columns<'_> {
    fn read<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        self.next += 1;
        self.row.try_get_by_index(self.next - 1)
    }

    /// As reading it would, but sea-orm first writes an error for each column without a value.
    fn read_optional<T: TryGetable>(&mut self) -> Result<Option<T>, DbErr> {
        if is_null(self.row, self.next) {
            self.next += 1;
            return Ok(None);
        }
        self.read()
    }
}

/// Whether a column has no value.
fn is_null(row: &QueryResult, column: usize) -> bool {
    #[cfg(feature = "postgres")]
    if let Some(row) = row.try_as_pg_row() {
        return row.try_get_raw(column).is_ok_and(|value| value.is_null());
    }
    #[cfg(feature = "sqlite")]
    if let Some(row) = row.try_as_sqlite_row() {
        return row.try_get_raw(column).is_ok_and(|value| value.is_null());
    }
    false
}

fn read_task(owner: UserUuid, row: &mut Columns) -> Result<task::Model, DbErr> {
    Ok(task::Model {
        user_id: owner,
        search_text: SearchText::default(),
        id: row.read()?,
        title: row.read()?,
        description: row.read_optional()?,
        completed: row.read()?,
        priority: row.read_optional()?,
        due_date: row.read_optional()?,
        reminder_at: row.read_optional()?,
        recurrence_pattern: row.read_optional()?,
        recurrence_config: row.read_optional()?,
        version: row.read()?,
        created_at: row.read()?,
        updated_at: row.read()?,
        deleted_at: row.read_optional()?,
    })
}

type StoredTag = (TagId, String, Option<String>, UtcDateTime);

/// Tags as [`with_tags`] wrote them, by name.
fn read_tags(owner: UserUuid, json: Option<String>) -> Result<Vec<TagOnTask>, DbErr> {
    let Some(json) = json else {
        return Ok(Vec::new());
    };
    let tags: Vec<StoredTag> =
        serde_json::from_str(&json).map_err(|error| DbErr::Type(error.to_string()))?;
    let tags = tags.into_iter().map(|(id, name, color, created_at)| {
        Ok(TagOnTask {
            id,
            user_id: owner,
            name: stored(name)?,
            color: color.map(stored).transpose()?,
            created_at,
        })
    });
    let mut tags = tags.collect::<Result<Vec<_>, DbErr>>()?;
    tags.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(tags)
}

/// A value as a column of its own would give it.
fn stored<T: ValueType>(text: String) -> Result<T, DbErr> {
    T::try_from(text.into()).map_err(|_| DbErr::Type(T::type_name()))
}

fn fitting(owner: UserUuid, filter: &TaskFilter) -> Select<task::Entity> {
    use task::Column;
    task::Entity::find()
        .select_only()
        .expr(Expr::col((task::Entity, Asterisk)))
        .filter(rows::reached::<task::Entity>(owner, filter.include_deleted))
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
        .apply_if(search::holds(owner, &filter.search), Select::filter)
}

fn tagged(owner: UserUuid, filter: &TagFilter) -> Condition {
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

fn keyset(sort: TaskSort) -> Keyset<task::Entity, TaskWithTags> {
    let created_at = Keyset {
        column: task::Column::CreatedAt,
        nullable: false,
        id: task::Column::Id,
        order: sort.order,
        position: |TaskWithTags { task, .. }| {
            (Some(task.created_at.to_string()), *task.id.as_uuid())
        },
        value: time_value,
        id_value: |id| TaskId::from(id).into(),
    };
    match sort.by {
        TaskSortKey::CreatedAt => created_at,
        TaskSortKey::DueDate => Keyset {
            column: task::Column::DueDate,
            nullable: true,
            position: |TaskWithTags { task, .. }| {
                let due_date = task.due_date.map(|time| time.to_string());
                (due_date, *task.id.as_uuid())
            },
            ..created_at
        },
        TaskSortKey::Priority => Keyset {
            column: task::Column::Priority,
            nullable: true,
            position: |TaskWithTags { task, .. }| {
                let priority = task.priority.map(|priority| (priority as i16).to_string());
                (priority, *task.id.as_uuid())
            },
            value: |text| text.parse::<i16>().ok().map(Value::from),
            ..created_at
        },
        TaskSortKey::Title => Keyset {
            column: task::Column::Title,
            position: |TaskWithTags { task, .. }| {
                (Some(task.title.as_str().to_owned()), *task.id.as_uuid())
            },
            value: |text| Some(text.into()),
            ..created_at
        },
    }
}
