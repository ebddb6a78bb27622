//! The types of a resource's own.

use super::{
    Names,
    field::Column,
    template::{each, fill},
};
use crate::{
    names::Word,
    resource::{Kind, Resource},
};

pub fn types(resource: &Resource, names: &Names) -> String {
    let columns = Column::all(resource);
    let own: Vec<_> = columns.iter().filter(|it| it.has_own_type()).collect();
    let sortable: Vec<_> = columns.iter().filter(|it| it.is_sortable()).collect();
    let mut text = imports(&columns);
    text += ID;
    text += &each(&own, |column| own_type(column));
    if !sortable.is_empty() {
        let variant = |column: &&Column| {
            let last = match column.is_nullable() {
                true => "; those without come last either way",
                false => "",
            };
            format!(
                "    /// By {}{last}.\n{}    {},\n",
                column.words(),
                renamed(column.word()),
                column.variant()
            )
        };
        text += &fill(SORT, &[("variants", each(&sortable, variant))]);
    }
    names.fill(&text)
}

/// The names that the project gets from it.
pub fn exports(resource: &Resource) -> Vec<String> {
    let columns = Column::all(resource);
    let own = columns.iter().filter(|it| it.has_own_type());
    let mut exports: Vec<_> = own.map(Column::own_type).collect();
    exports.push(resource.names.id_type());
    if columns.iter().any(Column::is_sortable) {
        let name = resource.names.type_name();
        exports.extend([format!("{name}Sort"), format!("{name}SortKey")]);
    }
    exports.sort();
    exports
}

fn imports(columns: &[Column]) -> String {
    let has = |is: fn(&Kind) -> bool| columns.iter().any(|it| is(it.kind()));
    let is_required_text =
        |it: &Column| it.is_required() && matches!(it.kind(), Kind::String | Kind::Text);
    let sorts = columns.iter().any(Column::is_sortable);
    let has_enum = has(|it| matches!(it, Kind::Enum(_)));
    let mut own = vec!["ids::row_id"];
    let text: Vec<_> = [
        ("line", has(|it| matches!(it, Kind::String))),
        ("lines", has(|it| matches!(it, Kind::Text))),
        ("not_blank", columns.iter().any(is_required_text)),
        (
            "text_type",
            has(|it| matches!(it, Kind::String | Kind::Text)),
        ),
    ]
    .into_iter()
    .filter_map(|(name, is_used)| is_used.then_some(name))
    .collect();
    let text = format!("text::{{{}}}", text.join(", "));
    if text.contains("text_type") {
        own.push(&text);
    }
    own.extend(has(|it| matches!(it, Kind::Decimal { .. })).then_some("Decimal"));
    own.extend(sorts.then_some("SortOrder"));
    let mut imports = String::from("//! $Many.\n\n");
    if has_enum {
        imports += "use sea_orm::{DeriveActiveEnum, EnumIter};\n";
    }
    if has_enum || sorts {
        imports += "use serde::{Deserialize, Serialize};\nuse utoipa::ToSchema;\n\n";
    }
    match &own[..] {
        [one] => imports + &format!("use super::{one};\n"),
        _ => imports + &format!("use super::{{{}}};\n", own.join(", ")),
    }
}

const ID: &str = r#"
row_id!(
    /// $A_'s id, a UUIDv7 made by the API.
    $Id,
    "01936f2b-3f4a-7b6c-8d7e-9f0a1b2c3d4e"
);
"#;

const SORT: &str = r#"
/// What $many can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(default = "created_at")]
pub enum $TypeSortKey {
    /// When they were made.
    #[default]
    CreatedAt,
$variants}

/// The order of a list of $many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct $TypeSort {
    /// The key; ties go by id.
    pub by: $TypeSortKey,
    /// The direction of both.
    pub order: SortOrder,
}
"#;

const LINE: &str = r#"text_type!(
    /// $A_'s $field: $least to 200 characters after trimming.
    #[schema(
        $min_lengthmax_length = 200,
        pattern = r"$pattern",
        example = "$Example"
    )]
    $Name,
    |text| line($text, 200)
);
"#;

const LINES: &str = r#"text_type!(
    /// $A_'s $field: at most 10,000 characters; line breaks and tabs are kept.
    #[schema(
        $min_lengthmax_length = 10000,
        pattern = r"$pattern",
        example = "$Example"
    )]
    $Name,
    |text| lines($text, 10_000)
);
"#;

const DECIMAL: &str = r#"
/// $A_'s $field: $precision digits, $scale of them behind the point.
pub type $Name = Decimal<$precision, $scale>;
"#;

const ENUM: &str = r#"
/// $A_'s $field; stored as a number, so that it sorts in this order.
#[derive(
    Clone,
    Copy,
    Debug,$default
    PartialEq,
    Eq,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
#[serde(rename_all = "snake_case")]
pub enum $Name {
$variants}
"#;

fn own_type(column: &Column) -> String {
    let is_required = column.is_required();
    let text = if is_required {
        "not_blank(text)?"
    } else {
        "text"
    };
    let mut gaps = vec![
        ("Name", column.own_type()),
        ("field", column.words()),
        ("text", text.to_owned()),
        ("Example", capitalized(&column.words())),
        ("least", if is_required { "1" } else { "0" }.to_owned()),
        (
            "min_length",
            if is_required {
                "min_length = 1,\n        "
            } else {
                ""
            }
            .to_owned(),
        ),
    ];
    match column.kind() {
        Kind::String => {
            gaps.push(("pattern", line_pattern(is_required).to_owned()));
            fill(LINE, &gaps)
        }
        Kind::Text => {
            gaps.push(("pattern", lines_pattern(is_required).to_owned()));
            fill(LINES, &gaps)
        }
        Kind::Decimal { precision, scale } => {
            gaps.push(("precision", precision.to_string()));
            gaps.push(("scale", scale.to_string()));
            fill(DECIMAL, &gaps)
        }
        Kind::Enum(words) => {
            let is_defaulted = !is_required && !column.is_nullable();
            let variants = words.iter().zip(1..).map(|(word, number)| {
                let mark = match is_defaulted && number == 1 {
                    true => "    #[default]\n",
                    false => "",
                };
                let text = capitalized(&word.as_str().replace('_', " "));
                let name = word.in_pascal_case();
                let rename = renamed(word);
                format!("    /// {text}.\n{mark}{rename}    {name} = {number},\n")
            });
            let variants = variants.collect();
            gaps.push(("variants", variants));
            gaps.push((
                "default",
                if is_defaulted { "\n    Default," } else { "" }.to_owned(),
            ));
            fill(ENUM, &gaps)
        }
        Kind::Bool | Kind::Int(_) | Kind::Datetime | Kind::References(_) => String::new(),
    }
}

/// What serde would take for another word: it sees no boundary before a digit.
fn renamed(word: &Word) -> String {
    let digit_begins = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    match word.as_str().split('_').skip(1).any(digit_begins) {
        true => format!("    #[serde(rename = \"{word}\")]\n"),
        false => String::new(),
    }
}

fn capitalized(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}

fn line_pattern(is_required: bool) -> &'static str {
    match is_required {
        true => r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$",
        false => r"^[^\x00-\x1F\x7F-\x9F]*$",
    }
}

fn lines_pattern(is_required: bool) -> &'static str {
    match is_required {
        true => {
            r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"
        }
        false => r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$",
    }
}
