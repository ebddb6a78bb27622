//! Finds what prevents the adoption of a table: columns of another type, rows that break a rule.

use database::quoted;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, QueryResult, Statement},
};
use uuid::Uuid;

use crate::{
    ids::NATIVE_IDS,
    schema::{
        catalogue::ExistingColumn,
        definitions::{Column, Kind, TableId},
        found::{FoundTable, FoundTables},
        names::is_text,
        stored_values, surroundings,
    },
};

/// How many rows an error lists; the others are only counted.
const NAMED_ROWS: usize = 5;

const NUMBERED: &str = "the API cannot share a database in which Better Auth numbers \
     its rows (generateId: \"serial\"); give the API a database of its own by another \
     DATABASE_URL, and set USER_PROVISIONING=on";

/// A rule for rows: how a row violates it, the SQL condition for a violation, and the remedy.
pub(super) struct Rule {
    pub violation: &'static str,
    pub condition: String,
    pub remedy: String,
}

/// A sentence for each obstacle in the tables that the API needs.
pub(crate) async fn find_obstacles(
    manager: &SchemaManager<'_>,
    found: &FoundTables,
) -> Result<Vec<String>, DbErr> {
    let engine = manager.get_database_backend();
    let Some(users) = found.get(TableId::User) else {
        return Ok(Vec::new());
    };
    let mut obstacles = surroundings::obstacles(manager, users).await?;
    for table in found.needed() {
        let errors = type_errors(table, engine);
        if !errors.is_empty() {
            obstacles.extend(errors);
            continue;
        }
        for (place, rule) in rules(table, users, engine) {
            if let Some(rows) = violating_rows(manager, table, &rule.condition).await? {
                let Rule {
                    violation, remedy, ..
                } = rule;
                obstacles.push(format!("{place} {violation} in {rows}: {remedy}"));
            }
        }
        if engine == DbBackend::Sqlite {
            obstacles.extend(encoding_errors(manager, table).await?);
        }
    }
    Ok(obstacles)
}

/// A sentence for each column of the table with texts that the API cannot read.
async fn encoding_errors(
    manager: &SchemaManager<'_>,
    table: &FoundTable,
) -> Result<Vec<String>, DbErr> {
    let (name, id) = (quoted(&table.matched.name), quoted(table.column("id")));
    let mut errors = Vec::new();
    for column in table.matched.columns.iter().filter(|column| column.exists) {
        if !matches!(column.column.kind, Kind::Id | Kind::User | Kind::Text) {
            continue;
        }
        let place = (name.as_str(), id.as_str(), &*quoted(&column.name));
        let ids = stored_values::rows_without_utf8(manager, place).await?;
        if !ids.is_empty() {
            errors.push(format!(
                "{}.{} is no UTF-8 in {}: write it again, since another program stored it in \
                 another encoding",
                table.matched.name,
                column.name,
                named_rows(&ids[..ids.len().min(NAMED_ROWS)], ids.len())
            ));
        }
    }
    Ok(errors)
}

/// A sentence for each column of the table with a type that the API cannot read.
pub(crate) fn type_errors(table: &FoundTable, engine: DbBackend) -> Vec<String> {
    let name = &table.matched.name;
    let columns = table.matched.columns.iter();
    let errors = columns.filter_map(|column| {
        let existing = table.existing(column)?;
        let error = type_error(table.matched.table, column.column, existing, engine)?;
        Some(format!("{name}.{} {error}", column.name))
    });
    errors.collect()
}

fn type_error(
    table: TableId,
    column: &Column,
    existing: &ExistingColumn,
    engine: DbBackend,
) -> Option<String> {
    let type_ = existing.data_type.as_str();
    let is_users = matches!(column.kind, Kind::User) || table == TableId::User;
    let wanted = column.sql_type(engine);
    match (column.kind, engine) {
        (Kind::Id | Kind::User, _) if !is_users => None,
        (Kind::Id | Kind::User, _) if is_number(type_) => Some(format!("is a number: {NUMBERED}")),
        (Kind::Id, _) if !existing.is_unique => {
            Some("is not the primary key: make it so, or unique".to_owned())
        }
        (Kind::Id | Kind::User, DbBackend::Postgres) => id_error(type_),
        (Kind::Uuid, _) => uuid_error(existing, engine),
        (Kind::Boolean, DbBackend::Postgres) if ["boolean", "integer"].contains(&type_) => None,
        (Kind::Time, DbBackend::Postgres) if type_.starts_with("timestamp") => None,
        (Kind::Boolean | Kind::Time, DbBackend::Postgres) => Some(format!(
            "is of type {type_} instead of {wanted}: convert it by ALTER TABLE ... TYPE {wanted} \
             USING ..."
        )),
        _ => None,
    }
}

fn is_number(type_: &str) -> bool {
    type_.contains("int") || type_.contains("serial") || type_ == "numeric"
}

fn id_error(type_: &str) -> Option<String> {
    let hint = match type_ {
        "uuid" if NATIVE_IDS => return None,
        "uuid" => {
            "if Better Auth makes its ids as UUIDs (generateId: \"uuid\"), build with the cargo \
             feature native-ids"
        }
        _ if !NATIVE_IDS && is_text(type_) => return None,
        _ if NATIVE_IDS && is_text(type_) => {
            "if Better Auth makes its ids itself, build without the cargo feature native-ids"
        }
        _ => "give the API a database of its own, and set USER_PROVISIONING=on",
    };
    let wanted = if NATIVE_IDS { "uuid" } else { "text" };
    Some(format!("is of type {type_} instead of {wanted}: {hint}"))
}

fn uuid_error(existing: &ExistingColumn, engine: DbBackend) -> Option<String> {
    let type_ = existing.data_type.as_str();
    if engine == DbBackend::Postgres && type_ != "uuid" && !is_text(type_) {
        return Some(format!(
            "is of type {type_} instead of uuid: rename it, or convert it"
        ));
    }
    match (existing.generated, NATIVE_IDS) {
        (true, false) => Some(
            "is generated, as with native ids: build with the cargo feature native-ids".to_owned(),
        ),
        (false, true) => Some(
            "is a second id, while with native ids it is generated from id: build without the \
             cargo feature native-ids"
                .to_owned(),
        ),
        _ => None,
    }
}

/// The rules for the columns that the API needs, with the name of each column.
fn rules(table: &FoundTable, users: &FoundTable, engine: DbBackend) -> Vec<(String, Rule)> {
    let mut rules = Vec::new();
    for column in &table.matched.columns {
        let Some(existing) = table.existing(column) else {
            continue;
        };
        let rules_of_column = match column.column.kind {
            Kind::Uuid => uuid_rules(table, existing, engine),
            _ => column_rules(table, users, column.column, existing, engine),
        };
        let place = format!("{}.{}", table.matched.name, column.name);
        rules.extend(
            rules_of_column
                .into_iter()
                .map(|rule| (place.clone(), rule)),
        );
    }
    rules
}

fn column_rules(
    table: &FoundTable,
    users: &FoundTable,
    column: &Column,
    existing: &ExistingColumn,
    engine: DbBackend,
) -> Vec<Rule> {
    let (name, from) = (quoted(&existing.name), quoted(&table.matched.name));
    let mut rules = Vec::new();
    if column.required && !existing.required {
        rules.push(Rule {
            violation: "is null",
            condition: format!("{name} IS NULL"),
            remedy: format!("give it a value, for example by UPDATE {from} SET {name} = ..."),
        });
    }
    match engine {
        DbBackend::Sqlite => rules.extend(stored_values::rule(column, &name, &from)),
        _ if column.kind == Kind::Time => {
            rules.push(readable_time(&name));
            rules.extend(zone_rule(column, &name, existing));
        }
        _ => {}
    }
    let is_user_id = table.matched.table == TableId::User && column.kind == Kind::Id;
    if NATIVE_IDS && is_user_id && engine == DbBackend::Sqlite {
        rules.push(Rule {
            violation: "is no UUID in lower case",
            condition: format!("NOT ({}) OR {name} <> lower({name})", uuid(&name, engine)),
            remedy: "build without the cargo feature native-ids".to_owned(),
        });
    }
    if is_user_id && engine == DbBackend::Sqlite {
        rules.push(Rule {
            violation: "is a number",
            condition: format!("typeof({name}) IN ('integer', 'real')"),
            remedy: NUMBERED.to_owned(),
        });
    }
    if column.kind == Kind::User && !existing.references_user {
        let (id, users) = (quoted(users.column("id")), quoted(&users.matched.name));
        let condition = format!("{name} NOT IN (SELECT {id} FROM {users} WHERE {id} IS NOT NULL)");
        rules.push(Rule {
            violation: "names no user",
            remedy: format!("delete the rows by DELETE FROM {from} WHERE {condition}"),
            condition,
        });
    }
    rules
}

/// The rule that a time lies in the years 1 to 9999.
fn readable_time(name: &str) -> Rule {
    Rule {
        violation: "is no time that can be read",
        // Compares seconds since 1970, because the year depends on the connection's time zone.
        condition: format!(
            "extract(epoch FROM {name}) < -62135596800 OR extract(epoch FROM {name}) >= 253402300800"
        ),
        remedy: "give it a time in the years 1 to 9999".to_owned(),
    }
}

/// The rule that a time of the past lies in the past when read as UTC; if not, a server in another
/// time zone wrote it without its zone.
fn zone_rule(column: &Column, name: &str, existing: &ExistingColumn) -> Option<Rule> {
    let is_past = ["createdAt", "updatedAt"].contains(&column.name);
    let has_no_zone = existing.data_type == "timestamp without time zone";
    (is_past && has_no_zone).then(|| Rule {
        violation: "has no time zone and is in the future if read as UTC",
        condition: format!("{name} > now() AT TIME ZONE 'UTC' + interval '5 minutes'"),
        remedy: format!(
            "convert such columns by ALTER COLUMN {name} TYPE timestamptz USING {name} AT TIME \
             ZONE 'Asia/Tokyo', or the zone of the server that wrote them"
        ),
    })
}

fn uuid_rules(table: &FoundTable, existing: &ExistingColumn, engine: DbBackend) -> Vec<Rule> {
    if existing.generated {
        return Vec::new();
    }
    let (name, from) = (quoted(&existing.name), quoted(&table.matched.name));
    let value = match engine {
        DbBackend::Postgres => format!("lower({name}::text)"),
        _ => format!("lower({name})"),
    };
    let remedy = "give each of the rows a UUID of its own".to_owned();
    let unusable = [Uuid::nil(), Uuid::max()].map(|uuid| format!("'{uuid}'"));
    vec![
        Rule {
            violation: "is no UUID",
            condition: format!("NOT ({})", uuid(&name, engine)),
            remedy: remedy.clone(),
        },
        Rule {
            violation: "is a UUID that no token may have",
            condition: format!("{value} IN ({})", unusable.join(", ")),
            remedy: remedy.clone(),
        },
        Rule {
            violation: "is not unique",
            condition: format!(
                "{value} IN (SELECT {value} FROM {from} GROUP BY 1 HAVING count(*) > 1)"
            ),
            remedy,
        },
    ]
}

/// The condition that a text is a UUID with hyphens, in any case (RFC 9562, 4); null for null.
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

/// A description of the rows for which `condition` holds.
async fn violating_rows(
    manager: &SchemaManager<'_>,
    table: &FoundTable,
    condition: &str,
) -> Result<Option<String>, DbErr> {
    let (name, id) = (quoted(&table.matched.name), quoted(table.column("id")));
    let query = format!(
        "SELECT CAST({id} AS text), count(*) OVER () FROM {name} WHERE {condition}
        ORDER BY 1 LIMIT {NAMED_ROWS}"
    );
    let query = Statement::from_string(manager.get_database_backend(), query);
    let rows = manager.get_connection().query_all_raw(query).await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let total: i64 = first.try_get_by_index(1)?;
    let ids: Vec<_> = rows.iter().map(shown_id).collect();
    Ok(Some(named_rows(&ids, total as usize)))
}

fn named_rows(ids: &[String], total: usize) -> String {
    let others = match total - ids.len() {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let rows = if total == 1 { "the row" } else { "the rows" };
    format!("{rows} with id {}{others}", ids.join(", "))
}

/// The id in the first column, which need not be UTF-8 on SQLite.
pub(super) fn shown_id(row: &QueryResult) -> String {
    let text = row.try_get_by_index::<Option<String>>(0);
    let bytes = || row.try_get_by_index::<Vec<u8>>(0).unwrap_or_default();
    match text {
        Ok(Some(id)) => format!("{id:?}"),
        Ok(None) => "null".to_owned(),
        Err(_) => format!("{:?}", String::from_utf8_lossy(&bytes())),
    }
}
