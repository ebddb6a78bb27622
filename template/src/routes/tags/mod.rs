//! Tags, and the tasks they are put on.

mod dto;

use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    patch, post, put,
    web::{Data, Path},
};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{AssignTag, Assigned, TagChanges, TagInput};
pub(super) use self::dto::{ListTags, Tag};
use database::{Database, Page};
use rest::{
    GetQuery, Idempotent, IfMatch, Json, Key, List, ListParameters, ListQuery, Query, Reply, Row,
};

use crate::{
    auth::{Owner, RequireScope, TasksRead, TasksWrite, run_idempotent},
    error::{AppError, TAG_NAME_CONFLICT},
    repositories::tags,
    services,
    types::TagId,
};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_tags)
        .service(create_tag)
        .service(get_tag)
        .service(replace_tag)
        .service(update_tag)
        .service(delete_tag)
        .service(restore_tag)
        .service(assign_tag);
}

/// Your tags, by name.
#[utoipa::path(tag = "tags", params(RequireScope<TasksRead>, ListTags, ListParameters), responses((status = 200, body = Page<Tag>)))]
#[get("/tags")]
async fn list_tags(
    _: RequireScope<TasksRead>,
    owner: Owner,
    query: ListQuery<ListTags>,
    db: Data<Database>,
) -> Result<List<Tag>, AppError> {
    let filter = query.filter.into_filter(None);
    let page = tags::list(owner.uuid(), &filter, &query.request, db.read()).await?;
    Ok(List(page.map(Tag::from)))
}

/// Adds a tag.
#[utoipa::path(
    tag = "tags",
    params(RequireScope<TasksWrite>, Key),
    request_body = TagInput,
    responses(
        (status = 201, body = Tag),
        (status = 409, extensions(("x-codes" = json!([TAG_NAME_CONFLICT]))))
    )
)]
#[post("/tags")]
async fn create_tag(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    Idempotent { body, key }: Idempotent<TagInput>,
    db: Data<Database>,
) -> Result<Reply, AppError> {
    let owner = owner.uuid();
    run_idempotent(owner, key, &db, async |transaction| {
        let tag = tags::insert(owner, body.into(), transaction).await?;
        let location = format!("/api/{owner}/tags/{}", tag.id);
        Reply::created(location, &Tag::from(tag))
    })
    .await
}

/// One tag.
#[utoipa::path(tag = "tags", params(RequireScope<TasksRead>, ("tag_id" = TagId, Path), GetQuery), responses((status = 200, body = Tag)))]
#[get("/tags/{tag_id}")]
async fn get_tag(
    _: RequireScope<TasksRead>,
    owner: Owner,
    path: Path<(String, TagId)>,
    query: Query<GetQuery>,
    db: Data<Database>,
) -> Result<Row<Tag>, AppError> {
    let (_, id) = path.into_inner();
    let tag = tags::get(owner.uuid(), id, query.0.include_deleted, db.read()).await?;
    Ok(Row(tag.into()))
}

/// Replaces a tag: what is left out has no value afterwards.
#[utoipa::path(
    tag = "tags",
    params(RequireScope<TasksWrite>, ("tag_id" = TagId, Path)),
    request_body = TagInput,
    responses(
        (status = 200, body = Tag),
        (status = 409, extensions(("x-codes" = json!([TAG_NAME_CONFLICT]))))
    )
)]
#[put("/tags/{tag_id}")]
async fn replace_tag(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TagId)>,
    expected: IfMatch,
    Json(body): Json<TagInput>,
    db: Data<Database>,
) -> Result<Row<Tag>, AppError> {
    let (_, id) = path.into_inner();
    let tag = services::tags::change(owner.uuid(), id, body.into(), &expected.0, &db).await?;
    Ok(Row(tag.into()))
}

/// Changes a tag in part.
#[utoipa::path(
    tag = "tags",
    params(RequireScope<TasksWrite>, ("tag_id" = TagId, Path)),
    request_body = TagChanges,
    responses(
        (status = 200, body = Tag),
        (status = 409, extensions(("x-codes" = json!([TAG_NAME_CONFLICT]))))
    )
)]
#[patch("/tags/{tag_id}")]
async fn update_tag(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TagId)>,
    expected: IfMatch,
    Json(body): Json<TagChanges>,
    db: Data<Database>,
) -> Result<Row<Tag>, AppError> {
    let (_, id) = path.into_inner();
    let tag = services::tags::change(owner.uuid(), id, body.into(), &expected.0, &db).await?;
    Ok(Row(tag.into()))
}

/// Deletes a tag, also from its tasks.
#[utoipa::path(tag = "tags", params(RequireScope<TasksWrite>, ("tag_id" = TagId, Path)), responses((status = 204)))]
#[delete("/tags/{tag_id}")]
async fn delete_tag(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TagId)>,
    expected: IfMatch,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    services::tags::delete(owner.uuid(), id, &expected.0, &db).await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

/// Restores a deleted tag, also on its tasks. One that is not deleted stays as it is.
#[utoipa::path(
    tag = "tags",
    params(RequireScope<TasksWrite>, ("tag_id" = TagId, Path), Key),
    responses(
        (status = 200, body = Tag),
        (status = 409, extensions(("x-codes" = json!([TAG_NAME_CONFLICT]))))
    )
)]
#[post("/tags/{tag_id}/restore")]
async fn restore_tag(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TagId)>,
    expected: IfMatch,
    Key(key): Key,
    db: Data<Database>,
) -> Result<Reply, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    run_idempotent(owner, key, &db, async |transaction| {
        let tag = services::tags::restore(owner, id, &expected.0, transaction).await?;
        Reply::row(&Tag::from(tag))
    })
    .await
}

/// Adds a tag to many tasks, to all or none. Tasks that have it already stay as they are.
#[utoipa::path(tag = "tags", params(RequireScope<TasksWrite>, ("tag_id" = TagId, Path), Key), request_body = AssignTag, responses((status = 200, body = Assigned)))]
#[post("/tags/{tag_id}/tasks")]
async fn assign_tag(
    _: RequireScope<TasksWrite>,
    owner: Owner,
    path: Path<(String, TagId)>,
    Idempotent { body, key }: Idempotent<AssignTag>,
    db: Data<Database>,
) -> Result<Reply, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    run_idempotent(owner, key, &db, async |transaction| {
        let assigned = services::tags::assign(owner, id, &body.task_ids, transaction).await?;
        Reply::ok(&Assigned { assigned })
    })
    .await
}
