//! Values that SQLite keeps in a column whatever its type is, and that the API cannot read.

use crate::schema::{
    definitions::{Column, Kind},
    obstacles::Rule,
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

/// The condition that a value is null, or one that `UtcDateTime` reads as a time from the year 2000 on:
/// a smaller number counts something else than seconds or milliseconds since 1970.
fn readable_time(name: &str) -> String {
    let date = format!("substr({name}, 1, 10)");
    let clock = format!("substr({name}, 12)");
    format!(
        "CASE typeof({name})
         WHEN 'null' THEN true
         WHEN 'integer' THEN {name} = 0 OR {name} BETWEEN 946684800 AND 253402300799999
         WHEN 'text' THEN {name} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][T ][0-9][0-9]:*'
             AND date({date}) IS {date} AND {date} >= '0001' AND {clock} < '24'
             AND {clock} NOT GLOB '*[^0-9:.Zz+-]*' AND julianday({name}) IS NOT NULL
         ELSE false END"
    )
}
