use actix_web::{HttpResponse, get, web::Data};

use better_auth::metrics::record_key_set;
use database::Database;
use rest::telemetry::metrics::{Exporter, record_pool};

use crate::{
    auth::Authenticator,
    error::{AppError, Code},
};

/// The metrics of this process, for Prometheus.
#[utoipa::path(
    tag = "health",
    responses(
        (status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain"),
        // If METRICS_ADDR is set, the metrics are there instead.
        (status = 404, extensions(("x-codes" = json!([Code::NOT_FOUND])))),
    )
)]
#[get("/metrics")]
pub(super) async fn get_metrics(
    exporter: Option<Data<Exporter>>,
    authenticator: Data<Authenticator>,
    database: Data<Database>,
) -> Result<HttpResponse, AppError> {
    let exporter = exporter.ok_or_else(|| AppError::new(Code::NOT_FOUND))?;
    record_pool(database.pool_state());
    let keys = authenticator.keys();
    record_key_set(keys.current().keys.len(), keys.age());
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(exporter.render()))
}
