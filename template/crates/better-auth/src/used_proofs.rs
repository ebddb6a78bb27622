use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::fingerprint::Fingerprint;

/// How many proofs are remembered, of all callers together and of each one.
const CAPACITY: usize = 100_000;
const CAPACITY_OF_CALLER: usize = 10_000;

/// Remembers the proofs that were used until none of them can be valid any more. A full store
/// rejects new proofs instead of forgetting one, and no caller can fill it alone.
pub(crate) struct UsedProofs {
    capacity: usize,
    capacity_of_caller: usize,
    kept_for: Duration,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    by_caller: HashMap<Fingerprint, HashSet<Fingerprint>>,
    /// For each proof, how long it is kept, its caller and its id, in the order of use.
    order: VecDeque<(Duration, Fingerprint, Fingerprint)>,
}

/// Why a proof is rejected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotTaken {
    UsedBefore,
    /// There is no room for it, for this long.
    Full(Duration),
}

impl UsedProofs {
    /// A proof must not be valid for longer than `kept_for` after its use.
    pub(crate) fn new(kept_for: Duration) -> Self {
        Self {
            capacity: CAPACITY,
            capacity_of_caller: CAPACITY_OF_CALLER,
            kept_for,
            used: Mutex::default(),
        }
    }

    /// Records the use of a proof at `now`, the time since 1970.
    pub(crate) fn take(
        &self,
        caller: Fingerprint,
        proof: Fingerprint,
        now: Duration,
    ) -> Result<(), NotTaken> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.forget_until(now);
        let own = used.by_caller.get(&caller);
        if own.is_some_and(|own| own.contains(&proof)) {
            return Err(NotTaken::UsedBefore);
        }
        let is_full = own.is_some_and(|own| own.len() >= self.capacity_of_caller)
            || used.order.len() >= self.capacity;
        if let (true, Some((end, ..))) = (is_full, used.order.front()) {
            return Err(NotTaken::Full(end.saturating_sub(now)));
        }
        used.by_caller.entry(caller).or_default().insert(proof);
        used.order.push_back((now + self.kept_for, caller, proof));
        Ok(())
    }
}

impl Used {
    fn forget_until(&mut self, now: Duration) {
        while let Some((_, caller, proof)) = self.order.pop_front_if(|(end, ..)| *end < now) {
            if let Some(own) = self.by_caller.get_mut(&caller) {
                own.remove(&proof);
                if own.is_empty() {
                    self.by_caller.remove(&caller);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT_FOR: Duration = Duration::from_secs(120);

    fn store() -> UsedProofs {
        UsedProofs {
            capacity: 100,
            capacity_of_caller: 10,
            ..UsedProofs::new(KEPT_FOR)
        }
    }

    fn take(store: &UsedProofs, caller: &str, proof: usize, seconds: u64) -> Result<(), NotTaken> {
        let proof = Fingerprint::of(&proof.to_string());
        store.take(Fingerprint::of(caller), proof, Duration::from_secs(seconds))
    }

    #[test]
    fn no_flood_of_proofs_makes_a_used_one_good_again() {
        let store = store();
        assert_eq!(take(&store, "alice", 0, 1000), Ok(()));
        for number in 1..1000 {
            let _ = take(&store, &format!("mallory{number}"), number, 1000);
        }
        assert_eq!(take(&store, "alice", 0, 1120), Err(NotTaken::UsedBefore));
    }

    #[test]
    fn a_caller_cannot_fill_the_store() {
        let store = store();
        let taken = (0..1000).filter(|number| take(&store, "mallory", *number, 1000).is_ok());
        assert_eq!(taken.count(), 10);
        assert_eq!(take(&store, "alice", 0, 1000), Ok(()));
    }

    #[test]
    fn no_more_proofs_are_kept_than_the_bounds_say() {
        let store = UsedProofs::new(KEPT_FOR);
        let taken_of = |caller: &str| {
            let taken = (0..10_010).filter(|number| take(&store, caller, *number, 1000).is_ok());
            taken.count()
        };
        for number in 0..10 {
            assert_eq!(taken_of(&format!("mallory{number}")), 10_000);
        }
        assert_eq!(taken_of("alice"), 0);
    }

    #[test]
    fn there_is_room_again_when_the_oldest_proofs_have_no_time_left() {
        let store = store();
        for number in 0..100 {
            let taken = take(&store, &format!("user{number}"), number, 1000);
            assert_eq!(taken, Ok(()));
        }
        let full = NotTaken::Full(Duration::from_secs(20));
        assert_eq!(take(&store, "alice", 0, 1100), Err(full));
        assert_eq!(take(&store, "alice", 0, 1121), Ok(()));
    }
}
