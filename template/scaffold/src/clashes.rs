//! Names that something else has already.

use std::collections::BTreeSet;

use crate::{
    names::{Names, Word},
    project::Project,
    resource::{Field, Kind},
};

/// The columns that every resource has.
const COLUMNS: [&str; 6] = [
    "id",
    "user_id",
    "version",
    "created_at",
    "updated_at",
    "deleted_at",
];

/// The query parameters of lists.
const PARAMETERS: [&str; 8] = [
    "cursor",
    "include_deleted",
    "order",
    "page",
    "page_size",
    "search",
    "sort_by",
    "sort_order",
];

/// How the parameters end that filter by a range.
const RANGES: [&str; 4] = ["_after", "_before", "_max", "_min"];

/// Better Auth's tables, and the paths that the API has beside those of resources.
const TAKEN: [&str; 16] = [
    "account",
    "admin",
    "docs",
    "health",
    "jwks",
    "me",
    "metrics",
    "openapi",
    "profile",
    "session",
    "user",
    "users",
    "verification",
    "whoami",
    "api",
    "auth",
];

/// Types that every module sees, or that each resource's own modules have.
const TYPES: [&str; 22] = [
    "ActiveModel",
    "AppError",
    "Box",
    "Code",
    "Column",
    "Data",
    "Database",
    "Entity",
    "Err",
    "HttpResponse",
    "Model",
    "None",
    "Ok",
    "OneRow",
    "Option",
    "Path",
    "PrimaryKey",
    "Relation",
    "Result",
    "Some",
    "String",
    "Vec",
];

/// How many characters a name has in PostgreSQL.
const LONGEST_NAME: usize = 63;

/// What a resource's own types are called by, after its name, as the types of fields are.
const PARTS: [&str; 6] = ["changes", "filter", "input", "patch", "sort", "sort_key"];

/// What PostgreSQL or SQLite takes for no name of a table or column.
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

/// What speaks against calling a resource so in this project.
#[must_use]
pub fn of_names(names: &Names, project: &Project) -> Vec<String> {
    let (singular, plural) = (names.singular(), names.plural());
    let mut faults = Vec::new();
    if singular == plural {
        faults.push(format!(
            "\"{singular}\" is its own plural: give another with --plural"
        ));
    }
    for word in BTreeSet::from([singular, plural]) {
        if is_keyword(word) {
            faults.push(format!("\"{word}\" is a keyword of Rust"));
        } else if TAKEN.contains(&word) {
            faults.push(format!("\"{word}\" is taken by the API or by Better Auth"));
        }
    }
    if is_sql(plural) {
        faults.push(format!(
            "\"{plural}\" is a word of SQL: give another plural with --plural"
        ));
    }
    let entities = project.entities();
    if let Some(entity) = entities
        .iter()
        .find(|it| it.module == singular || it.table == plural)
    {
        let (module, table) = (&entity.module, &entity.table);
        faults.push(format!(
            "there is a resource {module} with the table {table} already"
        ));
    }
    faults.extend(of_types(names, project));
    faults
}

fn of_types(names: &Names, project: &Project) -> Option<String> {
    let exported = ["types", "http", "auth"].map(|module| project.exports_of(module));
    let exported: BTreeSet<_> = exported.into_iter().flatten().collect();
    let own = [names.type_name(), names.id_type()];
    let clash = own
        .into_iter()
        .find(|it| exported.contains(it) || TYPES.contains(&it.as_str()))?;
    Some(format!(
        "there is a type {clash} already: give the resource another name"
    ))
}

/// What speaks against these fields in one resource.
#[must_use]
pub fn of_fields(fields: &[Field]) -> Vec<String> {
    let mut faults: Vec<_> = fields.iter().flat_map(of_field).collect();
    let mut seen = BTreeSet::new();
    for field in fields {
        // As a variant: `a_1` and `a1` are one.
        if !seen.insert(field.name.in_pascal_case()) {
            faults.push(format!("{}: there are two fields of this name", field.name));
        }
    }
    for field in fields {
        let stems = RANGES
            .iter()
            .filter_map(|end| field.name.as_str().strip_suffix(end));
        for stem in stems.filter(|&stem| fields.iter().any(|it| it.name.as_str() == stem)) {
            let fault = format!("{}: the list's filter by {stem} is called so", field.name);
            faults.push(fault);
        }
    }
    faults
}

/// What PostgreSQL would cut off from the names of the fields' indexes.
#[must_use]
pub fn of_indexes(names: &Names, fields: &[Field]) -> Vec<String> {
    let indexes = fields.iter().map(|field| {
        let index = format!("{}_user_id_{}_id_idx", names.plural(), field.name);
        (field, index)
    });
    let too_long = indexes.filter(|(_, index)| index.len() > LONGEST_NAME);
    too_long
        .map(|(field, index)| {
            let (field, length) = (&field.name, index.len());
            format!("{field}: {index} has {length} characters, and PostgreSQL takes {LONGEST_NAME}")
        })
        .collect()
}

fn of_field(field: &Field) -> Vec<String> {
    let name = field.name.as_str();
    let mut faults = Vec::new();
    if is_keyword(name) {
        faults.push(format!("{name}: a keyword of Rust"));
    } else if COLUMNS.contains(&name) {
        faults.push(format!("{name}: every resource has this column"));
    } else if PARAMETERS.contains(&name) {
        faults.push(format!("{name}: every list has a parameter of this name"));
    } else if PARTS.contains(&name) {
        faults.push(format!(
            "{name}: a type of the resource itself is called so"
        ));
    } else if is_sql(name) {
        faults.push(format!("{name}: a word of SQL"));
    }
    if let Kind::Enum(words) = &field.kind {
        let keywords = words.iter().map(Word::in_pascal_case);
        let keywords = keywords.filter(|word| is_keyword(word));
        faults.extend(keywords.map(|word| format!("{name}: {word} is a keyword of Rust")));
    }
    faults
}

fn is_keyword(word: &str) -> bool {
    // A keyword since the edition of 2024, for which syn takes it not.
    word == "gen" || syn::parse_str::<syn::Ident>(word).is_err()
}

fn is_sql(word: &str) -> bool {
    SQL.split_whitespace().any(|reserved| reserved == word)
}
