//! One model a table. The first five are Better Auth's: it writes them, we read.

pub mod account;
pub mod jwks;
pub mod session;
pub mod tag;
pub mod task;
pub mod task_tag;
pub mod user;
pub mod verification;
