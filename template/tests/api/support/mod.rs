//! The application under test, and the users who call it.

mod answer;
mod app;
mod database;
mod document;
mod eventually;
mod ports;
mod program;
mod sources;
mod user;

pub use answer::Answer;
pub use app::{MEMBERS, TestApp, add_documented};
pub use database::TestDatabase;
pub use document::{Document, Ids, Operation};
pub use eventually::eventually;
pub use ports::free_port;
pub use program::{Program, run, run_in, run_on_terminal, run_with_input};
pub use sources::{code, paths, rust_files};
pub use user::Client;
