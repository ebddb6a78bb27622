//! Values that SQLite stores regardless of the column's type, and that the API cannot read.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, QueryResult, Statement},
};

use crate::schema::{
    definitions::{Column, Kind},
    obstacles::{Rule, shown_id},
};

/// The rule that every value of the column obeys. `name` and `table` are quoted.
pub(super) fn rule(column: &Column, name: &str, table: &str) -> Option<Rule> {
    let rule = match column.kind {
        Kind::Time => Rule {
            violation: "is no time that can be read",
            condition: format!("NOT ({})", readable_time(name)),
            remedy: "give it a time such as 2026-12-01T09:30:00.000Z, or seconds or milliseconds \
                     since 1970"
                .to_owned(),
        },
        Kind::Boolean => Rule {
            violation: "is no boolean",
            condition: format!("typeof({name}) NOT IN ('integer', 'null')"),
            remedy: format!(
                "make it 1 or 0 in a column of integers, for example by UPDATE {table} SET {name} \
                 = lower({name}) IN ('true', 't', 'yes', 'y', 'on', '1')"
            ),
        },
        Kind::Id | Kind::User | Kind::Text => Rule {
            violation: "is no text",
            condition: format!("typeof({name}) = 'blob'"),
            remedy: format!("make it text by UPDATE {table} SET {name} = CAST({name} AS text)"),
        },
        Kind::Uuid => return None,
    };
    Some(rule)
}

/// The ids of the rows in whose column, which is quoted like the table and its `id`, a text is no
/// UTF-8. SQLite stores any bytes as text and cannot check them itself.
pub(super) async fn rows_without_utf8(
    manager: &SchemaManager<'_>,
    (table, id, column): (&str, &str, &str),
) -> Result<Vec<String>, DbErr> {
    let query = format!(
        "SELECT CAST({id} AS text), {column} FROM {table}
         WHERE typeof({column}) = 'text' AND {column} GLOB '*[^' || char(1) || '-' || char(127) || ']*'
         ORDER BY 1"
    );
    let query = Statement::from_string(DbBackend::Sqlite, query);
    let rows = manager.get_connection().query_all_raw(query).await?;
    let is_utf8 = |row: &&QueryResult| {
        let text = row.try_get_by_index::<Vec<u8>>(1);
        text.is_ok_and(|text| str::from_utf8(&text).is_ok())
    };
    let wrong = rows.iter().filter(|row| !is_utf8(row));
    Ok(wrong.map(shown_id).collect())
}

/// The Julian days of 0001-01-01 and 10000-01-01, at midnight UTC.
const FIRST_DAY: f64 = 1_721_425.5;
const END: f64 = 5_373_484.5;

/// The condition that a value is null, or one that `UtcDateTime` reads as a time from the year 2000
/// on: a smaller number is not in seconds or milliseconds since 1970.
fn readable_time(name: &str) -> String {
    let date = format!("substr({name}, 1, 10)");
    let clock = format!("substr({name}, 12)");
    format!(
        "CASE typeof({name})
         WHEN 'null' THEN true
         WHEN 'integer' THEN {name} = 0 OR {name} BETWEEN 946684800 AND 253402300799999
         WHEN 'text' THEN {name} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][T ][0-9][0-9]:*'
             AND date({date}) IS {date} AND {clock} < '24'
             AND {clock} NOT GLOB '*[^0-9:.Zz+-]*'
             AND coalesce(julianday({name}) >= {FIRST_DAY} AND julianday({name}) < {END}, false)
         ELSE false END"
    )
}
