//! Names in the forms that code and sentences need.

use std::{fmt, str::FromStr};

/// A resource's singular and plural, and the names that follow from them.
#[derive(Debug, PartialEq)]
pub struct Names {
    singular: Word,
    plural: Word,
}

impl Names {
    /// The plural is looked up in a dictionary if it is not given.
    pub fn new(singular: Word, plural: Option<Word>) -> Self {
        let plural = plural.unwrap_or_else(|| singular.pluralized());
        Self { singular, plural }
    }

    /// `line_item`: the module of the entity.
    pub fn singular(&self) -> &str {
        &self.singular.0
    }

    /// `line_items`: the table and the other modules.
    pub fn plural(&self) -> &str {
        &self.plural.0
    }

    /// `LineItem`: the type of a row.
    pub fn type_name(&self) -> String {
        self.singular.in_pascal_case()
    }

    /// `LineItems`.
    pub fn plural_type_name(&self) -> String {
        self.plural.in_pascal_case()
    }

    /// `LineItemId`: the type of its id.
    pub fn id_type(&self) -> String {
        format!("{}Id", self.type_name())
    }

    /// `line-items`: its segment in a path.
    pub fn segment(&self) -> String {
        self.plural.0.replace('_', "-")
    }

    /// `line item`, in a sentence.
    pub fn words(&self) -> String {
        self.singular.words()
    }

    /// `line items`, in a sentence.
    pub fn plural_words(&self) -> String {
        self.plural.words()
    }

    /// `a line item`, in a sentence.
    pub fn with_article(&self) -> String {
        format!("{} {}", self.singular.article(), self.words())
    }
}

/// A name in snake_case: letters and digits of ASCII, a letter first.
#[derive(Clone, Debug, PartialEq)]
pub struct Word(String);

impl Word {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `LineItem`.
    pub fn in_pascal_case(&self) -> String {
        let capitalized = |part: &str| part[..1].to_uppercase() + &part[1..];
        self.0.split('_').map(capitalized).collect()
    }

    /// `line item`, in a sentence.
    pub fn words(&self) -> String {
        self.0.replace('_', " ")
    }

    /// `a` or `an`, by how it probably sounds.
    pub fn article(&self) -> &'static str {
        let sounds_like_you = ["eu", "one", "uni", "use", "usa", "uti"];
        let silent_h = ["hour", "honest", "honor", "heir"];
        let starts_with = |beginnings: &[&str]| beginnings.iter().any(|it| self.0.starts_with(it));
        let vowel = self.0.starts_with(['a', 'e', 'i', 'o', 'u']);
        if (vowel && !starts_with(&sounds_like_you)) || starts_with(&silent_h) {
            "an"
        } else {
            "a"
        }
    }

    /// Whether a part after the first begins with a digit, as in `step_2`.
    pub fn has_part_with_digit_first(&self) -> bool {
        let mut parts = self.0.split('_').skip(1);
        parts.any(|part| part.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// The plural of its last part.
    fn pluralized(&self) -> Self {
        let (start, last) = self.0.rsplit_once('_').unwrap_or(("", &self.0));
        let last = pluralizer::pluralize(last, 2, false);
        let plural = if start.is_empty() {
            last
        } else {
            format!("{start}_{last}")
        };
        Self(plural)
    }
}

impl FromStr for Word {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_part = |part: &str| !part.is_empty() && part.chars().all(is_allowed);
        let starts_with_letter = text.starts_with(|c: char| c.is_ascii_lowercase());
        if starts_with_letter && text.len() <= 48 && text.split('_').all(is_part) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "\"{text}\" is not a valid name: it has to start with a letter, and may have 48 \
             characters of a-z, 0-9 and single _ between them"
        ))
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn names(singular: &str) -> Names {
        Names::new(singular.parse().unwrap(), None)
    }

    #[test]
    fn only_snake_case_is_a_name() {
        for text in [
            "",
            "_",
            "Note",
            "1st",
            "a__b",
            "a_",
            "_a",
            "line-item",
            "näme",
        ] {
            assert!(text.parse::<Word>().is_err(), "{text}");
        }
        assert!("a".repeat(49).parse::<Word>().is_err());
    }

    #[test]
    fn plurals_follow_english() {
        for (singular, plural) in [
            ("note", "notes"),
            ("category", "categories"),
            ("day", "days"),
            ("box", "boxes"),
            ("branch", "branches"),
            ("line_item", "line_items"),
            ("person", "people"),
            ("status", "statuses"),
            ("category_2", "category_2s"),
        ] {
            assert_eq!(names(singular).plural(), plural);
        }
        let given = Names::new("person".parse().unwrap(), "persons".parse().ok());
        assert_eq!(given.plural(), "persons");
    }

    #[test]
    fn all_forms_follow_from_the_two_words() {
        let names = names("line_item");
        assert_eq!(names.type_name(), "LineItem");
        assert_eq!(names.id_type(), "LineItemId");
        assert_eq!(names.segment(), "line-items");
        assert_eq!(names.with_article(), "a line item");
    }

    #[test]
    fn the_article_goes_by_the_sound() {
        for (word, article) in [
            ("note", "a"),
            ("item", "an"),
            ("unit", "a"),
            ("hour", "an"),
            ("umbrella", "an"),
        ] {
            assert_eq!(word.parse::<Word>().unwrap().article(), article, "{word}");
        }
    }
}
