//! Routes of every kind, which tokens are tried on.

use actix_web::{
    get,
    middleware::from_fn,
    post,
    web::{self, Json, Path, ServiceConfig},
};
use app::auth::{
    Admin, AuthUser, Client, CurrentUser, OptionalUser, RequireRole, RequireScope, authenticate,
    define_roles, optional_user_scope, signed_in_scope,
};
use database::UserUuid;

use crate::support::add_documented;

define_roles! {
    Scope NotesRead = "notes:read";
    Scope NotesExport = "notes:export";
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("/robots")]
async fn robots(_: RequireScope<NotesRead>, client: Client) -> Json<String> {
    Json(client.id.clone())
}

#[utoipa::path(responses((status = 200)))]
#[get("/unscoped")]
async fn unscoped(client: Client) -> Json<String> {
    Json(client.id.clone())
}

/// Nothing here asks who calls.
#[utoipa::path(responses((status = 200)))]
#[get("/unguarded")]
async fn unguarded() -> Json<bool> {
    Json(true)
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("/documented")]
async fn documented() -> Json<bool> {
    Json(true)
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("/users")]
async fn users(_: RequireScope<NotesRead>, user: AuthUser) -> Json<UserUuid> {
    Json(user.uuid)
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("")]
async fn visitors(_: RequireScope<NotesRead>, user: OptionalUser) -> Json<bool> {
    Json(user.0.is_some())
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("/rows")]
async fn rows(_: RequireScope<NotesRead>, user: CurrentUser) -> Json<String> {
    Json(user.0.name)
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("/admins")]
async fn admins(_: RequireScope<NotesRead>, _: RequireRole<Admin>) -> Json<bool> {
    Json(true)
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("/files/{path:.*}")]
async fn file(path: Path<String>) -> Json<String> {
    Json(path.into_inner())
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("/items/{id}")]
async fn item() -> Json<bool> {
    Json(true)
}

#[utoipa::path(params(RequireScope<NotesExport>), responses((status = 200)))]
#[get("/items/export")]
async fn export_items() -> Json<bool> {
    Json(true)
}

#[utoipa::path(responses((status = 200)))]
#[post("/items/secret")]
async fn secret_item() -> Json<bool> {
    Json(true)
}

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[post("/items/{id}")]
async fn change_item() -> Json<bool> {
    Json(true)
}

pub fn more_routes(config: &mut ServiceConfig) {
    add_documented(config, |config| {
        let more = signed_in_scope("/more")
            .service(robots)
            .service(unscoped)
            .service(unguarded)
            .service(documented)
            .service(users)
            .service(rows)
            .service(admins)
            .service(file)
            .service(export_items)
            .service(item)
            .service(secret_item)
            .service(change_item);
        let public = optional_user_scope("/visitors").service(visitors);
        config.service(more).service(public);
    });
    let undocumented = async |_: RequireScope<NotesRead>| Json(true);
    let scope = web::scope("/undocumented").wrap(from_fn(authenticate));
    config.service(scope.route("", web::get().to(undocumented)));
}
