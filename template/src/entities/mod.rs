//! One model per table. Better Auth's are re-exported: Better Auth writes those tables, the API reads
//! them.
//!
//! A serialized model is a row of a user's export: every column except secrets. Responses have
//! types of their own in `routes`.

pub mod tag;
pub mod task;
pub mod task_tag;

pub use better_auth::entities::{account, jwks, session, user, verification};
