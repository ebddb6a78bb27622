//! What every REST API on Actix needs around its handlers.
//!
//! Extractors ([`Json`], [`Query`], [`IfMatch`], [`Idempotent`]) read requests and report every
//! error at once; responders ([`List`], [`Row`], [`Reply`]) answer with pages, ETags and
//! Idempotency-Keys; [`AppError`] is rendered as problem+json (RFC 9457) by [`log_requests`]; and
//! [`openapi`] documents what follows from a route's path, parameters and body.
//!
//! ```
//! use actix_web::get;
//! use rest::{AppError, Code};
//!
//! #[get("/notes/{id}")]
//! async fn get_note() -> Result<String, AppError> {
//!     Err(AppError::new(Code::NOT_FOUND).detail("There is no such note"))
//! }
//! ```

mod catch;
mod client_address;
mod code;
mod conditional;
mod cors;
mod error;
mod head;
mod idempotency;
mod json;
mod limits;
mod list;
mod log_requests;
pub mod openapi;
mod query;
mod rate_limit;
mod readiness;
mod request_id;
mod route_table;
mod security_headers;
pub mod telemetry;
mod unread_body;

pub use catch::catch_panics_and_timeouts;
pub use client_address::{Network, TrustedProxies, client_address};
pub use code::Code;
pub use conditional::{IfMatch, Row, Versioned};
pub use cors::CorsSettings;
pub use error::{AppError, FieldError, OnConstraint, Problem};
pub use head::{head_as_get, sent_method};
pub use idempotency::{IDEMPOTENCY_KEY, Idempotent, Key, Reply};
pub use json::Json;
pub use limits::Limits;
pub use list::List;
pub use log_requests::{Caller, ChallengeParameters, log_requests};
pub use query::{GetQuery, ListParameters, ListQuery, PageQuery, Query};
pub use rate_limit::{
    RATE_LIMIT, RATE_LIMIT_POLICY, RateLimitSettings, RateLimits, limit_address, limit_addresses,
    limit_caller,
};
pub use readiness::Readiness;
pub use request_id::RequestId;
pub use route_table::{Candidates, RouteTable, not_found};
