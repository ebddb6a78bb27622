//! RATE_LIMIT_PER_USER and RATE_LIMIT_PER_ADDRESS.

mod store;

use std::{
    hash::{BuildHasher, Hash, RandomState},
    num::NonZeroU32,
};

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::HeaderName,
    middleware::Next,
    web::Data,
};
use database::EnvReader;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::NoOpMiddleware,
};
use store::BoundedStore;

use crate::{
    AppError, Caller, Code, Network, TrustedProxies, client_address, error::whole_seconds,
};

/// The header of a 429 with the exceeded limit: its quota and its window in seconds
/// (draft-ietf-httpapi-ratelimit-headers-10).
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The header with the remaining quota, and the seconds until there is more.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How many users and how many networks are counted separately within some minutes; any further
/// ones share one quota. Only requests without a valid credential are counted by network.
const CALLERS: usize = 1 << 20;
const NETWORKS: usize = 1 << 17;

/// How many requests a minute this process answers; `None` = no limit.
#[derive(Clone, Copy, Debug)]
pub struct RateLimitSettings {
    /// RATE_LIMIT_PER_USER: of a signed-in user, or of an OAuth client that acts for itself.
    pub per_user: Option<NonZeroU32>,
    /// RATE_LIMIT_PER_ADDRESS: without a valid credential, from an IPv4 address or an IPv6 /64.
    pub per_address: Option<NonZeroU32>,
}

impl RateLimitSettings {
    /// Reads the settings; wrong ones are noted in `env`.
    pub fn read(env: &mut EnvReader<'_>) -> Self {
        let mut read = |name, default| {
            let number = env.number(name, default, 0..=1_000_000);
            u32::try_from(number).ok().and_then(NonZeroU32::new)
        };
        Self {
            per_user: read("RATE_LIMIT_PER_USER", 600),
            per_address: read("RATE_LIMIT_PER_ADDRESS", 1200),
        }
    }
}

/// Counts requests. The application registers it as app data; without it nothing is limited.
pub struct RateLimits {
    /// By hashes of the callers' ids.
    callers: Option<Limit<u64>>,
    hasher: RandomState,
    networks: Option<Limit<Network>>,
    proxies: TrustedProxies,
}

impl RateLimits {
    /// The limits in the settings; client addresses are determined with `proxies`.
    #[must_use]
    pub fn new(settings: RateLimitSettings, proxies: TrustedProxies) -> Self {
        let (callers, networks) = (settings.per_user, settings.per_address);
        Self {
            callers: callers.map(|quota| Limit::new("user", quota, CALLERS)),
            hasher: RandomState::new(),
            networks: networks.map(|quota| Limit::new("address", quota, NETWORKS)),
            proxies,
        }
    }
}

/// Counts a request of a caller with a valid credential: a user, or a client that acts for itself,
/// by their id.
///
/// # Errors
/// `rate_limited`.
pub fn limit_caller(request: &HttpRequest, caller: &impl Hash) -> Result<(), AppError> {
    let Some(limits) = request.app_data::<Data<RateLimits>>() else {
        return Ok(());
    };
    let key = limits.hasher.hash_one(caller);
    let limit = limits.callers.as_ref();
    limit.map_or(Ok(()), |limit| limit.check(&key))
}

/// Counts a request without a valid credential, unless authentication has counted it.
///
/// # Errors
/// `rate_limited`.
pub fn limit_address(request: &HttpRequest) -> Result<(), AppError> {
    let Some(limits) = request.app_data::<Data<RateLimits>>() else {
        return Ok(());
    };
    let is_counted = request.extensions().contains::<Caller>();
    match (&limits.networks, client_address(request, &limits.proxies)) {
        (Some(limit), Some(address)) if !is_counted => limit.check(&Network::of(address)),
        _ => Ok(()),
    }
}

/// [`limit_address`] as the middleware of a scope or resource that asks for no credentials.
///
/// # Errors
/// Never fails itself: a rejection is a response, so that outer middleware sees it.
pub async fn limit_addresses(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match limit_address(request.request()) {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(error) => Ok(request.error_response(error)),
    }
}

/// A number of requests a minute for each key, all of which may come at once.
struct Limit<K: Eq + Hash + Copy, C: Clock = MonotonicClock> {
    name: &'static str,
    quota: NonZeroU32,
    limiter: RateLimiter<K, BoundedStore<K>, C, NoOpMiddleware<C::Instant>>,
}

impl<K: Eq + Hash + Copy> Limit<K> {
    fn new(name: &'static str, quota: NonZeroU32, capacity: usize) -> Self {
        Self::with_clock(name, quota, capacity, MonotonicClock)
    }
}

impl<K: Eq + Hash + Copy, C: Clock> Limit<K, C> {
    fn with_clock(name: &'static str, quota: NonZeroU32, capacity: usize, clock: C) -> Self {
        let store = BoundedStore::new(capacity);
        Self {
            name,
            quota,
            limiter: RateLimiter::new(Quota::per_minute(quota), store, clock),
        }
    }

    fn check(&self, key: &K) -> Result<(), AppError> {
        self.limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.limiter.clock().now());
            let seconds = whole_seconds(wait);
            let (name, quota) = (self.name, self.quota);
            AppError::new(Code::RATE_LIMITED)
                .retry_after(wait)
                .header(RATE_LIMIT_POLICY, format!(r#""{name}";q={quota};w=60"#))
                .header(RATE_LIMIT, format!(r#""{name}";r=0;t={seconds}"#))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn limit<K: Eq + Hash + Copy>(quota: u32, capacity: usize) -> Limit<K, FakeRelativeClock> {
        let quota = NonZeroU32::new(quota).expect("a quota");
        Limit::with_clock("address", quota, capacity, FakeRelativeClock::default())
    }

    /// How many of the requests are answered.
    fn answered<K: Eq + Hash + Copy>(
        limit: &Limit<K, FakeRelativeClock>,
        keys: impl IntoIterator<Item = K>,
    ) -> usize {
        let keys = keys.into_iter();
        keys.filter(|key| limit.check(key).is_ok()).count()
    }

    #[test]
    fn a_minutes_quota_may_come_at_once_and_is_back_after_a_minute() {
        let limit = limit(60, 100);
        assert_eq!(answered(&limit, [7; 100]), 60);
        limit.limiter.clock().advance(Duration::from_secs(1));
        assert_eq!(answered(&limit, [7; 100]), 1);
        limit.limiter.clock().advance(Duration::from_secs(60));
        assert_eq!(answered(&limit, [7; 100]), 60);
    }

    #[test]
    fn a_rejection_says_how_long_to_wait_and_for_what() {
        let limit = limit(2, 100);
        answered(&limit, [7; 2]);
        let error = limit.check(&7).expect_err("the quota is used up");
        let headers: Vec<_> = error
            .headers()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        assert_eq!(
            headers,
            [
                "retry-after: 30",
                r#"ratelimit-policy: "address";q=2;w=60"#,
                r#"ratelimit: "address";r=0;t=30"#
            ]
        );
    }

    #[test]
    fn a_limit_is_not_forgotten_before_its_minute_is_over() {
        let limit = limit(60, 1000);
        for _ in 0..20 {
            limit.limiter.clock().advance(Duration::from_secs(60));
            assert_eq!(answered(&limit, [7; 100]), 60);
            limit.limiter.clock().advance(Duration::from_secs(30));
            answered(&limit, 100..150);
            assert_eq!(answered(&limit, [7; 100]), 30);
        }
    }

    #[test]
    fn a_million_networks_take_no_more_memory_than_there_is_room_for() {
        let limit = limit(1200, 1000);
        answered(&limit, [7]);
        let let_through = answered(&limit, 100..1_000_100);
        assert!(let_through < 100_000, "{let_through}");
        assert_eq!(answered(&limit, [7; 2000]), 1199);
        assert!(limit.limiter.into_state_store().len() <= 1000);
    }

    #[test]
    fn after_a_flood_networks_are_told_apart_again_though_no_known_one_returns() {
        let limit = limit(60, 1600);
        answered(&limit, 100..100_100);
        limit.limiter.clock().advance(Duration::from_secs(180));
        assert_eq!(
            answered(&limit, (0..6000).map(|request| request % 100)),
            6000
        );
    }

    #[test]
    fn keys_that_come_back_each_minute_take_no_more_memory_than_there_is_room_for() {
        let limit = limit(60, 1600);
        let mut used = Vec::new();
        for minute in 0..8 {
            limit.limiter.clock().advance(Duration::from_secs(61));
            used.extend(minute * 1600..(minute + 1) * 1600);
            answered(&limit, used.iter().rev().copied());
        }
        assert!(limit.limiter.into_state_store().len() <= 3200);
    }

    #[test]
    fn keys_that_nobody_used_lately_are_dropped() {
        let limit = limit(60, 100_000);
        for minute in 0..20 {
            limit.limiter.clock().advance(Duration::from_secs(60));
            answered(&limit, minute * 1000..(minute + 1) * 1000);
        }
        let kept = limit.limiter.into_state_store().len();
        assert!((1000..=6000).contains(&kept), "{kept}");
    }
}
