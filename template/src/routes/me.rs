use actix_web::{HttpResponse, get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use database::{UserUuid, UtcDateTime};

use rest::Code;

use crate::{
    auth::{AuthUser, BetterAuthId, CurrentUser, Identity, OptionalUser, optional_user_scope},
    entities::user,
};

pub(super) fn configure_public(config: &mut ServiceConfig) {
    config.service(optional_user_scope("/api/whoami").service(get_whoami));
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

/// The caller, as the token says; reads no database.
#[utoipa::path(tag = "me", responses((status = 200, body = Identity)))]
#[get("/me")]
pub(super) async fn get_me(user: AuthUser) -> HttpResponse {
    HttpResponse::Ok().json(&*user)
}

/// The caller, if signed in.
#[derive(Serialize, ToSchema)]
struct Visitor {
    authenticated: bool,
    user: Option<Identity>,
}

/// The caller; open to everybody, but invalid credentials are rejected.
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
    responses((status = 200, body = Profile), (status = 401, extensions(("x-codes" = json!([Code::USER_UNKNOWN])))))
)]
#[get("/profile")]
pub(super) async fn get_profile(CurrentUser(user): CurrentUser) -> Json<Profile> {
    Json(user.into())
}
