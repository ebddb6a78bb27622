//! Rules between the fields of a task. A violation names its field in the parameter `field`.

use std::borrow::Cow;

use validator::ValidationError;

use super::RecurrencePattern;
use database::{UtcDateTime, text::violation};

fn at(field: &'static str, mut violation: ValidationError) -> ValidationError {
    violation.add_param(Cow::Borrowed("field"), &field);
    violation
}

/// A reminder comes before what it reminds of.
///
/// # Errors
/// Code `not_before_due` at `reminder_at`.
pub fn reminder_precedes_due_date(
    reminder_at: Option<UtcDateTime>,
    due_date: Option<UtcDateTime>,
) -> Result<(), ValidationError> {
    match reminder_at.zip(due_date) {
        Some((reminder, due)) if reminder >= due => Err(at(
            "reminder_at",
            violation("not_before_due", "must be before due_date".into()),
        )),
        _ => Ok(()),
    }
}

/// The pattern `custom` requires a configuration, and no other pattern may have one.
///
/// # Errors
/// Codes `required` and `only_with_custom` at `recurrence_config`.
pub fn config_suits_pattern(
    pattern: Option<RecurrencePattern>,
    has_config: bool,
) -> Result<(), ValidationError> {
    let custom = pattern == Some(RecurrencePattern::Custom);
    let (code, message) = match (custom, has_config) {
        (true, false) => ("required", "is required with recurrence_pattern custom"),
        (false, true) => ("only_with_custom", "needs recurrence_pattern custom"),
        _ => return Ok(()),
    };
    Err(at("recurrence_config", violation(code, message.into())))
}
