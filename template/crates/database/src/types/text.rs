//! Rules for texts, and what the types that keep them are made of.

use std::fmt::{self, Display};

use serde::{
    Deserializer,
    de::{self, Visitor},
};
use validator::ValidationError;

/// What is wrong with a value; `code` is stable, the message is for people.
#[must_use]
pub fn violation(code: &'static str, message: String) -> ValidationError {
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

/// No more than `max` characters.
///
/// # Errors
/// There are more.
pub fn at_most(text: &str, max: usize) -> Result<(), ValidationError> {
    match text.chars().count() > max {
        true => Err(violation(
            "too_long",
            format!("must be at most {max} characters"),
        )),
        false => Ok(()),
    }
}

/// What is more than white space.
///
/// # Errors
/// It is blank.
pub fn not_blank(text: &str) -> Result<&str, ValidationError> {
    match text.trim().is_empty() {
        true => Err(violation("blank", "must not be blank".into())),
        false => Ok(text),
    }
}

/// One line of text, trimmed, of at most `max` characters.
///
/// # Errors
/// The rule that it breaks.
pub fn line(text: &str, max: usize) -> Result<String, ValidationError> {
    let text = text.trim();
    at_most(text, max)?;
    no_control_characters(text, &[])?;
    Ok(text.to_owned())
}

/// Text of at most `max` characters, kept as it is; line breaks and tabs may be in it.
///
/// # Errors
/// The rule that it breaks.
pub fn lines(text: &str, max: usize) -> Result<String, ValidationError> {
    at_most(text, max)?;
    no_control_characters(text, &['\n', '\r', '\t'])?;
    Ok(text.to_owned())
}

/// Reads what a text says, without a copy of the text.
///
/// # Errors
/// It is no text, or `read` finds nothing in it.
pub fn deserialize<'de, D: Deserializer<'de>, T, E: Display>(
    deserializer: D,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Reading(read))
}

struct Reading<F>(F);

impl<T, E: Display, F: FnOnce(&str) -> Result<T, E>> Visitor<'_> for Reading<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<D: de::Error>(self, text: &str) -> Result<T, D> {
        (self.0)(text).map_err(D::custom)
    }
}

/// A text that keeps a rule: a function from what was sent to what is stored.
#[macro_export]
macro_rules! text_type {
    ($(#[$attribute:meta])* $name:ident, $rule:expr) => {
        #[derive(
            Clone,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            ::serde::Serialize,
            ::sea_orm::DeriveValueType,
            ::utoipa::ToSchema,
        )]
        $(#[$attribute])*
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// Reads the text.
            ///
            /// # Errors
            /// The rule that it breaks.
            pub fn parse(text: &str) -> Result<Self, ::validator::ValidationError> {
                let rule: fn(&str) -> Result<String, ::validator::ValidationError> = $rule;
                rule(text).map(Self)
            }

            /// The rule alone, in the form that `#[validate(custom(..))]` takes.
            ///
            /// # Errors
            /// The rule that the text breaks.
            pub fn check(text: &str) -> Result<(), ::validator::ValidationError> {
                Self::parse(text).map(drop)
            }

            /// The same for a member of a PATCH body.
            ///
            /// # Errors
            /// The rule that the text breaks.
            pub fn check_patch(
                text: &$crate::types::Patch<String>,
            ) -> Result<(), ::validator::ValidationError> {
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

pub use text_type;
