use actix_web::{HttpResponse, get, web::Data};

use crate::{
    auth::Authenticator,
    error::{AppError, Code},
    telemetry::metrics::{self, Exporter},
};

/// The metrics of this process, for Prometheus.
#[utoipa::path(
    tag = "health",
    responses(
        (status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain"),
        (status = 404, description = "not_found: METRICS_ADDR is set, and they are there"),
    )
)]
#[get("/metrics")]
pub(super) async fn get_metrics(
    exporter: Option<Data<Exporter>>,
    authenticator: Data<Authenticator>,
) -> Result<HttpResponse, AppError> {
    let exporter = exporter.ok_or_else(|| AppError::new(Code::NotFound))?;
    let keys = authenticator.keys();
    metrics::key_set_is(keys.look().keys.len(), keys.age());
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(exporter.render()))
}
