//! What the database says about a table that is there.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, FromQueryResult, Statement},
};

/// A column, whoever made it.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Found {
    pub name: String,
    /// In lower case, without a length or a precision.
    pub data_type: String,
    pub required: bool,
    pub has_default: bool,
    pub generated: bool,
    /// Whether it is the primary key, or has a unique constraint or index to itself.
    pub is_unique: bool,
    /// Whether it is the first column of an index.
    pub indexed: bool,
    /// Whether it refers to `user.id`.
    pub refers: bool,
}

/// The columns of `table` in their order: none if there is no such table.
pub(crate) async fn columns(manager: &SchemaManager<'_>, table: &str) -> Result<Vec<Found>, DbErr> {
    let engine = manager.get_database_backend();
    let query = match engine {
        DbBackend::Sqlite => SQLITE,
        _ => POSTGRES,
    };
    let query = Statement::from_sql_and_values(engine, query, [table.into()]);
    Found::find_by_statement(query)
        .all(manager.get_connection())
        .await
}

const POSTGRES: &str = r#"
SELECT a.attname::text AS name,
    format_type(a.atttypid, NULL) AS data_type,
    a.attnotnull AS required,
    d.oid IS NOT NULL AS has_default,
    a.attgenerated <> '' AS generated,
    EXISTS (
        SELECT FROM pg_index
        WHERE indrelid = t.oid AND indisunique AND indisvalid AND indimmediate
            AND indpred IS NULL AND indnkeyatts = 1 AND indkey[0] = a.attnum
    ) AS is_unique,
    EXISTS (
        SELECT FROM pg_index
        WHERE indrelid = t.oid AND indisvalid AND indpred IS NULL AND indkey[0] = a.attnum
    ) AS indexed,
    EXISTS (
        SELECT FROM pg_constraint AS c
            JOIN pg_class AS target ON target.oid = c.confrelid
            JOIN pg_attribute AS b ON b.attrelid = target.oid AND b.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND c.conrelid = t.oid AND c.conkey = ARRAY[a.attnum]
            AND target.relname = 'user' AND target.relnamespace = t.relnamespace
            AND b.attname = 'id'
    ) AS refers
FROM pg_class AS t
    JOIN pg_attribute AS a ON a.attrelid = t.oid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = a.attnum
WHERE t.relname = $1 AND t.relkind IN ('r', 'p')
    AND t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"#;

// Generated columns are hidden from table_info, not from table_xinfo.
const SQLITE: &str = r#"
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
        SELECT 1 FROM pragma_index_list(t.name) AS i
        WHERE NOT i.partial
            AND (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0) = a.name
    ) AS indexed,
    EXISTS (
        SELECT 1 FROM pragma_foreign_key_list(t.name) AS f
        WHERE lower(f."table") = 'user' AND lower(f."from") = lower(a.name)
            AND lower(coalesce(f."to", 'id')) = 'id'
            AND (SELECT count(*) FROM pragma_foreign_key_list(t.name) AS g WHERE g.id = f.id) = 1
    ) AS refers
FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS a
WHERE t.type = 'table' AND t.name = $1
ORDER BY a.cid
"#;
