//! Metrics for Prometheus: their names, and the one recorder of the process.
//!
//! No label takes its value from a client: a scrape stays small whatever is sent.

use std::{cell::RefCell, collections::HashMap, sync::OnceLock, time::Duration};

use metrics::{
    Counter, Histogram, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

const FETCHES: &str = "jwks_fetches_total";
const AGE: &str = "jwks_age_seconds";
const KEYS: &str = "jwks_keys";
const VERDICTS: &str = "verdict_cache_lookups_total";
const REFUSALS: &str = "refusals_total";
const REQUESTS: &str = "http_requests_total";
const LATENCY: &str = "http_request_duration_seconds";

/// Upper bounds of the latency histogram, in seconds.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// How often samples are summed up when nobody reads them.
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

    /// The metrics in Prometheus' text format, version 0.0.4.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps what is recorded small while nobody reads it; never ends.
    pub async fn keep_small(self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.0.run_upkeep();
        }
    }
}

fn describe() {
    describe_counter!(FETCHES, "Fetches of the key set, by outcome");
    describe_gauge!(AGE, "Seconds since the key set was last fetched");
    describe_gauge!(KEYS, "Usable keys in the key set");
    describe_counter!(VERDICTS, "Look-ups of verified tokens, by hit or miss");
    describe_counter!(REFUSALS, "Requests answered with a problem, by its code");
    describe_counter!(REQUESTS, "Requests, by method, route and status");
    describe_histogram!(LATENCY, "Seconds that a request took, by method and route");
}

/// Counts a fetch of the key set: `ok`, or why it brought none.
pub fn key_set_fetched(outcome: &'static str) {
    counter!(FETCHES, "outcome" => outcome).increment(1);
}

/// Notes how many keys are usable, and how old they are; to be called before they are read.
pub fn key_set_is(keys: usize, age: Option<Duration>) {
    gauge!(KEYS).set(u32::try_from(keys).unwrap_or(u32::MAX));
    if let Some(age) = age {
        gauge!(AGE).set(age.as_secs_f64());
    }
}

/// Counts the look-ups of a verdict that was found. Hold it: getting one costs more than counting.
/// One that is made before [`Exporter::of_process`] counts nothing.
pub fn verdict_hits() -> Counter {
    counter!(VERDICTS, "result" => "hit")
}

/// The same for verdicts that were not found.
pub fn verdict_misses() -> Counter {
    counter!(VERDICTS, "result" => "miss")
}

/// Counts a request that was answered with a problem of this code.
pub fn refused(code: String) {
    counter!(REFUSALS, "code" => code).increment(1);
}

/// What is counted of one method, route and status.
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
/// To find a series costs more than to count, so each worker keeps those that it has found.
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
