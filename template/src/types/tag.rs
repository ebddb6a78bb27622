//! Tags.

use validator::ValidationError;

use database::{
    row_id,
    text::{line, not_blank, violation},
    text_type,
};

row_id!(
    /// A tag's id, a UUIDv7 made by the API.
    TagId,
    "01936f2b-1d2e-7f50-9b4c-6d7e8f9a0b1c"
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
    |text| match line(not_blank(text)?, 50)? {
        name if name == TagName::NONE => Err(violation("reserved", "is reserved".into())),
        name => Ok(name),
    }
);
text_type!(
    /// A colour as `#RRGGBB` in upper case; `#RGB` is read too and written out in full.
    #[schema(pattern = "^#[0-9A-F]{6}$", example = "#1E90FF")]
    Color,
    color
);

impl TagName {
    /// Stands for "no tag" in the parameters of a list, so no tag may have this name.
    pub const NONE: &str = "none";
}

fn color(text: &str) -> Result<String, ValidationError> {
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
            return Err(violation(
                "invalid_color",
                "must be a colour like #1E90FF".into(),
            ));
        }
    };
    Ok(format!("#{full}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_what_is_not_a_hex_colour() {
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
