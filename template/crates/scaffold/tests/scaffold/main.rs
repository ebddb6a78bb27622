//! The specification of `cargo scaffold`.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod changes;
mod desk;
mod guide;
mod others;
mod resources;
mod wiring;
