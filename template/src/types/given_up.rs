use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;

/// When work was last given up before it ended: its time was over, its client went away, or it
/// panicked. What it was waiting for may still owe an answer.
#[derive(Clone, Debug, Default)]
pub struct GivenUp(Arc<ArcSwapOption<Instant>>);

impl GivenUp {
    /// Does the work, and notes the moment when it is dropped before its end.
    pub async fn watch<T>(&self, work: impl Future<Output = T>) -> T {
        let mut unless_ended = UnlessEnded(Some(self));
        let outcome = work.await;
        unless_ended.0 = None;
        outcome
    }

    /// Whether that happened within this time.
    #[must_use]
    pub fn within(&self, time: Duration) -> bool {
        let last = self.0.load();
        last.as_ref().is_some_and(|last| last.elapsed() < time)
    }
}

struct UnlessEnded<'a>(Option<&'a GivenUp>);

impl Drop for UnlessEnded<'_> {
    fn drop(&mut self) {
        if let Some(GivenUp(last)) = self.0 {
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
        let given_up = GivenUp::default();
        assert!(
            given_up
                .watch(std::future::pending::<()>())
                .now_or_never()
                .is_none()
        );
        assert!(given_up.within(LATELY));
        assert!(!given_up.within(Duration::ZERO));
    }

    #[test]
    fn what_ends_is_not() {
        let given_up = GivenUp::default();
        assert_eq!(given_up.watch(async { 1 }).now_or_never(), Some(1));
        assert!(!given_up.within(LATELY));
    }
}
