//! Values that are right by construction: parsed once at the edge, trusted everywhere after.

mod cancellation;
mod cursor;
mod decimal;
mod engine;
mod idempotency;
pub mod ids;
mod operator;
mod page;
mod patch;
mod ranged_int;
mod search;
mod secret;
mod sort;
pub mod text;
mod time;
mod version_precondition;

pub use cancellation::CancellationTracker;
pub use cursor::Cursor;
pub use decimal::Decimal;
pub use engine::{Engine, EngineConflict};
pub use idempotency::{IdempotencyKey, StoredResponse};
pub use ids::UserUuid;
pub use operator::Operator;
pub use page::{ListRequest, Page, PageRequest};
pub use patch::{Patch, not_null, set_if_present};
pub use ranged_int::RangedInt;
pub use search::{SearchQuery, SearchText};
pub use secret::SecretText;
pub use sort::SortOrder;
pub use time::{InvalidDateTime, UtcDateTime};
pub use version_precondition::VersionPrecondition;
