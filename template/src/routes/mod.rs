//! HTTP only: extract, call, respond. One line registers a route together with its documentation.

mod admin;
mod audit;
mod health;
mod me;
mod metrics;
mod tags;
mod tasks;

use actix_web::web;
use better_auth::{config::BetterAuthSettings, openapi::authentication};
use rest::openapi::{About, Route};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use crate::{
    auth::{organization_scope, owner_scope, signed_in_scope},
    error,
};

/// The parts of the document, each with a sentence.
const TAGS: &[(&str, &str)] = &[
    ("admin", "For administrators: the rows of all users."),
    (
        "health",
        "Probes and metrics for operators; open to everybody.",
    ),
    ("me", "The caller."),
    ("public", "Open to everybody."),
    ("tags", "Your tags."),
    ("tasks", "Your tasks."),
];

/// The OpenAPI document of all routes, with the credentials that the settings accept; without
/// settings, the bearer token alone.
#[must_use]
pub fn openapi(settings: Option<&BetterAuthSettings>) -> OpenApi {
    let about = About {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        description: env!("CARGO_PKG_DESCRIPTION"),
        license: env!("CARGO_PKG_LICENSE"),
        authentication: authentication(settings),
        codes: error::CODES,
        tags: TAGS,
    };
    rest::openapi::document(&about, configure)
}

/// All routes, and who may call them.
#[must_use]
pub fn list() -> Vec<Route> {
    rest::openapi::routes(configure)
}

/// All routes. Fixed ones come before `/{user_id}`: scopes do not fall through.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(metrics::get_metrics)
        .service(health::live)
        .service(health::ready)
        .configure(public_routes)
        .service(
            signed_in_scope("/api")
                .service(me::get_me)
                .service(me::get_profile)
                .service(scope::scope("/admin").configure(admin_routes))
                .service(
                    organization_scope("/organizations/{organization_id}")
                        .configure(organization_routes),
                )
                .service(owner_scope("/{user_id}").configure(user_routes)),
        );
    config.default_service(web::to(rest::not_found));
}

/// The routes below `/api` that anyone may call, signed in or not.
fn public_routes(config: &mut ServiceConfig) {
    config.configure(me::configure_public);
}

/// The routes below `/api/admin`. Each requires a role or a permission.
fn admin_routes(config: &mut ServiceConfig) {
    config
        .configure(admin::configure)
        .configure(audit::configure)
        .configure(tasks::configure_admin);
}

/// The routes below `/api/organizations/{organization_id}`, which only its members may call.
fn organization_routes(_: &mut ServiceConfig) {}

/// The routes of the listener at METRICS_ADDR.
pub fn metrics_alone(config: &mut web::ServiceConfig) {
    config
        .service(metrics::get_metrics)
        .default_service(web::to(rest::not_found));
}

/// The routes below `/api/{user_id}`, which only that user may call.
fn user_routes(config: &mut ServiceConfig) {
    config
        .configure(tasks::configure)
        .configure(tags::configure);
}
