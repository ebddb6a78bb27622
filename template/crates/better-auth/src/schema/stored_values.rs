//! Values that SQLite stores regardless of the column's type, and that the API cannot read.

use crate::schema::{
    definitions::{Column, Kind},
    obstacles::Rule,
};

/// The rules that every value of the column obeys. `name` and `table` are quoted.
pub(super) fn rules(column: &Column, name: &str, table: &str) -> Vec<Rule> {
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
        Kind::Id | Kind::User | Kind::Text => {
            let is_no_text = Rule {
                violation: "is no text",
                condition: format!("typeof({name}) = 'blob'"),
                remedy: format!("make it text by UPDATE {table} SET {name} = CAST({name} AS text)"),
            };
            let is_no_utf8 = Rule {
                violation: "is no UTF-8",
                condition: format!("typeof({name}) = 'text' AND {}", no_utf8(name)),
                remedy: "write it again: another program stored it in another encoding".to_owned(),
            };
            return vec![is_no_text, is_no_utf8];
        }
        Kind::Uuid => return Vec::new(),
    };
    vec![rule]
}

/// The condition that a text is not UTF-8: SQLite would write one of its characters in other bytes.
/// U+FFFE and U+FFFF are valid, although SQLite does not write them.
fn no_utf8(name: &str) -> String {
    let character = format!("substr({name}, place, 1)");
    format!(
        "{name} GLOB '*[^' || char(1) || '-' || char(127) || ']*' AND EXISTS (
             WITH RECURSIVE places(place) AS (
                 VALUES (1) UNION ALL SELECT place + 1 FROM places WHERE place < length({name})
             )
             SELECT 1 FROM places
             WHERE CAST({character} AS blob) NOT IN (
                 CAST(char(unicode({character})) AS blob), x'EFBFBE', x'EFBFBF'
             )
         )"
    )
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
