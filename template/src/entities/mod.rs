//! One model a table. Better Auth's are re-exported: it writes them, the API reads them.
//!
//! As JSON they are what a user's export holds: every column but the secret ones. What a route
//! answers has a type of its own.

pub mod tag;
pub mod task;
pub mod task_tag;

pub use better_auth::entities::{account, jwks, session, user, verification};
