use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use governor::{nanos::Nanos, state::StateStore};

/// How many parts there are, each with its own lock.
const SHARDS: usize = 16;
/// The time after which every quota is full again.
const WINDOW: Duration = Duration::from_secs(60);

/// The time at which each key's quota is full again, in nanoseconds since the limiter's start,
/// which is governor's state. Unlike governor's own stores, it forgets keys whose quota is full
/// without a timer, and holds at most twice its capacity.
pub(super) struct BoundedStore<K> {
    shards: [Mutex<Shard<K>>; SHARDS],
    hasher: RandomState,
    capacity: usize,
}

/// Keys used since `began` (`young`), and those used before (`old`).
struct Shard<K> {
    young: HashMap<K, Nanos>,
    old: HashMap<K, Nanos>,
    began: Nanos,
    /// The shared state of all keys for which there is no room.
    others: Option<Nanos>,
}

impl<K: Eq + Hash + Copy> BoundedStore<K> {
    pub(super) fn new(capacity: usize) -> Self {
        let shard = |_| {
            Mutex::new(Shard {
                young: HashMap::new(),
                old: HashMap::new(),
                began: Duration::ZERO.into(),
                others: None,
            })
        };
        Self {
            shards: std::array::from_fn(shard),
            hasher: RandomState::new(),
            capacity: capacity / SHARDS,
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let shards = self
            .shards
            .iter()
            .map(|shard| shard.lock().expect("no panic"));
        shards
            .map(|shard| shard.young.len() + shard.old.len())
            .sum()
    }
}

impl<K: Eq + Hash + Copy> Shard<K> {
    fn get(&self, key: &K) -> Option<Nanos> {
        self.young.get(key).or_else(|| self.old.get(key)).copied()
    }

    /// Whether there is room for a new key.
    fn has_room(&self, capacity: usize) -> bool {
        self.young.len() < capacity && self.young.len() + self.old.len() < 2 * capacity
    }

    fn set(&mut self, key: K, whole_at: Nanos) {
        self.age(whole_at);
        self.old.remove(&key);
        self.young.insert(key, whole_at);
    }

    fn age(&mut self, whole_at: Nanos) {
        // `whole_at` is at most one window after the current time. So the keys that are dropped
        // here were last used at least a window ago, and their quotas are full.
        if whole_at >= self.began + WINDOW * 2 {
            self.old = mem::take(&mut self.young);
            self.began = whole_at;
        }
    }
}

impl<K: Eq + Hash + Copy> StateStore for BoundedStore<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let shard = self.hasher.hash_one(key) as usize % SHARDS;
        let shard = self.shards[shard].lock();
        let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
        let known = shard.get(key);
        if known.is_none() && !shard.has_room(self.capacity) {
            let (outcome, whole_at) = decide(shard.others)?;
            shard.others = Some(whole_at);
            shard.age(whole_at);
            return Ok(outcome);
        }
        let (outcome, whole_at) = decide(known)?;
        shard.set(*key, whole_at);
        Ok(outcome)
    }
}
