//! The program's commands: they stand on the library, like `main.rs`, and talk to the operator.

pub mod export_user;
pub mod migrate;
pub mod purge;
pub mod routes;
pub mod seed;
