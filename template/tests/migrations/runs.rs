//! What a run rejects, changes and leaves alone.

use std::time::{Duration, Instant};

use ::migration::Migrator;
use better_auth::NATIVE_IDS;
use database::migration::{self, MigrateError};
use sea_orm_migration::prelude::{ConnectionTrait, MigratorTrait};
use sea_orm_migration::sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};

use crate::better_auth::{ADA, Variant, user};
use crate::test_database::{LOCK_TIMEOUT, TestDatabase};

/// The names of all migrations, in their order.
pub fn all() -> Vec<String> {
    let migrations = Migrator::migrations();
    let names = migrations
        .iter()
        .map(|migration| migration.name().to_owned());
    names.collect()
}

pub async fn up(url: &str) -> Result<Vec<String>, MigrateError> {
    migration::up::<Migrator>(url, None, LOCK_TIMEOUT).await
}

/// The state of a database that an earlier version migrated beside another program with SeaORM.
async fn listed_in_sea_orms_table(database: &TestDatabase) {
    let other = "CREATE TABLE seaql_migrations (version varchar(255) PRIMARY KEY, applied_at bigint NOT NULL);
        INSERT INTO seaql_migrations SELECT version, applied_at FROM api_migrations;
        INSERT INTO seaql_migrations VALUES ('m20990101_000001_other', 1);
        DROP TABLE api_migrations";
    database.run(other).await.unwrap();
}

#[tokio::test]
async fn what_an_earlier_version_listed_in_sea_orms_table_is_taken_over() {
    let database = TestDatabase::migrated().await;
    listed_in_sea_orms_table(&database).await;
    let status = migration::status::<Migrator>(&database.url).await.unwrap();
    assert!(status.iter().all(|(_, applied)| *applied));

    assert!(database.up().await.unwrap().is_empty());

    let listed = |table: &str| format!("SELECT version FROM {table} ORDER BY 1");
    assert_eq!(database.list(&listed("api_migrations")).await, all());
    let others = database.list(&listed("seaql_migrations")).await;
    assert_eq!(others, ["m20990101_000001_other"]);
    assert_eq!(
        database.down(Some(1)).await.unwrap(),
        all()[all().len() - 1..]
    );
}

#[tokio::test]
async fn rows_in_sea_orms_table_count_for_a_role_that_may_only_read() {
    let database = TestDatabase::migrated().await;
    listed_in_sea_orms_table(&database).await;
    let url = database.url_of_reader().await;
    assert!(up(&url).await.unwrap().is_empty());
    let listed = database.list("SELECT version FROM seaql_migrations").await;
    assert_eq!(listed.len(), all().len() + 1);
}

#[tokio::test]
async fn rows_in_sea_orms_table_wait_for_a_later_start_while_another_process_migrates() {
    let database = TestDatabase::migrated().await;
    listed_in_sea_orms_table(&database).await;
    let connection = database.connect().await;
    let other = lock(&connection).await;
    let soon = tokio::time::timeout(LOCK_TIMEOUT / 3, database.up());
    assert!(soon.await.unwrap().unwrap().is_empty());
    other.rollback().await.unwrap();
}

/// Also to the key of another name than `id`, of which the foreign key names no column.
#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_reference_to_a_table_without_id_is_named_by_its_key() {
    let database = TestDatabase::file();
    let rows = r#"CREATE TABLE shop (code text PRIMARY KEY);
        CREATE TABLE sale (shop text REFERENCES shop);
        PRAGMA foreign_keys = OFF; INSERT INTO sale VALUES ('closed')"#;
    database.run(rows).await.unwrap();

    let error = database.up().await.unwrap_err().to_string();

    let remedy = r#"DELETE FROM "sale" WHERE "shop" NOT IN (SELECT "code" FROM "shop")"#;
    assert!(
        error.contains(r#""closed""#) && error.contains(remedy),
        "{error}"
    );
}

#[tokio::test]
async fn another_programs_migrations_are_left_alone() {
    let database = TestDatabase::empty().await;
    let other = "CREATE TABLE seaql_migrations (version varchar(255) PRIMARY KEY, applied_at bigint NOT NULL);
        INSERT INTO seaql_migrations VALUES ('m20200101_000001_other', 1)";
    database.run(other).await.unwrap();
    assert_eq!(database.up().await.unwrap(), all());
    let listed = database.list("SELECT version FROM seaql_migrations").await;
    assert_eq!(listed, ["m20200101_000001_other"]);
}

/// PostgreSQL does not let them come about.
#[cfg(feature = "sqlite")]
#[tokio::test]
async fn rows_of_users_who_are_gone_stop_a_migration_which_names_them_and_the_remedy() {
    let database = TestDatabase::file();
    let steps = u32::try_from(all().len() - 1).unwrap();
    migration::up::<Migrator>(&database.url, Some(steps), LOCK_TIMEOUT)
        .await
        .unwrap();
    add_user(&database).await;
    let session = format!(
        r#"INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
        VALUES ('s', '', '', '', '', '{ADA}')"#
    );
    database.run(&session).await.unwrap();
    let delete = r#"PRAGMA foreign_keys = OFF; DELETE FROM "user""#;
    database.run(delete).await.unwrap();

    let error = database.up().await.unwrap_err().to_string();

    let remedy = r#"DELETE FROM "session" WHERE "userId" NOT IN (SELECT "id" FROM "user")"#;
    assert!(error.contains(ADA) && error.contains(remedy), "{error}");
    database.run(remedy).await.unwrap();
    assert_eq!(database.up().await.unwrap(), all()[all().len() - 1..]);
}

// The program's versions must agree on it: two of them may start at once during a deployment.
const ADVISORY_LOCK: i64 = 0x6d69_6772_6174_6531;

#[tokio::test]
async fn an_unknown_scheme_is_rejected_without_repeating_the_url() {
    let error = migration::up::<Migrator>("mysql://me:s3cret@localhost/app", None, LOCK_TIMEOUT)
        .await
        .unwrap_err();
    assert!(matches!(error, MigrateError::UnsupportedUrl));
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_database_in_memory_is_rejected() {
    for url in [
        "sqlite::memory:",
        "sqlite://:memory:",
        "sqlite://x?mode=memory",
    ] {
        let error = migration::up::<Migrator>(url, None, LOCK_TIMEOUT)
            .await
            .unwrap_err();
        assert!(matches!(error, MigrateError::InMemory), "{url}: {error}");
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_failed_connection_is_reported_without_the_password() {
    for url in [
        "postgres://me:s3cret@127.0.0.1:1/app",
        "postgresql://me:12/s3cret@localhost/app",
        "postgres://me:/s3cret@localhost/app",
    ] {
        let error = migration::up::<Migrator>(url, None, LOCK_TIMEOUT)
            .await
            .unwrap_err();
        assert!(matches!(error, MigrateError::Connect(_)), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_migration_that_fails_undoes_the_whole_run() {
    let database = TestDatabase::empty().await;
    let table = "CREATE TABLE idempotency_keys (id text)";
    database.run(table).await.unwrap();

    let error = database.up().await.unwrap_err();

    let failed = "m20261121_000005_idempotency";
    assert!(matches!(error, MigrateError::Failed { migration, .. } if migration == failed));
    assert_eq!(database.tables().await, ["idempotency_keys"]);
}

#[tokio::test]
async fn a_run_fails_when_it_waits_too_long_for_the_lock() {
    let database = TestDatabase::empty().await;
    let connection = database.connect().await;
    let other = lock(&connection).await;

    let began = Instant::now();
    let error = migration::up::<Migrator>(&database.url, None, Duration::from_secs(1))
        .await
        .unwrap_err();

    assert!(began.elapsed() >= Duration::from_secs(1));
    assert!(matches!(
        error,
        MigrateError::LockTimeout { seconds: 1, .. }
    ));
    let message = error.to_string();
    let holder = if database.is_sqlite() {
        "another process (the database does not tell which)".to_owned()
    } else {
        format!("process {} ", backend(&other).await)
    };
    assert!(message.contains(&format!("1 s by {holder}")), "{message}");
    other.rollback().await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(database.up().await.unwrap(), all());
}

#[tokio::test]
async fn a_run_names_the_process_that_locks_a_table_to_be_adopted() {
    let database = TestDatabase::empty().await;
    let tables = Variant::Plain.tables(&database);
    database.run(&tables).await.unwrap();
    let connection = database.connect().await;
    let other = connection.begin().await.unwrap();
    let write = "DELETE FROM session";
    other.execute_unprepared(write).await.unwrap();

    let error = migration::up::<Migrator>(&database.url, None, Duration::from_secs(1))
        .await
        .unwrap_err();

    let holder = if database.is_sqlite() {
        "another process".to_owned()
    } else {
        format!("process {} ", backend(&other).await)
    };
    assert!(error.to_string().contains(&holder), "{error}");
    other.commit().await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(database.up().await.unwrap(), all());
}

/// The PostgreSQL process id of a transaction.
async fn backend(transaction: &DatabaseTransaction) -> String {
    let query = Statement::from_string(DbBackend::Postgres, "SELECT pg_backend_pid()::text");
    let row = transaction.query_one_raw(query).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_run_waits_for_the_one_before_it() {
    let database = TestDatabase::empty().await;
    let connection = database.connect().await;
    let other = lock(&connection).await;
    Migrator::up(&other, None).await.unwrap();

    // What the server's administrator may have set for all: a run must see what others did.
    let url = database.url_with("default_transaction_isolation=serializable");
    let waiting =
        tokio::spawn(async move { migration::up::<Migrator>(&url, None, LOCK_TIMEOUT).await });
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
            tokio::spawn(async move { migration::up::<Migrator>(&url, None, LOCK_TIMEOUT).await })
        })
        .collect();

    let mut applied = Vec::new();
    for run in runs {
        applied.extend(run.await.unwrap().unwrap());
    }

    assert_eq!(applied, all());
}

#[tokio::test]
async fn pending_migrations_fail_without_the_right_to_write() {
    let database = TestDatabase::empty().await;
    database.run("CREATE TABLE ledger (id text)").await.unwrap();
    assert!(
        migration::up::<Migrator>(&database.read_only_url(), None, LOCK_TIMEOUT)
            .await
            .is_err()
    );
    assert_eq!(database.tables().await, ["ledger"]);
}

#[tokio::test]
async fn an_up_to_date_database_needs_no_right_to_write() {
    let database = TestDatabase::migrated().await;
    let applied = migration::up::<Migrator>(&database.read_only_url(), None, LOCK_TIMEOUT)
        .await
        .unwrap();
    assert!(applied.is_empty());
}

#[tokio::test]
async fn a_role_that_may_only_read_can_use_an_up_to_date_database() {
    let database = TestDatabase::migrated().await;
    let url = database.url_of_reader().await;
    assert!(
        migration::up::<Migrator>(&url, None, LOCK_TIMEOUT)
            .await
            .unwrap()
            .is_empty()
    );
    database.down(Some(1)).await.unwrap();
    assert!(
        migration::up::<Migrator>(&url, None, LOCK_TIMEOUT)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_up_to_date_database_is_not_locked() {
    let database = TestDatabase::migrated().await;
    let connection = database.connect().await;
    let other = lock(&connection).await;
    let timeout = Duration::from_millis(100);

    assert!(
        migration::up::<Migrator>(&database.url, None, timeout)
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

    assert_eq!(
        migration::status::<Migrator>(&url).await.unwrap(),
        expected(0)
    );
    migration::up::<Migrator>(&database.url, Some(1), LOCK_TIMEOUT)
        .await
        .unwrap();
    assert_eq!(
        migration::status::<Migrator>(&url).await.unwrap(),
        expected(1)
    );
}

#[tokio::test]
async fn a_program_older_than_the_database_starts_but_rolls_nothing_back() {
    let database = TestDatabase::migrated().await;
    let newer = "INSERT INTO api_migrations VALUES ('m20990101_000001_newer', 0)";
    database.run(newer).await.unwrap();

    assert!(database.up().await.unwrap().is_empty());
    for outcome in [database.down(Some(1)).await, database.fresh().await] {
        assert!(matches!(outcome, Err(MigrateError::UnknownMigrations(_))));
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

    let error = database.down(None).await.unwrap_err();

    match error {
        MigrateError::BrokenReferences(rows) => assert_eq!(rows[0].table, "passkey"),
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

    let gone = database.down(None).await.unwrap();

    assert!(gone.iter().eq(all().iter().rev()));
    assert_eq!(database.tables().await, ["api_migrations", "ledger"]);
    assert!(database.down(None).await.unwrap().is_empty());
    assert_eq!(database.up().await.unwrap(), all());
}

#[tokio::test]
async fn steps_count_from_where_the_database_stands() {
    let database = TestDatabase::empty().await;
    let url = &database.url;
    assert_eq!(
        migration::up::<Migrator>(url, Some(1), LOCK_TIMEOUT)
            .await
            .unwrap(),
        all()[..1]
    );
    assert_eq!(
        migration::up::<Migrator>(url, Some(99), LOCK_TIMEOUT)
            .await
            .unwrap(),
        all()[1..]
    );
    assert_eq!(
        migration::down::<Migrator>(url, Some(1), LOCK_TIMEOUT)
            .await
            .unwrap(),
        all()[all().len() - 1..]
    );
    assert_eq!(
        migration::up::<Migrator>(url, None, LOCK_TIMEOUT)
            .await
            .unwrap(),
        all()[all().len() - 1..]
    );
}

#[tokio::test]
async fn fresh_empties_our_tables_and_leaves_foreign_ones() {
    let database = TestDatabase::migrated().await;
    add_user(&database).await;
    let ledger = "CREATE TABLE ledger (id text); INSERT INTO ledger VALUES ('kept')";
    database.run(ledger).await.unwrap();

    assert_eq!(database.fresh().await.unwrap(), all());

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

async fn lock(connection: &DatabaseConnection) -> DatabaseTransaction {
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
