use std::sync::atomic::{AtomicUsize, Ordering};

/// How busy the pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolState {
    /// Open connections at work.
    pub in_use: u32,
    /// Open connections at rest.
    pub idle: u32,
    /// The most connections that may be open.
    pub max: u32,
    /// Writes that wait because there is no connection for them; at least so many.
    pub waiting: usize,
}

pub(crate) fn state_of<DB: sqlx::Database>(pool: &sqlx::Pool<DB>) -> PoolState {
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    PoolState {
        in_use: pool.size().saturating_sub(idle),
        idle,
        max: pool.options().get_max_connections(),
        waiting: 0,
    }
}

/// One that is counted until it is dropped, also by a request that is given up.
pub(crate) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub(crate) fn one(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
