//! Bodies and parameters.

use std::collections::BTreeSet;

use super::{
    Names,
    access::Actors,
    field::Column,
    repository::{Filter, filters},
    template::{each, fill},
};
use crate::resource::{Kind, Resource};

const DTO: &str = r#"use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

use crate::{
    entities::$module,
    http::{Versioned, check_page_size, list_request, page_or_cursor},
    repositories::$plural::{New$Type, $TypeFilter, $TypePatch},
    types::{$imports},
};

/// $A_.
#[derive(Serialize, ToSchema)]
pub(super) struct $Type {
    id: $Id,
$owner$members    /// Raised by each change; in quotes, it is the ETag.
    version: i32,
    created_at: UtcDateTime,
    updated_at: UtcDateTime,
    /// When it was deleted; null while it is not.
    deleted_at: Option<UtcDateTime>,
}

impl From<$module::Model> for $Type {
    fn from($module: $module::Model) -> Self {
        Self {
            id: $module.id,
$from_owner$from            version: $module.version,
            created_at: $module.created_at,
            updated_at: $module.updated_at,
            deleted_at: $module.deleted_at,
        }
    }
}

impl Versioned for $Type {
    fn version(&self) -> i32 {
        self.version
    }
}

/// A whole $words: what is left out has $left_out.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct $TypeInput {
$input}

$parse_input
/// What is to change: a member that is absent stays$clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct $TypeChanges {
$changes}

$parse_changes
/// Which $many, in which order, and which part of them. $A_ must fit every filter.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
#[validate(schema(function = List$Types::one_place))]
pub(super) struct List$Types {
$filters    /// Also those that were deleted$deleted.
    #[param(default = false)]
    include_deleted: bool,
$sort_by    /// Which way, by default `desc`.$nulls
    #[param(inline)]
    order: SortOrder,
    /// Which page; the first is 1.
    #[validate(range(min = 1, code = "out_of_range", message = "must be at least 1"))]
    #[param(
        minimum = 1,
        maximum = 4_294_967_295_u32,
        format = "uint32",
        default = 1
    )]
    page: Option<u32>,
    /// Rows on a page.
    #[validate(custom(function = check_page_size))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u32>,
    /// A `next_cursor`: the list goes on there, in place of `page`. The other parameters must be
    /// the same as before, but for `page_size`.
    cursor: Option<String>,
}

impl List$Types {
    fn one_place(&self) -> Result<(), ValidationError> {
        page_or_cursor(self.page, self.cursor.as_deref())
    }

    /// The filter, the order and the part of the list.$filter_errors
    pub fn into_parts(self) -> $parts {
        let filter = $TypeFilter {
$into_filter            include_deleted: self.include_deleted,
        };
$into_sort        let part = list_request(self.page, self.page_size, self.cursor);
        $answer
    }
}
"#;

const SORT_BY: &str = "    /// What they are sorted by, by default `created_at`; ties go by id.\n    \
                       #[param(inline)]\n    sort_by: $TypeSortKey,\n";

const INTO_SORT: &str = "        let sort = $TypeSort {\n            by: self.sort_by,\n            \
                         order: self.order,\n        };\n";

pub fn dto(resource: &Resource, names: &Names) -> String {
    let columns = Column::all(resource);
    let filters = filters(&columns);
    let actors = Actors::of(resource);
    let sorts = columns.iter().any(Column::is_sortable);
    let module = resource.names.singular();
    let is_parsed = columns.iter().any(Column::is_parsed);
    let parses_filter = filters.iter().any(|it| it.column.is_parsed());
    let nullable: Vec<_> = columns.iter().filter(|it| it.is_nullable()).collect();
    let nulls_last = nullable.iter().any(|it| it.is_sortable());
    let defaults = columns
        .iter()
        .any(|it| !it.is_nullable() && !it.is_required());
    let sort = if sorts { "$TypeSort" } else { "SortOrder" };
    let parts = format!("($TypeFilter, {sort}, ListRequest)");
    let answer = if sorts {
        "(filter, sort, part)"
    } else {
        "(filter, self.order, part)"
    };
    let owner = |text: &str| match actors.is_owned {
        true => text.to_owned(),
        false => String::new(),
    };
    let gaps = [
        ("imports", imports(resource, &columns, &actors, &filters)),
        ("owner", owner("    user_id: UserUuid,\n")),
        ("members", each(&columns, |it| format!("    {}: {},\n", it.name(), it.column_type()))),
        ("from_owner", owner("            user_id: $module.user_id,\n")),
        ("from", each(&columns, |it| format!("            {0}: {module}.{0},\n", it.name()))),
        ("left_out", if defaults { "its default" } else { "no value" }.to_owned()),
        ("input", each(&columns, input)),
        ("parse_input", conversion("Input", "New$Type", is_parsed, &each(&columns, parsed_input))),
        ("clears", if nullable.is_empty() { "" } else { ", `null` clears" }.to_owned()),
        ("changes", each(&columns, change)),
        ("parse_changes", conversion("Changes", "$TypePatch", is_parsed, &each(&columns, parsed_change))),
        ("filters", each(&filters, parameter)),
        ("deleted", if actors.is_public { ", to those who may change them" } else { "" }.to_owned()),
        ("sort_by", if sorts { SORT_BY } else { "" }.to_owned()),
        ("nulls", if nulls_last { " Those without a value come last both ways." } else { "" }.to_owned()),
        ("filter_errors", if parses_filter {
            "\n    ///\n    /// # Errors\n    /// `validation_failed`, unless the parameters were found valid."
        } else { "" }.to_owned()),
        ("parts", if parses_filter { format!("Result<{parts}, ValidationError>") } else { parts }),
        ("into_filter", each(&filters, filtered)),
        ("into_sort", if sorts { INTO_SORT } else { "" }.to_owned()),
        ("answer", if parses_filter { format!("Ok({answer})") } else { answer.to_owned() }),
    ];
    names.fill(&fill(DTO, &gaps))
}

fn imports(resource: &Resource, columns: &[Column], actors: &Actors, filters: &[Filter]) -> String {
    let mut imports: BTreeSet<_> = columns.iter().map(Column::value_type).collect();
    imports.retain(|name| !["bool", "i32"].contains(&name.as_str()));
    imports.insert(resource.names.id_type());
    imports.extend(["ListRequest", "SortOrder", "UtcDateTime"].map(str::to_owned));
    imports.extend(actors.is_owned.then(|| "UserUuid".to_owned()));
    let nullable = columns.iter().any(Column::is_nullable);
    imports.extend(nullable.then(|| "Patch".to_owned()));
    let not_null = columns.iter().any(|it| !it.is_nullable());
    imports.extend(not_null.then(|| "not_null".to_owned()));
    if columns.iter().any(Column::is_sortable) {
        let name = resource.names.type_name();
        imports.extend([format!("{name}Sort"), format!("{name}SortKey")]);
    }
    debug_assert!(
        filters
            .iter()
            .all(|it| imports.contains(&it.column.value_type()) || !it.column.has_own_type())
    );
    Vec::from_iter(imports).join(", ")
}

/// A conversion that can fail, or one that cannot.
fn conversion(from: &str, to: &str, can_fail: bool, members: &str) -> String {
    match can_fail {
        true => format!(
            "impl TryFrom<$Type{from}> for {to} {{\n    type Error = ValidationError;\n\n    \
             fn try_from(body: $Type{from}) -> Result<Self, ValidationError> {{\n        \
             Ok(Self {{\n{members}        }})\n    }}\n}}\n"
        ),
        false => format!(
            "impl From<$Type{from}> for {to} {{\n    fn from(body: $Type{from}) -> Self {{\n        \
             Self {{\n{members}        }}\n    }}\n}}\n"
        ),
    }
}

/// The rule of a member that is checked here, and not by its type.
fn rule(column: &Column, is_patch: bool) -> String {
    let check = if is_patch { "check_patch" } else { "check" };
    match column.kind() {
        Kind::Int(Some(range)) => {
            let (min, max) = (range.start(), range.end());
            format!(
                "    #[validate(range(min = {min}, max = {max}, code = \"out_of_range\", \
                 message = \"must be from {min} to {max}\"))]\n"
            )
        }
        _ if column.is_parsed() => {
            format!(
                "    #[validate(custom(function = {}::{check}))]\n",
                column.value_type()
            )
        }
        _ => String::new(),
    }
}

/// What the document says of a member, besides its type.
fn limits(column: &Column) -> Vec<String> {
    match column.kind() {
        Kind::Int(Some(range)) => vec![
            format!("minimum = {}", range.start()),
            format!("maximum = {}", range.end()),
        ],
        _ => Vec::new(),
    }
}

fn schema(words: &[String]) -> String {
    match words {
        [] => String::new(),
        words => format!("    #[schema({})]\n", words.join(", ")),
    }
}

fn input(column: &Column) -> String {
    let (name, kind) = (column.name(), column.value_type());
    let sent = if column.is_parsed() {
        "String".to_owned()
    } else {
        kind.clone()
    };
    let may_lack = !column.is_required();
    let mut words = Vec::new();
    let (serde, sent, documented) = if column.is_nullable() {
        (
            "    #[serde(default)]\n",
            format!("Option<{sent}>"),
            format!("Option<{kind}>"),
        )
    } else if column.is_looked_for() {
        let serde = "    #[serde(default, deserialize_with = \"not_null\")]\n";
        (serde, format!("Option<{sent}>"), kind.clone())
    } else if may_lack {
        ("    #[serde(default)]\n", sent, kind.clone())
    } else {
        ("", sent, kind.clone())
    };
    if sent != documented {
        words.push(format!("value_type = {documented}"));
    }
    if column.is_looked_for() || (may_lack && !column.is_nullable() && column.is_parsed()) {
        words.push("required = false".to_owned());
    }
    words.extend(
        column
            .fallback()
            .map(|number| format!("default = {number}")),
    );
    words.extend(limits(column));
    if matches!(column.kind(), Kind::Bool | Kind::Int(_)) && column.is_required() {
        words.push(format!("example = {}", column.sample(1)));
    }
    let rule = rule(column, false);
    format!("{serde}{rule}{}    {name}: {sent},\n", schema(&words))
}

fn parsed_input(column: &Column) -> String {
    let (name, kind) = (column.name(), column.value_type());
    let is_optional = column.is_nullable() || column.is_looked_for();
    let value = match (column.is_parsed(), is_optional) {
        (true, true) => format!("body.{name}.as_deref().map({kind}::parse).transpose()?"),
        (true, false) => format!("{kind}::parse(&body.{name})?"),
        (false, _) => format!("body.{name}"),
    };
    let value = match column.fallback() {
        Some(number) => format!("{value}.unwrap_or({number})"),
        None if column.is_looked_for() => format!("{value}.unwrap_or_default()"),
        None => value,
    };
    format!("            {name}: {value},\n")
}

fn change(column: &Column) -> String {
    let (name, kind) = (column.name(), column.value_type());
    let sent = if column.is_parsed() {
        "String".to_owned()
    } else {
        kind.clone()
    };
    let (serde, sent, mut words) = match column.is_nullable() {
        true => (
            "    #[serde(default)]\n",
            format!("Patch<{sent}>"),
            vec![format!("value_type = Option<{kind}>")],
        ),
        false => (
            "    #[serde(default, deserialize_with = \"not_null\")]\n",
            format!("Option<{sent}>"),
            vec![
                format!("value_type = {kind}"),
                "required = false".to_owned(),
            ],
        ),
    };
    words.extend(limits(column));
    let rule = rule(column, column.is_nullable());
    format!("{serde}{rule}{}    {name}: {sent},\n", schema(&words))
}

fn parsed_change(column: &Column) -> String {
    let (name, kind) = (column.name(), column.value_type());
    let value = match (column.is_parsed(), column.is_nullable()) {
        (true, true) => format!("body.{name}.try_map(|text| {kind}::parse(&text))?"),
        (true, false) => format!("body.{name}.as_deref().map({kind}::parse).transpose()?"),
        (false, _) => format!("body.{name}"),
    };
    format!("            {name}: {value},\n")
}

fn parameter(filter: &Filter) -> String {
    let (column, name) = (filter.column, &filter.name);
    let kind = column.value_type();
    let (attributes, kind) = match column.kind() {
        Kind::Decimal { .. } => (
            format!(
                "    #[validate(custom(function = {kind}::check))]\n    #[param(value_type = Option<{kind}>)]\n"
            ),
            "String".to_owned(),
        ),
        Kind::Enum(_) => ("    #[param(inline)]\n".to_owned(), kind),
        _ => (String::new(), kind),
    };
    format!(
        "    /// {}\n{attributes}    {name}: Option<{kind}>,\n",
        filter.summary
    )
}

fn filtered(filter: &Filter) -> String {
    let (name, kind) = (&filter.name, filter.column.value_type());
    match filter.column.is_parsed() {
        true => {
            format!("            {name}: self.{name}.as_deref().map({kind}::parse).transpose()?,\n")
        }
        false => format!("            {name}: self.{name},\n"),
    }
}
