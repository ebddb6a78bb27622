//! HTTP only: extract, call, answer. A route and its documentation are registered by one line.

mod admin;
mod docs;
mod document;
mod health;
mod me;
mod metrics;

pub use docs::serve_docs;
pub use document::openapi;
pub use health::Readiness;

use actix_web::{middleware::from_fn, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::{scope, service_config::ServiceConfig};
use validator::Validate;

use crate::{auth, http};

/// All routes. Fixed ones come before `/{user_id}`: scopes do not fall through.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(metrics::get_metrics)
        .service(health::live)
        .service(health::ready)
        .configure(open)
        .service(
            scope::scope("/api")
                .wrap(from_fn(auth::authenticate))
                .service(me::get_me)
                .service(me::get_profile)
                .service(scope::scope("/admin").configure(administered))
                .service(
                    scope::scope("/{user_id}")
                        .wrap(from_fn(auth::owner_only))
                        .configure(owned),
                ),
        );
    config.default_service(web::to(http::not_found));
}

/// The routes below `/api` that are open to everybody.
fn open(config: &mut ServiceConfig) {
    config.configure(me::configure_open);
}

/// The routes below `/api/admin`: each part is closed to everybody without what it requires.
fn administered(config: &mut ServiceConfig) {
    config.configure(admin::configure);
}

/// What the listener at METRICS_ADDR has.
pub fn metrics_alone(config: &mut web::ServiceConfig) {
    config
        .service(metrics::get_metrics)
        .default_service(web::to(http::not_found));
}

/// The routes below `/api/{user_id}`: closed to everybody but their owner.
fn owned(_: &mut ServiceConfig) {}

/// The parameters of a route that answers with one row.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct OneRow {
    /// Also if it was deleted.
    #[param(default = false)]
    pub include_deleted: bool,
}
