use sea_orm::DeriveValueType;
use serde::Serialize;
use utoipa::ToSchema;
use validator::ValidationError;

use super::Patch;

/// What is wrong with a value; `code` is stable, the message is for people.
pub(super) fn violation(code: &'static str, message: String) -> ValidationError {
    ValidationError::new(code).with_message(message.into())
}

fn no_control_characters(text: &str, allowed: &[char]) -> Result<(), ValidationError> {
    match text
        .chars()
        .any(|c| c.is_control() && !allowed.contains(&c))
    {
        true => Err(violation(
            "control_character",
            "must not hold control characters".into(),
        )),
        false => Ok(()),
    }
}

pub(super) fn at_most(text: &str, max: usize) -> Result<(), ValidationError> {
    match text.chars().count() > max {
        true => Err(violation(
            "too_long",
            format!("must be at most {max} characters"),
        )),
        false => Ok(()),
    }
}

/// One line of text: trimmed, not blank, at most `max` characters.
fn line(text: &str, max: usize) -> Result<String, ValidationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(violation("blank", "must not be blank".into()));
    }
    at_most(text, max)?;
    no_control_characters(text, &[])?;
    Ok(text.to_owned())
}

macro_rules! text_type {
    ($(#[$attribute:meta])* $name:ident, $parse:expr) => {
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, DeriveValueType, ToSchema,
        )]
        $(#[$attribute])*
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// Reads the text.
            ///
            /// # Errors
            /// The rule that it breaks.
            pub fn parse(text: &str) -> Result<Self, ValidationError> {
                let parse: fn(&str) -> Result<String, ValidationError> = $parse;
                parse(text).map(Self)
            }

            /// The rule alone, in the form that `#[validate(custom(..))]` takes.
            ///
            /// # Errors
            /// The rule that the text breaks.
            pub fn check(text: &str) -> Result<(), ValidationError> {
                Self::parse(text).map(drop)
            }

            /// The same for a member of a PATCH body.
            ///
            /// # Errors
            /// The rule that the text breaks.
            pub fn check_patch(text: &Patch<String>) -> Result<(), ValidationError> {
                text.value().map_or(Ok(()), |text| Self::check(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

text_type!(
    /// A task's title: 1 to 255 characters after trimming.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$",
        example = "Buy milk"
    )]
    Title,
    |text| line(text, 255)
);
text_type!(
    /// A tag's name: 1 to 50 characters after trimming, and not [`TagName::NONE`].
    #[schema(
        min_length = 1,
        max_length = 50,
        pattern = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$",
        example = "home"
    )]
    TagName,
    |text| match line(text, 50)? {
        name if name == TagName::NONE => Err(violation("reserved", "is reserved".into())),
        name => Ok(name),
    }
);
text_type!(
    /// A task's description: at most 10,000 characters; line breaks and tabs are kept.
    #[schema(
        max_length = 10000,
        pattern = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$",
        example = "Two litres, not the long-life kind."
    )]
    Description,
    |text| {
        at_most(text, 10_000)?;
        no_control_characters(text, &['\n', '\r', '\t'])?;
        Ok(text.to_owned())
    }
);

impl TagName {
    /// What stands for "no tag" in a list's parameters, so no tag may be called so.
    pub const NONE: &str = "none";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, ValidationError>) -> Option<String> {
        result.err().map(|violation| violation.code.into_owned())
    }

    #[test]
    fn a_title_is_refused_when_blank_too_long_or_with_control_characters() {
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
