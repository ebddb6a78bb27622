//! What all routes share: requests and answers around the handlers.

mod client_address;
mod conditional;
mod contain;
mod head;
mod idempotency;
mod json;
mod list;
mod observe;
mod query;
mod request_id;
mod route_table;

pub use client_address::client_address;
pub use conditional::{IfMatch, Row, Versioned};
pub use contain::contain;
pub use head::head_as_get;
pub use idempotency::{IDEMPOTENCY_KEY, Key, Keyed};
pub use json::{Json, body_of};
pub use list::List;
pub use observe::{Caller, observe};
pub use query::{PageQuery, Query, check_page_size, list_request, page_or_cursor};
pub use request_id::RequestId;
pub use route_table::{RouteTable, not_found};
