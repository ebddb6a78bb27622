use std::{
    cell::Cell,
    collections::HashMap,
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use actix_web::{dev::ServiceRequest, http::header::HeaderMap};
use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId,
    propagation::{Extractor, TextMapPropagator},
    trace::{
        FutureExt, Span as _, SpanContext, SpanKind, Status, TraceContextExt, TraceState, Tracer,
        TracerProvider,
    },
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{
        IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, SdkTracer, SdkTracerProvider,
        ShouldSample,
    },
};
use secrecy::ExposeSecret;
use tracing::{Instrument, Span, Subscriber, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, registry::LookupSpan};

use super::{TraceSampler, TraceSettings};
use crate::RequestId;

/// The exporter of the process's spans; not set without OTEL_EXPORTER_OTLP_ENDPOINT.
static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();
static TRACER: OnceLock<SdkTracer> = OnceLock::new();
static SAMPLER: OnceLock<Sampler> = OnceLock::new();

thread_local! {
    /// The trace id for the next root span of this thread.
    static NEXT_TRACE: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// Generates random ids, except for a trace whose id was chosen before its first span.
#[derive(Debug)]
struct Ids;

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        NEXT_TRACE
            .take()
            .unwrap_or_else(|| RandomIdGenerator::default().new_trace_id())
    }

    fn new_span_id(&self) -> SpanId {
        RandomIdGenerator::default().new_span_id()
    }
}

/// The name of the instrumentation in traces.
const SCOPE: &str = env!("CARGO_PKG_NAME");

/// The layer that creates OpenTelemetry spans; its exporter runs on a thread of its own.
pub(in crate::telemetry) fn layer<S>(
    settings: &TraceSettings,
) -> Option<Box<dyn Layer<S> + Send + Sync>>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let provider = match provider(settings)? {
        Ok(provider) => PROVIDER.get_or_init(|| provider),
        Err(error) => {
            eprintln!("there are no traces: {error}");
            return None;
        }
    };
    let tracer = TRACER.get_or_init(|| provider.tracer(SCOPE));
    let layer = tracing_opentelemetry::layer()
        .with_tracer(tracer.clone())
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false);
    Some(layer.boxed())
}

fn provider(
    settings: &TraceSettings,
) -> Option<Result<SdkTracerProvider, opentelemetry_otlp::ExporterBuildError>> {
    let endpoint = settings.endpoint.as_ref()?.as_str().trim_end_matches('/');
    let headers = settings.headers.as_ref();
    let headers = headers.map_or("", |headers| headers.expose_secret());
    let headers = headers.split(',').filter_map(|pair| pair.split_once('='));
    let headers = headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_headers(headers.collect())
        .build();
    let resource = Resource::builder();
    let resource = match &settings.service_name {
        Some(name) => resource.with_service_name(name.clone()),
        None => resource,
    };
    Some(exporter.map(|exporter| {
        SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(SAMPLER.get_or_init(|| sampler(settings)).clone())
            .with_id_generator(Ids)
            .with_resource(resource.build())
            .build()
    }))
}

fn sampler(settings: &TraceSettings) -> Sampler {
    let of_parent = |root| Sampler::ParentBased(Box::new(root));
    let ratio = Sampler::TraceIdRatioBased(settings.ratio);
    match settings.sampler {
        TraceSampler::ParentBasedAlwaysOn => of_parent(Sampler::AlwaysOn),
        TraceSampler::ParentBasedAlwaysOff => of_parent(Sampler::AlwaysOff),
        TraceSampler::ParentBasedRatio => of_parent(ratio),
        TraceSampler::AlwaysOn => Sampler::AlwaysOn,
        TraceSampler::AlwaysOff => Sampler::AlwaysOff,
        TraceSampler::Ratio => ratio,
    }
}

/// The span of a request. Log lines inside it carry the ids of its trace and span.
pub(crate) enum RequestSpan {
    Off,
    /// A context that is not sampled, without a span: spans would cost more than the request
    /// itself.
    Unsampled(Context),
    Sampled(Span),
}

impl RequestSpan {
    pub(crate) fn begin(request: &ServiceRequest, id: &RequestId) -> Self {
        let Some(sampler) = SAMPLER.get() else {
            return Self::Off;
        };
        let caller = TraceContextPropagator::new().extract(&Headers(request.headers()));
        let of_caller = caller.span().span_context().trace_id();
        let begins_trace = of_caller == TraceId::INVALID;
        let trace = if begins_trace {
            Ids.new_trace_id()
        } else {
            of_caller
        };
        let kind = SpanKind::Server;
        let sampling = sampler.should_sample(Some(&caller), trace, "request", &kind, &[], &[]);
        if sampling.decision != SamplingDecision::RecordAndSample {
            return Self::Unsampled(unsampled(trace));
        }
        NEXT_TRACE.set(begins_trace.then_some(trace));
        let span = start(caller, id);
        // Unused if RUST_LOG filters the span out.
        NEXT_TRACE.set(None);
        Self::Sampled(span)
    }

    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        match self {
            Self::Off => work.await,
            Self::Unsampled(context) => work.with_context(context.clone()).await,
            Self::Sampled(span) => work.instrument(span.clone()).await,
        }
    }

    pub(crate) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        match self {
            Self::Sampled(span) => span.in_scope(work),
            _ => work(),
        }
    }

    /// Records method, route and status of the request.
    pub(crate) fn record(&self, method: &str, route: &str, status: u16) {
        let Self::Sampled(span) = self else {
            return;
        };
        span.record("http.request.method", method);
        span.record("http.route", route);
        span.record("http.response.status_code", status);
        // The span has already started, so its name and status are changed in OpenTelemetry's own
        // span.
        let context = span.context();
        context.span().update_name(format!("{method} {route}"));
        if status >= 500 {
            context.span().set_status(Status::error(""));
        }
    }
}

fn start(caller: Context, id: &RequestId) -> Span {
    let span = tracing::info_span!(
        "request",
        otel.kind = "server",
        http.request.method = Empty,
        http.route = Empty,
        http.response.status_code = Empty,
        request_id = id.as_str(),
        trace_id = Empty,
        span_id = Empty,
    );
    // Fails for a span that RUST_LOG filters out.
    span.set_parent(caller).ok();
    let context = span.context();
    let ids = context.span().span_context().clone();
    if ids.is_valid() {
        span.record("trace_id", tracing::field::display(ids.trace_id()));
        span.record("span_id", tracing::field::display(ids.span_id()));
    }
    span
}

/// The context that tells child spans and other servers that this trace is not sampled.
fn unsampled(trace: TraceId) -> Context {
    Context::new().with_remote_span_context(SpanContext::new(
        trace,
        Ids.new_span_id(),
        TraceFlags::default(),
        false,
        TraceState::default(),
    ))
}

fn is_unsampled() -> bool {
    let context = current();
    let context = context.span().span_context().clone();
    context.is_valid() && !context.is_sampled()
}

fn current() -> Context {
    let span = Span::current();
    if span.is_none() {
        return Context::current();
    }
    span.context()
}

/// The headers of a request, for the propagator.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// Runs `work` in a span of this name, in builds with the feature `otel`.
pub async fn in_span<T>(name: &'static str, work: impl Future<Output = T>) -> T {
    if TRACER.get().is_none() || is_unsampled() {
        return work.await;
    }
    let span = tracing::info_span!("step", otel.name = name);
    work.instrument(span).await
}

/// The header `traceparent` (W3C Trace Context) for a request to another server; `None` outside a
/// span.
#[must_use]
pub fn traceparent() -> Option<String> {
    TRACER.get()?;
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(&current(), &mut headers);
    headers.remove("traceparent")
}

/// The hook that records a span for each statement, with placeholders and without values; `None` if
/// there are no traces.
#[must_use]
pub fn statement_hook() -> Option<fn(&str, Duration, bool)> {
    TRACER
        .get()
        .map(|_| record_statement as fn(&str, Duration, bool))
}

fn record_statement(sql: &str, elapsed: Duration, failed: bool) {
    let context = current();
    let Some(tracer) = TRACER.get() else {
        return;
    };
    if !context.span().span_context().is_sampled() {
        return;
    }
    let end = SystemTime::now();
    let name = sql.split_whitespace().next().unwrap_or("statement");
    let mut span = tracer
        .span_builder(name.to_owned())
        .with_kind(SpanKind::Client)
        .with_start_time(end - elapsed)
        .with_attributes([KeyValue::new("db.query.text", sql.to_owned())])
        .start_with_context(tracer, &context);
    if failed {
        span.set_status(Status::error("the statement failed"));
    }
    span.end_with_timestamp(end);
}

/// Sends the traces that are not sent yet.
pub fn shut_down() {
    let shut_down = PROVIDER.get().map(SdkTracerProvider::shutdown);
    if let Some(Err(error)) = shut_down {
        tracing::warn!(%error, "the last traces are lost");
    }
}
