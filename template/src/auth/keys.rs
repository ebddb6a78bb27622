use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};

use super::{
    fetch::FetchError,
    key_set::KeySet,
    key_source::{Fetched, Source},
};
use crate::config::{AuthSettings, KeyStoreSettings};

/// Fetches for unknown keys in one cool-down.
const FETCHES_PER_COOLDOWN: usize = 2;
/// The first and the longest pause after a failed fetch.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// No key set is at hand: tokens can be called neither good nor bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key set is loaded")]
pub struct KeysUnavailable {
    /// The time until the next fetch.
    pub retry_after: Duration,
}

/// Better Auth's key set, kept fresh in the background.
///
/// Whoever looks up a known key never waits: the set is an immutable snapshot behind an atomic
/// pointer, and one task alone fetches. A look-up that finds nothing may ask that task for a
/// fetch, shares it with everybody else who waits, and at most two such fetches happen in one
/// cool-down, however many unknown keys are tried.
pub struct KeyStore {
    snapshot: ArcSwap<Snapshot>,
    rounds: watch::Sender<u64>,
    wanted: Notify,
    fetches: Mutex<Fetches>,
    settings: KeyStoreSettings,
}

/// A key set and how it came to be the current one.
#[derive(Clone, Default)]
struct Snapshot {
    keys: Arc<KeySet>,
    loaded_at: Option<Instant>,
    last_fetch_succeeded: bool,
    /// How many fetches were done.
    round: u64,
    /// How many times a key was withdrawn or changed.
    withdrawals: u64,
    /// When the next fetch begins by itself.
    due: Option<Instant>,
}

impl Snapshot {
    fn unavailable(&self) -> KeysUnavailable {
        let due = self.due.unwrap_or_else(Instant::now);
        KeysUnavailable {
            retry_after: due.saturating_duration_since(Instant::now()),
        }
    }
}

/// What one look at the store gives.
pub struct Look {
    /// The current keys; empty while none were ever loaded or the last ones are too old.
    pub keys: Arc<KeySet>,
    generation: Option<u64>,
    round: u64,
    /// The round whose fetch is sure to have begun after the first look.
    enough: Option<u64>,
}

impl Look {
    /// A number that changes when a key was withdrawn or replaced: a verdict reached under another
    /// one no longer counts. `None` while no key is at hand, when no verdict counts.
    #[must_use]
    pub fn generation(&self) -> Option<u64> {
        self.generation
    }
}

/// The fetch under way, and what decides about the next.
#[derive(Default)]
struct Fetches {
    /// One is to begin at once.
    ordered: bool,
    /// One has begun.
    under_way: bool,
    /// Those that unknown keys caused in this cool-down.
    spent: VecDeque<Instant>,
    /// Until then the auth server wants to be left alone.
    not_before: Option<Instant>,
}

impl KeyStore {
    /// A store that starts empty and fetches in the background for as long as it lives. Never
    /// fails for want of an auth server: it heals by itself. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is broken.
    pub fn start(settings: &AuthSettings) -> Result<Arc<Self>, reqwest::Error> {
        let source = Source::new(settings)?;
        let store = Arc::new(Self {
            snapshot: ArcSwap::default(),
            rounds: watch::Sender::new(0),
            wanted: Notify::new(),
            fetches: Mutex::default(),
            settings: settings.keys,
        });
        tokio::spawn(keep_fresh(Arc::downgrade(&store), source));
        Ok(store)
    }

    /// The keys as they are, at once.
    #[must_use]
    pub fn look(&self) -> Look {
        let snapshot = self.snapshot.load();
        let usable = self.is_usable(&snapshot);
        Look {
            keys: match usable {
                true => snapshot.keys.clone(),
                false => Arc::default(),
            },
            generation: usable.then_some(snapshot.withdrawals),
            round: snapshot.round,
            enough: None,
        }
    }

    /// Whether keys are loaded, for readiness.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.look().keys.is_empty()
    }

    /// The time since the key set was last fetched; `None` before the first.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.snapshot
            .load()
            .loaded_at
            .map(|loaded_at| loaded_at.elapsed())
    }

    /// Fetches at once, whatever the cool-down or the auth server's Retry-After says, and waits
    /// for it. Keys that left the set stop verifying, and verdicts under them are dropped
    /// ([`Look::generation`]).
    ///
    /// # Errors
    /// [`KeysUnavailable`] when the fetch failed; the keys at hand go on.
    pub async fn refresh_now(&self) -> Result<(), KeysUnavailable> {
        let mut rounds = self.rounds.subscribe();
        let enough = {
            let mut fetches = self.fetches();
            fetches.ordered = true;
            *rounds.borrow() + 1 + u64::from(fetches.under_way)
        };
        self.wanted.notify_one();
        // Fails only when the store is gone, and we hold it.
        let _ = rounds.wait_for(|round| *round >= enough).await;
        let snapshot = self.snapshot.load();
        match snapshot.last_fetch_succeeded {
            true => Ok(()),
            false => Err(snapshot.unavailable()),
        }
    }

    /// After a look that held no fitting key: joins the fetch under way, or orders one while the
    /// cool-down's budget lasts, and looks again. `None` once a fetch that began after the first
    /// look is done, or none may begin: the key is unknown.
    ///
    /// # Errors
    /// [`KeysUnavailable`] in place of `None` when the last fetch failed: the key may be good.
    pub async fn look_again(&self, before: Look) -> Result<Option<Look>, KeysUnavailable> {
        let mut rounds = self.rounds.subscribe();
        let (waits, enough) = {
            let mut fetches = self.fetches();
            let done = *rounds.borrow_and_update();
            let enough = before
                .enough
                .unwrap_or(done + 1 + u64::from(fetches.under_way));
            if done > before.round {
                (false, enough)
            } else if done < enough && self.want_fetch(&mut fetches) {
                (true, enough)
            } else {
                return self.settled();
            }
        };
        if waits {
            // Fails only when the store is gone, and we hold it.
            let _ = rounds.changed().await;
        }
        Ok(Some(Look {
            enough: Some(enough),
            ..self.look()
        }))
    }

    fn settled(&self) -> Result<Option<Look>, KeysUnavailable> {
        let snapshot = self.snapshot.load();
        match snapshot.last_fetch_succeeded && self.is_usable(&snapshot) {
            true => Ok(None),
            false => Err(snapshot.unavailable()),
        }
    }

    fn is_usable(&self, snapshot: &Snapshot) -> bool {
        let longest = self.settings.ttl.max(self.settings.max_stale);
        snapshot
            .loaded_at
            .is_some_and(|loaded_at| loaded_at.elapsed() <= longest)
    }

    fn fetches(&self) -> MutexGuard<'_, Fetches> {
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a fetch is under way or ordered, perhaps just now, within the budget.
    fn want_fetch(&self, fetches: &mut Fetches) -> bool {
        if fetches.under_way || fetches.ordered {
            return true;
        }
        let now = Instant::now();
        if fetches.not_before.is_some_and(|pause| now < pause) {
            return false;
        }
        fetches
            .spent
            .retain(|spent| now.duration_since(*spent) < self.settings.cooldown);
        if fetches.spent.len() >= FETCHES_PER_COOLDOWN {
            return false;
        }
        fetches.spent.push_back(now);
        fetches.ordered = true;
        self.wanted.notify_one();
        true
    }

    /// Takes over what a fetch brought; one that failed leaves the keys as they are. The next one
    /// is `due` then.
    fn publish(&self, fetched: Result<Fetched, FetchError>, due: Instant) {
        let mut fetches = self.fetches();
        let mut next = Snapshot::clone(&self.snapshot.load());
        next.round += 1;
        next.last_fetch_succeeded = fetched.is_ok();
        next.due = Some(due);
        fetches.not_before = None;
        match fetched {
            Ok(Fetched { keys, .. }) => {
                next.withdrawals += u64::from(!keys.covers(&next.keys));
                next.keys = Arc::new(keys);
                next.loaded_at = Some(Instant::now());
            }
            Err(error) => {
                fetches.not_before = error.retry_after().map(|pause| Instant::now() + pause);
            }
        }
        let round = next.round;
        self.snapshot.store(Arc::new(next));
        fetches.under_way = false;
        self.rounds.send_replace(round);
    }

    fn begin(&self) {
        let mut fetches = self.fetches();
        fetches.ordered = false;
        fetches.under_way = true;
    }
}

/// The one task that fetches: ahead of the TTL, when wanted, when the file was changed, and with
/// growing pauses after failures.
async fn keep_fresh(store: Weak<KeyStore>, mut source: Source) {
    let mut failures = 0;
    while let Some(current) = store.upgrade() {
        current.begin();
        let fetched = source.fetch().await;
        let pause = match &fetched {
            Ok(fetched) => {
                failures = 0;
                renewal(&current.settings, fetched.max_age)
            }
            Err(error) => {
                failures += 1;
                backoff(failures).max(error.retry_after().unwrap_or_default())
            }
        };
        let due = Instant::now() + pause;
        current.publish(fetched, due);
        wait(current, due, &source).await;
    }
}

/// Until it is time, or a fetch is wanted, or the file was changed, or nobody uses the store any
/// more.
async fn wait(store: Arc<KeyStore>, due: Instant, source: &Source) {
    const CHECK: Duration = Duration::from_secs(1);
    let weak = Arc::downgrade(&store);
    drop(store);
    while let Some(store) = weak.upgrade() {
        if Instant::now() >= due || store.fetches().ordered || source.has_changed().await {
            return;
        }
        let wanted = store.wanted.notified();
        tokio::select! {
            () = wanted => {}
            () = sleep_until(due.min(Instant::now() + CHECK)) => {}
        }
    }
}

/// From 80 % of the TTL on, spread over 10 % of it so that several servers do not ask at the same
/// moment. The auth server's max-age may shorten the TTL, though not below JWKS_COOLDOWN, and
/// never lengthens it.
fn renewal(settings: &KeyStoreSettings, max_age: Option<Duration>) -> Duration {
    let fresh = max_age.map_or(settings.ttl, |age| age.max(settings.cooldown));
    settings.ttl.min(fresh).mul_f64(0.8 + 0.1 * random())
}

/// 1, 2, 4 ... 60 s, with up to 10 % less.
fn backoff(failures: u32) -> Duration {
    let (first, longest) = BACKOFF;
    let pause = longest.min(first * 2u32.pow(failures.saturating_sub(1).min(6)));
    pause.mul_f64(1.0 - 0.1 * random())
}

/// From 0 to 1; only has to differ between servers.
fn random() -> f64 {
    let [random, ..] = *uuid::Uuid::new_v4().as_bytes();
    f64::from(random) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> KeyStoreSettings {
        KeyStoreSettings {
            ttl: Duration::from_secs(300),
            max_stale: Duration::from_secs(86_400),
            cooldown: Duration::from_secs(10),
        }
    }

    #[test]
    fn a_set_is_renewed_ahead_of_its_ttl() {
        for _ in 0..100 {
            assert!((240.0..=270.0).contains(&renewal(&settings(), None).as_secs_f64()));
        }
    }

    #[test]
    fn max_age_shortens_the_ttl_down_to_the_cool_down_and_never_lengthens_it() {
        let after = |max_age| renewal(&settings(), Some(Duration::from_secs(max_age)));
        for (max_age, range) in [
            (60, 48.0..=54.0),
            (0, 8.0..=9.0),
            (86_400, 240.0..=270.0),
            (u64::MAX, 240.0..=270.0),
        ] {
            assert!(range.contains(&after(max_age).as_secs_f64()), "{max_age}");
        }
    }

    #[test]
    fn failures_back_off() {
        for _ in 0..100 {
            assert!((0.9..=1.0).contains(&backoff(1).as_secs_f64()));
            assert!((3.6..=4.0).contains(&backoff(3).as_secs_f64()));
            assert!((54.0..=60.0).contains(&backoff(40).as_secs_f64()));
        }
    }
}
