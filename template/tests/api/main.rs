//! The specification of the API, over HTTP against the real application.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod auth;
mod cors;
mod entities;
mod errors;
mod health;
mod keys;
mod layers;
mod logs;
mod me;
mod metrics;
mod openapi;
mod program;
mod support;
mod tags;
mod tasks;
