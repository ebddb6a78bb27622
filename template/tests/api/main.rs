//! The specification of the API, over HTTP against the real application.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod admin;
mod agents;
mod api_keys;
mod audit;
mod auth;
mod authorization;
mod commands;
mod cors;
mod dpop;
mod drift;
mod entities;
mod errors;
mod examples;
mod guides;
mod health;
mod hostile;
mod impersonation;
mod imports;
mod isolation;
mod keys;
mod layers;
mod logs;
mod me;
mod metrics;
mod migrate;
mod oauth;
mod openapi;
mod organizations;
#[cfg(feature = "postgres")]
mod poolers;
mod program;
mod rate_limits;
mod security_headers;
mod session;
mod shared_database;
#[cfg(feature = "sqlite")]
mod sqlite;
mod support;
mod tags;
mod tasks;
mod time;
#[cfg(feature = "otel")]
mod traces;
mod upkeep;
mod users;
mod wycheproof;
