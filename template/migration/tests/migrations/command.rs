//! The program, called as `sea-orm-cli migrate` calls it.

use std::process::{Command, Output};

use crate::database::TestDatabase;

#[test]
fn a_bad_url_ends_the_program_without_repeating_the_password() {
    for url in [
        "mysql://me:s3cret@localhost/app",
        "postgres://me:12/s3cret@localhost:x/app",
    ] {
        let output = migrate(url, &["up", "-v"]);
        let text = format!("{output:?}");
        assert!(!output.status.success(), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn without_a_database_the_program_says_which_variable_names_it() {
    let output = migrate("", &["up"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("DATABASE_URL"));
}

#[tokio::test]
async fn each_command_says_what_it_did() {
    let database = TestDatabase::empty().await;
    for (arguments, said) in [
        (&["status"][..], "pending m20261121_000001_better_auth"),
        (&["up", "-n", "1"], "applied m20261121_000001_better_auth\n"),
        (&[], "applied m20261121_000005_idempotency\n"),
        (&["up"], "nothing to do\n"),
        (&["status"], "applied m20261121_000005_idempotency\n"),
        (&["down", "-n", "1", "-v"], "rolled back m"),
        (&["fresh"], "applied m20261121_000005_idempotency\n"),
        (&["refresh"], "applied m20261121_000001_better_auth\n"),
        (&["reset"], "rolled back m20261121_000001_better_auth\n"),
    ] {
        let output = migrate(&database.url, arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert!(text.contains(said), "{arguments:?}: {text}");
    }
}

#[tokio::test]
async fn each_spelling_of_the_scheme_is_understood() {
    let database = TestDatabase::empty().await;
    let spellings = match database.is_sqlite() {
        true => vec![
            database.url.clone(),
            database.url.replace("sqlite://", "sqlite:"),
        ],
        false => ["postgres:", "postgresql:"]
            .map(|scheme| database.url.replacen("postgres:", scheme, 1))
            .to_vec(),
    };
    for url in &spellings {
        for (arguments, said) in [(&["fresh"][..], "applied"), (&["up", "-u", url], "nothing")] {
            let output = migrate(url, arguments);
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(text.contains(said), "{url}: {output:?}");
        }
    }
}

#[tokio::test]
async fn a_schema_can_be_named_on_postgresql() {
    let database = TestDatabase::empty().await;
    if !database.is_sqlite() {
        database.run("CREATE SCHEMA app").await.unwrap();
    }

    let output = migrate(&database.url, &["up", "-s", "app"]);

    assert!(output.status.success(), "{output:?}");
    assert_eq!(database.tables().await.is_empty(), !database.is_sqlite());
}

fn migrate(url: &str, arguments: &[&str]) -> Output {
    program(url).args(arguments).output().unwrap()
}

/// The program with this database, away from any .env file.
pub fn program(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migration"));
    command
        .current_dir(std::env::temp_dir())
        .env("DATABASE_URL", url)
        .env_remove("DATABASE_SCHEMA")
        .env_remove("MIGRATE_LOCK_TIMEOUT");
    command
}
