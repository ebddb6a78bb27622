//! What all routes share: requests and answers around the handlers.

mod client_address;
mod contain;
mod head;
mod json;
mod observe;
mod query;
mod request_id;
mod route_table;

pub use client_address::client_address;
pub use contain::contain;
pub use head::head_as_get;
pub use json::Json;
pub use observe::{Caller, observe};
pub use query::{PageQuery, Query, page_request};
pub use request_id::RequestId;
pub use route_table::{RouteTable, not_found};
