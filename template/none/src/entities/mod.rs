//! One model a table. The first five are Better Auth's: it writes them, we read.
//!
//! As JSON they are what a user's export holds: every column but the secret ones. What a route
//! answers has a type of its own.

pub mod account;
pub mod idempotency_key;
pub mod jwks;
pub mod session;
pub mod user;
pub mod verification;
