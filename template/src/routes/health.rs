use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use actix_web::{get, web::Data, web::Json};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::{
    auth::Authenticator,
    database::Database,
    error::{AppError, Code},
};

/// A database that has not answered after this time counts as down.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the process takes new requests: not any more once it shuts down.
#[derive(Default)]
pub struct Readiness {
    draining: AtomicBool,
}

impl Readiness {
    /// From now on the process is not ready.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}

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
        (status = 503, description = "not_ready"),
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
    match answers && keys_loaded && !readiness.draining.load(Ordering::Relaxed) {
        true => Ok(Json(Ready {
            status: "ok",
            checks: Checks { database, keys },
        })),
        false => {
            let checks = [("database", database), ("keys", keys)];
            Err(AppError::new(Code::NotReady).checks(checks))
        }
    }
}
