use actix_web::{get, middleware::from_fn, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use crate::{
    auth::{self, RequireRole},
    database::Database,
    entities::user,
    error::AppError,
    http::{List, PageQuery, Query},
    repositories::users,
    types::{Admin, BetterAuthId, Page, UserUuid, UtcDateTime},
};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(
        scope::scope("/users")
            .wrap(from_fn(auth::require::<Admin>))
            .service(list_users),
    );
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
    let page = query.0.request();
    let users = users::list(admin.witness(), page, db.reader()).await?;
    Ok(List(users.map(User::from)))
}
