//! What stands against the adoption of a table: rows that break a rule, columns of another kind.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, QueryResult, Statement},
};

use crate::{
    better_auth::{Column, Fill, Kind, NATIVE_IDS, Table},
    catalogue::Found,
};

/// How many rows are named; the others are counted.
const NAMED_ROWS: usize = 5;

/// How the type of a column stands to what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Fits,
    /// Its values mean the same in the wanted type, if they pass the rules.
    Converted,
    Foreign,
}

pub(crate) fn fit(column: &Column, found: &Found, engine: DbBackend) -> Fit {
    match engine {
        DbBackend::Sqlite => fit_on_sqlite(column.kind, &found.data_type),
        _ => fit_on_postgres(column.kind, &found.data_type),
    }
}

fn fit_on_postgres(kind: Kind, data_type: &str) -> Fit {
    let is_text = ["text", "character varying", "citext"].contains(&data_type);
    match (kind, data_type) {
        (Kind::Id | Kind::User, "uuid") if NATIVE_IDS => Fit::Fits,
        (Kind::Id | Kind::User, _) if NATIVE_IDS => Fit::Foreign,
        (Kind::Id | Kind::User | Kind::Text, _) if is_text => Fit::Fits,
        (Kind::Boolean, "boolean") => Fit::Fits,
        (Kind::Time, "timestamp with time zone") => Fit::Fits,
        (Kind::Time, "timestamp without time zone") => Fit::Converted,
        (Kind::Uuid, "uuid") => Fit::Fits,
        (Kind::Uuid, _) if is_text => Fit::Converted,
        _ => Fit::Foreign,
    }
}

/// Where types are hints, Better Auth wants these and reads any value.
fn fit_on_sqlite(kind: Kind, data_type: &str) -> Fit {
    match (kind, data_type) {
        (Kind::Boolean, "integer" | "boolean") => Fit::Fits,
        (Kind::Time, "date" | "integer") => Fit::Fits,
        (Kind::Id | Kind::User | Kind::Text | Kind::Uuid, "text") => Fit::Fits,
        _ => Fit::Converted,
    }
}

/// A rule, and the condition under which a row breaks it.
struct Rule {
    breach: &'static str,
    condition: String,
}

/// A sentence for each obstacle.
pub(crate) async fn find(
    manager: &SchemaManager<'_>,
    table: &Table,
    found: &[Found],
    has_users: bool,
) -> Result<Vec<String>, DbErr> {
    let engine = manager.get_database_backend();
    if !found.iter().any(|found| found.name == "id") {
        return Ok(vec![format!("{}.id is missing", table.name)]);
    }
    let mut obstacles = Vec::new();
    for column in table.columns {
        let place = format!("{}.{}", table.name, column.name);
        let there = found.iter().find(|found| found.name == column.name);
        let fault = there.and_then(|there| fault(column, there, engine));
        if let Some(fault) = fault {
            obstacles.push(format!("{place} {fault}"));
            continue;
        }
        for rule in rules(table, column, there, engine, has_users) {
            if let Some(rows) = breaches(manager, table.name, &rule.condition).await? {
                obstacles.push(format!("{place} {} in {rows}", rule.breach));
            }
        }
    }
    Ok(obstacles)
}

/// What is wrong with the column itself.
fn fault(column: &Column, there: &Found, engine: DbBackend) -> Option<String> {
    let type_ = &there.data_type;
    if fit(column, there, engine) == Fit::Foreign {
        let wanted = column.sql_type(engine);
        let hint = match (column.kind, type_.as_str()) {
            (Kind::Id | Kind::User, "uuid") => {
                " (if Better Auth makes its ids as UUIDs, build with the cargo feature native-ids)"
            }
            (Kind::Id | Kind::User, "text") => {
                " (if Better Auth makes its ids itself, build without the cargo feature native-ids)"
            }
            _ => "",
        };
        return Some(format!("is of type {type_} instead of {wanted}{hint}"));
    }
    match column.kind {
        Kind::Id if !there.is_unique => Some("is not the primary key".to_owned()),
        Kind::Uuid if there.generated && !NATIVE_IDS => Some(
            "is generated, as with native ids: build with the cargo feature native-ids".to_owned(),
        ),
        Kind::Uuid if !there.generated && NATIVE_IDS => Some(
            "is a second id, while with native ids it is generated from id: build without the \
             cargo feature native-ids"
                .to_owned(),
        ),
        _ => None,
    }
}

fn rules(
    table: &Table,
    column: &Column,
    there: Option<&Found>,
    engine: DbBackend,
    has_users: bool,
) -> Vec<Rule> {
    let name = format!(r#""{}""#, column.name);
    let unfillable = column.required && column.fill == Fill::Nothing && !column.is_generated();
    let Some(there) = there else {
        let breach = "is missing, and its value unknown";
        let condition = "true".to_owned();
        return Vec::from_iter(unfillable.then_some(Rule { breach, condition }));
    };
    let mut rules = Vec::new();
    let mut rule = |breach, condition| rules.push(Rule { breach, condition });
    if unfillable && !there.required {
        rule("is null", format!("{name} IS NULL"));
    }
    if engine == DbBackend::Sqlite && fit(column, there, engine) == Fit::Converted {
        let types = match column.kind {
            Kind::Boolean => "'integer', 'null'",
            Kind::Time => "'text', 'integer', 'null'",
            _ => "'text', 'null'",
        };
        let condition = format!("typeof({name}) NOT IN ({types})");
        rule("has a value of another type", condition);
    }
    let is_uuid = column.kind == Kind::Uuid && !there.generated;
    if is_uuid {
        rule("is no UUID", format!("NOT ({})", uuid(&name, engine)));
    }
    if NATIVE_IDS && table.name == "user" && column.kind == Kind::Id {
        let condition = format!("NOT ({}) OR {name} <> lower({name})", uuid(&name, engine));
        if engine == DbBackend::Sqlite {
            rule("is no UUID in lower case", condition);
        }
    }
    if column.unique && (is_uuid || !there.is_unique) {
        let same = match is_uuid {
            true => format!("lower({name}{})", as_text(engine)),
            false => name.clone(),
        };
        let condition = format!(
            r#"{same} IN (SELECT {same} FROM "{}" GROUP BY 1 HAVING count(*) > 1)"#,
            table.name
        );
        rule("is not unique", condition);
    }
    if column.kind == Kind::User && !there.refers {
        let condition = match has_users {
            true => format!(r#"{name} NOT IN (SELECT id FROM "user" WHERE id IS NOT NULL)"#),
            false => "true".to_owned(),
        };
        rule("names no user", condition);
    }
    let is_past = column.fill == Fill::Now && engine == DbBackend::Postgres;
    if is_past && fit(column, there, engine) == Fit::Converted {
        let condition = format!("{name} > now() AT TIME ZONE 'UTC' + interval '5 minutes'");
        rule(
            "has no time zone and is in the future if read as UTC",
            condition,
        );
    }
    rules
}

/// That a text is a UUID with hyphens, in any case (RFC 9562, 4); null stays null.
fn uuid(name: &str, engine: DbBackend) -> String {
    match engine {
        DbBackend::Sqlite => format!(
            "lower({name}) GLOB
             replace('xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx', 'x', '[0-9a-f]')
             AND typeof({name}) IN ('text', 'null')"
        ),
        _ => format!("{name}::text ~* '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$'"),
    }
}

fn as_text(engine: DbBackend) -> &'static str {
    match engine {
        DbBackend::Postgres => "::text",
        _ => "",
    }
}

/// The rows for which `condition` holds, in words.
async fn breaches(
    manager: &SchemaManager<'_>,
    table: &str,
    condition: &str,
) -> Result<Option<String>, DbErr> {
    let query = format!(
        r#"SELECT CAST(id AS text), count(*) OVER () FROM "{table}" WHERE {condition}
        ORDER BY 1 LIMIT {NAMED_ROWS}"#
    );
    let query = Statement::from_string(manager.get_database_backend(), query);
    let rows = manager.get_connection().query_all_raw(query).await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let total: i64 = first.try_get_by_index(1)?;
    let id = |row: &QueryResult| row.try_get_by_index::<Option<String>>(0);
    let ids = rows.iter().map(id).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<_> = ids
        .iter()
        .map(|id| {
            id.as_ref()
                .map_or("null".to_owned(), |id| format!("{id:?}"))
        })
        .collect();
    let others = match total as usize - ids.len() {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let rows = if total == 1 { "the row" } else { "the rows" };
    Ok(Some(format!("{rows} with id {}{others}", ids.join(", "))))
}
