//! Every query. A function that touches a user's rows takes their owner first, so that a query
//! without its owner cannot be written.

mod keyset;
pub mod sessions;
pub mod tags;
pub mod tasks;
pub mod users;
