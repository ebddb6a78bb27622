//! How SQLite was built, and files with which the program does not start.

use std::fs;

use sea_orm::{
    ConnectionTrait, Database, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use tempfile::TempDir;

use crate::support::run;

/// Set in `.cargo/config.toml`, which cargo ignores silently when started elsewhere.
#[actix_web::test]
async fn sqlite_is_compiled_without_memory_statistics() {
    let database = Database::connect("sqlite::memory:").await.unwrap();
    let options = Statement::from_string(DbBackend::Sqlite, "PRAGMA compile_options");
    let rows = database.query_all_raw(options).await.unwrap();
    let options: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    assert!(options.contains(&"DEFAULT_MEMSTATUS=0".to_owned()));
    assert!(!options.contains(&"ENABLE_MEMORY_MANAGEMENT".to_owned()));
}

/// A file in a folder of its own, whatever engine the other tests use.
pub fn file() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!(
        "sqlite://{}?mode=rwc",
        folder.path().join("app.db").display()
    );
    (folder, url)
}

/// The commands that open the database.
const BOTH: &[&str] = &["serve", "seed"];

/// HOST cannot be listened on: a program that starts all the same ends, and the test fails.
fn does_not_start(url: &str, reason: &str, commands: &[&str]) {
    for command in commands {
        let output = run(
            &[command],
            &[
                ("DATABASE_URL", url),
                ("MIGRATE_LOCK_TIMEOUT", "1"),
                ("HOST", "192.0.2.1"),
            ],
        );
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(reason), "{command}: {message}");
    }
}

#[test]
fn a_file_that_is_not_a_database_stops_the_start_with_a_reason() {
    let (folder, url) = file();
    does_not_start(
        &url.replace("mode=rwc", "mode=rw"),
        "the file cannot be opened",
        BOTH,
    );
    let file = folder.path().join("app.db");
    fs::write(
        &file,
        "not a database, but long enough to be taken for one".repeat(100),
    )
    .unwrap();
    does_not_start(&url, "not a database", BOTH);
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .starts_with("not a database")
    );
    does_not_start(
        "sqlite:///proc/nowhere/app.db",
        "the file cannot be opened",
        BOTH,
    );
}

/// The program switches a file to write-ahead logging when it first uses it.
#[test]
fn a_file_that_was_never_served_and_is_read_only_stops_the_start() {
    let (_folder, url) = file();
    let migrated = run(&["migrate", "up"], &[("DATABASE_URL", &url)]);
    assert!(migrated.status.success());
    let read_only = url.replace("mode=rwc", "mode=ro");
    does_not_start(&read_only, "the file is read-only", BOTH);
}

#[actix_web::test]
async fn a_new_file_locked_by_another_process_stops_the_start_with_a_reason() {
    let (_folder, url) = file();
    let other = Database::connect(&url).await.unwrap();
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Exclusive),
        ..TransactionOptions::default()
    };
    let lock = other.begin_with_options(immediate).await.unwrap();
    actix_web::rt::task::spawn_blocking(move || does_not_start(&url, "locked", BOTH))
        .await
        .unwrap();
    lock.rollback().await.unwrap();
}
