//! Names that are taken already.

use std::collections::BTreeSet;

use syn::Item;

use crate::{
    names::{Names, Word},
    plan::Plan,
    project::{Project, leaves},
    resource::{Field, Kind, Writer},
};

/// The columns that every resource has.
const COLUMNS: &str = "id user_id version created_at updated_at deleted_at";
/// The further columns of a resource whose rows belong to organizations.
const ORGANIZATION_COLUMNS: &str = "organization_id created_by";

/// The query parameters that every list has.
const PARAMETERS: &str = "cursor include_deleted order page page_size sort_by";
/// A parameter of every list that only conflicts with a field whose filter has the field's own
/// name.
const TOTAL: &str = "total";

/// The endings of parameters that filter by a range.
const RANGE_ENDINGS: [&str; 4] = ["_after", "_before", "_max", "_min"];

/// The error for a field with the name of such a column.
const COLUMN_EXISTS: &str = "every resource has this column";

/// Better Auth's tables, and the API's own paths.
const RESERVED: &str = "account admin api audit auth docs health jwks me metrics openapi organization \
    organizations profile session user users verification whoami";

/// Rust's own types and those of an entity.
const TYPES: &str = "ActiveModel Box Column Entity Err Model None Ok Option PrimaryKey Relation \
    Result Some String Vec";

/// The OpenAPI document's own schemas, which a resource's would replace.
const SCHEMAS: &str = "Alive AuditAction AuditEntry AuditEntryId BetterAuthId ChangedRowId Checks Code FieldError Identity Problem Profile Ready \
    Visitor";

/// The length of the longest name in PostgreSQL, in characters.
const LONGEST_NAME: usize = 63;

/// Endings of the resource's own types: the type of such a field would have the same name.
const TYPE_ENDINGS: &str = "changes filter input patch sort sort_key";

/// What PostgreSQL or SQLite does not accept as the name of a table or column.
const SQL: &str = "add all alter analyse analyze and any array as asc asymmetric authorization \
    autoincrement between binary both case cast check collate collation column commit \
    concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable delete desc \
    distinct do drop else end escape except exists false fetch for foreign freeze from full \
    grant group having if ilike in index initially inner insert intersect into is isnull join \
    lateral leading left like limit localtime localtimestamp natural not nothing notnull null \
    offset on only or order outer overlaps placing primary references returning right select \
    session_user set similar some symmetric system_user table tablesample then to trailing \
    transaction true union unique update user using values variadic verbose when where window \
    with";

/// Why a resource cannot have these names in this project.
pub fn of_names(names: &Names, project: &Project) -> Vec<String> {
    let (singular, plural) = (names.singular(), names.plural());
    let mut errors = Vec::new();
    if singular == plural {
        errors.push(format!(
            "\"{singular}\" is its own plural: give another with --plural"
        ));
    }
    for word in BTreeSet::from([singular, plural]) {
        if is_keyword(word) {
            errors.push(format!("\"{word}\" is a Rust keyword"));
        } else if contains(RESERVED, word) {
            errors.push(format!("\"{word}\" is taken by the API or by Better Auth"));
        }
    }
    if contains(SQL, plural) {
        errors.push(format!(
            "\"{plural}\" is an SQL keyword: give another plural with --plural"
        ));
    }
    let entities = project.entities();
    let mut entities = entities.iter();
    if let Some(entity) = entities.find(|it| it.module == singular || it.table == plural) {
        let (module, table) = (&entity.module, &entity.table);
        errors.push(format!(
            "there is a resource {module} with the table {table} already"
        ));
    }
    let own = names.type_name();
    if contains(TYPES, &own) || contains(SCHEMAS, &own) {
        errors.push(type_exists(&own));
    }
    errors
}

/// Rejects type names that a new file would have twice: once of the resource itself, once imported
/// by a template.
pub fn of_types(plan: &mut Plan) {
    let mut twice = BTreeSet::new();
    for file in plan
        .new_texts()
        .filter_map(|text| syn::parse_file(text).ok())
    {
        let names = file.items.iter().flat_map(|item| match item {
            Item::Use(item) => leaves(&item.tree),
            Item::Struct(item) => vec![item.ident.to_string()],
            Item::Enum(item) => vec![item.ident.to_string()],
            Item::Type(item) => vec![item.ident.to_string()],
            _ => Vec::new(),
        });
        let types = names.filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
        let mut seen = BTreeSet::new();
        twice.extend(types.filter(|name| !seen.insert(name.clone())));
    }
    twice
        .iter()
        .for_each(|name| plan.add_error(type_exists(name)));
}

fn type_exists(name: &str) -> String {
    format!("there is a type {name} already: give the resource another name")
}

/// Why one resource cannot have these fields.
pub fn of_fields(fields: &[Field], writer: Writer) -> Vec<String> {
    let mut errors: Vec<_> = fields.iter().flat_map(of_field).collect();
    for field in fields {
        if writer == Writer::Organization && contains(ORGANIZATION_COLUMNS, field.name.as_str()) {
            errors.push(format!("{}: {COLUMN_EXISTS}", field.name));
        }
    }
    let mut seen = BTreeSet::new();
    for field in fields {
        // Compared as enum variants: `a_1` and `a1` are the same name.
        if !seen.insert(field.name.in_pascal_case()) {
            errors.push(format!("{}: there are two fields of this name", field.name));
        }
    }
    for field in fields {
        for stem in RANGE_ENDINGS
            .iter()
            .filter_map(|end| field.name.as_str().strip_suffix(end))
        {
            if fields.iter().any(|it| it.name.as_str() == stem) {
                errors.push(format!(
                    "{}: the list's filter by {stem} has this name",
                    field.name
                ));
            }
        }
    }
    errors
}

/// The indexes whose names PostgreSQL would cut off.
pub fn of_indexes(names: &Names, fields: &[Field], writer: Writer) -> Vec<String> {
    let owner = match writer {
        Writer::Organization => "organization_id",
        Writer::Owner | Writer::Admin => "user_id",
    };
    let error = |field: &Field| {
        let index = format!("{}_{owner}_{}_id_idx", names.plural(), field.name);
        let (name, length) = (&field.name, index.len());
        (length > LONGEST_NAME).then(|| {
            format!("{name}: {index} has {length} characters; PostgreSQL allows {LONGEST_NAME}")
        })
    };
    fields.iter().filter_map(error).collect()
}

/// Whether a list has a parameter of the field's own name.
fn is_filtered_by_name(kind: &Kind) -> bool {
    matches!(kind, Kind::Bool | Kind::Enum(_))
}

fn of_field(field: &Field) -> Vec<String> {
    let name = field.name.as_str();
    let reason = if is_keyword(name) {
        Some("is a Rust keyword")
    } else if contains(COLUMNS, name) {
        Some(COLUMN_EXISTS)
    } else if contains(PARAMETERS, name) || (name == TOTAL && is_filtered_by_name(&field.kind)) {
        Some("every list has a parameter of this name")
    } else if contains(TYPE_ENDINGS, name) {
        Some("a type of the resource itself has this name")
    } else if contains(SQL, name) {
        Some("is an SQL keyword")
    } else {
        None
    };
    let mut errors: Vec<_> = reason
        .map(|reason| format!("{name}: {reason}"))
        .into_iter()
        .collect();
    if let Kind::Enum(words) = &field.kind {
        let keywords = words.iter().map(Word::in_pascal_case);
        let keywords = keywords.filter(|word| is_keyword(word));
        errors.extend(keywords.map(|word| format!("{name}: {word} is a Rust keyword")));
    }
    errors
}

fn is_keyword(word: &str) -> bool {
    // syn does not know that `gen` is a keyword since edition 2024.
    word == "gen" || syn::parse_str::<syn::Ident>(word).is_err()
}

fn contains(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|other| other == word)
}
