//! The queries.

use std::collections::BTreeSet;

use super::{
    Names,
    access::Actors,
    field::Column,
    template::{each, fill},
};
use crate::resource::{Kind, Resource};

const REPOSITORY: &str = r#"//! $Many.

pub use super::rows::{get, require};

use sea_orm::{
    ActiveModelTrait, $column_trait$conditionConnectionTrait, $queriesSelect, Set,$value
};
use serde::Serialize;

use super::{
    keyset::{Keyset, time_value},
    rows::{self, Editable, $traits, RowId, Table},
};
use crate::{
    entities::$module,
    error::AppError,
    types::{$imports},
};

/// What $a_words is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct New$Type {
$new}

impl From<$module::Model> for New$Type {
    fn from($module: $module::Model) -> Self {
        Self {
$from        }
    }
}

/// What is to change of $a_words.
#[derive(Clone, Debug, Default)]
pub struct $TypePatch {
$patch}

impl $TypePatch {
    /// What `$module` is made of once this has changed.
    #[must_use]
    pub fn merge(self, $module: New$Type) -> New$Type {
        New$Type {
$merge        }
    }
}

/// Which $many a list holds: those that fit every member.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct $TypeFilter {
$filter    /// Also those that were deleted.
    pub include_deleted: bool,
}

impl RowId for $Id {
    type Table = $module::Entity;
}

impl Table for $module::Entity {
    type Id = $Id;
    const ID: $module::Column = $module::Column::Id;
    const VERSION: $module::Column = $module::Column::Version;
    const UPDATED_AT: $module::Column = $module::Column::UpdatedAt;
    const DELETED_AT: $module::Column = $module::Column::DeletedAt;

    fn version($module: &$module::Model) -> i32 {
        $module.version
    }

    fn deleted_at($module: &$module::Model) -> Option<UtcDateTime> {
        $module.deleted_at
    }
}

$access
impl Editable for $module::Entity {
    type Content = New$Type;

    fn columns(new: New$Type) -> $module::ActiveModel {
        $module::ActiveModel {
$set            updated_at: Set(UtcDateTime::now()),
            ..Default::default()
        }
    }
}

/// Adds $a_words.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    $writer,
    new: New$Type,
    db: &impl ConnectionTrait,
) -> Result<$module::Model, AppError> {
    let columns = $module::Entity::columns(new);
    let row = $module::ActiveModel {
        id: Set($Id::generate()),
$user_id        version: Set(1),
        created_at: columns.updated_at.clone(),
        deleted_at: Set(None),
        ..columns
    };
    Ok(row.insert(db).await?)
}

/// A page of $listed.
///
/// # Errors
/// `cursor_invalid`.
pub async fn list(
    $reader,
    filter: &$TypeFilter,
    $sort,
    request: &ListRequest,
    db: &impl ConnectionTrait,
) -> Result<Page<$module::Model>, AppError> {
    let list = ($list);
    let fitting = fitting($reader_name, filter);
    keyset($sort_name).page(fitting, &list, request, db).await
}

fn fitting($reader, filter: &$TypeFilter) -> Select<$module::Entity> {
    $use_columnrows::find($reader_name, filter.include_deleted)
$applied}

fn keyset($sort) -> Keyset<$module::Entity> {
    $created_at
$orders}
"#;

const CREATED_AT: &str = r#"Keyset {
        column: $module::Column::CreatedAt,
        nullable: false,
        id: $module::Column::Id,
        $order,
        position: |$module: &$module::Model| {
            (Some($module.created_at.to_string()), *$module.id.as_uuid())
        },
        value: time_value,
        id_value: |id| $Id::from(id).into(),
    }"#;

/// A parameter by which lists are filtered.
pub struct Filter<'a> {
    /// What it filters by.
    pub column: &'a Column<'a>,
    /// As it is sent.
    pub name: String,
    /// In the words of its documentation.
    pub summary: String,
    /// How the column is compared: `eq`, `gte`, `lte` or `lt`.
    pub comparison: &'static str,
}

/// Those of all columns.
pub fn filters<'a>(columns: &'a [Column<'a>]) -> Vec<Filter<'a>> {
    columns.iter().flat_map(filters_by).collect()
}

fn filters_by<'a>(column: &'a Column<'a>) -> Vec<Filter<'a>> {
    let (name, words) = (column.name(), column.words());
    let filter = |ending: &str, summary: String, comparison| Filter {
        column,
        name: format!("{name}{ending}"),
        summary,
        comparison,
    };
    match column.kind() {
        Kind::String | Kind::Text => Vec::new(),
        Kind::Bool => vec![filter(
            "",
            format!("Only those that are {words}, or only those that are not."),
            "eq",
        )],
        Kind::Enum(_) => vec![filter("", format!("Only those with this `{name}`."), "eq")],
        Kind::References(target) => {
            let target = target.names.words();
            vec![filter("", format!("Only those of this {target}."), "eq")]
        }
        Kind::Int(_) | Kind::Decimal { .. } => vec![
            filter(
                "_min",
                format!("Only those whose `{name}` is at least this."),
                "gte",
            ),
            filter(
                "_max",
                format!("Only those whose `{name}` is at most this."),
                "lte",
            ),
        ],
        Kind::Datetime => vec![
            filter(
                "_before",
                format!("Only those whose `{name}` is before this moment."),
                "lt",
            ),
            filter(
                "_after",
                format!("Only those whose `{name}` is this moment or later."),
                "gte",
            ),
        ],
    }
}

pub fn repository(resource: &Resource, names: &Names) -> String {
    let columns = Column::all(resource);
    let filters = filters(&columns);
    let actors = Actors::of(resource);
    let sorts = columns.iter().any(Column::is_sortable);
    let module = resource.names.singular();
    let sort_type = match sorts {
        true => format!("{}Sort", resource.names.type_name()),
        false => "SortOrder".to_owned(),
    };
    let created_at = fill(
        CREATED_AT,
        &[(
            "order",
            if sorts { "order: sort.order" } else { "order" }.to_owned(),
        )],
    );
    let gaps = [
        ("imports", imports(resource, &columns, &actors)),
        (
            "column_trait",
            if actors.has_conditions() || !filters.is_empty() {
                "ColumnTrait, "
            } else {
                ""
            }
            .to_owned(),
        ),
        (
            "queries",
            if filters.is_empty() {
                ""
            } else {
                "QueryFilter, QueryTrait, "
            }
            .to_owned(),
        ),
        (
            "condition",
            if actors.has_conditions() {
                "Condition, "
            } else {
                ""
            }
            .to_owned(),
        ),
        (
            "value",
            if orders_numbers(&columns) {
                " Value,"
            } else {
                ""
            }
            .to_owned(),
        ),
        ("traits", actors.traits().to_owned()),
        (
            "new",
            each(&columns, |it| {
                format!(
                    "    /// {}\n    pub {}: {},\n",
                    it.summary(),
                    it.name(),
                    it.column_type()
                )
            }),
        ),
        (
            "from",
            each(&columns, |it| {
                let name = it.name();
                format!("            {name}: {module}.{name},\n")
            }),
        ),
        ("patch", each(&columns, patched)),
        (
            "merge",
            each(&columns, |it| {
                let name = it.name();
                match it.is_nullable() {
                    true => format!("            {name}: self.{name}.merge({module}.{name}),\n"),
                    false => {
                        format!("            {name}: self.{name}.unwrap_or({module}.{name}),\n")
                    }
                }
            }),
        ),
        (
            "filter",
            each(&filters, |it| {
                let kind = it.column.value_type();
                format!(
                    "    /// {}\n    pub {}: Option<{kind}>,\n",
                    it.summary, it.name
                )
            }),
        ),
        ("access", actors.impls()),
        (
            "set",
            each(&columns, |it| {
                let name = it.name();
                format!("            {name}: Set(new.{name}),\n")
            }),
        ),
        ("writer", actors.writer_parameter().to_owned()),
        (
            "user_id",
            if actors.is_owned {
                "        user_id: Set(owner),\n"
            } else {
                ""
            }
            .to_owned(),
        ),
        ("listed", actors.listed(resource)),
        ("reader", actors.reader_parameter()),
        ("reader_name", actors.reader_name().to_owned()),
        ("list", actors.list(resource, sorts)),
        (
            "sort",
            if sorts {
                format!("sort: {sort_type}")
            } else {
                "order: SortOrder".to_owned()
            },
        ),
        ("sort_name", if sorts { "sort" } else { "order" }.to_owned()),
        (
            "use_column",
            if filters.is_empty() {
                ""
            } else {
                "use $module::Column;\n    "
            }
            .to_owned(),
        ),
        ("applied", each(&filters, applied)),
        (
            "created_at",
            match sorts {
                true => format!("let created_at = {created_at};"),
                false => created_at,
            },
        ),
        (
            "orders",
            if sorts {
                orders(resource, &columns)
            } else {
                String::new()
            },
        ),
    ];
    names.fill(&fill(REPOSITORY, &gaps))
}

fn imports(resource: &Resource, columns: &[Column], actors: &Actors) -> String {
    let mut imports: BTreeSet<_> = columns.iter().map(Column::value_type).collect();
    imports.retain(|name| !["bool", "i32"].contains(&name.as_str()));
    let nullable = columns.iter().any(Column::is_nullable);
    imports.extend(nullable.then(|| "Patch".to_owned()));
    imports.extend(["ListRequest", "Page", "UtcDateTime"].map(str::to_owned));
    imports.insert(resource.names.id_type());
    let name = resource.names.type_name();
    match columns.iter().any(Column::is_sortable) {
        true => imports.extend([format!("{name}Sort"), format!("{name}SortKey")]),
        false => imports.extend(["SortOrder".to_owned()]),
    }
    imports.extend(actors.types().map(str::to_owned));
    Vec::from_iter(imports).join(", ")
}

fn patched(column: &Column) -> String {
    let (name, kind) = (column.name(), column.value_type());
    match column.is_nullable() {
        true => {
            format!("    /// A new `{name}`, or none.\n    pub {name}: Patch<{kind}>,\n")
        }
        false => format!("    /// A new `{name}`.\n    pub {name}: Option<{kind}>,\n"),
    }
}

fn applied(filter: &Filter) -> String {
    let (name, comparison) = (&filter.name, filter.comparison);
    let (column, value) = (
        filter.column.variant(),
        match filter.column.kind() {
            Kind::Datetime => "time",
            Kind::References(_) => "id",
            _ => "value",
        },
    );
    format!(
        "        .apply_if(filter.{name}, |query, {value}| {{\n            \
         query.filter(Column::{column}.{comparison}({value}))\n        }})\n"
    )
}

fn orders_numbers(columns: &[Column]) -> bool {
    let is_number = |it: &Column| {
        matches!(
            it.kind(),
            Kind::Int(_) | Kind::Enum(_) | Kind::Decimal { .. }
        )
    };
    columns.iter().any(is_number)
}

fn orders(resource: &Resource, columns: &[Column]) -> String {
    let module = resource.names.singular();
    let key = format!("{}SortKey", resource.names.type_name());
    let sortable: Vec<_> = columns.iter().filter(|it| it.is_sortable()).collect();
    let order = |column: &&Column| {
        let (name, variant) = (column.name(), column.variant());
        let text = |it: &str| match column.kind() {
            Kind::Enum(_) => format!("({it} as i16).to_string()"),
            Kind::String => format!("{it}.as_str().to_owned()"),
            _ => format!("{it}.to_string()"),
        };
        let place = format!("{module}.{name}");
        let position = match (column.is_nullable(), column.is_copy()) {
            (true, true) => format!("{place}.map(|it| {})", text("it")),
            (true, false) => format!("{place}.as_ref().map(|it| {})", text("it")),
            (false, _) => format!("Some({})", text(&place)),
        };
        let value = match column.kind() {
            Kind::String => "|text| Some(text.into())".to_owned(),
            Kind::Datetime => "time_value".to_owned(),
            Kind::Enum(_) => "|text| text.parse::<i16>().ok().map(Value::from)".to_owned(),
            Kind::Decimal { .. } => {
                let kind = column.value_type();
                format!("|text| {kind}::parse(text).ok().map(Value::from)")
            }
            _ => "|text| text.parse::<i32>().ok().map(Value::from)".to_owned(),
        };
        let nullable = if column.is_nullable() {
            "nullable: true,\n"
        } else {
            ""
        };
        format!(
            "{key}::{variant} => Keyset {{\n column: {module}::Column::{variant},\n {nullable}\
             position: |{module}| ({position}, *{module}.id.as_uuid()),\n value: {value},\n \
             ..created_at\n }},\n"
        )
    };
    format!(
        "match sort.by {{\n {key}::CreatedAt => created_at,\n {}}}\n",
        each(&sortable, order)
    )
}
