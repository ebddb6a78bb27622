use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use better_auth::repositories::users;
use database::{Database, Page, UserUuid, UtcDateTime};
use rest::{List, PageQuery, Query};

use crate::{
    auth::{Admin, BetterAuthId, RequireRole, guarded_scope},
    entities::user,
    error::AppError,
};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(guarded_scope::<Admin>("/users").service(list_users));
}

/// A user, as administrators see them.
#[derive(Serialize, ToSchema)]
struct User {
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
async fn list_users(
    admin: RequireRole<Admin>,
    query: Query<PageQuery>,
    db: Data<Database>,
) -> Result<List<User>, AppError> {
    let request = query.0.request();
    let users = users::list(admin.witness(), &request, db.read()).await?;
    Ok(List(users.map(User::from)))
}
