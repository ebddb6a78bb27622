use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;

/// Remembers when work was last cancelled, by a timeout, a client that went away, or a panic. A
/// connection that it used may not have had its answer yet.
#[derive(Clone, Debug, Default)]
pub struct CancellationTracker(Arc<ArcSwapOption<Instant>>);

impl CancellationTracker {
    /// Runs `work`, and notes the time if it is dropped before it ends.
    pub async fn watch<T>(&self, work: impl Future<Output = T>) -> T {
        let mut guard = CancelGuard(Some(self));
        let outcome = work.await;
        guard.0 = None;
        outcome
    }

    /// Whether work was cancelled within this time.
    #[must_use]
    pub fn within(&self, time: Duration) -> bool {
        let last = self.0.load();
        last.as_ref().is_some_and(|last| last.elapsed() < time)
    }
}

struct CancelGuard<'a>(Option<&'a CancellationTracker>);

impl Drop for CancelGuard<'_> {
    fn drop(&mut self) {
        if let Some(CancellationTracker(last)) = self.0 {
            last.store(Some(Arc::new(Instant::now())));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const LATELY: Duration = Duration::from_secs(60);

    #[test]
    fn what_is_dropped_before_its_end_is_noted() {
        let tracker = CancellationTracker::default();
        assert!(
            tracker
                .watch(std::future::pending::<()>())
                .now_or_never()
                .is_none()
        );
        assert!(tracker.within(LATELY));
        assert!(!tracker.within(Duration::ZERO));
    }

    #[test]
    fn what_ends_is_not() {
        let tracker = CancellationTracker::default();
        assert_eq!(tracker.watch(async { 1 }).now_or_never(), Some(1));
        assert!(!tracker.within(LATELY));
    }
}
