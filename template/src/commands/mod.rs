//! The operator's commands. Like `main.rs`, they use the library and print to the terminal.

pub mod export_user;
pub mod migrate;
pub mod purge;
pub mod routes;
pub mod seed;
