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
use super::OneRow;
use crate::{
    auth::Owner,
    database::Database,
    error::AppError,
    http::{IfMatch, Json, Key, Keyed, List, Query, Row, body_of},
    repositories::tags::{self, NewTag, TagPatch},
    services::{self, idempotency::once},
    types::{Answer, Page, TagId},
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
#[utoipa::path(tag = "tags", params(ListTags), responses((status = 200, body = Page<Tag>)))]
#[get("/tags")]
async fn list_tags(
    owner: Owner,
    query: Query<ListTags>,
    db: Data<Database>,
) -> Result<List<Tag>, AppError> {
    let (filter, part) = query.0.into_parts(None);
    let page = tags::list(owner.uuid(), &filter, &part, db.reader()).await?;
    Ok(List(page.map(Tag::from)))
}

/// Adds a tag.
#[utoipa::path(
    tag = "tags",
    request_body = TagInput,
    responses((status = 201, body = Tag), (status = 409, description = "tag_name_conflict"))
)]
#[post("/tags")]
async fn create_tag(
    owner: Owner,
    Keyed { body, key }: Keyed<TagInput>,
    db: Data<Database>,
) -> Result<Answer, AppError> {
    let (new, owner) = (NewTag::try_from(body)?, owner.uuid());
    once(owner, key, &db, async |transaction| {
        let tag = tags::insert(owner, new, transaction).await?;
        let location = format!("/api/{owner}/tags/{}", tag.id);
        Answer::created(location, &Tag::from(tag))
    })
    .await
}

/// One tag.
#[utoipa::path(tag = "tags", params(("tag_id" = TagId, Path), OneRow), responses((status = 200, body = Tag)))]
#[get("/tags/{tag_id}")]
async fn get_tag(
    owner: Owner,
    path: Path<(String, TagId)>,
    query: Query<OneRow>,
    db: Data<Database>,
) -> Result<Row<Tag>, AppError> {
    let (_, id) = path.into_inner();
    let tag = tags::get(owner.uuid(), id, query.0.include_deleted, db.reader()).await?;
    Ok(Row(tag.into()))
}

/// Replaces a tag: what is left out has no value afterwards.
#[utoipa::path(
    tag = "tags",
    params(("tag_id" = TagId, Path)),
    request_body = TagInput,
    responses((status = 200, body = Tag), (status = 409, description = "tag_name_conflict"))
)]
#[put("/tags/{tag_id}")]
async fn replace_tag(
    owner: Owner,
    path: Path<(String, TagId)>,
    expected: IfMatch,
    body: Result<Json<TagInput>, AppError>,
    db: Data<Database>,
) -> Result<Row<Tag>, AppError> {
    let (_, id) = path.into_inner();
    let Json(body) = body_of(body, tags::require(owner.uuid(), id, false, db.reader())).await?;
    let new = NewTag::try_from(body)?;
    let tag = services::tags::change(owner.uuid(), id, |_| new, &expected.0, &db).await?;
    Ok(Row(tag.into()))
}

/// Changes a tag in part.
#[utoipa::path(
    tag = "tags",
    params(("tag_id" = TagId, Path)),
    request_body = TagChanges,
    responses((status = 200, body = Tag), (status = 409, description = "tag_name_conflict"))
)]
#[patch("/tags/{tag_id}")]
async fn update_tag(
    owner: Owner,
    path: Path<(String, TagId)>,
    expected: IfMatch,
    body: Result<Json<TagChanges>, AppError>,
    db: Data<Database>,
) -> Result<Row<Tag>, AppError> {
    let (_, id) = path.into_inner();
    let Json(body) = body_of(body, tags::require(owner.uuid(), id, false, db.reader())).await?;
    let patch = TagPatch::try_from(body)?;
    let merge = |tag| patch.merge(tag);
    let tag = services::tags::change(owner.uuid(), id, merge, &expected.0, &db).await?;
    Ok(Row(tag.into()))
}

/// Deletes a tag; it comes off its tasks.
#[utoipa::path(tag = "tags", params(("tag_id" = TagId, Path)), responses((status = 204)))]
#[delete("/tags/{tag_id}")]
async fn delete_tag(
    owner: Owner,
    path: Path<(String, TagId)>,
    expected: IfMatch,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    services::tags::delete(owner.uuid(), id, &expected.0, &db).await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

/// Brings a deleted tag back, onto the tasks that it was on. One that is not deleted stays as it is.
#[utoipa::path(
    tag = "tags",
    params(("tag_id" = TagId, Path)),
    responses((status = 200, body = Tag), (status = 409, description = "tag_name_conflict"))
)]
#[post("/tags/{tag_id}/restore")]
async fn restore_tag(
    owner: Owner,
    path: Path<(String, TagId)>,
    expected: IfMatch,
    key: Result<Key, AppError>,
    db: Data<Database>,
) -> Result<Answer, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let Key(key) = body_of(key, tags::require(owner, id, true, db.reader())).await?;
    once(owner, key, &db, async |transaction| {
        let tag = services::tags::restore(owner, id, &expected.0, transaction).await?;
        Answer::row(&Tag::from(tag))
    })
    .await
}

/// Puts a tag on many tasks: on all, or on none. Those that carry it already stay as they are.
#[utoipa::path(tag = "tags", params(("tag_id" = TagId, Path)), request_body = AssignTag, responses((status = 200, body = Assigned)))]
#[post("/tags/{tag_id}/tasks")]
async fn assign_tag(
    owner: Owner,
    path: Path<(String, TagId)>,
    body: Result<Keyed<AssignTag>, AppError>,
    db: Data<Database>,
) -> Result<Answer, AppError> {
    let ((_, id), owner) = (path.into_inner(), owner.uuid());
    let Keyed { body, key } = body_of(body, tags::require(owner, id, false, db.reader())).await?;
    once(owner, key, &db, async |transaction| {
        let assigned = services::tags::assign(owner, id, &body.task_ids, transaction).await?;
        Answer::ok(&Assigned { assigned })
    })
    .await
}
