//! The migrations: the tables that they make, how a run behaves, and databases that Better Auth has
//! set up first. On SQLite, or on PostgreSQL when `TEST_DATABASE_URL` names a server:
//! `postgres://user@host:port/database`. Each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod adoption;
mod better_auth;
mod catalogue;
mod kills;
mod names;
mod obstacles;
mod runs;
mod schema;
mod tasks;
mod test_database;
