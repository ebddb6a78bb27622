//! Whether the role of the connection may read Better Auth's rows and write the API's.

use database::quoted;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

use crate::schema::{
    catalogue,
    definitions::TableId,
    found::{FoundTable, FoundTables},
};

const READ_ONLY: &str = "the database takes no writes: DATABASE_URL names a copy that is only read, \
     a file that is protected, or a role with default_transaction_read_only";

/// A sentence for each right that requests need and the connection lacks. Changes nothing.
pub(crate) async fn access_errors(
    manager: &SchemaManager<'_>,
    found: &FoundTables,
) -> Result<Vec<String>, DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        return Ok(Vec::from_iter(
            is_read_only_file(manager)
                .await
                .then(|| READ_ONLY.to_owned()),
        ));
    }
    let mut errors = Vec::new();
    for encoding in names(manager, OTHER_ENCODING, "").await? {
        errors.push(format!(
            "the database's encoding is {encoding}, and texts outside it fail: make a database with \
             ENCODING 'UTF8', and move the tables there"
        ));
    }
    if !names(
        manager,
        "SELECT 'on' WHERE current_setting('transaction_read_only') = 'on'",
        "",
    )
    .await?
    .is_empty()
    {
        errors.push(READ_ONLY.to_owned());
    }
    for table in found.needed() {
        errors.extend(read_error(manager, table).await?);
    }
    if let Some(users) = found.get(TableId::User) {
        let ours = |query: &str| format!("{OURS}{query}");
        let name = &users.matched.name;
        let tables = names(manager, &ours(NOT_WRITABLE), name).await?;
        errors.extend(tables.iter().map(|table| {
            format!(
                "the role of DATABASE_URL may not write {table}: GRANT SELECT, INSERT, UPDATE, \
                 DELETE ON {table} TO it, or let it own the table"
            )
        }));
        let hidden = names(manager, &ours(&restricted(true)), name).await?;
        errors.extend(hidden.iter().map(|table| {
            format!(
                "row-level security may keep the role of DATABASE_URL from rows of {table}, whose \
                 users the API keeps apart itself: ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, or \
                 CREATE POLICY api ON {table} TO the role USING (true)"
            )
        }));
    }
    Ok(errors)
}

/// A sentence if the role of the connection may not read every row of the table.
pub(crate) async fn read_error(
    manager: &SchemaManager<'_>,
    table: &FoundTable,
) -> Result<Option<String>, DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        return Ok(None);
    }
    let name = &table.matched.name;
    let (of, one) = (quoted(name), |query: &str| format!("{ONE}{query}"));
    if !names(manager, &one(NOT_READABLE), name).await?.is_empty() {
        return Ok(Some(format!(
            "the role of DATABASE_URL may not read {name}: GRANT SELECT ON {of} TO it"
        )));
    }
    let hidden = names(manager, &one(&restricted(false)), name).await?;
    Ok((!hidden.is_empty()).then(|| {
        format!(
            "row-level security may hide rows of {name} from the role of DATABASE_URL: CREATE \
             POLICY api ON {of} FOR SELECT TO the role USING (true)"
        )
    }))
}

async fn names(
    manager: &SchemaManager<'_>,
    query: &str,
    table: &str,
) -> Result<Vec<String>, DbErr> {
    let values = if query.contains("$1") {
        vec![table.into()]
    } else {
        Vec::new()
    };
    let query = Statement::from_sql_and_values(DbBackend::Postgres, query, values);
    catalogue::texts(manager, query).await
}

/// Whether the file cannot be written. Tries a DELETE, because BEGIN IMMEDIATE succeeds on a
/// read-only file; a lock that another process holds does not count as read-only.
async fn is_read_only_file(manager: &SchemaManager<'_>) -> bool {
    let attempt = manager
        .get_connection()
        .execute_unprepared("DELETE FROM api_migrations WHERE false")
        .await;
    attempt.is_err_and(|error| error.to_string().contains("readonly"))
}

const OTHER_ENCODING: &str = "
SELECT current_setting('server_encoding') WHERE current_setting('server_encoding') <> 'UTF8'
";

const ONE: &str = "
WITH tables AS (SELECT oid FROM pg_class WHERE relname = $1 AND pg_table_is_visible(oid))
";

// The tables whose rows belong to users, those that refer to these, and the audit trail.
const OURS: &str = "
WITH RECURSIVE tables AS (
    SELECT c.conrelid AS oid FROM pg_constraint AS c
        JOIN pg_class AS t ON t.oid = c.confrelid
        JOIN pg_attribute AS a ON a.attrelid = t.oid AND c.confkey = ARRAY[a.attnum]
    WHERE c.contype = 'f' AND t.relname = $1 AND pg_table_is_visible(t.oid) AND a.attname = 'uuid'
    UNION SELECT oid FROM pg_class WHERE relname = 'audit_entries' AND pg_table_is_visible(oid)
    UNION SELECT c.conrelid FROM pg_constraint AS c JOIN tables ON c.confrelid = tables.oid
    WHERE c.contype = 'f'
)
";

const NOT_READABLE: &str = "
SELECT oid::regclass::text FROM tables WHERE NOT has_table_privilege(oid, 'SELECT')
";

const NOT_WRITABLE: &str = "
SELECT oid::regclass::text FROM tables
WHERE NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
    AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
ORDER BY 1
";

/// Selects the tables in which row-level security may hide rows from reading or, with `writes`,
/// prevent writes. A permissive policy without a condition lets every row pass, unless there is a
/// restrictive policy too.
fn restricted(writes: bool) -> String {
    const TO_ROLE: &str = "(p.polroles = '{0}' OR EXISTS (
        SELECT FROM unnest(p.polroles) AS role WHERE pg_has_role(role, 'USAGE')
    ))";
    format!(
        "
SELECT oid::regclass::text FROM tables
WHERE row_security_active(oid) AND (
    EXISTS (
        SELECT FROM pg_policy AS p
        WHERE p.polrelid = tables.oid AND NOT p.polpermissive
            AND ({writes} OR p.polcmd IN ('*', 'r')) AND {TO_ROLE}
    )
    OR NOT EXISTS (
        SELECT FROM pg_policy AS p
        WHERE p.polrelid = tables.oid AND p.polpermissive
            AND (p.polcmd = '*' OR NOT {writes} AND p.polcmd = 'r')
            AND pg_get_expr(p.polqual, p.polrelid) = 'true'
            AND (NOT {writes} OR coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'true') = 'true')
            AND {TO_ROLE}
    )
)
ORDER BY 1
"
    )
}
