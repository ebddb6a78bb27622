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

use crate::{
    config::{KeyStoreSettings, TokenSettings},
    fetch::FetchError,
    key_set::KeySet,
    key_source::{FetchedKeys, KeySource},
};

/// How many fetches unknown keys may cause in one cool-down.
const FETCHES_PER_COOLDOWN: usize = 2;
/// The first and the longest pause after a failed fetch.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// There are no usable keys, so no token can be verified or rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key set is loaded")]
pub struct KeysUnavailable {
    /// The time until the next fetch.
    pub retry_after: Duration,
}

/// Better Auth's key set, kept fresh in the background.
///
/// Looking up a known key never waits: the keys are an immutable snapshot behind an atomic
/// pointer, and a single task fetches. A request whose key is unknown may ask that task for a
/// fetch, which it shares with every other request that waits; at most two such fetches happen in
/// one cool-down, however many unknown keys are tried.
pub struct KeyStore {
    state: ArcSwap<State>,
    /// How many fetches have ended.
    fetch_count: watch::Sender<u64>,
    fetch_requested: Notify,
    schedule: Mutex<FetchSchedule>,
    settings: KeyStoreSettings,
}

/// The current key set and its history.
#[derive(Clone, Default)]
struct State {
    keys: Arc<KeySet>,
    loaded_at: Option<Instant>,
    last_fetch_succeeded: bool,
    fetch_count: u64,
    /// How many times a key was withdrawn or changed.
    generation: u64,
    /// When the next fetch starts without a request.
    next_fetch_at: Option<Instant>,
}

impl State {
    fn unavailable(&self) -> KeysUnavailable {
        let next_fetch_at = self.next_fetch_at.unwrap_or_else(Instant::now);
        KeysUnavailable {
            retry_after: next_fetch_at.saturating_duration_since(Instant::now()),
        }
    }
}

/// The keys at one moment.
pub struct KeySnapshot {
    /// The usable keys: none before the first fetch, or if the last one was too long ago.
    pub keys: Arc<KeySet>,
    generation: Option<u64>,
    fetch_count: u64,
    /// The fetch count at which one fetch is sure to have started after the request's first
    /// snapshot.
    sufficient_fetch_count: Option<u64>,
}

impl KeySnapshot {
    /// Changes when a key is withdrawn or replaced: a token that was verified under another
    /// generation must be verified again. `None` while there are no keys, when every token must.
    #[must_use]
    pub fn generation(&self) -> Option<u64> {
        self.generation
    }
}

/// Whether a fetch is running, and when the next one may start.
#[derive(Default)]
struct FetchSchedule {
    is_requested: bool,
    is_running: bool,
    /// The fetches that unknown keys caused during the current cool-down.
    caused_by_unknown_keys: VecDeque<Instant>,
    /// The end of the auth server's Retry-After.
    not_before: Option<Instant>,
}

impl KeyStore {
    /// A store that starts empty and fetches in the background until it is dropped. It also starts
    /// while the auth server is down, and recovers by itself. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is broken.
    pub fn start(settings: &TokenSettings) -> Result<Arc<Self>, reqwest::Error> {
        let source = KeySource::new(settings)?;
        let store = Arc::new(Self {
            state: ArcSwap::default(),
            fetch_count: watch::Sender::new(0),
            fetch_requested: Notify::new(),
            schedule: Mutex::default(),
            settings: settings.keys,
        });
        tokio::spawn(keep_fresh(Arc::downgrade(&store), source));
        Ok(store)
    }

    /// The keys as they are, without waiting.
    #[must_use]
    pub fn current(&self) -> KeySnapshot {
        let state = self.state.load();
        let is_usable = self.is_usable(&state);
        KeySnapshot {
            keys: if is_usable {
                state.keys.clone()
            } else {
                Arc::default()
            },
            generation: is_usable.then_some(state.generation),
            fetch_count: state.fetch_count,
            sufficient_fetch_count: None,
        }
    }

    /// Whether keys are loaded, for readiness.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.current().keys.is_empty()
    }

    /// The time since the key set was last fetched; `None` before the first fetch.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        let loaded_at = self.state.load().loaded_at;
        loaded_at.map(|loaded_at| loaded_at.elapsed())
    }

    /// Fetches at once, despite cool-down and Retry-After, and waits for it. Keys that are no
    /// longer in the set stop verifying, also for tokens that were verified before
    /// ([`KeySnapshot::generation`]).
    ///
    /// # Errors
    /// [`KeysUnavailable`] when the fetch failed; the current keys stay.
    pub async fn refresh_now(&self) -> Result<(), KeysUnavailable> {
        let mut fetch_count = self.fetch_count.subscribe();
        let sufficient = {
            let mut schedule = self.schedule();
            schedule.is_requested = true;
            *fetch_count.borrow() + 1 + u64::from(schedule.is_running)
        };
        self.fetch_requested.notify_one();
        // Fails only after the store is dropped, and `self` is the store.
        let _ = fetch_count.wait_for(|count| *count >= sufficient).await;
        let state = self.state.load();
        if state.last_fetch_succeeded {
            Ok(())
        } else {
            Err(state.unavailable())
        }
    }

    /// For a snapshot without the key of a token: joins the running fetch, or starts one within
    /// the cool-down's budget, and returns the snapshot after it. `None` means that the key is
    /// unknown: a fetch that started after the first snapshot is done, or none may start.
    ///
    /// # Errors
    /// [`KeysUnavailable`] in place of `None` when the last fetch failed: the key may be valid.
    pub async fn refetch_for(
        &self,
        before: KeySnapshot,
    ) -> Result<Option<KeySnapshot>, KeysUnavailable> {
        let mut fetch_count = self.fetch_count.subscribe();
        let (must_wait, sufficient) = {
            let mut schedule = self.schedule();
            let done = *fetch_count.borrow_and_update();
            let sufficient = before
                .sufficient_fetch_count
                .unwrap_or(done + 1 + u64::from(schedule.is_running));
            if done > before.fetch_count {
                (false, sufficient)
            } else if done < sufficient && self.request_fetch(&mut schedule) {
                (true, sufficient)
            } else {
                return self.key_is_unknown().map(|()| None);
            }
        };
        if must_wait {
            // Fails only after the store is dropped, and `self` is the store.
            let _ = fetch_count.changed().await;
        }
        Ok(Some(KeySnapshot {
            sufficient_fetch_count: Some(sufficient),
            ..self.current()
        }))
    }

    fn key_is_unknown(&self) -> Result<(), KeysUnavailable> {
        let state = self.state.load();
        if state.last_fetch_succeeded && self.is_usable(&state) {
            Ok(())
        } else {
            Err(state.unavailable())
        }
    }

    fn is_usable(&self, state: &State) -> bool {
        let longest = self.settings.ttl.max(self.settings.max_stale);
        let loaded_at = state.loaded_at;
        loaded_at.is_some_and(|loaded_at| loaded_at.elapsed() <= longest)
    }

    fn schedule(&self) -> MutexGuard<'_, FetchSchedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests a fetch unless one is running or requested; returns whether there will be one.
    fn request_fetch(&self, schedule: &mut FetchSchedule) -> bool {
        if schedule.is_running || schedule.is_requested {
            return true;
        }
        let now = Instant::now();
        let recent = &mut schedule.caused_by_unknown_keys;
        recent.retain(|fetch| now.duration_since(*fetch) < self.settings.cooldown);
        let must_pause = schedule.not_before.is_some_and(|end| now < end);
        if must_pause || recent.len() >= FETCHES_PER_COOLDOWN {
            return false;
        }
        recent.push_back(now);
        schedule.is_requested = true;
        self.fetch_requested.notify_one();
        true
    }

    fn begin_fetch(&self) {
        let mut schedule = self.schedule();
        schedule.is_requested = false;
        schedule.is_running = true;
    }

    /// Makes a fetched key set the current one; after a failed fetch the keys stay.
    fn end_fetch(&self, fetched: Result<FetchedKeys, FetchError>, next_fetch_at: Instant) {
        let mut schedule = self.schedule();
        let mut state = State::clone(&self.state.load());
        state.fetch_count += 1;
        state.last_fetch_succeeded = fetched.is_ok();
        state.next_fetch_at = Some(next_fetch_at);
        schedule.not_before = None;
        match fetched {
            Ok(FetchedKeys { keys, .. }) => {
                state.generation += u64::from(!keys.contains_all(&state.keys));
                state.keys = Arc::new(keys);
                state.loaded_at = Some(Instant::now());
            }
            Err(error) => {
                schedule.not_before = error.retry_after().map(|pause| Instant::now() + pause);
            }
        }
        let fetch_count = state.fetch_count;
        self.state.store(Arc::new(state));
        schedule.is_running = false;
        self.fetch_count.send_replace(fetch_count);
    }
}

/// The only task that fetches: before the TTL ends, on request, when the file was changed, and
/// with growing pauses after failures.
async fn keep_fresh(store: Weak<KeyStore>, mut source: KeySource) {
    let mut failures = 0;
    while let Some(current) = store.upgrade() {
        current.begin_fetch();
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
        let next_fetch_at = Instant::now() + pause;
        current.end_fetch(fetched, next_fetch_at);
        wait(current, next_fetch_at, &source).await;
    }
}

/// Returns when it is time to fetch, a fetch is requested, the file was changed, or the store was
/// dropped.
async fn wait(store: Arc<KeyStore>, next_fetch_at: Instant, source: &KeySource) {
    const CHECK_INTERVAL: Duration = Duration::from_secs(1);
    let weak = Arc::downgrade(&store);
    drop(store);
    while let Some(store) = weak.upgrade() {
        let is_requested = store.schedule().is_requested;
        if Instant::now() >= next_fetch_at || is_requested || source.has_changed().await {
            return;
        }
        let requested = store.fetch_requested.notified();
        tokio::select! {
            () = requested => {}
            () = sleep_until(next_fetch_at.min(Instant::now() + CHECK_INTERVAL)) => {}
        }
    }
}

/// 80 to 90 % of the TTL, at random, so that several servers do not fetch at the same moment. The
/// auth server's max-age can shorten the TTL, but not below JWKS_COOLDOWN, and never lengthens it.
fn renewal(settings: &KeyStoreSettings, max_age: Option<Duration>) -> Duration {
    let max_age = max_age.map_or(settings.ttl, |age| age.max(settings.cooldown));
    settings.ttl.min(max_age).mul_f64(0.8 + 0.1 * random())
}

/// 1, 2, 4 ... 60 s, with up to 10 % less.
fn backoff(failures: u32) -> Duration {
    let (first, longest) = BACKOFF;
    let pause = longest.min(first * 2u32.pow(failures.saturating_sub(1).min(6)));
    pause.mul_f64(1.0 - 0.1 * random())
}

/// A number from 0 to 1 that only has to differ between servers.
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
    fn a_key_set_is_renewed_before_its_ttl_ends() {
        for _ in 0..100 {
            assert!((240.0..=270.0).contains(&renewal(&settings(), None).as_secs_f64()));
        }
    }

    #[test]
    fn max_age_shortens_the_ttl_down_to_the_cooldown_and_never_lengthens_it() {
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
    fn the_pause_doubles_with_each_failure_up_to_a_minute() {
        for _ in 0..100 {
            assert!((0.9..=1.0).contains(&backoff(1).as_secs_f64()));
            assert!((3.6..=4.0).contains(&backoff(3).as_secs_f64()));
            assert!((54.0..=60.0).contains(&backoff(40).as_secs_f64()));
        }
    }
}
