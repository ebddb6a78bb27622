//! What the program does besides serving: it stands on the library, like `main.rs`, and talks to
//! the operator.

mod key_set;
mod remedies;

pub mod doctor;
pub mod export_user;
pub mod purge;
pub mod seed;
pub mod verify_token;

/// What a command fails with: its text goes to standard error, and the exit status is 1.
pub type Failure = Box<dyn std::error::Error>;
