//! The specification of the API, over HTTP against the real application.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod admin;
mod auth;
mod authorization;
mod commands;
mod cors;
mod docs;
mod drift;
mod entities;
mod errors;
mod examples;
mod guides;
mod health;
mod hostile;
mod isolation;
mod keys;
mod layers;
mod logs;
mod me;
mod metrics;
mod openapi;
mod program;
mod session;
#[cfg(feature = "sqlite")]
mod sqlite;
mod support;
mod tags;
mod tasks;
mod time;
mod upkeep;
mod users;
mod wycheproof;
