use actix_web::{
    HttpResponse, delete, get,
    http::StatusCode,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::{RequirePermission, RequireRole},
    database::Database,
    entities::user,
    error::AppError,
    http::{List, PageQuery, Query},
    repositories::{tasks, users},
    types::{Admin, BetterAuthId, Page, TaskId, TasksDelete, UserUuid, UtcDateTime},
};

/// A user, as administrators see them.
#[derive(Serialize, ToSchema)]
pub(super) struct User {
    /// Better Auth's own id.
    id: BetterAuthId,
    /// The UUID that rows belong to.
    uuid: UserUuid,
    email: String,
    email_verified: bool,
    name: String,
    image: Option<String>,
    roles: Vec<String>,
    created_at: UtcDateTime,
    updated_at: UtcDateTime,
}

impl From<user::Model> for User {
    fn from(user: user::Model) -> Self {
        Self {
            roles: user.roles(),
            id: user.id,
            uuid: user.uuid,
            email: user.email,
            email_verified: user.email_verified,
            name: user.name,
            image: user.image,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// All users, newest first. Needs the role `admin`.
#[utoipa::path(tag = "admin", params(PageQuery), responses((status = 200, body = Page<User>)))]
#[get("")]
pub(super) async fn list_users(
    admin: RequireRole<Admin>,
    query: Query<PageQuery>,
    db: Data<Database>,
) -> Result<List<User>, AppError> {
    let page = query.0.request();
    let users = users::list(admin.witness(), page, db.reader()).await?;
    Ok(List(users.map(User::from)))
}

/// Deletes anybody's task. Needs the permission `tasks:delete`.
#[utoipa::path(tag = "admin", params(("task_id" = TaskId, Path)), responses((status = 204)))]
#[delete("/{task_id}")]
pub(super) async fn delete_any_task(
    cleaner: RequirePermission<TasksDelete>,
    id: Path<TaskId>,
    db: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let (witness, id) = (cleaner.witness(), id.into_inner());
    db.write(async |transaction| tasks::delete_anyones(witness, id, transaction).await)
        .await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}
