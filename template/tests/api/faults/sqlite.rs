//! SQLite's file in states that an operator will meet.

use std::fs;

use mock_auth::MockAuth;
use nix::sys::signal::Signal;
use sea_orm::{Database, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tempfile::TempDir;

use super::{Api, unavailable};
use crate::support::{Program, run};

/// A file in a folder of its own, whatever engine the other tests use.
fn file() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!(
        "sqlite://{}?mode=rwc",
        folder.path().join("app.db").display()
    );
    (folder, url)
}

/// Migrated, with the user's row.
fn file_of_user() -> (TempDir, String) {
    let (folder, url) = file();
    let arguments = ["seed", "--users", "1", "--tasks", "0", "--tags", "0"];
    assert!(run(&arguments, &[("DATABASE_URL", &url)]).status.success());
    (folder, url)
}

#[actix_web::test]
async fn a_file_that_another_process_locks_makes_writes_unavailable_and_reads_go_on() {
    let (_folder, url) = file_of_user();
    let api = Api::serve(&url, &[]).await;
    api.post("before").await.created();
    let other = Database::connect(&url).await.unwrap();
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let lock = other.begin_with_options(immediate).await.unwrap();
    unavailable(&api.post("during").await);
    assert_eq!(api.total().await, 1);
    lock.rollback().await.unwrap();
    api.post("after").await.created();
    assert_eq!(api.total().await, 2);
}

/// Its limit on the size of files stands in for the disk's end.
#[actix_web::test]
async fn a_full_disk_makes_writes_unavailable_and_loses_nothing() {
    let (_folder, url) = file_of_user();
    let auth = MockAuth::start().await;
    let origin = auth.origin();
    let environment = [("DATABASE_URL", url.as_str()), ("BETTER_AUTH_URL", &origin)];
    let program = Program::serve_with_files_up_to(512 * 1024, &environment);
    let api = Api::of(program, auth);
    let mut written = 0;
    loop {
        let answer = api.post("until it is full").await;
        match answer.status {
            201 => written += 1,
            _ => {
                unavailable(&answer);
                break;
            }
        }
        assert!(written < 1000, "the limit is not there");
    }
    assert_eq!(api.total().await, written);
    unavailable(&api.post("still full").await);
    let Api { program, auth, .. } = api;
    program.signal(Signal::SIGKILL);
    program.wait();
    let program = Program::serve(&[("DATABASE_URL", &url), ("BETTER_AUTH_URL", &origin)]);
    let api = Api::of(program, auth);
    assert_eq!(api.total().await, written);
    api.post("there is room again").await.created();
}

#[actix_web::test]
async fn a_file_that_is_read_only_makes_writes_unavailable_and_reads_go_on() {
    let (_folder, url) = file_of_user();
    let read_only = url.replace("mode=rwc", "mode=ro");
    let api = Api::serve(&url, &[]).await;
    api.post("before").await.created();
    let api = Api::serve(&read_only, &[]).await;
    unavailable(&api.post("during").await);
    assert_eq!(api.total().await, 1);
}

const BOTH: &[&str] = &["serve", "seed"];

/// Where the program would start, it could not listen: the test fails instead of waiting.
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
fn what_is_no_database_stops_the_start_with_its_reason() {
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

/// The program turns a file to write-ahead logging when it first uses it.
#[test]
fn a_file_that_was_never_served_and_is_read_only_stops_the_start() {
    let (_folder, url) = file();
    let migrated = run(&["migrate", "up"], &[("DATABASE_URL", &url)]);
    assert!(migrated.status.success());
    let read_only = url.replace("mode=rwc", "mode=ro");
    does_not_start(&read_only, "the file is read-only", BOTH);
}

#[actix_web::test]
async fn a_new_file_that_another_process_locks_stops_the_start_with_its_reason() {
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
