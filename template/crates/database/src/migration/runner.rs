//! Changes the schema: in one process at a time, completely or not at all.
//!
//! A run holds a lock and is one transaction, whatever the number of migrations: on PostgreSQL
//! an advisory lock, on SQLite the file's write lock. Processes that start together wait for
//! the first one and then find nothing to do. A database that is up to date is only read.

use std::time::Duration;

use sea_orm_migration::{
    prelude::*,
    sea_orm::{
        DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, SqliteTransactionMode,
        Statement, TransactionOptions, TransactionTrait,
    },
};

use super::{
    MigrateError, Migrations, broken_references, connection,
    history::{applied, has_old_names, known, pending, take_over},
};

enum Change {
    Up(Option<u32>),
    Down(Option<u32>),
    Fresh,
}

/// Applies the next `steps` pending migrations, `None` meaning all, to the database at `url` and
/// returns their names: none when it was up to date. Waits at most `lock_timeout` for another
/// process that is migrating it.
///
/// # Errors
///
/// See [`MigrateError`]; the database is then as it was.
pub async fn up<M: Migrations>(
    url: &str,
    steps: Option<u32>,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    run::<M>(url, Change::Up(steps), lock_timeout).await
}

/// Rolls the last `steps` migrations back, `None` meaning all, and returns their names, the
/// last one first. Drops what they made, rows included, and nothing else.
///
/// # Errors
///
/// See [`MigrateError`]; the database is then as it was.
pub async fn down<M: Migrations>(
    url: &str,
    steps: Option<u32>,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    run::<M>(url, Change::Down(steps), lock_timeout).await
}

/// Rolls every migration back and applies all of them again, which empties the application's tables
/// and leaves others alone. Returns the names of those applied.
///
/// # Errors
///
/// See [`MigrateError`]; the database is then as it was.
pub async fn fresh<M: Migrations>(
    url: &str,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    run::<M>(url, Change::Fresh, lock_timeout).await
}

/// Applies all pending migrations and rolls them back, to find the error that [`up`] would return.
///
/// # Errors
///
/// See [`MigrateError`].
pub async fn dry_run<M: Migrations>(url: &str, lock_timeout: Duration) -> Result<(), MigrateError> {
    let database = connection::open(url).await?;
    let outcome = async {
        let transaction = lock(&database, lock_timeout).await?;
        take_over::<M>(&transaction).await?;
        apply::<M>(&transaction, None).await?;
        check_references(&transaction).await?;
        Ok(transaction.rollback().await?)
    };
    let outcome = outcome.await;
    database.close().await?;
    outcome
}

/// Every migration that this program knows, and whether it is applied. Changes no table.
///
/// # Errors
///
/// See [`MigrateError`].
pub async fn status<M: Migrations>(url: &str) -> Result<Vec<(String, bool)>, MigrateError> {
    let database = connection::open(url).await?;
    let applied = applied::<M>(&database).await;
    database.close().await?;
    let applied = applied?;
    Ok(known::<M>()
        .into_iter()
        .map(|name| {
            let is_applied = applied.contains(&name);
            (name, is_applied)
        })
        .collect())
}

async fn run<M: Migrations>(
    url: &str,
    change: Change,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    let database = connection::open(url).await?;
    let mut outcome = alter::<M>(&database, change, lock_timeout).await;
    if outcome.as_ref().is_err_and(MigrateError::is_lock_timeout) {
        outcome = Err(MigrateError::LockTimeout {
            seconds: lock_timeout.as_secs(),
            holder: holder(&database).await.unwrap_or_default(),
        });
    }
    database.close().await?;
    outcome
}

async fn alter<M: Migrations>(
    database: &DatabaseConnection,
    change: Change,
    lock_timeout: Duration,
) -> Result<Vec<String>, MigrateError> {
    let nothing_to_do = match change {
        Change::Up(_) => pending::<M>(database).await?.is_empty(),
        Change::Down(_) => applied::<M>(database).await?.is_empty(),
        Change::Fresh => false,
    };
    if nothing_to_do {
        take_over_alone::<M>(database).await;
        return Ok(Vec::new());
    }
    let transaction = lock(database, lock_timeout).await?;
    take_over::<M>(&transaction).await?;
    let names = match change {
        Change::Up(steps) => apply::<M>(&transaction, steps).await?,
        Change::Down(steps) => roll_back::<M>(&transaction, steps).await?,
        Change::Fresh => {
            roll_back::<M>(&transaction, None).await?;
            apply::<M>(&transaction, None).await?
        }
    };
    check_references(&transaction).await?;
    transaction.commit().await?;
    Ok(names)
}

/// Moves old rows to the API's own table when there is no migration to run. If that fails, for
/// example for a role that may only read, or while another process migrates, they still count where
/// they are.
async fn take_over_alone<M: Migrations>(database: &DatabaseConnection) {
    let taken_over = async {
        if has_old_names::<M>(database).await? {
            let transaction = lock(database, Duration::ZERO).await?;
            take_over::<M>(&transaction).await?;
            transaction.commit().await?;
        }
        Ok::<_, DbErr>(())
    };
    if let Err(error) = taken_over.await {
        tracing::warn!(
            "the list of applied migrations stays in SeaORM's table until the next start: {error}"
        );
    }
}

// An arbitrary number that no other program locks; it must be the same in every version of this
// program.
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
    // At a stricter isolation level, this transaction would not see what others committed while it
    // waited.
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

async fn apply<M: Migrations>(
    transaction: &DatabaseTransaction,
    steps: Option<u32>,
) -> Result<Vec<String>, MigrateError> {
    reject_unknown::<M>(&applied::<M>(transaction).await?)?;
    let mut names = pending::<M>(transaction).await?;
    names.truncate(limit(steps));
    M::examine(&SchemaManager::new(transaction), &names).await?;
    for name in &names {
        M::up(transaction, Some(1)).await.map_err(failure(name))?;
    }
    Ok(names)
}

async fn roll_back<M: Migrations>(
    transaction: &DatabaseTransaction,
    steps: Option<u32>,
) -> Result<Vec<String>, MigrateError> {
    let mut names = applied::<M>(transaction).await?;
    reject_unknown::<M>(&names)?;
    names.reverse();
    names.truncate(limit(steps));
    for name in &names {
        M::down(transaction, Some(1)).await.map_err(failure(name))?;
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

fn reject_unknown<M: Migrations>(applied: &[String]) -> Result<(), MigrateError> {
    let known = known::<M>();
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

/// Checks foreign keys on SQLite, where they were off during the run; PostgreSQL has enforced them.
async fn check_references(transaction: &DatabaseTransaction) -> Result<(), MigrateError> {
    let broken = broken_references(transaction).await?;
    if broken.is_empty() {
        Ok(())
    } else {
        Err(MigrateError::BrokenReferences(broken))
    }
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
