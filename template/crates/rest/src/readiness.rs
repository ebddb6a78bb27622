use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the process takes new requests. The application registers it as app data.
///
/// Once it drains, the route for readiness answers 503 and every response closes its connection,
/// so that a load balancer and its clients move on while requests are still served.
#[derive(Debug, Default)]
pub struct Readiness {
    draining: AtomicBool,
}

impl Readiness {
    /// Makes the process not ready from now on.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether [`Readiness::drain`] was called.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
