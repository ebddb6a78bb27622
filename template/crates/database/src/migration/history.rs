//! Which migrations are applied.
//!
//! They are listed in a table of the API's own: any other program that uses SeaORM lists its own in
//! `seaql_migrations` and rejects names that it does not know. Earlier versions of the API listed
//! theirs there too; these rows are taken over.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend, Statement},
};

use super::Migrations;

/// The table of applied migrations: what [`MigratorTrait::migration_table_name`] returns.
pub const TABLE: &str = "api_migrations";

/// SeaORM's own table.
const SEA_ORMS: &str = "seaql_migrations";

/// The names of all migrations of the application.
pub(super) fn known<M: Migrations>() -> Vec<String> {
    let migrations = M::migrations();
    let names = migrations.iter().map(|migration| migration.name());
    names.map(str::to_owned).collect()
}

/// The names of the applied migrations, oldest first. SeaORM's own function would create the table
/// if it is missing, or fail on a name that this program does not know.
pub(super) async fn applied<'c, M: Migrations>(
    database: impl IntoSchemaManagerConnection<'c>,
) -> Result<Vec<String>, DbErr> {
    let manager = SchemaManager::new(database);
    let mut names = listed(&manager, &table::<M>()).await?;
    for old in old_names::<M>(&manager).await? {
        if !names.contains(&old) {
            names.push(old);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The names of the migrations that are not applied, in their order.
pub(super) async fn pending<'c, M: Migrations>(
    database: impl IntoSchemaManagerConnection<'c>,
) -> Result<Vec<String>, DbErr> {
    let applied = applied::<M>(database).await?;
    let mut names = known::<M>();
    names.retain(|name| !applied.contains(name));
    Ok(names)
}

/// Whether an earlier version of the API listed migrations in SeaORM's table.
pub(super) async fn has_old_names<'c, M: Migrations>(
    database: impl IntoSchemaManagerConnection<'c>,
) -> Result<bool, DbErr> {
    let names = old_names::<M>(&SchemaManager::new(database)).await?;
    Ok(!names.is_empty())
}

/// Moves the rows of an earlier version to the API's own table. Rows of other programs stay.
pub(super) async fn take_over<'c, M: Migrations>(
    database: impl IntoSchemaManagerConnection<'c>,
) -> Result<(), DbErr> {
    let manager = SchemaManager::new(database);
    let names = old_names::<M>(&manager).await?;
    if names.is_empty() {
        return Ok(());
    }
    let connection = manager.get_connection();
    M::install(connection).await?;
    let names: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    let (names, table) = (names.join(", "), table::<M>());
    let statements = format!(
        "INSERT INTO {table} (version, applied_at) SELECT version, applied_at FROM {SEA_ORMS}
             WHERE version IN ({names}) AND version NOT IN (SELECT version FROM {table});
         DELETE FROM {SEA_ORMS} WHERE version IN ({names})"
    );
    connection.execute_unprepared(&statements).await.map(drop)
}

fn table<M: Migrations>() -> String {
    M::migration_table_name().to_string()
}

async fn old_names<M: Migrations>(manager: &SchemaManager<'_>) -> Result<Vec<String>, DbErr> {
    if table::<M>() == SEA_ORMS {
        return Ok(Vec::new());
    }
    let mut names = listed(manager, SEA_ORMS).await?;
    let known = known::<M>();
    names.retain(|name| known.contains(name));
    Ok(names)
}

async fn listed(manager: &SchemaManager<'_>, table: &str) -> Result<Vec<String>, DbErr> {
    if !exists(manager, table).await? {
        return Ok(Vec::new());
    }
    let connection = manager.get_connection();
    let query = format!("SELECT version FROM {table}");
    let query = Statement::from_string(connection.get_database_backend(), query);
    let rows = connection.query_all_raw(query).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Whether the table exists, on PostgreSQL also when the role may not read it: SeaORM does not see such
/// a table, and all its migrations would seem to be pending.
async fn exists(manager: &SchemaManager<'_>, table: &str) -> Result<bool, DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return manager.has_table(table).await;
    }
    let sql = "SELECT n.nspname::text, coalesce(current_schema()::text, '') FROM pg_class AS t
        JOIN pg_namespace AS n ON n.oid = t.relnamespace
        WHERE t.relname = $1 AND t.relkind IN ('r', 'p') AND pg_table_is_visible(t.oid)";
    let query = Statement::from_sql_and_values(DbBackend::Postgres, sql, [table.into()]);
    let Some(row) = manager.get_connection().query_one_raw(query).await? else {
        return Ok(false);
    };
    let (found, current): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    if found == current || table == SEA_ORMS {
        return Ok(found == current);
    }
    Err(DbErr::Custom(format!(
        "{table} is in the schema {found}, but new tables would be created in {current}, before it \
         in the search path: add ?schema={found} to DATABASE_URL"
    )))
}
