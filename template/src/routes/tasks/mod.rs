//! Tasks, and the tags on them.

mod dto;

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    patch, post, put,
    web::{Data, Path},
};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{AddTag, ListTasks, TagSet, Task, TaskChanges, TaskInput};
use super::tags::{ListTags, Tag};
use database::{Database, Page, VersionPrecondition};
use rest::{
    GetQuery, Idempotent, IfMatch, Json, Key, List, ListParameters, ListQuery, Query, Reply, Row,
};

use crate::{
    auth::{
        Atomicity, Owner, RequirePermission, RequireScope, TasksDelete, TasksRead, TasksWrite,
        WriteAs, guarded_scope, run_idempotent, run_idempotent_in,
    },
    error::{AppError, TAG_ALREADY_ASSIGNED},
    repositories::{tags, tasks},
    services,
    types::{TagId, TaskId},
};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_tasks)
        .service(create_task)
        .service(get_task)
        .service(replace_task)
        .service(update_task)
        .service(toggle_task)
        .service(delete_task)
        .service(restore_task)
        .service(list_task_tags)
        .service(add_task_tag)
        .service(replace_task_tags)
        .service(remove_task_tag);
}

/// Registers the routes that only administrators may call.
pub(super) fn configure_admin(config: &mut ServiceConfig) {
    config.service(guarded_scope::<TasksDelete>("/tasks").service(delete_any_task));
}

/// Your tasks, newest first unless you say otherwise.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksRead>, ListTasks, ListParameters), responses((status = 200, body = Page<Task>)))]
#[get("/tasks")]
async fn list_tasks(
    _: RequireScope<TasksRead>,
    owner: Owner,
    ListQuery { filter, request }: ListQuery<ListTasks>,
    db: Data<Database>,
) -> Result<List<Task>, AppError> {
    let (sort, filter) = (filter.sort(), filter.into_filter());
    let page = tasks::list(owner.uuid(), &filter, sort, &request, db.read()).await?;
    Ok(List(page.map(Task::from)))
}

/// Adds a task.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksWrite>, Key), request_body = TaskInput, responses((status = 201, body = Task)))]
#[post("/tasks")]
async fn create_task(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    Idempotent { body, key }: Idempotent<TaskInput>,
    db: Data<Database>,
) -> Result<Reply, AppError> {
    let owner = owner.uuid();
    // Without tags, a task is a single statement: it needs no transaction.
    let atomicity = if body.tag_ids.is_empty() {
        Atomicity::Statement
    } else {
        Atomicity::Transaction
    };
    run_idempotent_in(atomicity, owner, key, &db, async |db| {
        let tag_ids = body.tag_ids.clone();
        let task = services::tasks::create(owner, body.into(), &tag_ids, db).await?;
        let location = format!("/api/{owner}/tasks/{}", task.task.id);
        Reply::created(location, &Task::from(task))
    })
    .await
}

/// One task.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksRead>, ("task_id" = TaskId, Path), GetQuery), responses((status = 200, body = Task)))]
#[get("/tasks/{task_id}")]
async fn get_task(
    _: RequireScope<TasksRead>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    query: Query<GetQuery>,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let (_, id) = path.into_inner();
    let task = tasks::get(owner.uuid(), id, query.0.include_deleted, db.read()).await?;
    Ok(Row(task.into()))
}

/// Replaces a task and its tags: what is left out has no value afterwards.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksWrite>, ("task_id" = TaskId, Path)), request_body = TaskInput, responses((status = 200, body = Task)))]
#[put("/tasks/{task_id}")]
async fn replace_task(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    Json(body): Json<TaskInput>,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let tag_ids = body.tag_ids.clone();
    let changes = |_: &_| body.into();
    let task = services::tasks::change(owner, id, changes, Some(&tag_ids), &expected.0, &db);
    let task = task.await?;
    Ok(Row(task.into()))
}

/// Changes a task in part.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksWrite>, ("task_id" = TaskId, Path)), request_body = TaskChanges, responses((status = 200, body = Task)))]
#[patch("/tasks/{task_id}")]
async fn update_task(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    Json(body): Json<TaskChanges>,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let tag_ids = body.tag_ids.clone();
    let changes = |_: &_| body.into();
    let task =
        services::tasks::change(owner, id, changes, tag_ids.as_deref(), &expected.0, &db).await?;
    Ok(Row(task.into()))
}

/// Completes a task, or reopens a completed one.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksWrite>, ("task_id" = TaskId, Path)), responses((status = 200, body = Task)))]
#[patch("/tasks/{task_id}/complete")]
async fn toggle_task(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let (_, id) = path.into_inner();
    let task = services::tasks::toggle(owner.uuid(), id, &expected.0, &db).await?;
    Ok(Row(task.into()))
}

/// Deletes a task. It can be restored.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksWrite>, ("task_id" = TaskId, Path)), responses((status = 204)))]
#[delete("/tasks/{task_id}")]
async fn delete_task(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    db.write_as(owner, async |transaction| {
        Ok(tasks::delete(owner, id, &expected.0, transaction).await?)
    })
    .await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

/// Restores a deleted task. One that is not deleted stays as it is.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksWrite>, ("task_id" = TaskId, Path), Key), responses((status = 200, body = Task)))]
#[post("/tasks/{task_id}/restore")]
async fn restore_task(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    Key(key): Key,
    db: Data<Database>,
) -> Result<Reply, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    run_idempotent(owner, key, &db, async |transaction| {
        let task = services::tasks::restore(owner, id, &expected.0, transaction).await?;
        Reply::row(&Task::from(task))
    })
    .await
}

/// The tags on a task, by name.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksRead>, ("task_id" = TaskId, Path), ListTags, ListParameters), responses((status = 200, body = Page<Tag>)))]
#[get("/tasks/{task_id}/tags")]
async fn list_task_tags(
    _: RequireScope<TasksRead>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    query: ListQuery<ListTags>,
    db: Data<Database>,
) -> Result<List<Tag>, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    tasks::require(owner, id, db.read()).await?;
    let filter = query.filter.into_filter(Some(id));
    let page = tags::list(owner, &filter, &query.request, db.read()).await?;
    Ok(List(page.map(Tag::from)))
}

/// Adds a tag to a task. The response is the task.
#[utoipa::path(
    tag = "tasks",
    params(RequireScope<TasksWrite>, ("task_id" = TaskId, Path), Key),
    request_body = AddTag,
    responses(
        (status = 201, body = Task),
        (status = 409, extensions(("x-codes" = json!([TAG_ALREADY_ASSIGNED]))))
    )
)]
#[post("/tasks/{task_id}/tags")]
async fn add_task_tag(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    Idempotent { body, key }: Idempotent<AddTag>,
    db: Data<Database>,
) -> Result<Reply, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    run_idempotent(owner, key, &db, async |transaction| {
        let task =
            services::tasks::add_tag(owner, id, body.tag_id, &expected.0, transaction).await?;
        Reply::created(format!("/api/{owner}/tasks/{id}/tags"), &Task::from(task))
    })
    .await
}

/// Replaces the set of tags on a task: all at once or not at all. The response is the task.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksWrite>, ("task_id" = TaskId, Path)), request_body = TagSet, responses((status = 200, body = Task)))]
#[put("/tasks/{task_id}/tags")]
async fn replace_task_tags(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    Json(body): Json<TagSet>,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let unchanged = |_: &_| Default::default();
    let tag_ids = Some(&body.tag_ids[..]);
    let task = services::tasks::change(owner, id, unchanged, tag_ids, &expected.0, &db).await?;
    Ok(Row(task.into()))
}

/// Removes a tag from a task.
#[utoipa::path(tag = "tasks", params(RequireScope<TasksWrite>, ("task_id" = TaskId, Path), ("tag_id" = TagId, Path)), responses((status = 204)))]
#[delete("/tasks/{task_id}/tags/{tag_id}")]
async fn remove_task_tag(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TaskId, TagId)>,
    expected: IfMatch,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (_, id, tag) = path.into_inner();
    services::tasks::remove_tag(owner.uuid(), id, tag, &expected.0, &db).await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

/// Deletes any user's task. Needs the permission `tasks:delete`.
#[utoipa::path(tag = "admin", params(("task_id" = TaskId, Path)), responses((status = 204)))]
#[delete("/{task_id}")]
async fn delete_any_task(
    cleaner: RequirePermission<TasksDelete>,
    id: Path<TaskId>,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (witness, id) = (cleaner.witness(), id.into_inner());
    let any = VersionPrecondition::Any;
    db.write(async |transaction| tasks::delete(witness, id, &any, transaction).await)
        .await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}
