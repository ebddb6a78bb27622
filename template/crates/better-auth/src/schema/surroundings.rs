//! Checks what depends on the table of users: triggers, child tables, foreign keys of the API's
//! tables.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

use database::quoted;

use crate::schema::{
    adoption::uuid_trigger,
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
        DbBackend::Sqlite => {
            let mut obstacles = rejected_updates(manager, users).await?;
            obstacles.extend(referenced_capitals(manager, users).await?);
            Ok(obstacles)
        }
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

/// Reports triggers that reject updates: on SQLite, a trigger gives new users their `uuid` by an
/// UPDATE.
async fn rejected_updates(
    manager: &SchemaManager<'_>,
    users: &FoundTable,
) -> Result<Vec<String>, DbErr> {
    let name = &users.matched.name;
    let is_filled_by_trigger = match users.uuid() {
        Some((_, Some(uuid))) => !uuid.generated && (!uuid.required || uuid.has_default),
        Some((uuid, None)) => !uuid.column.is_generated(),
        None => false,
    };
    if !is_filled_by_trigger {
        return Ok(Vec::new());
    }
    let triggers = texts(manager, TRIGGERS, name).await?;
    let rejecting = triggers.iter().filter(|sql| rejects_updates(sql));
    let sentence = |sql: &String| {
        format!(
            "a trigger of {name} rejects updates, by which new users get their uuid: limit it to \
             other columns (UPDATE OF ...): {sql}"
        )
    };
    Ok(rejecting.map(sentence).collect())
}

/// Whether the trigger may raise an error when `uuid` is changed.
fn rejects_updates(sql: &str) -> bool {
    let sql = sql.to_lowercase();
    let Some((head, body)) = sql.split_once("begin") else {
        return false;
    };
    let mut words = head.split_whitespace().skip_while(|word| *word != "update");
    let is_update = words.next().is_some();
    let is_limited = words.next() == Some("of") && !head.contains("uuid");
    is_update && !is_limited && body.contains("raise")
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

/// A sentence if the trigger that gives new users of an SQLite database their `uuid` is gone.
pub(crate) async fn lost_trigger(
    manager: &SchemaManager<'_>,
    users: &FoundTable,
) -> Result<Option<String>, DbErr> {
    let name = &users.matched.name;
    if manager.get_database_backend() != DbBackend::Sqlite
        || texts(manager, EMPTY_UUIDS, name).await?.is_empty()
    {
        return Ok(None);
    }
    Ok(Some(format!(
        "nothing gives new rows of {name} a uuid: the API's trigger is gone, as after a tool has \
         rebuilt the table: {}",
        uuid_trigger(users)
    )))
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

const TRIGGERS: &str = "
SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = lower($1) ORDER BY name
";

const REFERRING_TO_UUID: &str = r#"
SELECT t.name FROM sqlite_schema AS t JOIN pragma_foreign_key_list(t.name) AS f
WHERE t.type = 'table' AND lower(f."table") = lower($1) AND lower(f."to") = 'uuid' ORDER BY 1
"#;

const EMPTY_UUIDS: &str = r#"
SELECT name FROM pragma_table_xinfo($1)
WHERE lower(name) = 'uuid' AND hidden = 0
    AND (dflt_value IN ('''''', '""') OR dflt_value IS NULL AND NOT "notnull")
    AND NOT EXISTS (
        SELECT 1 FROM sqlite_schema
        WHERE type = 'trigger' AND lower(tbl_name) = lower($1)
            AND lower(sql) LIKE '%insert%' AND lower(sql) LIKE '%uuid%'
    )
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
