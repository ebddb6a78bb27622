use sea_orm::DeriveValueType;
use serde::Serialize;
use utoipa::ToSchema;
use validator::ValidationError;

use super::Patch;

/// A colour as `#RRGGBB` in upper case; `#RGB` is read too and written out in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveValueType, ToSchema)]
#[schema(value_type = String, pattern = "^#[0-9A-F]{6}$", example = "#1E90FF")]
pub struct Color(String);

impl Color {
    /// Reads `#RGB` or `#RRGGBB`, in any case.
    ///
    /// # Errors
    /// Code `invalid_color`.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        let digits = text
            .strip_prefix('#')
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let full = match digits {
            Some(hex) if hex.len() == 6 => hex.to_ascii_uppercase(),
            Some(hex) if hex.len() == 3 => hex
                .to_ascii_uppercase()
                .chars()
                .flat_map(|c| [c, c])
                .collect(),
            _ => {
                return Err(ValidationError::new("invalid_color")
                    .with_message("must be a colour like #1E90FF".into()));
            }
        };
        Ok(Self(format!("#{full}")))
    }

    /// The rule alone, in the form that `#[validate(custom(..))]` takes.
    ///
    /// # Errors
    /// Code `invalid_color`.
    pub fn check(text: &str) -> Result<(), ValidationError> {
        Self::parse(text).map(drop)
    }

    /// The same for a member of a PATCH body.
    ///
    /// # Errors
    /// Code `invalid_color`.
    pub fn check_patch(text: &Patch<String>) -> Result<(), ValidationError> {
        text.value().map_or(Ok(()), |text| Self::check(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_hex_colour() {
        for text in ["", "#", "1E90FF", "#1E90F", "#12345G", "#ÄÄÄ", "red"] {
            assert!(Color::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn normalises_case_and_the_short_form() {
        assert_eq!(
            Color::parse("#1e90ff").map(|color| color.0).as_deref(),
            Ok("#1E90FF")
        );
        assert_eq!(
            Color::parse("#0aF").map(|color| color.0).as_deref(),
            Ok("#00AAFF")
        );
    }
}
