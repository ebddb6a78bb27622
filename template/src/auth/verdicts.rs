use std::sync::Arc;

use ::metrics::Counter;
use aws_lc_rs::digest::{Digest, SHA256, digest};
use moka::sync::Cache;

use super::{claims::Identity, verifier::Lifetime};
use crate::telemetry::metrics;

/// The hash of a whole token. The token itself is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(token: &str) -> Self {
        let hash: Digest = digest(&SHA256, token.as_bytes());
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(hash.as_ref());
        Self(fingerprint)
    }
}

/// What was found out about a good token.
pub(super) struct Verdict {
    pub(super) identity: Arc<Identity>,
    pub(super) lifetime: Lifetime,
    /// The generation of keys that it was found with.
    pub(super) generation: Option<u64>,
}

/// Verdicts on good tokens, so that a signature is checked once and not with every request.
/// Bounded; bad tokens are never kept, so nobody can crowd out good ones with them.
pub(super) struct Verdicts(Option<Memory>);

struct Memory {
    cache: Cache<Fingerprint, Arc<Verdict>>,
    hits: Counter,
    misses: Counter,
}

impl Verdicts {
    /// Room for `capacity` verdicts; 0 keeps none.
    pub(super) fn new(capacity: usize) -> Self {
        Self((capacity > 0).then(|| Memory {
            cache: Cache::new(capacity as u64),
            hits: metrics::verdict_hits(),
            misses: metrics::verdict_misses(),
        }))
    }

    /// The verdict on a token, unless a key was withdrawn since (it may have been that token's),
    /// or no keys are usable at all.
    pub(super) fn get(&self, token: &Fingerprint, generation: Option<u64>) -> Option<Arc<Verdict>> {
        let memory = self.0.as_ref()?;
        let verdict = memory.cache.get(token);
        let verdict =
            verdict.filter(|verdict| generation.is_some() && verdict.generation == generation);
        match verdict {
            Some(_) => memory.hits.increment(1),
            None => memory.misses.increment(1),
        }
        verdict
    }

    pub(super) fn insert(&self, token: Fingerprint, verdict: Verdict) {
        if let Some(memory) = &self.0 {
            memory.cache.insert(token, Arc::new(verdict));
        }
    }

    #[cfg(test)]
    fn len(&self) -> u64 {
        self.0.as_ref().map_or(0, |memory| {
            memory.cache.run_pending_tasks();
            memory.cache.entry_count()
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::types::BetterAuthId;

    fn verdict(generation: Option<u64>) -> Verdict {
        let identity = Identity {
            id: BetterAuthId::new("alice"),
            uuid: Uuid::max().into(),
            email: None,
            name: None,
            roles: Vec::new(),
            permissions: Vec::new(),
            organization_id: None,
        };
        Verdict {
            identity: identity.into(),
            lifetime: Lifetime::default(),
            generation,
        }
    }

    #[test]
    fn a_verdict_does_not_outlive_its_generation_of_keys() {
        let verdicts = Verdicts::new(10);
        let token = Fingerprint::of("a.b.c");
        verdicts.insert(token, verdict(Some(1)));
        assert!(verdicts.get(&token, Some(1)).is_some());
        assert!(verdicts.get(&token, Some(2)).is_none());
        verdicts.insert(token, verdict(None));
        assert!(verdicts.get(&token, None).is_none());
    }

    #[test]
    fn a_verdict_is_for_the_whole_token() {
        let verdicts = Verdicts::new(10);
        verdicts.insert(Fingerprint::of("a.b.c"), verdict(Some(1)));
        assert!(verdicts.get(&Fingerprint::of("a.b.d"), Some(1)).is_none());
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let verdicts = Verdicts::new(100);
        for index in 0..10_000 {
            verdicts.insert(Fingerprint::of(&index.to_string()), verdict(Some(1)));
        }
        assert!(verdicts.len() <= 100, "{} are kept", verdicts.len());
        let none = Verdicts::new(0);
        none.insert(Fingerprint::of("a.b.c"), verdict(Some(1)));
        assert!(none.get(&Fingerprint::of("a.b.c"), Some(1)).is_none());
    }
}
