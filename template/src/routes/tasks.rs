use actix_web::{
    HttpResponse, delete, get,
    http::{StatusCode, header},
    patch, post,
    web::{self, Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use super::tags::Tag;
use crate::{
    auth::Owner,
    database::Database,
    error::{AppError, Code},
    http::{Json, Query, page_request},
    repositories::tasks::{self, NewTask, TaskFilter, TaskPatch, TaskWithTags},
    services,
    types::{
        Description, Page, Patch, Priority, TagId, TaskId, Title, UserUuid, UtcDateTime, not_null,
    },
};

/// A task with its tags.
#[derive(Serialize, ToSchema)]
pub(super) struct Task {
    id: TaskId,
    user_id: UserUuid,
    #[schema(max_length = 255, example = "Buy milk")]
    title: Title,
    #[schema(max_length = 10000)]
    description: Option<Description>,
    completed: bool,
    priority: Option<Priority>,
    due_date: Option<UtcDateTime>,
    tags: Vec<Tag>,
    created_at: UtcDateTime,
    updated_at: UtcDateTime,
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
            tags: tags.into_iter().map(Tag::from).collect(),
            created_at: task.created_at,
            updated_at: task.updated_at,
        }
    }
}

/// A new task.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTask {
    #[validate(custom(function = Title::check))]
    #[schema(min_length = 1, max_length = 255, example = "Buy milk")]
    title: String,
    #[serde(default)]
    #[validate(custom(function = Description::check))]
    #[schema(max_length = 10000)]
    description: Option<String>,
    #[serde(default)]
    completed: bool,
    #[serde(default)]
    priority: Option<Priority>,
    #[serde(default)]
    due_date: Option<UtcDateTime>,
    /// Tags of yours to put on it.
    #[serde(default)]
    #[validate(length(max = 100, message = "at most 100 tags"))]
    #[schema(max_items = 100)]
    tag_ids: Vec<TagId>,
}

impl TryFrom<CreateTask> for NewTask {
    type Error = ValidationError;

    fn try_from(body: CreateTask) -> Result<Self, ValidationError> {
        Ok(Self {
            title: Title::parse(&body.title)?,
            description: body
                .description
                .as_deref()
                .map(Description::parse)
                .transpose()?,
            completed: body.completed,
            priority: body.priority,
            due_date: body.due_date,
        })
    }
}

/// What is to change: a member that is absent stays, `null` clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateTask {
    #[serde(default, deserialize_with = "not_null")]
    #[validate(custom(function = Title::check))]
    #[schema(min_length = 1, max_length = 255, nullable = false)]
    title: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10000)]
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
}

impl TryFrom<UpdateTask> for TaskPatch {
    type Error = ValidationError;

    fn try_from(body: UpdateTask) -> Result<Self, ValidationError> {
        Ok(Self {
            title: body.title.as_deref().map(Title::parse).transpose()?,
            description: body.description.try_map(|text| Description::parse(&text))?,
            completed: body.completed,
            priority: body.priority,
            due_date: body.due_date,
        })
    }
}

/// Whether a task is done.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum TaskStatus {
    Complete,
    Incomplete,
}

/// Which tasks, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListTasks {
    /// Only those done, or only those not done.
    #[param(inline)]
    status: Option<TaskStatus>,
    /// Which page; the first is 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u32>,
}

/// Your tasks, newest first.
#[utoipa::path(tag = "tasks", params(ListTasks), responses((status = 200, body = Page<Task>)))]
#[get("/tasks")]
pub(super) async fn list_tasks(
    owner: Owner,
    query: Query<ListTasks>,
    db: Data<Database>,
) -> Result<web::Json<Page<Task>>, AppError> {
    let page = page_request(query.0.page, query.0.page_size)?;
    let filter = TaskFilter {
        completed: query
            .0
            .status
            .map(|status| matches!(status, TaskStatus::Complete)),
    };
    let tasks = tasks::list(owner.uuid(), filter, page, db.reader()).await?;
    Ok(web::Json(tasks.map(Task::from)))
}

/// Adds a task.
#[utoipa::path(tag = "tasks", request_body = CreateTask, responses((status = 201, body = Task)))]
#[post("/tasks")]
pub(super) async fn create_task(
    owner: Owner,
    body: Json<CreateTask>,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let tag_ids = body.0.tag_ids.clone();
    let task = services::tasks::create(owner.uuid(), body.0.try_into()?, &tag_ids, &db).await?;
    let location = format!("/api/{}/tasks/{}", owner.uuid(), task.task.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(Task::from(task)))
}

/// One task.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), responses((status = 200, body = Task)))]
#[get("/tasks/{task_id}")]
pub(super) async fn get_task(
    owner: Owner,
    path: Path<(String, TaskId)>,
    db: Data<Database>,
) -> Result<web::Json<Task>, AppError> {
    let (_, id) = path.into_inner();
    let task = tasks::get(owner.uuid(), id, db.reader()).await?;
    Ok(web::Json(task.into()))
}

/// Changes a task in part.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), request_body = UpdateTask, responses((status = 200, body = Task)))]
#[patch("/tasks/{task_id}")]
pub(super) async fn update_task(
    owner: Owner,
    path: Path<(String, TaskId)>,
    body: Result<Json<UpdateTask>, AppError>,
    db: Data<Database>,
) -> Result<web::Json<Task>, AppError> {
    let (_, id) = path.into_inner();
    if body.is_err() {
        // Not found comes before what is wrong with the body.
        tasks::require(owner.uuid(), id, db.reader()).await?;
    }
    let patch = TaskPatch::try_from(body?.0)?;
    let task = db
        .write(async |transaction| tasks::update(owner.uuid(), id, patch, transaction).await)
        .await?;
    Ok(web::Json(task.into()))
}

/// Deletes a task.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), responses((status = 204)))]
#[delete("/tasks/{task_id}")]
pub(super) async fn delete_task(
    owner: Owner,
    path: Path<(String, TaskId)>,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let deleted = db
        .write(async |transaction| tasks::delete(owner.uuid(), id, transaction).await)
        .await?;
    not_found_unless(deleted)?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

/// For statements that say whether they found their row.
pub(super) fn not_found_unless(found: bool) -> Result<(), AppError> {
    found
        .then_some(())
        .ok_or_else(|| AppError::new(Code::NotFound))
}
