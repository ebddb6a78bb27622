use std::time::Duration;

use actix_web::dev::ServiceRequest;
use tracing_subscriber::Layer;

use super::TraceSettings;
use crate::RequestId;

/// Nothing: this build has no traces.
pub(crate) struct RequestSpan;

impl RequestSpan {
    pub(crate) fn begin(_: &ServiceRequest, _: &RequestId) -> Self {
        Self
    }

    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        work.await
    }

    pub(crate) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }

    pub(crate) fn record(&self, _: &str, _: &str, _: u16) {}
}

pub(in crate::telemetry) fn layer<S>(
    settings: &TraceSettings,
) -> Option<Box<dyn Layer<S> + Send + Sync>> {
    if settings.endpoint.is_some() {
        eprintln!("OTEL_EXPORTER_OTLP_ENDPOINT has no effect: build with the cargo feature otel");
    }
    None
}

/// Runs `work` in a span of this name, in builds with the feature `otel`.
pub async fn in_span<T>(_: &'static str, work: impl Future<Output = T>) -> T {
    work.await
}

/// The header `traceparent` (W3C Trace Context) for a request to another server; `None` without
/// the feature `otel`.
#[must_use]
pub fn traceparent() -> Option<String> {
    None
}

/// The hook that records a span for each statement; `None` without the feature `otel`.
#[must_use]
pub fn statement_hook() -> Option<fn(&str, Duration, bool)> {
    None
}

/// Sends the traces that are not sent yet.
pub fn shut_down() {}
