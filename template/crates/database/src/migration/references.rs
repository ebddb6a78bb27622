//! Rows of SQLite that refer to rows that are gone: somebody deleted those without foreign keys, as
//! SQLite's shell does unless it is told otherwise.

use std::fmt;

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::quoted;

/// How many ids a message names.
const NAMED_IDS: usize = 5;

/// Rows of a table that refer to rows that are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenReference {
    /// The table of the rows.
    pub table: String,
    /// The column that refers.
    pub column: String,
    /// The table that is referred to.
    pub target: String,
    /// The column that is referred to.
    pub target_column: String,
    /// The ids of the rows that are gone; at most five.
    pub ids: Vec<String>,
    /// How many rows refer to them.
    pub rows: i64,
}

impl fmt::Display for BrokenReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            column,
            target,
            target_column,
            ids,
            rows,
        } = self;
        let rows = if *rows == 1 {
            "1 row".to_owned()
        } else {
            format!("{rows} rows")
        };
        let ids: Vec<_> = ids.iter().map(|id| format!("{id:?}")).collect();
        write!(
            f,
            "{rows} of {table} by {column} to {} in {target}: remove them by PRAGMA foreign_keys = ON; \
             DELETE FROM {} WHERE {} NOT IN (SELECT {} FROM {})",
            ids.join(", "),
            quoted(table),
            quoted(column),
            quoted(target_column),
            quoted(target)
        )
    }
}

/// The broken references of a database: none on PostgreSQL, which does not let them come about.
///
/// # Errors
/// When the database fails.
pub async fn broken_references(
    database: &impl ConnectionTrait,
) -> Result<Vec<BrokenReference>, DbErr> {
    if database.get_database_backend() != DbBackend::Sqlite {
        return Ok(Vec::new());
    }
    let query = Statement::from_string(DbBackend::Sqlite, BROKEN);
    let mut references = Vec::new();
    for row in database.query_all_raw(query).await? {
        let mut reference = BrokenReference {
            table: row.try_get_by_index(0)?,
            column: row.try_get_by_index(1)?,
            target: row.try_get_by_index(2)?,
            target_column: row.try_get_by_index(3)?,
            rows: row.try_get_by_index(4)?,
            ids: Vec::new(),
        };
        reference.ids = missing_ids(&reference, database).await?;
        references.push(reference);
    }
    Ok(references)
}

async fn missing_ids(
    reference: &BrokenReference,
    database: &impl ConnectionTrait,
) -> Result<Vec<String>, DbErr> {
    let (table, column) = (quoted(&reference.table), quoted(&reference.column));
    let (target, id) = (quoted(&reference.target), quoted(&reference.target_column));
    let query = format!(
        "SELECT DISTINCT CAST({column} AS text) FROM {table} WHERE {column} IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM {target} AS target WHERE target.{id} = {table}.{column})
         ORDER BY 1 LIMIT {NAMED_IDS}"
    );
    let query = Statement::from_string(DbBackend::Sqlite, query);
    let exists = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1 COLLATE nocase",
        [reference.target.as_str().into()],
    );
    // A foreign key may name a table that was dropped.
    if database.query_one_raw(exists).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = database.query_all_raw(query).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

const BROKEN: &str = r#"
SELECT broken."table", key."from", broken.parent, coalesce(
        key."to",
        (SELECT name FROM pragma_table_info(broken.parent) WHERE pk = 1),
        'id'
    ), count(*)
FROM pragma_foreign_key_check AS broken
    JOIN pragma_foreign_key_list(broken."table") AS key ON key.id = broken.fkid
WHERE key.seq = 0
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2
"#;
