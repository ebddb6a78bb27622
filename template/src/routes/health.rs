use std::time::Duration;

use actix_web::{get, web::Data, web::Json};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use database::Database;
use rest::Readiness;

use crate::{
    auth::Authenticator,
    error::{AppError, Code},
};

/// A database that has not answered after this time counts as down.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// The process runs.
#[derive(Serialize, ToSchema)]
pub(super) struct Alive {
    #[schema(value_type = String, example = "ok")]
    status: &'static str,
}

/// The process can serve.
#[derive(Serialize, ToSchema)]
pub(super) struct Ready {
    #[schema(value_type = String, example = "ok")]
    status: &'static str,
    checks: Checks,
}

/// What readiness depends on: `ok` or `failing`.
#[derive(Serialize, ToSchema)]
pub(super) struct Checks {
    #[schema(value_type = String, example = "ok")]
    database: &'static str,
    #[schema(value_type = String, example = "ok")]
    keys: &'static str,
}

/// Whether the process runs.
#[utoipa::path(tag = "health", responses((status = 200, body = Alive)))]
#[get("/health/live")]
pub(super) async fn live() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// Whether the process can serve: the database answers and keys are loaded.
#[utoipa::path(
    tag = "health",
    responses(
        (status = 200, body = Ready),
        (status = 503, extensions(("x-codes" = json!([Code::NOT_READY])))),
    )
)]
#[get("/health/ready")]
pub(super) async fn ready(
    database: Data<Database>,
    authenticator: Data<Authenticator>,
    readiness: Data<Readiness>,
) -> Result<Json<Ready>, AppError> {
    let answers = timeout(PING_TIMEOUT, database.ping())
        .await
        .is_ok_and(|ping| ping.is_ok());
    let keys_loaded = authenticator.keys().is_ready();
    let word = |good| if good { "ok" } else { "failing" };
    let (database, keys) = (word(answers), word(keys_loaded));
    if answers && keys_loaded && !readiness.is_draining() {
        Ok(Json(Ready {
            status: "ok",
            checks: Checks { database, keys },
        }))
    } else {
        let checks = [("database", database), ("keys", keys)];
        Err(AppError::new(Code::NOT_READY).checks(checks))
    }
}
