//! One model per table. Better Auth's are re-exported: Better Auth writes those tables, the API reads
//! them.
//!
//! Serialized, a model is a row of a user's export: every column but the secret ones. Responses have
//! types of their own in `routes`.

pub mod tag;
pub mod task;
pub mod task_tag;

pub use better_auth::entities::{account, jwks, session, user, verification};
