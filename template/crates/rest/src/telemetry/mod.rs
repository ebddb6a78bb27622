//! Logs: one subscriber for the process, panics included. Metrics: one recorder.

mod logging;
pub mod metrics;
mod panics;
mod rare_warning;
pub mod traces;

pub use logging::{LogFormat, LogSettings, init};
pub(crate) use panics::{Panic, catch as catch_panic};
pub use rare_warning::RareWarning;
