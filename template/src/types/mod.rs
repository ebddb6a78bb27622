//! Values that are right by construction: parsed once at the edge, trusted everywhere after.

mod tag;
mod task;

pub use tag::{Color, TagId, TagName};
pub use task::{
    Description, Priority, RecurrenceConfig, RecurrencePattern, RecurrenceRule, TaskId, TaskSort,
    TaskSortKey, TimeZone, Title, config_suits_pattern, reminder_precedes_due_date,
};
