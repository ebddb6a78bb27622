//! Values that are right by construction: parse once at the edge, trust everywhere after.

mod access;
mod cursor;
mod decimal;
mod engine;
mod expected;
mod given_up;
mod idempotency;
pub mod ids;
mod operator;
mod page;
mod patch;
mod search;
mod secret;
mod sort;
pub mod text;
mod time;

pub use access::{
    Admin, AllOf, AnyOf, Everybody, Granted, Held, Permission, Requirement, Role, declare,
};
pub use cursor::Cursor;
pub use decimal::Decimal;
pub use engine::{Engine, EngineConflict};
pub use expected::Expected;
pub use given_up::GivenUp;
pub use idempotency::{Answer, KeyedRequest};
pub use ids::{BetterAuthId, UserUuid};
pub use operator::Operator;
pub use page::{ListRequest, Page, PageRequest};
pub use patch::{Patch, not_null};
pub use search::{SearchQuery, SearchText};
pub use secret::SecretText;
pub use sort::SortOrder;
pub use time::{InvalidDateTime, UtcDateTime};
