//! What a run refuses, changes and leaves alone.

use std::time::{Duration, Instant};

use migration::{MigrateError, Migrator, NATIVE_IDS};
use sea_orm_migration::prelude::{ConnectionTrait, MigratorTrait};
use sea_orm_migration::sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};

use crate::better_auth::{ADA, Variant, user};
use crate::database::{PATIENCE, TestDatabase};

/// The names of all migrations, in their order.
pub fn all() -> Vec<String> {
    let migrations = Migrator::migrations();
    let names = migrations
        .iter()
        .map(|migration| migration.name().to_owned());
    names.collect()
}

// The program's versions must agree on it: two of them may start at once during a deployment.
const ADVISORY_LOCK: i64 = 0x6d69_6772_6174_6531;

#[tokio::test]
async fn an_unknown_scheme_is_refused_without_repeating_the_url() {
    let error = migration::up("mysql://me:s3cret@localhost/app", PATIENCE)
        .await
        .unwrap_err();
    assert!(matches!(error, MigrateError::UnsupportedUrl));
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    for url in [
        "sqlite::memory:",
        "sqlite://:memory:",
        "sqlite://x?mode=memory",
    ] {
        let error = migration::up(url, PATIENCE).await.unwrap_err();
        assert!(matches!(error, MigrateError::InMemory), "{url}: {error}");
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_failed_connection_is_told_without_the_password() {
    for url in [
        "postgres://me:s3cret@127.0.0.1:1/app",
        "postgresql://me:12/s3cret@localhost/app",
        "postgres://me:/s3cret@localhost/app",
    ] {
        let error = migration::up(url, PATIENCE).await.unwrap_err();
        assert!(matches!(error, MigrateError::Connect(_)), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_migration_that_fails_takes_the_whole_run_back() {
    let database = TestDatabase::empty().await;
    let table = "CREATE TABLE idempotency_keys (id text)";
    database.run(table).await.unwrap();

    let error = migration::up(&database.url, PATIENCE).await.unwrap_err();

    let failed = "m20261121_000005_idempotency";
    assert!(matches!(error, MigrateError::Failed { migration, .. } if migration == failed));
    assert_eq!(database.tables().await, ["idempotency_keys"]);
}

#[tokio::test]
async fn a_run_gives_up_when_the_lock_is_held_too_long() {
    let database = TestDatabase::empty().await;
    let connection = database.connect().await;
    let other = hold_lock(&connection).await;

    let began = Instant::now();
    let error = migration::up(&database.url, Duration::from_secs(1))
        .await
        .unwrap_err();

    assert!(began.elapsed() >= Duration::from_secs(1));
    assert!(matches!(
        error,
        MigrateError::LockTimeout { seconds: 1, .. }
    ));
    let told = error.to_string();
    let holder = match database.is_sqlite() {
        true => "another process (the database does not tell which)".to_owned(),
        false => format!("process {} ", backend(&other).await),
    };
    assert!(told.contains(&format!("1 s by {holder}")), "{told}");
    other.rollback().await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(migration::up(&database.url, PATIENCE).await.unwrap(), all());
}

#[tokio::test]
async fn a_run_names_who_holds_a_table_that_is_to_be_adopted() {
    let database = TestDatabase::empty().await;
    let tables = Variant::Plain.tables(&database);
    database.run(&tables).await.unwrap();
    let connection = database.connect().await;
    let other = connection.begin().await.unwrap();
    let write = "DELETE FROM session";
    other.execute_unprepared(write).await.unwrap();

    let error = migration::up(&database.url, Duration::from_secs(1))
        .await
        .unwrap_err();

    let holder = match database.is_sqlite() {
        true => "another process".to_owned(),
        false => format!("process {} ", backend(&other).await),
    };
    assert!(error.to_string().contains(&holder), "{error}");
    other.commit().await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(migration::up(&database.url, PATIENCE).await.unwrap(), all());
}

/// The process of PostgreSQL behind a transaction, as text.
async fn backend(transaction: &DatabaseTransaction) -> String {
    let query = Statement::from_string(DbBackend::Postgres, "SELECT pg_backend_pid()::text");
    let row = transaction.query_one_raw(query).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_run_waits_for_the_one_before_it() {
    let database = TestDatabase::empty().await;
    let connection = database.connect().await;
    let other = hold_lock(&connection).await;
    Migrator::up(&other, None).await.unwrap();

    // What the server's administrator may have set for all: a run must see what others did.
    let url = database.url_with("default_transaction_isolation=serializable");
    let waiting = tokio::spawn(async move { migration::up(&url, PATIENCE).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    other.commit().await.unwrap();

    assert!(waiting.await.unwrap().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_four_runs_at_once_on_an_empty_database_one_migrates_and_all_succeed() {
    let database = TestDatabase::empty().await;
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url.clone();
            tokio::spawn(async move { migration::up(&url, PATIENCE).await })
        })
        .collect();

    let mut applied = Vec::new();
    for run in runs {
        applied.extend(run.await.unwrap().unwrap());
    }

    assert_eq!(applied, all());
}

#[tokio::test]
async fn without_the_right_to_write_pending_migrations_fail() {
    let database = TestDatabase::empty().await;
    database.run("CREATE TABLE ledger (id text)").await.unwrap();
    assert!(
        migration::up(&database.read_only_url(), PATIENCE)
            .await
            .is_err()
    );
    assert_eq!(database.tables().await, ["ledger"]);
}

#[tokio::test]
async fn an_up_to_date_database_needs_no_right_to_write() {
    let database = TestDatabase::migrated().await;
    let applied = migration::up(&database.read_only_url(), PATIENCE)
        .await
        .unwrap();
    assert!(applied.is_empty());
}

#[tokio::test]
async fn an_up_to_date_database_is_no_matter_to_someone_who_may_do_nothing_but_read_it() {
    let database = TestDatabase::migrated().await;
    let url = database.url_of_reader().await;
    assert!(migration::up(&url, PATIENCE).await.unwrap().is_empty());
    migration::down(&database.url, Some(1), PATIENCE)
        .await
        .unwrap();
    assert!(migration::up(&url, PATIENCE).await.is_err());
}

#[tokio::test]
async fn an_up_to_date_database_is_not_locked() {
    let database = TestDatabase::migrated().await;
    let connection = database.connect().await;
    let other = hold_lock(&connection).await;
    let patience = Duration::from_millis(100);

    assert!(
        migration::up(&database.url, patience)
            .await
            .unwrap()
            .is_empty()
    );

    other.rollback().await.unwrap();
}

#[tokio::test]
async fn the_status_is_read_without_the_right_to_write() {
    let database = TestDatabase::empty().await;
    database.run("CREATE TABLE ledger (id text)").await.unwrap();
    let url = database.read_only_url();
    let expected = |applied: usize| -> Vec<(String, bool)> {
        let names = all().into_iter().enumerate();
        names.map(|(at, name)| (name, at < applied)).collect()
    };

    assert_eq!(migration::status(&url).await.unwrap(), expected(0));
    migration::up_steps(&database.url, 1, PATIENCE)
        .await
        .unwrap();
    assert_eq!(migration::status(&url).await.unwrap(), expected(1));
}

#[tokio::test]
async fn a_program_older_than_the_database_starts_but_rolls_nothing_back() {
    let database = TestDatabase::migrated().await;
    let newer = "INSERT INTO seaql_migrations VALUES ('m20990101_000001_newer', 0)";
    database.run(newer).await.unwrap();

    assert!(
        migration::up(&database.url, PATIENCE)
            .await
            .unwrap()
            .is_empty()
    );
    for refused in [
        migration::down(&database.url, Some(1), PATIENCE).await,
        migration::fresh(&database.url, PATIENCE).await,
    ] {
        assert!(matches!(refused, Err(MigrateError::UnknownMigrations(_))));
    }
}

#[tokio::test]
async fn rolling_back_stops_at_a_foreign_table_that_refers_to_ours() {
    let database = TestDatabase::migrated().await;
    add_user(&database).await;
    let id = if NATIVE_IDS && !database.is_sqlite() {
        "uuid"
    } else {
        "text"
    };
    let passkeys = format!(
        r#"CREATE TABLE passkey ("userId" {id} REFERENCES "user" (id) ON DELETE CASCADE);
        INSERT INTO passkey SELECT id FROM "user""#
    );
    database.run(&passkeys).await.unwrap();
    let before = database.tables().await;

    let error = migration::down(&database.url, None, PATIENCE)
        .await
        .unwrap_err();

    match error {
        MigrateError::BrokenReferences(tables) => assert_eq!(tables, ["passkey"]),
        MigrateError::Failed { migration, .. } => assert_eq!(migration, all()[0]),
        other => panic!("{other}"),
    }
    assert_eq!(database.tables().await, before);
    assert_eq!(database.count(&["user", "passkey"]).await, [1, 1]);
}

#[tokio::test]
async fn down_leaves_only_the_history_and_foreign_tables() {
    let database = TestDatabase::migrated().await;
    database.run("CREATE TABLE ledger (id text)").await.unwrap();

    let gone = migration::down(&database.url, None, PATIENCE)
        .await
        .unwrap();

    assert!(gone.iter().eq(all().iter().rev()));
    assert_eq!(database.tables().await, ["ledger", "seaql_migrations"]);
    assert!(
        migration::down(&database.url, None, PATIENCE)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(migration::up(&database.url, PATIENCE).await.unwrap(), all());
}

#[tokio::test]
async fn steps_count_from_where_the_database_stands() {
    let database = TestDatabase::empty().await;
    let url = &database.url;
    assert_eq!(
        migration::up_steps(url, 1, PATIENCE).await.unwrap(),
        all()[..1]
    );
    assert_eq!(
        migration::up_steps(url, 99, PATIENCE).await.unwrap(),
        all()[1..]
    );
    assert_eq!(
        migration::down(url, Some(1), PATIENCE).await.unwrap(),
        all()[all().len() - 1..]
    );
    assert_eq!(
        migration::up(url, PATIENCE).await.unwrap(),
        all()[all().len() - 1..]
    );
}

#[tokio::test]
async fn fresh_empties_our_tables_and_leaves_foreign_ones() {
    let database = TestDatabase::migrated().await;
    add_user(&database).await;
    let ledger = "CREATE TABLE ledger (id text); INSERT INTO ledger VALUES ('kept')";
    database.run(ledger).await.unwrap();

    assert_eq!(
        migration::fresh(&database.url, PATIENCE).await.unwrap(),
        all()
    );

    assert_eq!(database.count(&["user", "ledger"]).await, [0, 1]);
}

#[tokio::test]
async fn fresh_as_sea_orm_calls_it_leaves_foreign_tables_too() {
    let database = TestDatabase::migrated().await;
    add_user(&database).await;
    let ledger = "CREATE TABLE ledger (id text); INSERT INTO ledger VALUES ('kept')";
    database.run(ledger).await.unwrap();

    let connection = database.connect().await;
    Migrator::fresh(&connection).await.unwrap();
    connection.close().await.unwrap();

    assert_eq!(database.count(&["user", "ledger"]).await, [0, 1]);
}

async fn add_user(database: &TestDatabase) {
    database.run(&user(ADA)).await.unwrap();
}

async fn hold_lock(connection: &DatabaseConnection) -> DatabaseTransaction {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let transaction = connection.begin_with_options(options).await.unwrap();
    if connection.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})");
        transaction.execute_unprepared(&lock).await.unwrap();
    }
    transaction
}
