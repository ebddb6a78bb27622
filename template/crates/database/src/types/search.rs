use std::collections::BTreeSet;

use sea_orm::{
    ColIdx, ColumnType, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use validator::ValidationError;

use super::{
    UserUuid,
    text::{at_most, deserialize_by_rule},
};

/// Longer words are cut: PostgreSQL stores the length of a word, in bytes, in eleven bits, and does
/// not report longer ones.
const LONGEST_WORD: usize = 255;

/// How many hexadecimal digits of the owner's UUID stand before each word.
const OWNER_DIGITS: usize = 8;

/// The words of a row that both engines index, each once and prefixed with a part of its owner's
/// UUID, so that a search reads only the owner's part of the index.
///
/// A word is a run of letters and digits, as Unicode's NFKD writes them, without marks and in
/// folded case: `Crème-brûlée` is `creme` and `brulee`, `STRASSE` and `Straße` are `strasse`.
///
/// It is written but never read: in a fetched row it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// The words of the owner's texts.
    #[must_use]
    pub fn new(owner: UserUuid, texts: &[&str]) -> Self {
        let owner = owner_key(owner);
        let words: BTreeSet<String> = texts.iter().flat_map(|text| words(text)).collect();
        let words: Vec<String> = words.iter().map(|word| format!("{owner}{word}")).collect();
        Self(words.join(" "))
    }
}

impl From<SearchText> for Value {
    fn from(text: SearchText) -> Self {
        text.0.into()
    }
}

impl TryGetable for SearchText {
    fn try_get_by<I: ColIdx>(_: &QueryResult, _: I) -> Result<Self, TryGetError> {
        Ok(Self::default())
    }
}

impl ValueType for SearchText {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <String as ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        "SearchText".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::Text
    }
}

/// The searched words: a text must contain words that begin with each of them. Without words, every
/// text matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SearchQuery(BTreeSet<String>);

impl SearchQuery {
    /// The most characters of a query.
    pub const MAX_LENGTH: usize = 255;

    /// Reads what a user typed.
    ///
    /// # Errors
    /// When it is longer than [`Self::MAX_LENGTH`].
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        at_most(text, Self::MAX_LENGTH)?;
        Ok(Self(words(text).into_iter().collect()))
    }

    /// Whether there is nothing to search for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words in the form that the owner's [`SearchText`]s contain.
    pub fn words_of(&self, owner: UserUuid) -> impl Iterator<Item = String> {
        let owner = owner_key(owner);
        self.0.iter().map(move |word| format!("{owner}{word}"))
    }
}

impl<'de> Deserialize<'de> for SearchQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_by_rule(deserializer, Self::parse)
    }
}

/// The last digits of the UUID, which are random in versions 4 and 7.
fn owner_key(owner: UserUuid) -> String {
    let digits = owner.as_uuid().simple().to_string();
    digits[digits.len() - OWNER_DIGITS..].to_owned()
}

fn words(text: &str) -> Vec<String> {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
    let folded: String = letters.flat_map(fold_case).collect();
    let words = folded.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST_WORD).collect())
        .collect()
}

/// Folds case by way of upper case, so that both small sigmas become the same, and `ß` becomes
/// `ss`.
fn fold_case(c: char) -> impl Iterator<Item = char> {
    let upper = c.to_lowercase().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(number: u128) -> UserUuid {
        uuid::Uuid::from_u128(number).into()
    }

    #[test]
    fn a_word_longer_than_an_index_takes_is_cut() {
        for text in ["가".repeat(10_000), "𝒜".repeat(10_000)] {
            let longest = words(&text).into_iter().map(|word| word.len()).max();
            assert!(longest.is_some_and(|bytes| (255..2000).contains(&bytes)));
        }
    }

    #[test]
    fn whatever_is_typed_becomes_letters_and_digits_in_one_form() {
        for c in '\0'..='\u{3ffff}' {
            for word in words(&c.to_string()) {
                assert!(word.chars().all(char::is_alphanumeric), "{c:?} {word:?}");
                assert!(words(&word).iter().eq([&word]), "{c:?}");
            }
        }
    }

    #[test]
    fn case_marks_and_compatible_forms_make_no_difference() {
        for (text, expected) in [
            ("", vec![]),
            (" -- \u{301}\u{200d}❤️ !?", vec![]),
            ("Crème-brûlée", vec!["creme", "brulee"]),
            ("Straße STRASSE STRAẞE", vec!["strasse"; 3]),
            ("ΟΔΟΣ οδός", vec!["οδοσ"; 2]),
            ("İstanbul ISTANBUL ıstanbul", vec!["istanbul"; 3]),
            ("ﬁne ①２ x²", vec!["fine", "12", "x2"]),
            (
                "ada@example.test, 1.5e10",
                vec!["ada", "example", "test", "1", "5e10"],
            ),
            ("牛乳を買う", vec!["牛乳を買う"]),
        ] {
            assert_eq!(words(text), expected, "{text:?}");
        }
    }

    #[test]
    fn each_word_stands_once_behind_its_owner() {
        let text = SearchText::new(owner(0xabc), &["Milk and bread", "bread, milk"]);
        assert_eq!(text.0, "00000abcand 00000abcbread 00000abcmilk");
    }

    #[test]
    fn a_query_is_at_most_255_characters_long() {
        assert!(SearchQuery::parse(&"ä".repeat(255)).is_ok());
        let error = SearchQuery::parse(&"ä".repeat(256)).map_err(|error| error.code);
        assert_eq!(error, Err("too_long".into()));
    }

    #[test]
    fn a_query_is_made_of_its_owners_words() -> Result<(), ValidationError> {
        let query = SearchQuery::parse("Milk, b milk")?;
        let words: Vec<_> = query.words_of(owner(0xabc)).collect();
        assert_eq!(words, ["00000abcb", "00000abcmilk"]);
        assert!(SearchQuery::parse("-- ;")?.is_empty());
        Ok(())
    }
}
