use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IdenStatic,
    QueryFilter, QueryResult, QuerySelect, QueryTrait, Select, TryGetable, Value,
    prelude::Expr,
    sea_query::{Order, Query, SelectStatement, SubQueryStatement},
};
use serde::Serialize;

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

/// A page of the owner's tasks with their tags: one statement, and one more for long texts.
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
    let part = keyset.part(fitting(owner, filter), &list, request)?;
    let mut rows = with_tags(part.rows.clone());
    keyset.sort(&mut rows, PAGE);
    rows.order_by((tag::Entity, tag::Column::Name), Order::Asc);
    let mut read = read(&db.query_all(&rows).await?)?;
    read_texts(owner, read.long, &mut read.tasks, db).await?;
    keyset
        .page_of(part, (read.tasks, read.total), &list, db)
        .await
}

/// Whether a task of the page has texts that are read apart: in the joined rows they would be
/// repeated with each of its tags.
const LONG: &str = "length(page.description) > 200 OR page.recurrence_config IS NOT NULL";

/// Fills in the texts that the joined rows leave out.
async fn read_texts(
    owner: UserUuid,
    long: Vec<TaskId>,
    tasks: &mut [TaskWithTags],
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    if long.is_empty() {
        return Ok(());
    }
    let texts = rows::find::<task::Entity>(owner, true)
        .select_only()
        .columns([
            task::Column::Id,
            task::Column::Description,
            task::Column::RecurrenceConfig,
        ])
        .filter(task::Column::Id.is_in(long))
        .into_tuple::<(TaskId, _, _)>();
    let texts = texts.all(db).await?.into_iter();
    let mut texts: HashMap<_, _> = texts
        .map(|(id, text, config)| (id, (text, config)))
        .collect();
    for TaskWithTags { task, .. } in tasks {
        if let Some(texts) = texts.remove(&task.id) {
            (task.description, task.recurrence_config) = texts;
        }
    }
    Ok(())
}

/// What the tasks of a part are called where their tags are joined to them.
const PAGE: &str = "page";

/// Each of these tasks with each of its live tags, or with none: a row holds the columns [`TASK`],
/// [`TAG`], the total, and 1 where it is [`LONG`].
fn with_tags(tasks: Select<task::Entity>) -> SelectStatement {
    let on_task =
        Expr::col((task_tag::Entity, task_tag::Column::TaskId)).equals((PAGE, task::Column::Id));
    let live_tag = Expr::col((tag::Entity, tag::Column::Id))
        .equals((task_tag::Entity, task_tag::Column::TagId))
        .and(tag::Column::DeletedAt.is_null());
    Query::select()
        .exprs(TASK.map(short))
        .columns(TAG.map(|column| (tag::Entity, column)))
        .column((PAGE, TOTAL))
        .expr(Expr::cust(format!("CASE WHEN {LONG} THEN 1 ELSE 0 END")))
        .from_subquery(tasks.into_query(), PAGE)
        .left_join(task_tag::Entity, on_task)
        .left_join(tag::Entity, live_tag)
        .take()
}

fn short(column: task::Column) -> Expr {
    match column {
        task::Column::Description | task::Column::RecurrenceConfig => {
            let name = column.as_str();
            Expr::cust(format!("CASE WHEN {LONG} THEN NULL ELSE page.{name} END"))
        }
        _ => Expr::col((PAGE, column)),
    }
}

const TASK: [task::Column; 14] = {
    use task::Column::*;
    [
        Id,
        UserId,
        Title,
        Description,
        Completed,
        Priority,
        DueDate,
        ReminderAt,
        RecurrencePattern,
        RecurrenceConfig,
        Version,
        CreatedAt,
        UpdatedAt,
        DeletedAt,
    ]
};

const TAG: [tag::Column; 5] = {
    use tag::Column::*;
    [Id, UserId, Name, Color, CreatedAt]
};

/// What joined rows hold.
struct Read {
    tasks: Vec<TaskWithTags>,
    /// Those that are [`LONG`].
    long: Vec<TaskId>,
    total: Option<i64>,
}

/// The tasks of rows that follow each other.
fn read(rows: &[QueryResult]) -> Result<Read, DbErr> {
    let (mut tasks, mut long): (Vec<TaskWithTags>, _) = (Vec::new(), Vec::new());
    let total = TASK.len() + TAG.len();
    for row in rows {
        let id = row.try_get_by_index(0)?;
        if tasks.last().is_none_or(|last| last.task.id != id) {
            let task = read_task(Columns { row, next: 0 })?;
            tasks.push(TaskWithTags {
                task,
                tags: Vec::new(),
            });
            let is_long: i32 = row.try_get_by_index(total + 1)?;
            long.extend((is_long == 1).then_some(id));
        }
        let tag: Option<TagId> = row.try_get_by_index(TASK.len())?;
        if let (Some(_), Some(last)) = (tag, tasks.last_mut()) {
            last.tags.push(read_tag(Columns {
                row,
                next: TASK.len(),
            })?);
        }
    }
    let total = rows.first().map(|row| row.try_get_by_index(total));
    Ok(Read {
        tasks,
        long,
        total: total.transpose()?,
    })
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
}

fn read_task(mut row: Columns) -> Result<task::Model, DbErr> {
    Ok(task::Model {
        id: row.read()?,
        user_id: row.read()?,
        title: row.read()?,
        description: row.read()?,
        completed: row.read()?,
        priority: row.read()?,
        due_date: row.read()?,
        reminder_at: row.read()?,
        recurrence_pattern: row.read()?,
        recurrence_config: row.read()?,
        search_text: SearchText::default(),
        version: row.read()?,
        created_at: row.read()?,
        updated_at: row.read()?,
        deleted_at: row.read()?,
    })
}

fn read_tag(mut row: Columns) -> Result<TagOnTask, DbErr> {
    Ok(TagOnTask {
        id: row.read()?,
        user_id: row.read()?,
        name: row.read()?,
        color: row.read()?,
        created_at: row.read()?,
    })
}

fn fitting(owner: UserUuid, filter: &TaskFilter) -> Select<task::Entity> {
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
