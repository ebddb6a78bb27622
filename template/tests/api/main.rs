//! The specification of the API, over HTTP against the real application.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod admin;
mod auth;
mod authorization;
mod cors;
mod entities;
mod errors;
mod guides;
mod health;
mod layers;
mod logs;
mod me;
mod openapi;
mod program;
mod session;
mod support;
mod tags;
mod tasks;
