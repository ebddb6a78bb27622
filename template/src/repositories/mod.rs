//! Every query. A function that touches a user's rows takes their owner first, so that a query
//! without its owner cannot be written; one that touches everybody's rows takes a witness that it
//! may.

pub mod bulk;
pub mod export;
pub mod idempotency;
mod keyset;
pub mod purge;
mod search;
pub mod sessions;
pub mod tags;
pub mod tasks;
pub mod users;
