//! Metrics for Prometheus: their names, and the one recorder of the process.
//!
//! No label takes its value from a client: a scrape stays small whatever is sent.

use std::{cell::RefCell, collections::HashMap, sync::OnceLock, time::Duration};

use database::PoolState;
use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

const PROBLEMS: &str = "rejections_total";
const REQUESTS: &str = "http_requests_total";
const LATENCY: &str = "http_request_duration_seconds";
const IN_FLIGHT: &str = "http_requests_in_flight";
const CONNECTIONS: &str = "database_connections";
const MAX_CONNECTIONS: &str = "database_connections_max";
const WAITING: &str = "database_transactions_waiting";

/// Upper bounds of the latency histogram, in seconds.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// How often samples are aggregated when nothing scrapes them.
const UPKEEP: Duration = Duration::from_secs(5);

/// Reads what this process has recorded.
#[derive(Clone)]
pub struct Exporter(PrometheusHandle);

impl Exporter {
    /// The exporter of the process. The first call starts recording; applications that start
    /// later in the same process share the recorder.
    #[must_use]
    pub fn of_process() -> Self {
        static EXPORTER: OnceLock<Exporter> = OnceLock::new();
        EXPORTER.get_or_init(Self::install).clone()
    }

    fn install() -> Self {
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS);
        let recorder = builder.unwrap_or_default().build_recorder();
        let exporter = Self(recorder.handle());
        match metrics::set_global_recorder(recorder) {
            Ok(()) => describe(),
            Err(_) => tracing::warn!("another recorder has the metrics: /metrics stays empty"),
        }
        exporter
    }

    /// The metrics in Prometheus' text format, version 0.0.4. Those of the process are collected by
    /// this call.
    #[must_use]
    pub fn render(&self) -> String {
        Collector::default().collect();
        self.0.render()
    }

    /// Aggregates samples, so that they need little memory without a scrape. Never returns.
    pub async fn run_upkeep(self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.0.run_upkeep();
        }
    }
}

fn describe() {
    describe_counter!(PROBLEMS, "Requests answered with a problem, by its code");
    describe_counter!(REQUESTS, "Requests, by method, route and status");
    describe_histogram!(LATENCY, "Seconds that a request took, by method and route");
    describe_gauge!(IN_FLIGHT, "Requests that are not answered yet");
    describe_gauge!(CONNECTIONS, "Open connections to the database, by state");
    describe_gauge!(MAX_CONNECTIONS, "The most connections that may be open");
    describe_gauge!(
        WAITING,
        "Transactions that wait for a connection or for their turn to write"
    );
    Collector::default().describe();
}

/// Counts a request that was answered with a problem of this code.
pub fn count_problem(code: String) {
    counter!(PROBLEMS, "code" => code).increment(1);
}

/// Records how busy the database's pool is. Call it before metrics are rendered.
pub fn record_pool(pool: PoolState) {
    gauge!(CONNECTIONS, "state" => "in_use").set(pool.in_use);
    gauge!(CONNECTIONS, "state" => "idle").set(pool.idle);
    gauge!(MAX_CONNECTIONS).set(pool.max);
    gauge!(WAITING).set(u32::try_from(pool.waiting).unwrap_or(u32::MAX));
}

/// A request that is counted as in flight until it is dropped, also when its client goes away.
pub(crate) struct InFlight(Gauge);

impl InFlight {
    pub(crate) fn begin() -> Self {
        thread_local! {
            static GAUGE: Gauge = gauge!(IN_FLIGHT);
        }
        let requests = GAUGE.with(Gauge::clone);
        requests.increment(1);
        Self(requests)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

/// The series of one method, route and status.
struct Series {
    requests: Counter,
    latency: Histogram,
}

impl Series {
    fn find((method, route, status): &(&'static str, String, u16)) -> Self {
        let (method, route) = (*method, route.clone());
        Self {
            latency: histogram!(LATENCY, "method" => method, "route" => route.clone()),
            requests: counter!(REQUESTS, "method" => method, "route" => route, "status" => status.to_string()),
        }
    }
}

/// Counts a request and the time it took; `route` is the pattern, never the path.
///
/// Finding a series costs more than counting, so each worker keeps its own.
pub fn answered(method: &'static str, route: String, status: u16, took: Duration) {
    thread_local! {
        static FOUND: RefCell<HashMap<(&'static str, String, u16), Series>> = RefCell::default();
    }
    FOUND.with_borrow_mut(|found| {
        let key = (method, route, status);
        let series = found.entry(key).or_insert_with_key(Series::find);
        series.requests.increment(1);
        series.latency.record(took);
    });
}
