//! Rows of SQLite that refer to rows that no longer exist: those were deleted while foreign keys
//! were off, which is the default of SQLite's shell.

use std::fmt;

use sea_orm_migration::sea_orm::{
    ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult, Statement,
};

use crate::quoted;

/// How many ids a message names.
const NAMED_IDS: usize = 5;

/// Rows of a table that refer to rows that no longer exist. Its text names them and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenReference {
    /// The table of the rows.
    pub table: String,
    rows: i64,
    key: ForeignKey,
    ids: Vec<String>,
}

/// A foreign key; several columns are joined in one text.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
struct ForeignKey {
    column: String,
    target: String,
    target_column: String,
    has_several_columns: bool,
    target_exists: bool,
}

impl fmt::Display for BrokenReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, rows, .. } = self;
        let ForeignKey {
            column,
            target,
            target_column,
            has_several_columns,
            target_exists,
        } = &self.key;
        let rows = if *rows == 1 {
            "1 row".to_owned()
        } else {
            format!("{rows} rows")
        };
        write!(f, "{rows} of {table} by {column} to ")?;
        if !target_exists {
            return write!(
                f,
                "{target}, which does not exist: create that table again, or {table} without the \
                 foreign key"
            );
        }
        if *has_several_columns {
            return write!(
                f,
                "{target}: PRAGMA foreign_key_check({}) lists them by rowid: remove them, or add the \
                 rows that they refer to",
                quoted(table)
            );
        }
        let ids: Vec<_> = self.ids.iter().map(|id| format!("{id:?}")).collect();
        write!(
            f,
            "{} in {target}: remove them by PRAGMA foreign_keys = ON; DELETE FROM {} WHERE {} NOT IN \
             (SELECT {} FROM {})",
            ids.join(", "),
            quoted(table),
            quoted(column),
            quoted(target_column),
            quoted(target)
        )
    }
}

/// The broken references of a database: none on PostgreSQL, which prevents them.
///
/// # Errors
/// When the database fails.
pub async fn broken_references(
    database: &impl ConnectionTrait,
) -> Result<Vec<BrokenReference>, DbErr> {
    if database.get_database_backend() != DbBackend::Sqlite {
        return Ok(Vec::new());
    }
    let tables = Statement::from_string(DbBackend::Sqlite, TABLES);
    let mut references = Vec::new();
    for row in database.query_all_raw(tables).await? {
        let table: String = row.try_get_by_index(0)?;
        let query = [table.as_str().into()];
        let query = Statement::from_sql_and_values(DbBackend::Sqlite, BROKEN, query);
        // SQLite fails to check a table if one of its foreign keys can never hold.
        let Ok(broken) = database.query_all_raw(query).await else {
            continue;
        };
        for row in broken {
            references.push(reference(&table, &row, database).await?);
        }
    }
    Ok(references)
}

async fn reference(
    table: &str,
    row: &QueryResult,
    database: &impl ConnectionTrait,
) -> Result<BrokenReference, DbErr> {
    let key = ForeignKey::from_query_result(row, "")?;
    let ids = if key.target_exists && !key.has_several_columns {
        missing_ids(table, &key, database).await?
    } else {
        Vec::new()
    };
    Ok(BrokenReference {
        table: table.to_owned(),
        rows: row.try_get("", "rows")?,
        key,
        ids,
    })
}

async fn missing_ids(
    table: &str,
    key: &ForeignKey,
    database: &impl ConnectionTrait,
) -> Result<Vec<String>, DbErr> {
    let (table, column) = (quoted(table), quoted(&key.column));
    let (target, id) = (quoted(&key.target), quoted(&key.target_column));
    let query = format!(
        "SELECT DISTINCT CAST({column} AS text) FROM {table} WHERE {column} IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM {target} AS target WHERE target.{id} = {table}.{column})
         ORDER BY 1 LIMIT {NAMED_IDS}"
    );
    let query = Statement::from_string(DbBackend::Sqlite, query);
    let rows = database.query_all_raw(query).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

const TABLES: &str = "
SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name
";

const BROKEN: &str = r#"
SELECT broken.rows, group_concat(key."from", ', ') AS "column", broken.parent AS target,
    coalesce(key."to", (SELECT name FROM pragma_table_info(broken.parent) WHERE pk = 1), 'id')
        AS target_column,
    count(*) > 1 AS has_several_columns,
    EXISTS (
        SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = broken.parent COLLATE nocase
    ) AS target_exists
FROM (SELECT fkid, parent, count(*) AS rows FROM pragma_foreign_key_check($1) GROUP BY 1, 2) AS broken
    JOIN pragma_foreign_key_list($1) AS key ON key.id = broken.fkid
GROUP BY broken.fkid ORDER BY 2
"#;
