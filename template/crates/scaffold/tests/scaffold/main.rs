//! `cargo scaffold` on a copy of the project.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod guide;
mod others;
mod project;
mod resources;
