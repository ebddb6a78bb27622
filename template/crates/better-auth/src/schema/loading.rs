//! Finds Better Auth's tables when the application starts, and for its migrations.

use database::{migration, quoted};
use sea_orm_migration::{prelude::*, sea_orm::DatabaseConnection};

use crate::schema::{
    definitions::TableId,
    found::{self, FoundTables},
    names::NamesConflict,
    obstacles::type_errors,
};

/// Why the application cannot use Better Auth's tables.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// A sentence for each table or column that the API needs and does not find.
    #[error("the tables of Better Auth in the database cannot be used:\n- {}", .0.join("\n- "))]
    Unfit(Vec<String>),
    /// The process uses another database with other names.
    #[error(transparent)]
    Conflict(#[from] NamesConflict),
    /// The catalogue cannot be read.
    #[error("the tables of Better Auth cannot be read: {0}")]
    Database(#[from] DbErr),
}

/// Finds Better Auth's tables in a migrated database; from then on, the process uses their names in
/// queries. `reads_sessions` is whether sessions are looked up there.
///
/// # Errors
/// [`TablesError`].
pub async fn load(database: &DatabaseConnection, reads_sessions: bool) -> Result<(), TablesError> {
    let manager = SchemaManager::new(database);
    let engine = manager.get_database_backend();
    let found = found::recall(&manager).await?;
    let mut lacking = lacking(&found);
    if reads_sessions && found.get(TableId::Session).is_none() {
        lacking.push(NO_SESSIONS.to_owned());
    }
    lacking.extend(found.needed().flat_map(|table| type_errors(table, engine)));
    if !lacking.is_empty() {
        return Err(TablesError::Unfit(lacking));
    }
    Ok(found.names(engine).choose()?)
}

const NO_USERS: &str = "there is no table of users, neither user nor one that BETTER_AUTH_NAMES names: \
     run `migrate up`";
const NO_SESSIONS: &str = "there is no table session, which SESSION_VERIFICATION=database reads: \
     set SESSION_VERIFICATION=http if Better Auth keeps its sessions elsewhere";

/// A sentence for each table and column that the API needs and that does not exist.
pub(crate) fn lacking(found: &FoundTables) -> Vec<String> {
    let Some(users) = found.get(TableId::User) else {
        return vec![NO_USERS.to_owned()];
    };
    let needed = found
        .needed()
        .filter(|table| !table.matched.missing().is_empty());
    let mut lacking: Vec<_> = needed.map(|table| table.matched.lacks()).collect();
    if matches!(users.uuid(), Some((_, None))) {
        let name = &users.matched.name;
        lacking.push(format!(
            "{name}.uuid is missing: run `migrate up`. If that has nothing to do, the column was \
             dropped, or the API's rows refer to another table: roll back all migrations, which \
             drops the API's rows, before"
        ));
    }
    lacking
}

/// Runs the statements of a migration that are written for the engine of the database. `{user}`
/// in them stands for the table of Better Auth's users: `REFERENCES {user} (uuid)`.
///
/// # Errors
/// When a statement fails.
pub async fn execute(
    manager: &SchemaManager<'_>,
    postgres: &str,
    sqlite: &str,
) -> Result<(), DbErr> {
    const USERS: &str = "{user}";
    if !postgres.contains(USERS) && !sqlite.contains(USERS) {
        return migration::execute(manager, postgres, sqlite).await;
    }
    let found = found::recall(manager).await?;
    let users = found.get(TableId::User);
    let users = quoted(users.map_or("user", |users| &users.matched.name));
    let [postgres, sqlite] = [postgres, sqlite].map(|sql| sql.replace(USERS, &users));
    migration::execute(manager, &postgres, &sqlite).await
}
