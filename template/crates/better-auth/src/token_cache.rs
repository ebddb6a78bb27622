use std::sync::Arc;

use ::metrics::Counter;
use moka::sync::Cache;

use crate::{claims::Lifetime, fingerprint::Fingerprint, metrics, principal::Principal};

/// What is known about a valid token.
#[derive(Clone)]
pub(crate) struct VerifiedToken {
    pub(crate) principal: Principal,
    pub(crate) lifetime: Lifetime,
    /// The [generation](crate::KeySnapshot::generation) of the keys that verified it.
    pub(crate) generation: Option<u64>,
}

/// Remembers valid tokens, so that a signature is checked once and not with every request.
/// Bounded. Invalid tokens are never stored, so nobody can evict valid ones by sending them.
pub(crate) struct TokenCache {
    /// `None` when the cache is off.
    tokens: Option<Cache<Fingerprint, Arc<VerifiedToken>>>,
    hits: Counter,
    misses: Counter,
}

impl TokenCache {
    /// A cache for `capacity` tokens; 0 turns it off.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            tokens: (capacity > 0).then(|| Cache::new(capacity as u64)),
            hits: metrics::cache_hits(),
            misses: metrics::cache_misses(),
        }
    }

    /// The cached token, unless a key was withdrawn since it was verified (it may be the token's
    /// own), or no keys are usable.
    pub(crate) fn get(
        &self,
        token: &Fingerprint,
        generation: Option<u64>,
    ) -> Option<Arc<VerifiedToken>> {
        let tokens = self.tokens.as_ref()?;
        let is_current =
            |found: &Arc<VerifiedToken>| generation.is_some() && found.generation == generation;
        let found = tokens.get(token).filter(is_current);
        let counter = if found.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        counter.increment(1);
        found
    }

    pub(crate) fn insert(&self, token: Fingerprint, verified: VerifiedToken) {
        if let Some(tokens) = &self.tokens {
            tokens.insert(token, Arc::new(verified));
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{claims::Identity, ids::BetterAuthId};

    fn verified(generation: Option<u64>) -> VerifiedToken {
        let identity = Identity::new(BetterAuthId::new("alice"), Uuid::max().into());
        VerifiedToken {
            principal: Principal::User(identity.into()),
            lifetime: Lifetime::default(),
            generation,
        }
    }

    #[test]
    fn a_cached_token_does_not_outlive_its_generation_of_keys() {
        let cache = TokenCache::new(10);
        let token = Fingerprint::of("a.b.c");
        cache.insert(token, verified(Some(1)));
        assert!(cache.get(&token, Some(1)).is_some());
        assert!(cache.get(&token, Some(2)).is_none());
        cache.insert(token, verified(None));
        assert!(cache.get(&token, None).is_none());
    }

    #[test]
    fn a_cached_token_is_found_by_the_whole_token_only() {
        let cache = TokenCache::new(10);
        cache.insert(Fingerprint::of("a.b.c"), verified(Some(1)));
        assert!(cache.get(&Fingerprint::of("a.b.d"), Some(1)).is_none());
    }

    #[test]
    fn no_more_tokens_are_cached_than_the_capacity() {
        let cache = TokenCache::new(100);
        for index in 0..10_000 {
            cache.insert(Fingerprint::of(&index.to_string()), verified(Some(1)));
        }
        let tokens = cache.tokens.as_ref().expect("the cache is on");
        tokens.run_pending_tasks();
        assert!(tokens.entry_count() <= 100, "{}", tokens.entry_count());
        let off = TokenCache::new(0);
        off.insert(Fingerprint::of("a.b.c"), verified(Some(1)));
        assert!(off.get(&Fingerprint::of("a.b.c"), Some(1)).is_none());
    }
}
