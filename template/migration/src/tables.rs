//! Looks at Better Auth's tables, whoever made them.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DatabaseConnection, Statement},
};

use crate::{MigrateError, better_auth::TABLES, catalogue, connection};

/// What was found of Better Auth's tables.
#[derive(Debug, Default)]
pub struct Tables {
    /// Tables that Better Auth 1.7 wants and that are not there.
    pub missing_tables: Vec<&'static str>,
    /// `table.column`, of tables that are there.
    pub missing_columns: Vec<String>,
    /// The ids of the keys in `jwks`: the kids of tokens, where this is Better Auth's database.
    pub key_ids: Vec<String>,
}

/// Compares the database at `url` with what Better Auth 1.7 wants. Changes nothing.
///
/// # Errors
///
/// See [`MigrateError`].
pub async fn inspect(url: &str) -> Result<Tables, MigrateError> {
    let database = connection::open(url).await?;
    let tables = look(&database).await;
    database.close().await?;
    Ok(tables?)
}

async fn look(database: &DatabaseConnection) -> Result<Tables, DbErr> {
    let manager = SchemaManager::new(database);
    let mut tables = Tables::default();
    for table in &TABLES {
        let found = catalogue::columns(&manager, table.name).await?;
        if found.is_empty() {
            tables.missing_tables.push(table.name);
            continue;
        }
        let is_missing = |name: &str| found.iter().all(|found| found.name != name);
        let names = table.columns.iter().map(|column| column.name);
        let missing = names.filter(|name| is_missing(name));
        let places = missing.map(|name| format!("{}.{name}", table.name));
        tables.missing_columns.extend(places);
    }
    let no_ids = |name: &str| name == "jwks" || name == "jwks.id";
    if !tables.missing_tables.iter().any(|name| no_ids(name))
        && !tables.missing_columns.iter().any(|name| no_ids(name))
    {
        tables.key_ids = key_ids(database).await?;
    }
    Ok(tables)
}

async fn key_ids(database: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let query = "SELECT CAST(id AS text) FROM jwks";
    let query = Statement::from_string(database.get_database_backend(), query);
    let rows = database.query_all_raw(query).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
