use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use arc_swap::ArcSwap;
use jsonwebtoken::Algorithm;
use reqwest::{Client, Url};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};

use super::{
    fetch::{self, FetchError},
    key_set::{KeySet, RefusedKey},
};
use crate::config::{AuthSettings, KeyStoreSettings};

/// Fetches for unknown keys in one cool-down.
const FETCHES_PER_COOLDOWN: usize = 2;
/// The first and the longest pause after a failed fetch.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// No key set is at hand: tokens can be called neither good nor bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key set is loaded")]
pub struct KeysUnavailable;

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
struct Snapshot {
    keys: Arc<KeySet>,
    loaded_at: Option<Instant>,
    last_fetch_succeeded: bool,
    generation: u64,
}

/// What one look at the store gives.
pub struct Look {
    /// The current keys; empty while none were ever loaded or the last ones are too old.
    pub keys: Arc<KeySet>,
    generation: u64,
    round: u64,
    /// The round whose fetch is sure to have begun after the first look.
    enough: Option<u64>,
}

/// The fetch under way, and those that unknown keys caused.
#[derive(Default)]
struct Fetches {
    under_way: bool,
    spent: VecDeque<Instant>,
}

impl Look {
    /// Raised when a key was removed or replaced: what was verified before may not be good now.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
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
            snapshot: ArcSwap::from_pointee(Snapshot {
                keys: Arc::default(),
                loaded_at: None,
                last_fetch_succeeded: false,
                generation: 0,
            }),
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
        let round = *self.rounds.borrow();
        let snapshot = self.snapshot.load();
        let keys = if self.is_usable(&snapshot) {
            snapshot.keys.clone()
        } else {
            Arc::default()
        };
        Look {
            keys,
            generation: snapshot.generation,
            round,
            enough: None,
        }
    }

    /// Whether keys are loaded, for readiness.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.look().keys.is_empty()
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
            false => Err(KeysUnavailable),
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

    /// Whether a fetch is under way or was ordered now, within the budget.
    fn want_fetch(&self, fetches: &mut Fetches) -> bool {
        if fetches.under_way {
            return true;
        }
        let now = Instant::now();
        fetches
            .spent
            .retain(|spent| now.duration_since(*spent) < self.settings.cooldown);
        if fetches.spent.len() >= FETCHES_PER_COOLDOWN {
            return false;
        }
        fetches.spent.push_back(now);
        fetches.under_way = true;
        self.wanted.notify_one();
        true
    }

    /// Takes over what a fetch brought. An empty set never replaces keys that work.
    fn publish(&self, fetched: Option<KeySet>) -> bool {
        let current = self.snapshot.load();
        let fetched = fetched.filter(|keys| !keys.is_empty());
        let succeeded = fetched.is_some();
        self.snapshot.store(Arc::new(match fetched {
            Some(keys) => Snapshot {
                generation: current.generation + u64::from(!keys.holds_all_of(&current.keys)),
                keys: Arc::new(keys),
                loaded_at: Some(Instant::now()),
                last_fetch_succeeded: true,
            },
            None => Snapshot {
                keys: current.keys.clone(),
                loaded_at: current.loaded_at,
                last_fetch_succeeded: false,
                generation: current.generation,
            },
        }));
        let mut fetches = self.fetches();
        fetches.under_way = false;
        self.rounds.send_modify(|round| *round += 1);
        succeeded
    }
}

/// The one task that fetches: ahead of the TTL, when wanted, and with growing pauses after failures.
async fn keep_fresh(store: Weak<KeyStore>, source: Source) {
    let mut failures = 0;
    let mut known_refusals = Vec::new();
    loop {
        let Some(current) = store.upgrade() else {
            return;
        };
        current.fetches().under_way = true;
        let fetched = source.fetch(&mut known_refusals).await;
        failures = if current.publish(fetched) {
            0
        } else {
            failures + 1
        };
        let pause = pause(failures, current.settings.ttl);
        wait(current, Instant::now() + pause).await;
    }
}

/// Until it is time, or a fetch is wanted, or nobody uses the store any more.
async fn wait(store: Arc<KeyStore>, due: Instant) {
    const CHECK: Duration = Duration::from_secs(1);
    let weak = Arc::downgrade(&store);
    drop(store);
    while let Some(store) = weak.upgrade() {
        if Instant::now() >= due {
            return;
        }
        let wanted = store.wanted.notified();
        tokio::select! {
            () = wanted => return,
            () = sleep_until(due.min(Instant::now() + CHECK)) => {}
        }
    }
}

/// 80 % of the TTL, or after failures 1, 2, 4 ... 60 s; always with up to 10 % less, so that
/// several servers do not ask at the same moment.
fn pause(failures: u32, ttl: Duration) -> Duration {
    let (first, longest) = BACKOFF;
    let pause = match failures.checked_sub(1) {
        None => ttl.mul_f64(0.8),
        Some(doublings) => longest.min(first * 2u32.pow(doublings.min(6))),
    };
    let [random, ..] = *uuid::Uuid::new_v4().as_bytes();
    pause.mul_f64(1.0 - 0.1 * f64::from(random) / 255.0)
}

/// Where the key set comes from.
struct Source {
    client: Client,
    url: Url,
    algorithms: Vec<Algorithm>,
}

impl Source {
    fn new(settings: &AuthSettings) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: fetch::client()?,
            url: settings.jwks_url.clone(),
            algorithms: settings.algorithms.clone(),
        })
    }

    /// One fetch; each refused entry is logged once, not at every fetch.
    async fn fetch(&self, known_refusals: &mut Vec<RefusedKey>) -> Option<KeySet> {
        let (keys, refused) = match self.try_fetch().await {
            Ok(fetched) => fetched,
            Err(error) => {
                tracing::warn!(url = %self.url, %error, "the key set was not fetched");
                return None;
            }
        };
        for key in refused.iter().filter(|key| !known_refusals.contains(key)) {
            tracing::warn!(kid = ?key.kid, reason = key.reason, "a key of the key set is not used");
        }
        *known_refusals = refused;
        tracing::debug!(url = %self.url, keys = keys.len(), "the key set was fetched");
        Some(keys)
    }

    async fn try_fetch(&self) -> Result<(KeySet, Vec<RefusedKey>), FetchError> {
        let (_, document) = fetch::download(&self.client, &self.url).await?;
        Ok(KeySet::parse(&document, &self.algorithms)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_renewed_ahead_of_its_ttl_and_failures_back_off() {
        let ttl = Duration::from_secs(300);
        for _ in 0..100 {
            assert!((216.0..=240.0).contains(&pause(0, ttl).as_secs_f64()));
            assert!((0.9..=1.0).contains(&pause(1, ttl).as_secs_f64()));
            assert!((3.6..=4.0).contains(&pause(3, ttl).as_secs_f64()));
            assert!((54.0..=60.0).contains(&pause(40, ttl).as_secs_f64()));
        }
    }
}
