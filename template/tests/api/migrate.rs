//! `migrate`, as operators run it.

use ::migration::Migrator;
use sea_orm_migration::MigratorTrait;

use crate::support::{TestDatabase, run};

/// Whether it succeeded, and everything it wrote.
fn migrate(url: &str, arguments: &[&str]) -> (bool, String) {
    let output = run(
        &[&["migrate"], arguments].concat(),
        &[("DATABASE_URL", url), ("RUST_LOG", "trace")],
    );
    let written = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(written).unwrap())
}

/// The names of the first and the last migration.
fn first_and_last() -> [String; 2] {
    let names: Vec<_> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    [names[0].clone(), names[names.len() - 1].clone()]
}

#[actix_web::test]
async fn each_command_prints_what_it_did() {
    let database = TestDatabase::empty().await;
    let [first, last] = first_and_last();
    for (arguments, printed) in [
        (&["status"][..], format!("pending {first}\n")),
        (&["up", "--number", "1"], format!("applied {first}\n")),
        (&["status"], format!("applied {first}\n")),
        (&["status"], format!("pending {last}\n")),
        (&["up"], format!("applied {last}\n")),
        (&["up"], "nothing to do\n".to_owned()),
        (&["down"], format!("rolled back {last}\n")),
        (&["down", "-n", "99"], format!("rolled back {first}\n")),
        (&["down"], "nothing to do\n".to_owned()),
        (&["fresh", "--yes"], format!("applied {first}\n")),
        (&["status"], format!("applied {last}\n")),
    ] {
        let (success, output) = migrate(database.url(), arguments);
        assert!(success, "{arguments:?}: {output}");
        assert!(output.contains(&printed), "{arguments:?}: {output}");
    }
}

#[actix_web::test]
async fn fresh_without_a_terminal_needs_yes() {
    let database = TestDatabase::migrated().await;
    let (success, output) = migrate(database.url(), &["fresh"]);
    assert!(!success);
    assert!(output.contains("--yes"), "{output}");
    let (_, status) = migrate(database.url(), &["status"]);
    assert!(!status.contains("pending"), "{status}");
}

#[test]
fn a_bad_url_is_rejected_without_repeating_its_password() {
    for url in [
        "mysql://me:s3cret@localhost/app",
        "postgres://me:12/s3cret@localhost:x/app",
        "postgres://me:s3cret@localhost:99999/app",
        "me:s3cret@localhost/app",
    ] {
        for command in ["up", "status"] {
            let (success, output) = migrate(url, &[command]);
            assert!(!success && !output.is_empty(), "{url}: {output}");
            assert!(!output.contains("s3cret"), "{output}");
        }
    }
}

#[actix_web::test]
async fn each_spelling_of_the_scheme_is_accepted() {
    let database = TestDatabase::empty().await;
    let url = database.url();
    let (scheme, rest) = url.split_once("//").unwrap();
    let spellings = if scheme == "sqlite:" {
        vec![url.to_owned(), format!("sqlite:{rest}")]
    } else {
        vec![format!("postgres://{rest}"), format!("postgresql://{rest}")]
    };
    for url in &spellings {
        for (arguments, printed) in [(&["fresh", "--yes"][..], "applied"), (&["up"], "nothing")] {
            let (success, output) = migrate(url, arguments);
            assert!(success && output.contains(printed), "{url}: {output}");
        }
    }
}
