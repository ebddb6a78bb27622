//! Queries of Better Auth's users, sessions and members.

pub mod audit;
pub mod members;
pub mod sessions;
pub mod users;
