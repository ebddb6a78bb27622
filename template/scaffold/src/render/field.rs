//! What a field is called and how it is written in each of a resource's files.

use crate::{
    names::Word,
    resource::{Field, Kind, Presence, Resource},
};

/// A field of a resource, as code needs it.
pub struct Column<'a> {
    field: &'a Field,
    /// `Note`.
    owner: String,
}

impl<'a> Column<'a> {
    /// Those of a resource.
    pub fn all(resource: &'a Resource) -> Vec<Self> {
        let owner = resource.names.type_name();
        let column = |field| Self {
            field,
            owner: owner.clone(),
        };
        resource.fields.iter().map(column).collect()
    }

    pub fn word(&self) -> &Word {
        &self.field.name
    }

    pub fn name(&self) -> &str {
        self.field.name.as_str()
    }

    /// In a sentence.
    pub fn words(&self) -> String {
        self.name().replace('_', " ")
    }

    /// What its documentation says.
    pub fn summary(&self) -> String {
        let mut words = self.words();
        words[..1].make_ascii_uppercase();
        match self.kind() {
            Kind::Bool => format!("Whether it is {}.", self.words()),
            Kind::References(target) => {
                format!("The {} that it belongs to.", target.names.words())
            }
            _ => format!("{words}."),
        }
    }

    /// As a variant of an enum.
    pub fn variant(&self) -> String {
        self.field.name.in_pascal_case()
    }

    pub fn kind(&self) -> &Kind {
        &self.field.kind
    }

    pub fn is_nullable(&self) -> bool {
        self.field.presence == Presence::Nullable
    }

    pub fn is_required(&self) -> bool {
        self.field.presence == Presence::Required
    }

    /// The type of its values.
    pub fn value_type(&self) -> String {
        match self.kind() {
            Kind::Bool => "bool".to_owned(),
            Kind::Int(_) => "i32".to_owned(),
            Kind::Datetime => "UtcDateTime".to_owned(),
            Kind::References(target) => target.names.id_type(),
            Kind::String | Kind::Text | Kind::Decimal { .. } | Kind::Enum(_) => self.own_type(),
        }
    }

    /// The type of its own that it has among the resource's types.
    pub fn own_type(&self) -> String {
        format!("{}{}", self.owner, self.variant())
    }

    /// Whether there is such a type.
    pub fn has_own_type(&self) -> bool {
        matches!(
            self.kind(),
            Kind::String | Kind::Text | Kind::Decimal { .. } | Kind::Enum(_)
        )
    }

    /// The type of the column.
    pub fn column_type(&self) -> String {
        match self.is_nullable() {
            true => format!("Option<{}>", self.value_type()),
            false => self.value_type(),
        }
    }

    /// Whether it is sent as a text that is checked and then parsed.
    pub fn is_parsed(&self) -> bool {
        matches!(
            self.kind(),
            Kind::String | Kind::Text | Kind::Decimal { .. }
        )
    }

    /// Whether copies of it are made by assignment.
    pub fn is_copy(&self) -> bool {
        !matches!(self.kind(), Kind::String | Kind::Text)
    }

    /// Whether lists sort by it.
    pub fn is_sortable(&self) -> bool {
        !matches!(self.kind(), Kind::Text | Kind::Bool | Kind::References(_))
    }

    /// A number that stands in for what is left out, where it is not what Rust takes.
    pub fn fallback(&self) -> Option<i32> {
        match self.kind() {
            Kind::Int(Some(range)) if !self.is_required() && !self.is_nullable() => {
                let nearest = 0.clamp(*range.start(), *range.end());
                (nearest != 0).then_some(nearest)
            }
            _ => None,
        }
    }

    /// Whether a body that leaves it out is read with a value that has to be looked for.
    pub fn is_looked_for(&self) -> bool {
        let is_decimal = matches!(self.kind(), Kind::Decimal { .. });
        let is_defaulted = !self.is_required() && !self.is_nullable();
        self.fallback().is_some() || (is_decimal && is_defaulted)
    }

    /// A value as JSON; those of greater numbers are not smaller.
    pub fn sample(&self, number: u8) -> String {
        match self.kind() {
            Kind::String => format!("\"{} {number}\"", self.words()),
            Kind::Text => format!("\"{} {number}\\nand more\"", self.words()),
            Kind::Bool => (number > 0).to_string(),
            Kind::Int(None) => number.to_string(),
            Kind::Int(Some(range)) => {
                let value = range.start().saturating_add(number.into());
                value.min(*range.end()).to_string()
            }
            Kind::Decimal { scale: 0, .. } => format!("\"{number}\""),
            Kind::Decimal { scale, .. } => {
                let scale = usize::from(*scale);
                format!("\"0.{number:0>scale$}\"")
            }
            Kind::Datetime => format!("\"2026-12-0{}T09:30:00.000Z\"", number + 1),
            Kind::Enum(words) => {
                let word = words.get(usize::from(number)).or(words.last());
                format!("\"{}\"", word.map_or("", |word| word.as_str()))
            }
            Kind::References(_) => "null".to_owned(),
        }
    }

    /// A value that breaks its rule, as an expression of Rust, and the code of the rule.
    pub fn faults(&self) -> Vec<(String, &'static str)> {
        let wrong = |text: &str, code| (text.to_owned(), code);
        let mut faults = match self.kind() {
            Kind::String => vec![
                wrong("\"x\".repeat(201)", "too_long"),
                wrong("\"a\\nb\"", "control_character"),
            ],
            Kind::Text => vec![
                wrong("\"x\".repeat(10_001)", "too_long"),
                wrong("\"a\\u{7}b\"", "control_character"),
            ],
            Kind::Bool => vec![wrong("\"true\"", "invalid_value")],
            Kind::Int(None) => vec![wrong("1.5", "invalid_value")],
            Kind::Int(Some(range)) => {
                let outside = [range.start().checked_sub(1), range.end().checked_add(1)];
                let outside = outside.into_iter().flatten();
                outside.map(|it| (it.to_string(), "out_of_range")).collect()
            }
            Kind::Decimal { precision, scale } => vec![
                (
                    format!("\"1{}\"", "0".repeat(usize::from(precision - scale))),
                    "too_many_digits",
                ),
                (
                    format!("\"0.{}1\"", "0".repeat(usize::from(*scale))),
                    "too_many_digits",
                ),
                wrong("\"1e3\"", "invalid_decimal"),
            ],
            Kind::Datetime => vec![wrong("\"tomorrow\"", "invalid_value")],
            Kind::Enum(_) => vec![wrong("\"x\"", "invalid_value")],
            Kind::References(_) => vec![wrong("\"x\"", "invalid_value")],
        };
        let is_text = matches!(self.kind(), Kind::String | Kind::Text);
        if is_text && self.is_required() {
            faults.push(wrong("\" \"", "blank"));
        }
        if !self.is_nullable() {
            faults.push(wrong("null", "invalid_value"));
        }
        faults
    }
}
