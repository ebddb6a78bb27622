//! The schema and the ways to change it, on SQLite, or on PostgreSQL when `TEST_DATABASE_URL`
//! names a server: `postgres://user@host:port/database`. Each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod adoption;
mod better_auth;
mod catalogue;
mod command;
mod database;
mod kills;
mod runs;
mod schema;
