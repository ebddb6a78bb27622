//! Reads existing tables from the database's catalogue.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, FromQueryResult, QueryResult, Statement},
};

/// A table of the database and the names of its columns.
#[derive(Debug)]
pub(crate) struct ListedTable {
    pub schema: String,
    pub name: String,
    /// Whether the name without a schema refers to this table: on PostgreSQL, the search path
    /// decides.
    pub is_visible: bool,
    /// Whether the role of the connection may use its schema.
    pub is_usable: bool,
    pub columns: Vec<String>,
}

/// A column of an existing table.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct ExistingColumn {
    pub name: String,
    /// The type in lower case, without length or precision.
    pub data_type: String,
    pub required: bool,
    pub has_default: bool,
    pub generated: bool,
    /// Whether it is the primary key, or has a unique constraint or index of its own.
    pub is_unique: bool,
    /// Whether it has a foreign key to the users' id.
    pub references_user: bool,
}

/// Every table of the database, those of all schemas on PostgreSQL.
pub(crate) async fn tables(manager: &SchemaManager<'_>) -> Result<Vec<ListedTable>, DbErr> {
    let engine = manager.get_database_backend();
    let query = match engine {
        DbBackend::Sqlite => SQLITE_TABLES,
        _ => POSTGRES_TABLES,
    };
    let query = Statement::from_string(engine, query);
    let mut tables: Vec<ListedTable> = Vec::new();
    for row in manager.get_connection().query_all_raw(query).await? {
        let (schema, name): (String, String) = (row.try_get_by(0)?, row.try_get_by(1)?);
        let column = row.try_get_by(2)?;
        match tables.last_mut() {
            Some(last) if last.schema == schema && last.name == name => last.columns.push(column),
            _ => tables.push(ListedTable {
                schema,
                name,
                is_visible: row.try_get_by(3)?,
                is_usable: row.try_get_by(4)?,
                columns: vec![column],
            }),
        }
    }
    Ok(tables)
}

/// The names among these that something other than a table has, such as a view, where tables are
/// created.
pub(crate) async fn occupied(
    manager: &SchemaManager<'_>,
    names: &[&str],
) -> Result<Vec<String>, DbErr> {
    let engine = manager.get_database_backend();
    let names: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    let query = match engine {
        DbBackend::Sqlite => SQLITE_OCCUPIED,
        _ => POSTGRES_OCCUPIED,
    };
    let query = query.replace("{names}", &names.join(", "));
    texts(manager, Statement::from_string(engine, query)).await
}

/// The columns of `table` in their order; empty if the table does not exist. `users` names the
/// users' table and its id.
pub(crate) async fn columns(
    manager: &SchemaManager<'_>,
    table: &str,
    users: (&str, &str),
) -> Result<Vec<ExistingColumn>, DbErr> {
    let engine = manager.get_database_backend();
    let query = match engine {
        DbBackend::Sqlite => SQLITE_COLUMNS,
        _ => POSTGRES_COLUMNS,
    };
    let values = [table.into(), users.0.into(), users.1.into()];
    let query = Statement::from_sql_and_values(engine, query, values);
    ExistingColumn::find_by_statement(query)
        .all(manager.get_connection())
        .await
}

/// The first column of each row.
pub(crate) async fn texts(
    manager: &SchemaManager<'_>,
    query: Statement,
) -> Result<Vec<String>, DbErr> {
    let rows = manager.get_connection().query_all_raw(query).await?;
    let text = |row: &QueryResult| row.try_get_by_index(0);
    rows.iter().map(text).collect()
}

const POSTGRES_TABLES: &str = r"
SELECT n.nspname::text, t.relname::text, a.attname::text, pg_table_is_visible(t.oid),
    has_schema_privilege(n.oid, 'USAGE')
FROM pg_class AS t
    JOIN pg_namespace AS n ON n.oid = t.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = t.oid
WHERE t.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY 1, 2, a.attnum
";

const POSTGRES_OCCUPIED: &str = "
SELECT relname::text FROM pg_class
WHERE relname IN ({names}) AND relkind NOT IN ('r', 'p')
    AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
UNION SELECT typname::text FROM pg_type
WHERE typname IN ({names}) AND typrelid = 0
    AND typnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
ORDER BY 1
";

const SQLITE_OCCUPIED: &str = "
SELECT name FROM sqlite_schema
WHERE lower(name) IN ({names}) AND (type <> 'table' OR sql LIKE 'CREATE VIRTUAL%')
ORDER BY 1
";

// A virtual table's columns cannot be read without its module.
const SQLITE_TABLES: &str = r"
SELECT 'main', t.name, a.name, true, true
FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS a
WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%'
ORDER BY t.name, a.cid
";

const POSTGRES_COLUMNS: &str = r"
SELECT a.attname::text AS name,
    format_type(a.atttypid, NULL) AS data_type,
    a.attnotnull AS required,
    d.oid IS NOT NULL OR a.attidentity <> '' AS has_default,
    a.attgenerated <> '' AS generated,
    EXISTS (
        SELECT FROM pg_index
        WHERE indrelid = t.oid AND indisunique AND indisvalid AND indimmediate
            AND indpred IS NULL AND indnkeyatts = 1 AND indkey[0] = a.attnum
    ) AS is_unique,
    EXISTS (
        SELECT FROM pg_constraint AS c
            JOIN pg_class AS target ON target.oid = c.confrelid
            JOIN pg_attribute AS b ON b.attrelid = target.oid AND c.confkey = ARRAY[b.attnum]
        WHERE c.contype = 'f' AND c.conrelid = t.oid AND c.conkey = ARRAY[a.attnum]
            AND target.relname = $2 AND pg_table_is_visible(target.oid) AND b.attname = $3
    ) AS references_user
FROM pg_class AS t
    JOIN pg_attribute AS a ON a.attrelid = t.oid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = a.attnum
WHERE t.relname = $1 AND t.relkind IN ('r', 'p') AND pg_table_is_visible(t.oid)
    AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
";

// Generated columns are hidden from table_info, not from table_xinfo.
const SQLITE_COLUMNS: &str = r#"
SELECT a.name,
    lower(trim(CASE instr(a.type, '(') WHEN 0 THEN a.type
               ELSE substr(a.type, 1, instr(a.type, '(') - 1) END)) AS data_type,
    a."notnull" AS required,
    a.dflt_value IS NOT NULL AS has_default,
    a.hidden IN (2, 3) AS generated,
    (a.pk = 1 AND (SELECT max(pk) FROM pragma_table_xinfo(t.name)) = 1) OR EXISTS (
        SELECT 1 FROM pragma_index_list(t.name) AS i
        WHERE i."unique" AND NOT i.partial
            AND (SELECT count(*) FROM pragma_index_info(i.name)) = 1
            AND (SELECT name FROM pragma_index_info(i.name)) = a.name
    ) AS is_unique,
    EXISTS (
        SELECT 1 FROM pragma_foreign_key_list(t.name) AS f
        WHERE lower(f."table") = lower($2) AND lower(f."from") = lower(a.name)
            AND lower(coalesce(f."to", $3)) = lower($3)
            AND (SELECT count(*) FROM pragma_foreign_key_list(t.name) AS g WHERE g.id = f.id) = 1
    ) AS references_user
FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS a
WHERE t.type = 'table' AND t.name = $1
ORDER BY a.cid
"#;
