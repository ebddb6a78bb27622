//! An API for users who sign in with Better Auth.
//!
//! Layers import downward only: `app` → `routes` → `services` → `repositories` → `entities`;
//! `auth` stands beside `services`; `http`, `types`, `error`, `config` and `telemetry` lie at
//! the bottom.

pub mod app;
pub mod auth;
pub mod config;
pub mod database;
pub mod entities;
pub mod error;
pub mod http;
pub mod repositories;
pub mod routes;
pub mod services;
pub mod telemetry;
pub mod types;

/// The snippets of the guide are compiled.
#[cfg(doctest)]
#[doc = include_str!("../docs/guards.md")]
mod guards_guide {}
