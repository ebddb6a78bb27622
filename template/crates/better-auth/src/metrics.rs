//! The metrics of key sets and tokens, for the recorder that the process installs.

use std::time::Duration;

use metrics::{Counter, counter, describe_counter, describe_gauge, gauge};

const FETCHES: &str = "jwks_fetches_total";
const AGE: &str = "jwks_age_seconds";
const KEYS: &str = "jwks_keys";
const TOKENS: &str = "token_cache_lookups_total";

/// Describes the metrics to the recorder. Call it once, after the recorder is installed.
pub fn describe() {
    describe_counter!(FETCHES, "Fetches of the key set, by outcome");
    describe_gauge!(AGE, "Seconds since the key set was last fetched");
    describe_gauge!(KEYS, "Usable keys in the key set");
    describe_counter!(
        TOKENS,
        "Look-ups in the cache of verified tokens, by hit or miss"
    );
}

/// Counts a fetch of the key set: `ok`, or why it failed.
pub(crate) fn count_fetch(outcome: &'static str) {
    counter!(FETCHES, "outcome" => outcome).increment(1);
}

/// Records how many keys are usable and the age of the key set. Call it before metrics are
/// rendered.
pub fn record_key_set(keys: usize, age: Option<Duration>) {
    gauge!(KEYS).set(u32::try_from(keys).unwrap_or(u32::MAX));
    if let Some(age) = age {
        gauge!(AGE).set(age.as_secs_f64());
    }
}

/// The counter of tokens that were found in the cache. Store it: getting a counter costs more than
/// counting. Get it after the recorder is installed, or it counts nothing.
pub(crate) fn cache_hits() -> Counter {
    counter!(TOKENS, "result" => "hit")
}

/// The counter of tokens that were not found in the cache.
pub(crate) fn cache_misses() -> Counter {
    counter!(TOKENS, "result" => "miss")
}
