//! HTTP only: extract, call, answer. A route and its documentation are registered by one line.

mod admin;
mod docs;
mod document;
mod health;
mod me;
mod metrics;
mod tags;
mod tasks;

pub use docs::serve_docs;
pub use document::openapi;
pub use health::Readiness;

use actix_web::{middleware::from_fn, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::{scope, service_config::ServiceConfig};
use validator::Validate;

use crate::{
    auth, http,
    types::{Admin, TasksDelete},
};

/// All routes. Fixed ones come before `/{user_id}`: scopes do not fall through.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(metrics::get_metrics)
        .service(health::live)
        .service(health::ready)
        .service(
            scope::scope("/api/whoami")
                .wrap(from_fn(auth::authenticate_if_present))
                .service(me::get_whoami),
        )
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

/// The routes below `/api/admin`: each part is closed to everybody without what it requires.
fn administered(config: &mut ServiceConfig) {
    config
        .service(
            scope::scope("/users")
                .wrap(from_fn(auth::require::<Admin>))
                .service(admin::list_users),
        )
        .service(
            scope::scope("/tasks")
                .wrap(from_fn(auth::require::<TasksDelete>))
                .service(admin::delete_any_task),
        );
}

/// What the listener at METRICS_ADDR has.
pub fn metrics_alone(config: &mut web::ServiceConfig) {
    config
        .service(metrics::get_metrics)
        .default_service(web::to(http::not_found));
}

/// The routes below `/api/{user_id}`: closed to everybody but their owner.
fn owned(config: &mut ServiceConfig) {
    config
        .service(tasks::list_tasks)
        .service(tasks::create_task)
        .service(tasks::get_task)
        .service(tasks::replace_task)
        .service(tasks::update_task)
        .service(tasks::toggle_task)
        .service(tasks::delete_task)
        .service(tasks::restore_task)
        .service(tasks::list_task_tags)
        .service(tasks::add_task_tag)
        .service(tasks::replace_task_tags)
        .service(tasks::remove_task_tag)
        .service(tags::list_tags)
        .service(tags::create_tag)
        .service(tags::get_tag)
        .service(tags::replace_tag)
        .service(tags::update_tag)
        .service(tags::delete_tag)
        .service(tags::restore_tag)
        .service(tags::assign_tag);
}

/// The parameters of a route that answers with one row.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
struct OneRow {
    /// Also if it was deleted.
    #[param(default = false)]
    include_deleted: bool,
}
