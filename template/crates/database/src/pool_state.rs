use std::sync::atomic::{AtomicUsize, Ordering};

/// How many connections of the pool are in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolState {
    /// Open connections in use.
    pub in_use: u32,
    /// Open connections that are idle.
    pub idle: u32,
    /// The most connections that may be open.
    pub max: u32,
    /// Writes that wait because there is no connection for them (a lower bound).
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

/// Counts one until it is dropped, also when the request is cancelled.
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
