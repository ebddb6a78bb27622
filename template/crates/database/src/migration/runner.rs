//! Changes the schema: one process at a time, all of it or nothing.
//!
//! A run holds a lock and is one transaction, whatever the number of migrations: on PostgreSQL
//! an advisory lock, on SQLite the file's write lock. Processes that start together wait for
//! the first one and then find nothing to do. A database that is up to date is only read.

use std::time::Duration;

use sea_orm_migration::{
    prelude::*,
    sea_orm::{
        DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel,
        QueryOrder, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    },
    seaql_migrations,
};

use crate::{MigrateError, Migrator, adoption, connection, m20261121_000001_better_auth};

enum Change {
    Up(Option<u32>),
    Down(Option<u32>),
    Fresh,
}

/// Applies every pending migration to the database at `url` and returns their names: none when
/// it was up to date. Waits at most `lock_timeout` for another process that is migrating it.
///
/// # Errors
///
/// See [`MigrateError`]; the database is then as it was.
pub async fn up(url: &str, lock_timeout: Duration) -> Result<Vec<String>, MigrateError> {
    run(url, Change::Up(None), lock_timeout).await
}

/// Like [`up`], but applies the next `steps` migrations only.
///
/// # Errors
///
/// See [`MigrateError`]; the database is then as it was.
pub async fn up_steps(
    url: &str,
    steps: u32,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    run(url, Change::Up(Some(steps)), lock_timeout).await
}

/// Rolls the last `steps` migrations back, `None` meaning all, and returns their names, the
/// last one first. Drops what they made, rows included, and nothing else.
///
/// # Errors
///
/// See [`MigrateError`]; the database is then as it was.
pub async fn down(
    url: &str,
    steps: Option<u32>,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    run(url, Change::Down(steps), lock_timeout).await
}

/// Rolls every migration back and applies all of them again, which empties our tables and
/// leaves others alone. Returns the names of those applied.
///
/// # Errors
///
/// See [`MigrateError`]; the database is then as it was.
pub async fn fresh(url: &str, lock_timeout: Duration) -> Result<Vec<String>, MigrateError> {
    run(url, Change::Fresh, lock_timeout).await
}

/// Every migration that this program knows, and whether it is applied. Changes no table.
///
/// # Errors
///
/// See [`MigrateError`].
pub async fn status(url: &str) -> Result<Vec<(String, bool)>, MigrateError> {
    let database = connection::open(url).await?;
    let applied = applied(&database).await;
    database.close().await?;
    let applied = applied?;
    Ok(known()
        .into_iter()
        .map(|name| {
            let is_applied = applied.contains(&name);
            (name, is_applied)
        })
        .collect())
}

async fn run(
    url: &str,
    change: Change,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    let database = connection::open(url).await?;
    let mut outcome = alter(&database, change, lock_timeout).await;
    if outcome.as_ref().is_err_and(MigrateError::is_lock_timeout) {
        outcome = Err(MigrateError::LockTimeout {
            seconds: lock_timeout.as_secs(),
            holder: holder(&database).await.unwrap_or_default(),
        });
    }
    database.close().await?;
    outcome
}

async fn alter(
    database: &DatabaseConnection,
    change: Change,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    let nothing_to_do = match change {
        Change::Up(_) => pending(database).await?.is_empty(),
        Change::Down(_) => applied(database).await?.is_empty(),
        Change::Fresh => false,
    };
    if nothing_to_do {
        return Ok(Vec::new());
    }
    let transaction = lock(database, lock_timeout).await?;
    let names = match change {
        Change::Up(steps) => apply(&transaction, steps).await?,
        Change::Down(steps) => roll_back(&transaction, steps).await?,
        Change::Fresh => {
            roll_back(&transaction, None).await?;
            apply(&transaction, None).await?
        }
    };
    check_references(&transaction).await?;
    transaction.commit().await?;
    Ok(names)
}

// Any number that no other program on the database locks; the same in each version of this one.
const ADVISORY_LOCK: i64 = 0x6d69_6772_6174_6531;

async fn lock(
    database: &DatabaseConnection,
    timeout: Duration,
) -> Result<DatabaseTransaction, DbErr> {
    // Zero would mean "for ever" to PostgreSQL; both engines count in 32 bits.
    let milliseconds = timeout.as_millis().clamp(1, i32::MAX as u128);
    match database.get_database_backend() {
        DbBackend::Sqlite => lock_sqlite(database, milliseconds).await,
        _ => lock_postgres(database, milliseconds).await,
    }
}

async fn lock_sqlite(
    database: &DatabaseConnection,
    milliseconds: u128,
) -> Result<DatabaseTransaction, DbErr> {
    // Foreign keys cannot be switched inside a transaction. They are off so that a table can
    // be rebuilt without deleting what refers to it.
    let settings = format!("PRAGMA foreign_keys = OFF; PRAGMA busy_timeout = {milliseconds}");
    database.execute_unprepared(&settings).await?;
    database
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        })
        .await
}

async fn lock_postgres(
    database: &DatabaseConnection,
    milliseconds: u128,
) -> Result<DatabaseTransaction, DbErr> {
    // Under a stricter isolation, what others did while this process waited stays unseen.
    let transaction = database
        .begin_with_options(TransactionOptions {
            isolation_level: Some(IsolationLevel::ReadCommitted),
            ..Default::default()
        })
        .await?;
    let statements = format!(
        "SET LOCAL lock_timeout = {milliseconds}; SET LOCAL statement_timeout = 0; \
         SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"
    );
    transaction.execute_unprepared(&statements).await?;
    Ok(transaction)
}

async fn apply(
    transaction: &DatabaseTransaction,
    steps: Option<u32>,
) -> Result<Vec<String>, MigrateError> {
    refuse_unknown(&applied(transaction).await?)?;
    let mut names = pending(transaction).await?;
    names.truncate(limit(steps));
    if names
        .iter()
        .any(|name| name == m20261121_000001_better_auth::Migration.name())
    {
        adoption::examine(&SchemaManager::new(transaction)).await?;
    }
    for name in &names {
        Migrator::up(transaction, Some(1))
            .await
            .map_err(failure(name))?;
    }
    Ok(names)
}

async fn roll_back(
    transaction: &DatabaseTransaction,
    steps: Option<u32>,
) -> Result<Vec<String>, MigrateError> {
    let mut names = applied(transaction).await?;
    refuse_unknown(&names)?;
    names.reverse();
    names.truncate(limit(steps));
    for name in &names {
        Migrator::down(transaction, Some(1))
            .await
            .map_err(failure(name))?;
    }
    Ok(names)
}

fn limit(steps: Option<u32>) -> usize {
    steps.map_or(usize::MAX, |steps| steps as usize)
}

fn failure(migration: &str) -> impl FnOnce(DbErr) -> MigrateError {
    move |cause| MigrateError::Failed {
        migration: migration.to_owned(),
        cause,
    }
}

fn refuse_unknown(applied: &[String]) -> Result<(), MigrateError> {
    let known = known();
    let unknown: Vec<String> = applied
        .iter()
        .filter(|name| !known.contains(name))
        .cloned()
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(MigrateError::UnknownMigrations(unknown))
    }
}

/// PostgreSQL has watched the references all along; on SQLite that was switched off.
async fn check_references(transaction: &DatabaseTransaction) -> Result<(), MigrateError> {
    if transaction.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    let broken = Statement::from_string(
        DbBackend::Sqlite,
        r#"SELECT DISTINCT "table" FROM pragma_foreign_key_check"#,
    );
    let tables = transaction
        .query_all_raw(broken)
        .await?
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<Vec<String>, DbErr>>()?;
    if tables.is_empty() {
        Ok(())
    } else {
        Err(MigrateError::BrokenReferences(tables))
    }
}

fn known() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}

async fn pending<'c>(database: impl IntoSchemaManagerConnection<'c>) -> Result<Vec<String>, DbErr> {
    let applied = applied(database).await?;
    Ok(known()
        .into_iter()
        .filter(|name| !applied.contains(name))
        .collect())
}

/// The names of the applied migrations, oldest first. SeaORM's own way to ask creates the
/// table that holds them, or fails on a name that this program does not know.
async fn applied<'c>(database: impl IntoSchemaManagerConnection<'c>) -> Result<Vec<String>, DbErr> {
    let manager = SchemaManager::new(database);
    if !manager.has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    let rows = seaql_migrations::Entity::find()
        .order_by_asc(seaql_migrations::Column::Version)
        .all(manager.get_connection())
        .await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

async fn holder(database: &DatabaseConnection) -> Result<Option<String>, DbErr> {
    if database.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT 'process ' || pid || coalesce(' (' || nullif(application_name, '') || ')', '')
             || coalesce(' of ' || host(client_addr), '')
             || coalesce(', which began at ' || to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS TZ'), '')
         FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE granted AND datname = current_database() AND pid <> pg_backend_pid()
             AND (locktype = 'advisory' AND classid::bigint << 32 | objid::bigint = $1
                  OR relation IN (SELECT c.oid FROM pg_class AS c
                      WHERE relnamespace::regnamespace::text = current_schema()))
         ORDER BY locktype = 'advisory' DESC, xact_start LIMIT 1",
        [ADVISORY_LOCK.into()],
    );
    let row = database.query_one_raw(statement).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}
