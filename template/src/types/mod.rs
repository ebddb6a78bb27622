//! Values that are right by construction: parse once at the edge, trust everywhere after.

mod access;
mod cursor;
mod engine;
mod expected;
mod idempotency;
mod ids;
mod operator;
mod page;
mod patch;
mod search;
mod secret;
mod sort;
mod tag;
mod task;
mod text;
mod time;

pub use access::{Admin, AllOf, AnyOf, Granted, Held, Permission, Requirement, Role, TasksDelete};
pub use cursor::Cursor;
pub use engine::{Engine, EngineConflict};
pub use expected::Expected;
pub use idempotency::{Answer, KeyedRequest};
pub use ids::{BetterAuthId, UserUuid};
pub use operator::Operator;
pub use page::{ListRequest, Page, PageRequest};
pub use patch::{Patch, not_null};
pub use search::{SearchQuery, SearchText};
pub use secret::SecretText;
pub use sort::SortOrder;
pub use tag::{Color, TagId, TagName};
pub use task::{
    Description, Priority, RecurrenceConfig, RecurrencePattern, RecurrenceRule, TaskId, TaskSort,
    TaskSortKey, TimeZone, Title, config_suits_pattern, reminder_precedes_due_date,
};
pub use time::{InvalidDateTime, UtcDateTime};
