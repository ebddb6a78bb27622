//! Prepared statements of PostgreSQL whose table has got columns of other types since: each of them
//! fails for as long as its connection lives.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use sqlx::postgres::PgDatabaseError;

/// When the last of them was noticed.
static NOTICED: ArcSwapOption<Instant> = ArcSwapOption::const_empty();

/// Whether the error is that of such a statement; remembers it.
pub(crate) fn noticed(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    let error = error.and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    // "cached plan must not change result type", in the language of the server.
    let is_stale = error.is_some_and(|error| error.routine() == Some("RevalidateCachedQuery"));
    if is_stale {
        NOTICED.store(Some(Arc::new(Instant::now())));
    }
    is_stale
}

/// Whether a connection of this age may have such statements.
pub(crate) fn may_be_in_connection(age: Duration) -> bool {
    let noticed = NOTICED.load();
    noticed
        .as_ref()
        .is_some_and(|noticed| noticed.elapsed() <= age)
}
