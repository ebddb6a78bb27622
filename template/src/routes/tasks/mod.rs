//! Tasks, and the tags on them.

mod dto;

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    middleware::from_fn,
    patch, post, put,
    web::{Data, Path},
};
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use self::dto::{AddTag, ListTasks, TagSet, Task, TaskChanges, TaskInput};
use super::{
    OneRow,
    tags::{ListTags, Tag},
};
use crate::{
    auth::{self, Owner, RequirePermission},
    database::Database,
    error::AppError,
    http::{IfMatch, Json, Key, Keyed, List, Query, Row, body_of},
    repositories::{
        tags,
        tasks::{self, TaskWithTags},
    },
    services::{self, idempotency::once},
    types::{Answer, Page, TagId, TaskId, TasksDelete, UserUuid},
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

/// What is for administrators.
pub(super) fn configure_admin(config: &mut ServiceConfig) {
    config.service(
        scope::scope("/tasks")
            .wrap(from_fn(auth::require::<TasksDelete>))
            .service(delete_any_task),
    );
}

/// Your tasks, newest first unless you say otherwise.
#[utoipa::path(tag = "tasks", params(ListTasks), responses((status = 200, body = Page<Task>)))]
#[get("/tasks")]
async fn list_tasks(
    owner: Owner,
    query: Query<ListTasks>,
    db: Data<Database>,
) -> Result<List<Task>, AppError> {
    let (filter, sort, part) = query.0.into_parts()?;
    let page = tasks::list(owner.uuid(), &filter, sort, &part, db.reader()).await?;
    Ok(List(page.map(Task::from)))
}

/// Adds a task.
#[utoipa::path(tag = "tasks", request_body = TaskInput, responses((status = 201, body = Task)))]
#[post("/tasks")]
async fn create_task(
    owner: Owner,
    Keyed { body, key }: Keyed<TaskInput>,
    db: Data<Database>,
) -> Result<Answer, AppError> {
    let ((new, tag_ids), owner) = (body.into_parts()?, owner.uuid());
    if key.is_none() && tag_ids.is_empty() {
        let task = services::tasks::create_untagged(owner, new, &db).await?;
        return created(owner, task);
    }
    once(owner, key, &db, async |transaction| {
        let task = services::tasks::create(owner, new, &tag_ids, transaction).await?;
        created(owner, task)
    })
    .await
}

fn created(owner: UserUuid, task: TaskWithTags) -> Result<Answer, AppError> {
    let location = format!("/api/{owner}/tasks/{}", task.task.id);
    Answer::created(location, &Task::from(task))
}

/// One task.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path), OneRow), responses((status = 200, body = Task)))]
#[get("/tasks/{task_id}")]
async fn get_task(
    owner: Owner,
    path: Path<(String, TaskId)>,
    query: Query<OneRow>,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let (_, id) = path.into_inner();
    let task = tasks::get(owner.uuid(), id, query.0.include_deleted, db.reader()).await?;
    Ok(Row(task.into()))
}

/// Replaces a task and its tags: what is left out has no value afterwards.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), request_body = TaskInput, responses((status = 200, body = Task)))]
#[put("/tasks/{task_id}")]
async fn replace_task(
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    body: Result<Json<TaskInput>, AppError>,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let Json(body) = body_of(body, tasks::require(owner, id, false, db.reader())).await?;
    let (new, tag_ids) = body.into_parts()?;
    let task = services::tasks::replace(owner, id, new, &tag_ids, &expected.0, &db).await?;
    Ok(Row(task.into()))
}

/// Changes a task in part.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), request_body = TaskChanges, responses((status = 200, body = Task)))]
#[patch("/tasks/{task_id}")]
async fn update_task(
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    body: Result<Json<TaskChanges>, AppError>,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let Json(body) = body_of(body, tasks::require(owner, id, false, db.reader())).await?;
    let (patch, tag_ids) = body.into_parts()?;
    let tag_ids = tag_ids.as_deref();
    let task = services::tasks::update(owner, id, patch, tag_ids, &expected.0, &db).await?;
    Ok(Row(task.into()))
}

/// Completes a task that is not complete, and the other way round.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), responses((status = 200, body = Task)))]
#[patch("/tasks/{task_id}/complete")]
async fn toggle_task(
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
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), responses((status = 204)))]
#[delete("/tasks/{task_id}")]
async fn delete_task(
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    services::tasks::delete(owner.uuid(), id, &expected.0, &db).await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

/// Brings a deleted task back. One that is not deleted stays as it is.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), responses((status = 200, body = Task)))]
#[post("/tasks/{task_id}/restore")]
async fn restore_task(
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    key: Result<Key, AppError>,
    db: Data<Database>,
) -> Result<Answer, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let Key(key) = body_of(key, tasks::require(owner, id, true, db.reader())).await?;
    once(owner, key, &db, async |transaction| {
        let task = services::tasks::restore(owner, id, &expected.0, transaction).await?;
        Answer::row(&Task::from(task))
    })
    .await
}

/// The tags on a task, by name.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path), ListTags), responses((status = 200, body = Page<Tag>)))]
#[get("/tasks/{task_id}/tags")]
async fn list_task_tags(
    owner: Owner,
    path: Path<(String, TaskId)>,
    query: Query<ListTags>,
    db: Data<Database>,
) -> Result<List<Tag>, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    tasks::require(owner, id, false, db.reader()).await?;
    let (filter, part) = query.0.into_parts(Some(id));
    let page = tags::list(owner, &filter, &part, db.reader()).await?;
    Ok(List(page.map(Tag::from)))
}

/// Puts a tag on a task. The answer is the task.
#[utoipa::path(
    tag = "tasks",
    params(("task_id" = TaskId, Path)),
    request_body = AddTag,
    responses((status = 201, body = Task), (status = 409, description = "tag_already_assigned"))
)]
#[post("/tasks/{task_id}/tags")]
async fn add_task_tag(
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    body: Result<Keyed<AddTag>, AppError>,
    db: Data<Database>,
) -> Result<Answer, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let Keyed { body, key } = body_of(body, tasks::require(owner, id, false, db.reader())).await?;
    once(owner, key, &db, async |transaction| {
        let task =
            services::tasks::add_tag(owner, id, body.tag_id, &expected.0, transaction).await?;
        Answer::created(format!("/api/{owner}/tasks/{id}/tags"), &Task::from(task))
    })
    .await
}

/// Replaces the set of tags on a task: by all of these, or not at all. The answer is the task.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path)), request_body = TagSet, responses((status = 200, body = Task)))]
#[put("/tasks/{task_id}/tags")]
async fn replace_task_tags(
    owner: Owner,
    path: Path<(String, TaskId)>,
    expected: IfMatch,
    body: Result<Json<TagSet>, AppError>,
    db: Data<Database>,
) -> Result<Row<Task>, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let Json(body) = body_of(body, tasks::require(owner, id, false, db.reader())).await?;
    let task = services::tasks::set_tags(owner, id, &body.tag_ids, &expected.0, &db).await?;
    Ok(Row(task.into()))
}

/// Takes a tag off a task.
#[utoipa::path(tag = "tasks", params(("task_id" = TaskId, Path), ("tag_id" = TagId, Path)), responses((status = 204)))]
#[delete("/tasks/{task_id}/tags/{tag_id}")]
async fn remove_task_tag(
    owner: Owner,
    path: Path<(String, TaskId, TagId)>,
    expected: IfMatch,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (_, id, tag) = path.into_inner();
    services::tasks::remove_tag(owner.uuid(), id, tag, &expected.0, &db).await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

/// Deletes anybody's task. Needs the permission `tasks:delete`.
#[utoipa::path(tag = "admin", params(("task_id" = TaskId, Path)), responses((status = 204)))]
#[delete("/{task_id}")]
async fn delete_any_task(
    cleaner: RequirePermission<TasksDelete>,
    id: Path<TaskId>,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (witness, id) = (cleaner.witness(), id.into_inner());
    db.write(async |transaction| tasks::delete(witness, id, transaction).await)
        .await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}
