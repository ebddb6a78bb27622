use actix_web::{HttpResponse, get, middleware::from_fn, web::Json};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use crate::{
    auth::{self, AuthUser, CurrentUser, Identity, OptionalUser},
    entities::user,
    types::{BetterAuthId, UserUuid, UtcDateTime},
};

pub(super) fn configure_open(config: &mut ServiceConfig) {
    config.service(
        scope::scope("/api/whoami")
            .wrap(from_fn(auth::authenticate_if_present))
            .service(get_whoami),
    );
}

/// A user's row, as far as the user may see it.
#[derive(Serialize, ToSchema)]
pub(super) struct Profile {
    /// Better Auth's own id.
    id: BetterAuthId,
    /// The UUID that rows belong to.
    uuid: UserUuid,
    email: String,
    email_verified: bool,
    name: String,
    image: Option<String>,
    created_at: UtcDateTime,
    updated_at: UtcDateTime,
}

impl From<user::Model> for Profile {
    fn from(user: user::Model) -> Self {
        Self {
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

/// Who the token says the caller is; asks no database.
#[utoipa::path(tag = "me", responses((status = 200, body = Identity)))]
#[get("/me")]
pub(super) async fn get_me(user: AuthUser) -> HttpResponse {
    HttpResponse::Ok().json(&*user)
}

/// Who is asking, if anybody.
#[derive(Serialize, ToSchema)]
struct Visitor {
    authenticated: bool,
    user: Option<Identity>,
}

/// Who the caller is; open to everybody, but wrong credentials are refused.
#[utoipa::path(tag = "me", responses((status = 200, body = Visitor)))]
#[get("")]
async fn get_whoami(OptionalUser(user): OptionalUser) -> Json<Visitor> {
    let user = user.map(|user| Identity::clone(&user));
    Json(Visitor {
        authenticated: user.is_some(),
        user,
    })
}

/// The caller's row.
#[utoipa::path(
    tag = "me",
    responses((status = 200, body = Profile), (status = 401, description = "user_unknown"))
)]
#[get("/profile")]
pub(super) async fn get_profile(CurrentUser(user): CurrentUser) -> Json<Profile> {
    Json(user.into())
}
