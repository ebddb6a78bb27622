//! Creates Better Auth's tables, or adopts those that Better Auth created.
//!
//! Everything is examined before anything is changed. Then the users' table gets a `role` if it has
//! none, and a `uuid`: a new column, or an existing one that is completed to a unique UUID in every
//! row; on SQLite with an index and a trigger for new rows. A missing `jwks` is created beside
//! tables in Better Auth's own style, and a table of the API's own lists what was adopted.
//! Everything else stays as it is.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

use database::{
    migration::{MigrateError, drop_tables},
    quoted,
};

use crate::schema::{
    catalogue::{self, ExistingColumn},
    definitions::{TABLES, TableId, random_uuid},
    found::{self, ADOPTED, FoundTable, FoundTables, discovery},
    obstacles,
    sign_up::{self, SignUp},
};

/// Creates Better Auth's tables, or adopts those that exist.
///
/// # Errors
/// [`AdoptionError`] when they cannot be adopted; otherwise when a statement fails.
pub async fn create_or_adopt(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let found = plan(manager).await.map_err(|error| match error {
        MigrateError::Database(error) => error,
        error => DbErr::Custom(error.to_string()),
    })?;
    let engine = manager.get_database_backend();
    let Some(found) = found else {
        let tables = TABLES.each_ref().map(|table| table.create(engine));
        return run(manager, &tables.join("\n")).await;
    };
    record_adoption(manager, &found).await?;
    if let Some(users) = found.get(TableId::User) {
        let worked = sign_up::rehearse(manager, users, false).await?;
        add_columns(manager, users).await?;
        if !matches!(worked, SignUp::Rejected(_)) {
            keep_sign_ups(manager).await?;
        }
    }
    if lacks_jwks(manager, &found).await? {
        run(manager, &TableId::Jwks.table().create(engine)).await?;
    }
    Ok(())
}

/// Fails if users cannot sign up any more: on SQLite a trigger sets each new user's `uuid` by an
/// UPDATE, which other triggers may reject.
async fn keep_sign_ups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let adopted = found::recall(manager).await?;
    let Some(users) = adopted.get(TableId::User) else {
        return Ok(());
    };
    let name = &users.matched.name;
    match sign_up::rehearse(manager, users, false).await? {
        SignUp::Works => Ok(()),
        SignUp::WithoutUuid(uuid) => Err(DbErr::Custom(format!(
            "a new row of {name} would get no uuid but {uuid:?}: another trigger or index may have \
             the name {name}_uuid_insert or {name}_uuid_key"
        ))),
        SignUp::Rejected(error) => Err(DbErr::Custom(format!(
            "users could not sign up any more ({error}): new rows of {name} get their uuid by an \
             UPDATE, which another trigger rejects: limit that trigger to other columns (UPDATE OF \
             ...)"
        ))),
    }
}

/// Why Better Auth's tables cannot be adopted: a sentence for each obstacle.
#[derive(Debug, thiserror::Error)]
#[error(
    "the tables of Better Auth that are in the database cannot be adopted, and nothing was \
     changed:\n- {}",
    .0.join("\n- ")
)]
pub struct AdoptionError(pub Vec<String>);

/// Checks whether Better Auth's tables can be adopted. Changes nothing.
///
/// # Errors
/// [`AdoptionError`] in [`MigrateError::Unfit`] when they cannot be adopted safely.
pub async fn examine(manager: &SchemaManager<'_>) -> Result<(), MigrateError> {
    plan(manager).await.map(drop)
}

/// The tables to adopt, locked; none if they are to be created.
async fn plan(manager: &SchemaManager<'_>) -> Result<Option<FoundTables>, MigrateError> {
    let found = find(manager).await?;
    if let Some(found) = &found {
        lock(manager, found).await?;
        reject(obstacles::find_obstacles(manager, found).await?)?;
    }
    Ok(found)
}

/// The tables to adopt; none if they are to be created.
async fn find(manager: &SchemaManager<'_>) -> Result<Option<FoundTables>, MigrateError> {
    reject_taken_record(manager).await?;
    let tables = catalogue::tables(manager).await?;
    match discovery(manager, &tables).await?.recognize() {
        Ok(Some(matches)) => Ok(Some(FoundTables::read(manager, matches).await?)),
        Ok(None) => reject_occupied(manager).await.map(|()| None),
        Err(obstacles) => Err(MigrateError::Unfit(AdoptionError(obstacles).into())),
    }
}

/// Rejects an existing table with the name [`ADOPTED`]: before the adoption, it belongs to another
/// program.
async fn reject_taken_record(manager: &SchemaManager<'_>) -> Result<(), MigrateError> {
    if !manager.has_table(ADOPTED).await? {
        return Ok(());
    }
    reject(vec![format!(
        "{ADOPTED} is a table of another program, and the name of one that the API makes: rename \
         it, or give the API a database or a schema of its own"
    )])
}

/// Rejects a view, index or type with the name of a table that is to be created.
async fn reject_occupied(manager: &SchemaManager<'_>) -> Result<(), MigrateError> {
    let names = TABLES.each_ref().map(|table| table.name);
    let occupied = catalogue::occupied(manager, &names).await?;
    let obstacles = occupied.iter().map(|name| {
        format!(
            "{name} is the name of a view, an index or a type, where a table of Better Auth would \
             be created: set BETTER_AUTH_NAMES={name}:NAME to the name of the table behind it, or \
             give the API a database or a schema of its own"
        )
    });
    reject(obstacles.collect())
}

fn reject(obstacles: Vec<String>) -> Result<(), MigrateError> {
    if obstacles.is_empty() {
        Ok(())
    } else {
        Err(MigrateError::Unfit(AdoptionError(obstacles).into()))
    }
}

/// Prevents writes by others after the examination; SQLite has only one writer.
async fn lock(manager: &SchemaManager<'_>, found: &FoundTables) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    for table in found.needed() {
        let mode = match table.matched.table {
            TableId::User => "ACCESS EXCLUSIVE",
            _ => "SHARE",
        };
        let table = quoted(&table.matched.name);
        run(manager, &format!("LOCK TABLE {table} IN {mode} MODE")).await?;
    }
    Ok(())
}

async fn record_adoption(manager: &SchemaManager<'_>, found: &FoundTables) -> Result<(), DbErr> {
    let names = found.iter().map(|table| &table.matched.name);
    let names: Vec<_> = names
        .map(|name| format!("('{}')", name.replace('\'', "''")))
        .collect();
    let names = names.join(", ");
    let statements = format!(
        "CREATE TABLE {ADOPTED} (name text NOT NULL PRIMARY KEY);
         INSERT INTO {ADOPTED} (name) VALUES {names}"
    );
    run(manager, &statements).await
}

/// Removes the record of an adoption; returns whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn delete_adoption_record(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    let adopted = manager.has_table(ADOPTED).await?;
    if adopted {
        drop_tables(manager, &[ADOPTED]).await?;
    }
    Ok(adopted)
}

async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection.execute_unprepared(statements).await.map(|_| ())
}

/// Whether `jwks` is missing beside tables that Better Auth's own command created.
async fn lacks_jwks(manager: &SchemaManager<'_>, found: &FoundTables) -> Result<bool, DbErr> {
    let is_own = found.iter().all(|table| table.matched.is_in_own_style());
    Ok(is_own && found.get(TableId::Jwks).is_none() && !manager.has_table("jwks").await?)
}

/// Adds `uuid` and `role` to the users, or completes the `uuid` that they have.
async fn add_columns(manager: &SchemaManager<'_>, users: &FoundTable) -> Result<(), DbErr> {
    let table = quoted(&users.matched.name);
    let missing = users
        .matched
        .columns
        .iter()
        .filter(|column| !column.exists && column.column.name == "role");
    for role in missing {
        let name = quoted(&role.name);
        run(
            manager,
            &format!("ALTER TABLE {table} ADD COLUMN {name} text"),
        )
        .await?;
    }
    let Some((uuid, existing)) = users.uuid() else {
        return Ok(());
    };
    match (manager.get_database_backend(), existing) {
        (DbBackend::Sqlite, existing) => complete_on_sqlite(manager, users, existing).await,
        (engine, None) => {
            let definition = uuid.column.definition(engine);
            run(
                manager,
                &format!("ALTER TABLE {table} ADD COLUMN {definition}"),
            )
            .await
        }
        (_, Some(existing)) => run(manager, &complete_on_postgres(&table, existing)).await,
    }
}

/// The statements that turn an existing `uuid` into a unique UUID in every row. Unlike an UPDATE,
/// they fire no trigger.
fn complete_on_postgres(table: &str, uuid: &ExistingColumn) -> String {
    let converts = uuid.data_type != "uuid";
    let random = random_uuid(DbBackend::Postgres);
    let mut changes = Vec::new();
    if !uuid.generated {
        if converts {
            changes.push("ALTER COLUMN uuid DROP DEFAULT".to_owned());
        }
        if converts || !uuid.required {
            let value = format!("coalesce(uuid::uuid, {random})");
            changes.push(format!("ALTER COLUMN uuid TYPE uuid USING {value}"));
        }
        if converts || !uuid.has_default {
            changes.push(format!("ALTER COLUMN uuid SET DEFAULT {random}"));
        }
        if !uuid.required {
            changes.push("ALTER COLUMN uuid SET NOT NULL".to_owned());
        }
    }
    if !uuid.is_unique {
        changes.push("ADD UNIQUE (uuid)".to_owned());
    }
    let changes = changes
        .iter()
        .map(|change| format!("ALTER TABLE {table} {change};"));
    changes.collect()
}

/// Adds or completes `uuid` without rebuilding the table: SQLite cannot add a column with a default
/// that is an expression, so a trigger fills it in new rows.
async fn complete_on_sqlite(
    manager: &SchemaManager<'_>,
    users: &FoundTable,
    uuid: Option<&ExistingColumn>,
) -> Result<(), DbErr> {
    let (name, id) = (&users.matched.name, quoted(users.column("id")));
    let table = quoted(name);
    let is_generated = users
        .uuid()
        .is_some_and(|(uuid, _)| uuid.column.is_generated());
    let random = random_uuid(DbBackend::Sqlite);
    if uuid.is_none() {
        let definition = if is_generated {
            format!("uuid text GENERATED ALWAYS AS ({id}) VIRTUAL")
        } else {
            // The trigger replaces the empty text.
            "uuid text NOT NULL DEFAULT ''".to_owned()
        };
        run(
            manager,
            &format!("ALTER TABLE {table} ADD COLUMN {definition}"),
        )
        .await?;
    }
    if !is_generated {
        let fill = format!(
            "UPDATE {table} SET uuid = CASE WHEN coalesce(uuid, '') = '' THEN {random} \
             ELSE lower(uuid) END WHERE uuid IS NULL OR uuid = '' OR uuid <> lower(uuid);"
        );
        without_triggers(manager, name, &fill).await?;
    }
    if !uuid.is_some_and(|uuid| uuid.is_unique) {
        let index = quoted(&format!("{name}_uuid_key"));
        run(
            manager,
            &format!("CREATE UNIQUE INDEX {index} ON {table} (uuid)"),
        )
        .await?;
    }
    if !is_generated && uuid.is_none_or(|uuid| !uuid.required) {
        run(manager, &uuid_trigger(users)).await?;
    }
    Ok(())
}

/// The trigger that gives new users of an SQLite database their `uuid`.
pub(crate) fn uuid_trigger(users: &FoundTable) -> String {
    let (name, id) = (&users.matched.name, quoted(users.column("id")));
    let (table, random) = (quoted(name), random_uuid(DbBackend::Sqlite));
    let trigger = quoted(&format!("{name}_uuid_insert"));
    format!(
        "CREATE TRIGGER IF NOT EXISTS {trigger} AFTER INSERT ON {table} \
         WHEN coalesce(new.uuid, '') = '' \
         BEGIN UPDATE {table} SET uuid = {random} WHERE {id} = new.{id}; END"
    )
}

/// Runs a statement without firing the table's triggers: they are dropped and created again.
async fn without_triggers(
    manager: &SchemaManager<'_>,
    table: &str,
    statement: &str,
) -> Result<(), DbErr> {
    let query = |column: &str| {
        let query = format!(
            "SELECT {column} FROM sqlite_schema
             WHERE type = 'trigger' AND lower(tbl_name) = lower($1) ORDER BY rowid"
        );
        Statement::from_sql_and_values(DbBackend::Sqlite, query, [table.into()])
    };
    let names = catalogue::texts(manager, query("name")).await?;
    let definitions = catalogue::texts(manager, query("sql")).await?;
    for name in names {
        run(manager, &format!("DROP TRIGGER {}", quoted(&name))).await?;
    }
    run(manager, statement).await?;
    for definition in definitions {
        run(manager, &definition).await?;
    }
    Ok(())
}
