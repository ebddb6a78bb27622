use actix_web::{
    HttpResponse, delete, get,
    http::{StatusCode, header},
    post,
    web::{self, Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::tasks::not_found_unless;
use crate::{
    auth::Owner,
    database::Database,
    entities::tag,
    error::AppError,
    http::{Json, PageQuery, Query},
    repositories::tags::{self, NewTag},
    types::{Color, Page, TagId, TagName, UserUuid, UtcDateTime},
};

/// A tag.
#[derive(Serialize, ToSchema)]
pub(super) struct Tag {
    id: TagId,
    user_id: UserUuid,
    #[schema(max_length = 50, example = "home")]
    name: TagName,
    color: Option<Color>,
    created_at: UtcDateTime,
}

impl From<tag::Model> for Tag {
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

/// A new tag.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTag {
    /// Unique among your tags.
    #[validate(custom(function = TagName::check))]
    #[schema(min_length = 1, max_length = 50, example = "home")]
    name: String,
    /// `#RRGGBB` or `#RGB`.
    #[serde(default)]
    #[validate(custom(function = Color::check))]
    #[schema(example = "#1E90FF")]
    color: Option<String>,
}

impl TryFrom<CreateTag> for NewTag {
    type Error = ValidationError;

    fn try_from(body: CreateTag) -> Result<Self, ValidationError> {
        Ok(Self {
            name: TagName::parse(&body.name)?,
            color: body.color.as_deref().map(Color::parse).transpose()?,
        })
    }
}

/// Your tags, by name.
#[utoipa::path(tag = "tags", params(PageQuery), responses((status = 200, body = Page<Tag>)))]
#[get("/tags")]
pub(super) async fn list_tags(
    owner: Owner,
    query: Query<PageQuery>,
    db: Data<Database>,
) -> Result<web::Json<Page<Tag>>, AppError> {
    let page = tags::list(owner.uuid(), query.0.request()?, db.reader()).await?;
    Ok(web::Json(page.map(Tag::from)))
}

/// Adds a tag.
#[utoipa::path(tag = "tags", request_body = CreateTag, responses((status = 201, body = Tag)))]
#[post("/tags")]
pub(super) async fn create_tag(
    owner: Owner,
    body: Json<CreateTag>,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let new = NewTag::try_from(body.0)?;
    let tag = db
        .write(async |transaction| tags::insert(owner.uuid(), new, transaction).await)
        .await?;
    let location = format!("/api/{}/tags/{}", owner.uuid(), tag.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(Tag::from(tag)))
}

/// Deletes a tag; it comes off its tasks.
#[utoipa::path(tag = "tags", params(("tag_id" = TagId, Path)), responses((status = 204)))]
#[delete("/tags/{tag_id}")]
pub(super) async fn delete_tag(
    owner: Owner,
    path: Path<(String, TagId)>,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let deleted = db
        .write(async |transaction| tags::delete(owner.uuid(), id, transaction).await)
        .await?;
    not_found_unless(deleted)?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}
