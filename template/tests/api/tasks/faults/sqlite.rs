//! SQLite's file in states that an operator will meet while the API serves.

use std::process::{Command, Stdio};

use mock_auth::MockAuth;
use nix::sys::signal::Signal;
use sea_orm::{Database, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tempfile::TempDir;

use super::{Api, unavailable};
use crate::{
    sqlite::file,
    support::{Program, run},
};

/// The user's row is added by the first write: this process may write to the other engine only.
const PROVISIONING: (&str, &str) = ("USER_PROVISIONING", "on");

fn migrated_file() -> (TempDir, String) {
    let (folder, url) = file();
    let migrate = ["migrate", "up"];
    assert!(run(&migrate, &[("DATABASE_URL", &url)]).status.success());
    (folder, url)
}

#[actix_web::test]
async fn a_file_that_another_process_locks_makes_writes_unavailable_and_reads_go_on() {
    let (_folder, url) = migrated_file();
    let api = Api::serve(&url, &[PROVISIONING]).await;
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

impl Program {
    /// Starts it where no file can grow beyond so many bytes.
    fn serve_with_files_up_to(bytes: u64, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = [environment, &[("PORT", "0")]].concat();
        let unlimited = Self::command(folder.path(), &["serve"], &environment);
        // The signal that says so would end the program; blocks are of 512 bytes (POSIX).
        let script = format!(
            r#"trap '' XFSZ; ulimit -f {}; exec "$0" serve"#,
            bytes / 512
        );
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &script])
            .arg(unlimited.get_program())
            .env_clear()
            .envs(environment)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self::start(command, folder)
    }
}

/// Its limit on the size of files stands in for the disk's end.
#[actix_web::test]
async fn a_full_disk_makes_writes_unavailable_and_loses_nothing() {
    let (_folder, url) = migrated_file();
    let auth = MockAuth::start().await;
    let origin = auth.origin();
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("BETTER_AUTH_URL", &origin),
        PROVISIONING,
    ];
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
    let (_folder, url) = migrated_file();
    let read_only = url.replace("mode=rwc", "mode=ro");
    let api = Api::serve(&url, &[PROVISIONING]).await;
    api.post("before").await.created();
    let api = Api::serve(&read_only, &[]).await;
    unavailable(&api.post("during").await);
    assert_eq!(api.total().await, 1);
}
