//! An API for users who sign in with Better Auth.
//!
//! Layers import downward only: `app` → `routes` → `services` → `repositories` → `entities` →
//! `types`. The crates beside them are used like any library: `better_auth` → `rest` → `database`.

pub mod app;
pub mod auth;
pub mod config;
pub mod entities;
pub mod error;
pub mod repositories;
pub mod routes;
pub mod services;
pub mod types;

/// The snippets of the guides are compiled.
#[cfg(doctest)]
#[doc = include_str!("../docs/guards.md")]
mod guards_guide {}
#[cfg(doctest)]
#[doc = include_str!("../docs/credentials.md")]
mod credentials_guide {}
#[cfg(doctest)]
#[doc = include_str!("../docs/organizations.md")]
mod organizations_guide {}
