//! Tasks.

mod priority;
mod recurrence;
mod rules;
mod sort;

pub use priority::Priority;
pub use recurrence::{RecurrenceConfig, RecurrencePattern, RecurrenceRule, TimeZone};
pub use rules::{config_suits_pattern, reminder_precedes_due_date};
pub use sort::{TaskSort, TaskSortKey};

use database::{
    row_id,
    text::{line, lines, not_blank},
    text_type,
};

row_id!(
    /// A task's id, a UUIDv7 made by the API.
    TaskId,
    "01936f2b-0c1d-7e4f-8a3b-5c6d7e8f9a0b"
);
text_type!(
    /// A task's title: 1 to 255 characters after trimming.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$",
        example = "Buy milk"
    )]
    Title,
    |text| line(not_blank(text)?, 255)
);
text_type!(
    /// A task's description: at most 10,000 characters; line breaks and tabs are kept.
    #[schema(
        max_length = 10000,
        pattern = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$",
        example = "Two litres, not the long-life kind."
    )]
    Description,
    |text| lines(text, 10_000)
);

#[cfg(test)]
mod tests {
    use validator::ValidationError;

    use super::*;

    fn code<T>(result: Result<T, ValidationError>) -> Option<String> {
        result.err().map(|violation| violation.code.into_owned())
    }

    #[test]
    fn a_title_is_rejected_when_blank_too_long_or_with_control_characters() {
        assert_eq!(code(Title::parse(" \t ")).as_deref(), Some("blank"));
        assert_eq!(
            code(Title::parse(&"ä".repeat(256))).as_deref(),
            Some("too_long")
        );
        assert_eq!(
            code(Title::parse("a\u{7}b")).as_deref(),
            Some("control_character")
        );
    }

    #[test]
    fn a_title_is_trimmed_and_measured_in_characters() {
        assert_eq!(
            Title::parse("  Buy milk ")
                .map(|title| title.0)
                .ok()
                .as_deref(),
            Some("Buy milk")
        );
        assert_eq!(code(Title::parse(&"ä".repeat(255))), None);
    }

    #[test]
    fn a_description_keeps_its_lines() {
        let text = "one\n\ttwo\r\n";
        assert_eq!(
            Description::parse(text)
                .map(|description| description.0)
                .as_deref(),
            Ok(text)
        );
        assert_eq!(
            code(Description::parse("a\u{0}b")).as_deref(),
            Some("control_character")
        );
    }
}
