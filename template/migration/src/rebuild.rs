//! Makes a table of SQLite anew, which is how it changes a column.
//!
//! Every word of the old definition stays but for what has to change, and so do the table's
//! rows, indexes and triggers: <https://www.sqlite.org/lang_altertable.html#otheralter>.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, QueryResult, Statement},
};

/// A column of the new table.
pub(crate) struct NewColumn {
    pub name: String,
    /// Its type, where that changes.
    pub retyped: Option<&'static str>,
    /// Constraints beside those it had, or the definition of a column that is new.
    pub added: String,
    pub is_new: bool,
    /// What its rows get; nothing for a column that is computed.
    pub value: Option<String>,
}

pub(crate) async fn rebuild(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[NewColumn],
) -> Result<(), DbErr> {
    refuse_foreign_keys(manager).await?;
    let old = &texts(manager, TABLE, table).await?[..];
    let definition = old.first().and_then(|sql| redefine(sql, columns));
    let Some(definition) = definition else {
        return Err(DbErr::Custom(format!(
            "the definition of the table {table} cannot be read"
        )));
    };
    let (names, values): (Vec<_>, Vec<_>) = columns
        .iter()
        .filter_map(|column| Some((format!(r#""{}""#, column.name), column.value.clone()?)))
        .unzip();
    let (names, values) = (names.join(", "), values.join(", "));
    let belongings = texts(manager, BELONGINGS, table).await?.join(";\n");
    // Otherwise renaming fails where a view or a trigger elsewhere mentions the table.
    let statements = format!(
        r#"CREATE TABLE "new_{table}" {definition};
        INSERT INTO "new_{table}" ({names}) SELECT {values} FROM "{table}";
        DROP TABLE "{table}";
        PRAGMA legacy_alter_table = ON;
        ALTER TABLE "new_{table}" RENAME TO "{table}";
        PRAGMA legacy_alter_table = OFF;
        {belongings}"#
    );
    let connection = manager.get_connection();
    connection.execute_unprepared(&statements).await.map(|_| ())
}

/// With foreign keys on, dropping the old table would delete whatever refers to its rows.
async fn refuse_foreign_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let query = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_keys");
    let row = manager.get_connection().query_one_raw(query).await?;
    match row.map(|row| row.try_get_by_index::<i32>(0)).transpose()? {
        Some(0) => Ok(()),
        _ => Err(DbErr::Custom(
            "foreign keys are on: migrate with this crate's functions or its program".to_owned(),
        )),
    }
}

const TABLE: &str = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = $1";
const BELONGINGS: &str = "SELECT sql FROM sqlite_schema
    WHERE type IN ('index', 'trigger') AND tbl_name = $1 AND sql IS NOT NULL ORDER BY rowid";

async fn texts(
    manager: &SchemaManager<'_>,
    query: &str,
    table: &str,
) -> Result<Vec<String>, DbErr> {
    let query = Statement::from_sql_and_values(DbBackend::Sqlite, query, [table.into()]);
    let rows = manager.get_connection().query_all_raw(query).await?;
    let text = |row: &QueryResult| row.try_get_by_index(0);
    rows.iter().map(text).collect()
}

/// What follows the table's name in the new `CREATE TABLE`; nothing if the old one is not
/// understood.
fn redefine(sql: &str, columns: &[NewColumn]) -> Option<String> {
    let (mut parts, options) = split(sql)?;
    let (new, old): (Vec<_>, Vec<_>) = columns.iter().partition(|column| column.is_new);
    if parts.len() < old.len() {
        return None;
    }
    let constraints = parts.split_off(old.len());
    let mut definitions = Vec::new();
    for (part, column) in parts.iter().zip(old) {
        definitions.push(redefine_column(part, column)?);
    }
    definitions.extend(new.into_iter().map(|column| column.added.clone()));
    definitions.extend(constraints);
    Some(format!("({}) {options}", definitions.join(", ")))
}

fn redefine_column(part: &str, column: &NewColumn) -> Option<String> {
    let part = part.trim();
    let name = *pieces(part).first()?;
    let is_it = name
        .trim_matches(['"', '`', '[', ']', '\''])
        .eq_ignore_ascii_case(&column.name);
    if !is_it {
        return None;
    }
    let rest = match column.retyped {
        Some(retyped) => format!(" {retyped} {}", constraints(&part[name.len()..])),
        None => part[name.len()..].to_owned(),
    };
    Some(format!("{name}{rest}{}", column.added))
}

/// A column's definition from its first constraint on.
fn constraints(definition: &str) -> &str {
    let begins = |word: &str| {
        let words = [
            "CONSTRAINT",
            "PRIMARY",
            "NOT",
            "NULL",
            "UNIQUE",
            "CHECK",
            "DEFAULT",
            "COLLATE",
            "REFERENCES",
            "GENERATED",
            "AS",
        ];
        words.iter().any(|begin| begin.eq_ignore_ascii_case(word))
    };
    let mut at = 0;
    for piece in pieces(definition) {
        if begins(piece) {
            return &definition[at..];
        }
        at += piece.len();
    }
    ""
}

/// What stands between the commas of a `CREATE TABLE`, without comments, and what stands behind.
fn split(sql: &str) -> Option<(Vec<String>, String)> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    let mut pieces = pieces(sql).into_iter();
    while let Some(piece) = pieces.next() {
        match piece {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        match (depth, piece) {
            (0, ")") => return Some((parts, pieces.collect())),
            (0, _) | (1, "(") if parts.len() == 1 && parts[0].is_empty() => {}
            (1, ",") => parts.push(String::new()),
            _ if is_comment(piece) => parts.last_mut()?.push(' '),
            _ => parts.last_mut()?.push_str(piece),
        }
    }
    None
}

fn is_comment(piece: &str) -> bool {
    piece.starts_with("--") || piece.starts_with("/*")
}

/// Words, quoted texts, comments and single characters, which together are `sql`.
fn pieces(sql: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let behind = |end: &str| rest[1..].find(end).map(|at| 1 + at + end.len());
        let length = match first {
            '\'' | '"' | '`' => behind(&first.to_string()),
            '[' => behind("]"),
            '-' if rest.starts_with("--") => behind("\n"),
            '/' if rest.starts_with("/*") => behind("*/"),
            _ if is_of_word(first) => rest.find(|other| !is_of_word(other)),
            _ => Some(first.len_utf8()),
        };
        let (piece, others) = rest.split_at(length.unwrap_or(rest.len()));
        pieces.push(piece);
        rest = others;
    }
    pieces
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(name: &str) -> NewColumn {
        NewColumn {
            name: name.to_owned(),
            retyped: None,
            added: String::new(),
            is_new: false,
            value: None,
        }
    }

    #[test]
    fn a_definition_keeps_every_word_but_its_comments() {
        let sql = r#"CREATE TABLE "user" ( -- people, all of them
            "id" text not null primary key,
            [name] VARCHAR(10, 2) DEFAULT 'a,)(' /* a, b */ CHECK (length(name) > 0),
            `role` text COLLATE nocase,
            UNIQUE (name, role)
        ) STRICT, WITHOUT ROWID"#;
        let columns = ["id", "name", "role"].map(kept);
        let definition = redefine(sql, &columns).unwrap_or_default();
        let words: Vec<_> = definition.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            r#"("id" text not null primary key, [name] VARCHAR(10, 2) DEFAULT 'a,)(' CHECK (length(name) > 0), `role` text COLLATE nocase, UNIQUE (name, role) ) STRICT, WITHOUT ROWID"#
        );
    }

    #[test]
    fn a_column_changes_its_type_and_keeps_its_constraints() {
        let column = NewColumn {
            retyped: Some("date"),
            added: " NOT NULL".to_owned(),
            ..kept("at")
        };
        for (old, new) in [
            ("at", "at date  NOT NULL"),
            ("at DATETIME", "at date  NOT NULL"),
            (
                r#""at" "long type" (3) default (not null)"#,
                r#""at" date default (not null) NOT NULL"#,
            ),
        ] {
            assert_eq!(redefine_column(old, &column).as_deref(), Some(new));
        }
    }

    #[test]
    fn a_definition_with_other_columns_is_not_understood() {
        let sql = "CREATE TABLE t (a text, b text)";
        for columns in [&["a", "c"][..], &["b", "a"], &["a", "b", "c"]] {
            let columns: Vec<_> = columns.iter().map(|name| kept(name)).collect();
            assert!(redefine(sql, &columns).is_none());
        }
        assert!(redefine("CREATE TABLE t (a text", &[kept("a")]).is_none());
    }
}
