use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The minimum time between two logs of the same warning.
const INTERVAL: Duration = Duration::from_secs(60);

/// A warning for the operator that requests cause, and that is not logged with every request.
#[derive(Default)]
pub struct RareWarning {
    logged_at: Mutex<Option<Instant>>,
}

impl RareWarning {
    /// A warning that has not been logged yet.
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
