//! A resource as it is described on the command line.

use std::{ops::RangeInclusive, str::FromStr};

use crate::names::{Names, Word};

/// A resource to be added.
#[derive(Debug)]
pub struct Resource {
    pub names: Names,
    /// Its own columns, in order; never empty.
    pub fields: Vec<Field>,
    pub writer: Writer,
    /// Whether anyone may read the rows that are not deleted.
    pub public_read: bool,
    /// The module of its migration: `m20261121_000002_notes`.
    pub migration: String,
}

/// Who adds and changes rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Writer {
    /// Each user their own, below `/api/{user_id}`.
    Owner,
    /// Administrators, rows that have no owner, below `/api/admin`.
    Admin,
    /// Members of the organization that a row belongs to, below
    /// `/api/organizations/{organization_id}`.
    Organization,
}

impl Writer {
    /// Whom rows belong to.
    pub fn owners(self) -> &'static str {
        match self {
            Self::Owner => "users",
            Self::Admin => "nobody",
            Self::Organization => "organizations",
        }
    }
}

/// A column of a resource, and the field of its JSON.
#[derive(Debug)]
pub struct Field {
    pub name: Word,
    pub kind: Kind,
    pub presence: Presence,
}

/// The type of a field.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// One line of at most 200 characters.
    String,
    /// At most 10,000 characters.
    Text,
    Bool,
    /// A 32-bit integer, perhaps in a range.
    Int(Option<RangeInclusive<i32>>),
    /// An exact number of `precision` digits, at most 18, `scale` of them after the point.
    Decimal {
        precision: u8,
        scale: u8,
    },
    Datetime,
    /// One of these words; at least one.
    Enum(Vec<Word>),
    /// A row of another resource.
    References(Target),
}

/// The resource that a field refers to.
#[derive(Debug, PartialEq)]
pub struct Target {
    pub names: Names,
    /// Who writes its rows: administrators, or the same writers as those of the rows that refer to
    /// them.
    pub writer: Writer,
}

/// Whether a field is required.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Presence {
    /// `!`, and a datetime or reference without a mark. Text may not be blank.
    Required,
    /// No mark: the default is "", false, the number of its range nearest to 0, the first value.
    Defaulted,
    /// `?`: the default is null.
    Nullable,
}

impl Field {
    /// The resource that it refers to.
    pub fn target(&self) -> Option<&Target> {
        match &self.kind {
            Kind::References(target) => Some(target),
            _ => None,
        }
    }

    /// Whether lists sort by it.
    pub fn is_sortable(&self) -> bool {
        !matches!(self.kind, Kind::Text | Kind::Bool | Kind::References(_))
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
        let kind = kind.parse().map_err(|error| format!("{name}: {error}"))?;
        let presence = match (mark, &kind) {
            (Some('?'), _) => Presence::Nullable,
            (Some(_), _) | (None, Kind::Datetime | Kind::References(_)) => Presence::Required,
            (None, _) => Presence::Defaulted,
        };
        let name = name.parse()?;
        Ok(Self {
            name,
            kind,
            presence,
        })
    }
}

impl Kind {
    /// The word on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Text => "text",
            Self::Bool => "bool",
            Self::Int(_) => "int",
            Self::Decimal { .. } => "decimal",
            Self::Datetime => "datetime",
            Self::Enum(_) => "enum",
            Self::References(_) => "references",
        }
    }
}

const TYPES: &str = "string, text, bool, int, int(a..b), decimal(digits,places), datetime, \
     enum(a,b), references(resource)";

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
            // The plural and the writer are looked up in the project later.
            ("references", Some(target)) => Ok(Self::References(Target {
                names: Names::new(target.trim().parse()?, None),
                writer: Writer::Owner,
            })),
            _ => Err(format!("\"{text}\" is not a type; the types are {TYPES}")),
        }
    }
}

fn int(range: &str) -> Result<Kind, String> {
    let parse = || {
        let (low, high) = range.split_once("..")?;
        let (low, high) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
        (low < high).then_some(Kind::Int(Some(low..=high)))
    };
    parse().ok_or_else(|| {
        format!("int({range}): takes two 32-bit integers, the lower first: int(1..5)")
    })
}

fn decimal(digits: &str) -> Result<Kind, String> {
    let parse = || {
        let (precision, scale) = digits.split_once(',')?;
        let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
        let is_valid = (1..=18).contains(&precision) && scale <= precision;
        is_valid.then_some(Kind::Decimal { precision, scale })
    };
    parse().ok_or_else(|| {
        format!("decimal({digits}): takes 1 to 18 digits in all, and those after the point: decimal(12,2)")
    })
}

fn one_of(words: &str) -> Result<Kind, String> {
    let parsed: Result<Vec<Word>, String> = words.split(',').map(|it| it.trim().parse()).collect();
    let parsed = parsed?;
    let mut distinct: Vec<_> = parsed.iter().map(Word::in_pascal_case).collect();
    distinct.sort();
    distinct.dedup();
    if distinct.len() == parsed.len() {
        Ok(Kind::Enum(parsed))
    } else {
        Err(format!("enum({words}): two values have the same name"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_type_is_rejected() {
        let types = " strin string() String int() int(5) int(5..1) int(1..1) int(1..99999999999) \
            decimal decimal(12) decimal(19,2) decimal(2,3) decimal(0,0) enum enum() enum(a,,b) \
            enum(low,low) enum(Low) enum(a_b,a__b) references() references datetime!? bool( bool)";
        for text in types.split(' ') {
            assert!(text.trim().parse::<Kind>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_without_a_name_or_a_type_is_rejected() {
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
    fn the_arguments_of_a_type_are_read() {
        let words = |texts: [&str; 2]| texts.map(|text| text.parse().unwrap()).to_vec();
        let names = Names::new("task".parse().unwrap(), "tasks".parse().ok());
        for (text, kind) in [
            ("int(-3..5)", Kind::Int(Some(-3..=5))),
            (
                "decimal(12, 2)",
                Kind::Decimal {
                    precision: 12,
                    scale: 2,
                },
            ),
            ("enum(low, high)", Kind::Enum(words(["low", "high"]))),
            (
                "references(task)",
                Kind::References(Target {
                    names,
                    writer: Writer::Owner,
                }),
            ),
        ] {
            assert_eq!(text.parse::<Kind>().unwrap(), kind, "{text}");
        }
    }

    #[test]
    fn the_mark_says_whether_a_field_is_required() {
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
