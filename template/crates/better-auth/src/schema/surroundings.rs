//! Checks what depends on the table of users: triggers, child tables, foreign keys of the API's
//! tables.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

use database::quoted;

use crate::schema::{
    catalogue::{self, ExistingColumn},
    found::FoundTable,
};

/// A sentence for each obstacle that keeps the API from using the users, before and after the
/// adoption.
pub(crate) async fn obstacles(
    manager: &SchemaManager<'_>,
    users: &FoundTable,
) -> Result<Vec<String>, DbErr> {
    match manager.get_database_backend() {
        DbBackend::Sqlite => referenced_capitals(manager, users).await,
        _ => child_tables(manager, users).await,
    }
}

/// Reports tables that inherit from the users' table: foreign keys do not see their rows.
async fn child_tables(
    manager: &SchemaManager<'_>,
    users: &FoundTable,
) -> Result<Vec<String>, DbErr> {
    let name = &users.matched.name;
    let children = texts(manager, CHILDREN, name).await?;
    let sentence = |child: &String| {
        format!(
            "{child} inherits from {name}, and the API's rows cannot refer to its users: move them \
             into {name}, or give the API a database of its own, and set USER_PROVISIONING=on"
        )
    };
    Ok(children.iter().map(sentence).collect())
}

/// Reports tables that refer to UUIDs in capitals: the adoption writes them in lower case, and does
/// not change the rows that refer to them.
async fn referenced_capitals(
    manager: &SchemaManager<'_>,
    users: &FoundTable,
) -> Result<Vec<String>, DbErr> {
    let name = &users.matched.name;
    let is_text = |uuid: &ExistingColumn| !uuid.generated;
    if !users
        .uuid()
        .is_some_and(|(_, uuid)| uuid.is_some_and(is_text))
    {
        return Ok(Vec::new());
    }
    let capitals = format!(
        "SELECT uuid FROM {} WHERE typeof(uuid) = 'text' AND uuid <> lower(uuid) LIMIT 1",
        quoted(name)
    );
    let capitals = Statement::from_string(DbBackend::Sqlite, capitals);
    if catalogue::texts(manager, capitals).await?.is_empty() {
        return Ok(Vec::new());
    }
    let referring = texts(manager, REFERRING_TO_UUID, name).await?;
    let sentence = |table: &String| {
        format!(
            "{name}.uuid has UUIDs in capitals, which the API would write in lower case, and {table} \
             refers to them: write both in lower case before, with PRAGMA foreign_keys = OFF"
        )
    };
    Ok(referring.iter().map(sentence).collect())
}

/// A sentence if the API's rows refer to another table than `users`.
pub(crate) async fn other_users(
    manager: &SchemaManager<'_>,
    users: &str,
) -> Result<Option<String>, DbErr> {
    let query = match manager.get_database_backend() {
        DbBackend::Sqlite => SQLITE_OTHER_USERS,
        _ => POSTGRES_OTHER_USERS,
    };
    let others = texts(manager, query, users).await?;
    Ok(others.first().map(|other| {
        format!(
            "the API's rows refer to {other}, not to {users}: set BETTER_AUTH_NAMES=user:{other}, or \
             roll back all migrations, which drops the API's rows"
        )
    }))
}

async fn texts(
    manager: &SchemaManager<'_>,
    query: &str,
    users: &str,
) -> Result<Vec<String>, DbErr> {
    let engine = manager.get_database_backend();
    let query = Statement::from_sql_and_values(engine, query, [users.into()]);
    catalogue::texts(manager, query).await
}

const CHILDREN: &str = "
SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class AS t ON t.oid = inhparent
WHERE t.relname = $1 AND t.relkind = 'r' AND pg_table_is_visible(t.oid) ORDER BY 1
";

const REFERRING_TO_UUID: &str = r#"
SELECT t.name FROM sqlite_schema AS t JOIN pragma_foreign_key_list(t.name) AS f
WHERE t.type = 'table' AND lower(f."table") = lower($1) AND lower(f."to") = 'uuid' ORDER BY 1
"#;

const POSTGRES_OTHER_USERS: &str = "
SELECT other.relname::text FROM pg_constraint AS c
    JOIN pg_class AS t ON t.oid = c.conrelid
    JOIN pg_class AS other ON other.oid = c.confrelid
WHERE c.contype = 'f' AND t.relname = 'idempotency_keys' AND pg_table_is_visible(t.oid)
    AND other.relname <> $1
";

const SQLITE_OTHER_USERS: &str = r#"
SELECT "table" FROM pragma_foreign_key_list('idempotency_keys') WHERE lower("table") <> lower($1)
"#;
