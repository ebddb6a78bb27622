//! Values that are right by construction: parse once at the edge, trust everywhere after.

mod access;
mod color;
mod cursor;
mod engine;
mod expected;
mod idempotency;
mod ids;
mod operator;
mod page;
mod patch;
mod priority;
mod recurrence;
mod rules;
mod search;
mod secret;
mod sort;
mod text;
mod time;

pub use access::{Admin, AllOf, AnyOf, Granted, Held, Permission, Requirement, Role, TasksDelete};
pub use color::Color;
pub use cursor::Cursor;
pub use engine::{Engine, EngineConflict};
pub use expected::Expected;
pub use idempotency::{Answer, KeyedRequest};
pub use ids::{BetterAuthId, TagId, TaskId, UserUuid};
pub use operator::Operator;
pub use page::{ListRequest, Page, PageRequest};
pub use patch::{Patch, not_null};
pub use priority::Priority;
pub use recurrence::{RecurrenceConfig, RecurrencePattern, RecurrenceRule, TimeZone};
pub use rules::{config_suits_pattern, reminder_precedes_due_date};
pub use search::{SearchQuery, SearchText};
pub use secret::SecretText;
pub use sort::{SortOrder, TaskSort, TaskSortKey};
pub use text::{Description, TagName, Title};
pub use time::{InvalidDateTime, UtcDateTime};
