//! A resource as it is described on the command line.

use std::{ops::RangeInclusive, str::FromStr};

use crate::names::{Names, Word};

/// What is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What it is called.
    pub names: Names,
    /// Its own columns, in order; never empty.
    pub fields: Vec<Field>,
    /// Who may do what.
    pub access: Access,
    /// The module of its migration: `m20261121_000002_notes`.
    pub migration: String,
}

/// Who may do what with the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Who makes and changes them.
    pub writer: Writer,
    /// Whether everybody may read those that are live.
    pub public_read: bool,
}

/// Who makes and changes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// Each user their own, below `/api/{user_id}`.
    Owner,
    /// Administrators, rows that have no owner, below `/api/admin`.
    Admin,
}

/// A column of a resource, and the member of its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The column.
    pub name: Word,
    /// What it holds.
    pub kind: Kind,
    /// Whether it has to be there.
    pub presence: Presence,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of at most 200 characters.
    String,
    /// At most 10,000 characters.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number, 32 bits where it has no range.
    Int(Option<RangeInclusive<i32>>),
    /// An exact number.
    Decimal {
        /// Digits in all, at most 18.
        precision: u8,
        /// How many of them are behind the point.
        scale: u8,
    },
    /// A point in time.
    Datetime,
    /// One of these words; at least one.
    Enum(Vec<Word>),
    /// A row of another resource.
    References(Target),
}

/// The resource that a field refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What it is called.
    pub names: Names,
    /// Whether its rows have an owner, who must be that of the row that refers to it.
    pub owned: bool,
}

/// Whether a field has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// `!`: it has to be sent; text may not be blank. Also what has no value to fall back on: a
    /// datetime and a reference without a mark.
    Required,
    /// No mark: what is left out is "", false, the number of its range nearest to 0, the first word.
    Defaulted,
    /// `?`: what is left out is null.
    Nullable,
}

impl Field {
    /// The presence that a mark stands for.
    fn presence(kind: &Kind, mark: Option<char>) -> Presence {
        match (mark, kind) {
            (Some('?'), _) => Presence::Nullable,
            (Some(_), _) | (None, Kind::Datetime | Kind::References(_)) => Presence::Required,
            (None, _) => Presence::Defaulted,
        }
    }
}

impl FromStr for Field {
    type Err = String;

    /// Reads `name:type`, `name:type!` or `name:type?`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, kind) = text
            .split_once(':')
            .ok_or_else(|| format!("\"{text}\" has no type: name:type, such as title:string!"))?;
        let mark = kind.chars().last().filter(|c| ['!', '?'].contains(c));
        let kind = mark.map_or(kind, |mark| &kind[..kind.len() - mark.len_utf8()]);
        let kind = kind.parse().map_err(|fault| format!("{name}: {fault}"))?;
        Ok(Self {
            name: name.parse()?,
            presence: Self::presence(&kind, mark),
            kind,
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, arguments) = match text.strip_suffix(')').and_then(|it| it.split_once('(')) {
            Some((word, arguments)) => (word, Some(arguments)),
            None => (text, None),
        };
        match (word, arguments) {
            ("string", None) => Ok(Self::String),
            ("text", None) => Ok(Self::Text),
            ("bool", None) => Ok(Self::Bool),
            ("int", None) => Ok(Self::Int(None)),
            ("int", Some(range)) => int(range),
            ("decimal", Some(digits)) => decimal(digits),
            ("datetime", None) => Ok(Self::Datetime),
            ("enum", Some(words)) => one_of(words),
            ("references", Some(target)) => references(target),
            _ => Err(format!("\"{text}\" is no type; types are {TYPES}")),
        }
    }
}

/// The types, as a message names them.
pub const TYPES: &str = "string, text, bool, int, int(a..b), decimal(digits,places), datetime, \
     enum(a,b), references(resource)";

fn int(range: &str) -> Result<Kind, String> {
    let fault =
        || format!("int({range}): two whole numbers of 32 bits, the lower first: int(1..5)");
    let (low, high) = range.split_once("..").ok_or_else(fault)?;
    let number = |text: &str| text.trim().parse::<i32>().map_err(|_| fault());
    let (low, high) = (number(low)?, number(high)?);
    match low < high {
        true => Ok(Kind::Int(Some(low..=high))),
        false => Err(fault()),
    }
}

fn decimal(digits: &str) -> Result<Kind, String> {
    let fault = || {
        format!(
            "decimal({digits}): digits in all, 1 to 18, then those behind the point: decimal(12,2)"
        )
    };
    let (precision, scale) = digits.split_once(',').ok_or_else(fault)?;
    let number = |text: &str| text.trim().parse::<u8>().map_err(|_| fault());
    let (precision, scale) = (number(precision)?, number(scale)?);
    match (1..=18).contains(&precision) && scale <= precision {
        true => Ok(Kind::Decimal { precision, scale }),
        false => Err(fault()),
    }
}

fn one_of(words: &str) -> Result<Kind, String> {
    let parsed: Result<Vec<Word>, String> = words.split(',').map(|it| it.trim().parse()).collect();
    let parsed = parsed?;
    let mut distinct: Vec<_> = parsed.iter().map(Word::in_pascal_case).collect();
    distinct.sort();
    distinct.dedup();
    match distinct.len() == parsed.len() {
        true => Ok(Kind::Enum(parsed)),
        false => Err(format!("enum({words}): a word stands there twice")),
    }
}

/// The plural and the owner are looked up in the project later.
fn references(target: &str) -> Result<Kind, String> {
    Ok(Kind::References(Target {
        names: Names::new(target.trim().parse()?, None),
        owned: true,
    }))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        text.parse().unwrap()
    }

    #[test]
    fn a_type_that_is_none_is_refused() {
        for text in [
            "",
            "strin",
            "string()",
            "String",
            "int()",
            "int(5)",
            "int(5..1)",
            "int(1..1)",
            "int(1..99999999999)",
            "decimal",
            "decimal(12)",
            "decimal(19,2)",
            "decimal(2,3)",
            "decimal(0,0)",
            "enum",
            "enum()",
            "enum(low,,high)",
            "enum(low,low)",
            "enum(Low)",
            "enum(a_b,a__b)",
            "references()",
            "references",
            "datetime!?",
            "bool(",
            "bool)",
        ] {
            assert!(text.parse::<Kind>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_without_a_name_or_a_type_is_refused() {
        for text in [
            "title",
            ":string",
            "title:",
            "Title:string",
            "a b:string",
            "title::string",
        ] {
            assert!(text.parse::<Field>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_type_is_read() {
        assert_eq!(kind("string"), Kind::String);
        assert_eq!(kind("int(-3..5)"), Kind::Int(Some(-3..=5)));
        assert_eq!(
            kind("decimal(12, 2)"),
            Kind::Decimal {
                precision: 12,
                scale: 2
            }
        );
        let Kind::Enum(words) = kind("enum(low, high)") else {
            panic!("no enum");
        };
        assert_eq!(
            words.iter().map(Word::as_str).collect::<Vec<_>>(),
            ["low", "high"]
        );
        let Kind::References(target) = kind("references(task)") else {
            panic!("no reference");
        };
        assert_eq!(target.names.plural(), "tasks");
    }

    #[test]
    fn the_mark_says_whether_a_field_has_to_be_there() {
        for (text, presence) in [
            ("a:string!", Presence::Required),
            ("a:string", Presence::Defaulted),
            ("a:string?", Presence::Nullable),
            ("a:datetime", Presence::Required),
            ("a:references(task)", Presence::Required),
            ("a:enum(b,c)", Presence::Defaulted),
            ("a:enum(b,c)?", Presence::Nullable),
        ] {
            assert_eq!(text.parse::<Field>().unwrap().presence, presence, "{text}");
        }
    }
}
