//! Rules for texts, and the macro for text types that enforce them.

use std::fmt::{self, Display};

use serde::{
    Deserializer,
    de::{self, Visitor},
};
use validator::ValidationError;

/// A validation error; `code` is stable, the message is for people.
#[must_use]
pub fn violation(code: &'static str, message: String) -> ValidationError {
    ValidationError::new(code).with_message(message.into())
}

fn no_control_characters(text: &str, allowed: &[char]) -> Result<(), ValidationError> {
    let is_forbidden = |c: char| c.is_control() && !allowed.contains(&c);
    if text.contains(is_forbidden) {
        let message = "must not contain control characters".into();
        return Err(violation("control_character", message));
    }
    Ok(())
}

/// Checks that a text has at most `max` characters.
///
/// # Errors
/// When it has more.
pub fn at_most(text: &str, max: usize) -> Result<(), ValidationError> {
    if text.chars().count() > max {
        let message = format!("must be at most {max} characters");
        return Err(violation("too_long", message));
    }
    Ok(())
}

/// Checks that a text is not blank.
///
/// # Errors
/// When it is blank.
pub fn not_blank(text: &str) -> Result<&str, ValidationError> {
    if text.trim().is_empty() {
        return Err(violation("blank", "must not be blank".into()));
    }
    Ok(text)
}

/// One line of text, trimmed, of at most `max` characters.
///
/// # Errors
/// The first rule that the text violates.
pub fn line(text: &str, max: usize) -> Result<String, ValidationError> {
    let text = text.trim();
    at_most(text, max)?;
    no_control_characters(text, &[])?;
    Ok(text.to_owned())
}

/// Text of at most `max` characters, kept as it is; line breaks and tabs may be in it.
///
/// # Errors
/// The first rule that the text violates.
pub fn lines(text: &str, max: usize) -> Result<String, ValidationError> {
    at_most(text, max)?;
    no_control_characters(text, &['\n', '\r', '\t'])?;
    Ok(text.to_owned())
}

/// Deserializes a string by parsing it, without a copy of the string.
///
/// # Errors
/// When it is not a string, or `read` rejects it.
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

/// Deserializes a string by a rule that has a code. `rest` reports the code and the message.
///
/// # Errors
/// When it is not a string, or it violates the rule.
pub fn deserialize_by_rule<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, ValidationError>,
) -> Result<T, D::Error> {
    deserialize(deserializer, |text| parse(text).map_err(RuleError))
}

/// The error of a violated rule, for `deserialize_with`. `rest` reports the code and the message.
#[must_use]
pub fn rule_error<E: de::Error>(code: &'static str, message: &'static str) -> E {
    rule_violated(violation(code, message.to_owned()))
}

/// Like [`rule_error`], for a [`violation`].
pub(crate) fn rule_violated<E: de::Error>(violation: ValidationError) -> E {
    E::custom(RuleError(violation))
}

/// A violated rule inside one of serde's errors, which hold only text: code and message, each after
/// a separator that no other text of such an error contains.
struct RuleError(ValidationError);

const SEPARATOR: char = '\u{1f}';

impl Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.0.message.as_deref().unwrap_or(&self.0.code);
        write!(
            f,
            "{SEPARATOR}{}{SEPARATOR}{message}{SEPARATOR}",
            self.0.code
        )
    }
}

/// The code and the message of the violated rule in an error of [`deserialize_by_rule`].
#[must_use]
pub fn violated_rule(error: &str) -> Option<(&str, &str)> {
    // At the start alone: what was sent may stand further on.
    let mut parts = error.strip_prefix(SEPARATOR)?.split(SEPARATOR);
    Some((parts.next()?, parts.next()?))
}

/// Declares a text type whose values are parsed by one rule.
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
            /// The first rule that the text violates.
            pub fn parse(text: &str) -> Result<Self, ::validator::ValidationError> {
                let rule: fn(&str) -> Result<String, ::validator::ValidationError> = $rule;
                rule(text).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::text::deserialize_by_rule(deserializer, Self::parse)
            }
        }
    };
}
