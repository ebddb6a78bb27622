use std::io::IsTerminal;

use database::EnvReader;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    EnvFilter, Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt,
};

use super::traces::{self, TraceSettings};

/// How logs are written.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// LOG_FORMAT: the form of a log line.
    pub format: LogFormat,
    /// RUST_LOG: which log lines are written.
    pub filter: String,
    /// OTEL_...: traces.
    pub traces: TraceSettings,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl LogSettings {
    /// Reads the settings; wrong ones are noted in `env`.
    pub fn read(env: &mut EnvReader<'_>) -> Self {
        let is_filter = |value: &str| EnvFilter::try_new(value).is_ok().then(|| value.to_owned());
        let filter = env.parsed("RUST_LOG", "a log filter such as info,sqlx=warn", is_filter);
        Self {
            format: env.choice(
                "LOG_FORMAT",
                &[("pretty", LogFormat::Pretty), ("json", LogFormat::Json)],
            ),
            filter: filter.unwrap_or("info".into()),
            traces: TraceSettings::read(env),
        }
    }
}

/// The most detailed level of each library, whatever RUST_LOG says: at more detailed levels they
/// log request headers with tokens, or SQL with its values.
const CEILINGS: [(&str, LevelFilter); 9] = [
    ("actix_http", LevelFilter::INFO),
    ("actix_server", LevelFilter::WARN),
    ("h2", LevelFilter::INFO),
    ("hyper", LevelFilter::INFO),
    ("hyper_util", LevelFilter::INFO),
    ("reqwest", LevelFilter::INFO),
    ("sea_orm", LevelFilter::INFO),
    ("sea_orm_migration", LevelFilter::WARN),
    ("sqlx", LevelFilter::WARN),
];

/// Starts logging to standard error and routes panics there, and starts traces. Call once, before
/// anything else.
pub fn init(settings: &LogSettings) {
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let lines = match settings.format {
        LogFormat::Pretty => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let ceilings = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_targets(CEILINGS);
    // Both filter all layers: as two filters of one layer, they would drop the event that follows a
    // library's `enabled!` check that returned false.
    tracing_subscriber::registry()
        .with(ceilings)
        .with(EnvFilter::new(&settings.filter))
        .with(lines)
        .with(traces::layer(&settings.traces))
        .init();
    super::panics::install_hook();
}
