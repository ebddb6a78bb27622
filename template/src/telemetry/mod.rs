//! Logs: one subscriber for the process, panics included. Metrics: one recorder.

pub mod metrics;

use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    EnvFilter, Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::config::{LogFormat, Settings};

/// The most that libraries may write, whatever RUST_LOG says: below that they show request heads
/// with tokens in them, or SQL with its values.
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

/// Starts logging to standard error and routes panics there. Call once, before anything else.
pub fn init(settings: &Settings) {
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let lines = match settings.log_format {
        LogFormat::Pretty => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let ceilings = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_targets(CEILINGS);
    // Filters of one layer would lose the event after each about which a library asked in vain.
    tracing_subscriber::registry()
        .with(ceilings)
        .with(EnvFilter::new(&settings.log_filter))
        .with(lines)
        .init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("(no message)");
        tracing::error!(place, message, "panic");
    }));
}
