use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often one warning is logged at most.
const INTERVAL: Duration = Duration::from_secs(60);

/// A warning that requests cause: it tells the operator what to do, but not with every request.
#[derive(Default)]
pub struct RareWarning {
    logged_at: Mutex<Option<Instant>>,
}

impl RareWarning {
    /// One that was never logged.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            logged_at: Mutex::new(None),
        }
    }

    /// Whether to log it now.
    pub fn is_due(&self) -> bool {
        let mut logged_at = self
            .logged_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_due = logged_at.is_none_or(|at| at.elapsed() >= INTERVAL);
        if is_due {
            *logged_at = Some(Instant::now());
        }
        is_due
    }
}
