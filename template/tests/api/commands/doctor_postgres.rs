//! `doctor` about PostgreSQL's own: schemas, rights, limits, encodings and collations.

use mock_auth::MockAuth;
use url::Url;

use super::doctor_database::{doctor, doctor_with, says_failed};
use crate::support::{TestDatabase, run};

/// An auth server and a database; `None` where the tests run on SQLite.
async fn started() -> Option<(MockAuth, TestDatabase)> {
    let database = TestDatabase::migrated().await;
    let is_postgres = database.url().starts_with("postgres");
    is_postgres.then_some((MockAuth::start().await, database))
}

/// Where the columns of a join have different collations.
#[cfg(not(feature = "native-ids"))]
#[actix_web::test]
async fn doctor_fails_where_sessions_cannot_be_looked_up() {
    let Some((auth, database)) = started().await else {
        return;
    };
    let collation = r#"ALTER TABLE session DROP CONSTRAINT "session_userId_fkey";
                       ALTER TABLE session ALTER COLUMN "userId" TYPE text COLLATE "C";
                       ALTER TABLE "user" ALTER COLUMN id TYPE text COLLATE "POSIX""#;
    database.execute(collation).await;
    let sessions = [
        ("SESSION_VERIFICATION", "database"),
        ("BETTER_AUTH_SECRET", "a secret of more than 32 characters"),
    ];
    let (_, report) = doctor_with(&auth, database.url(), &sessions);
    assert!(
        says_failed(&report, "have different collations"),
        "{report}"
    );
}

#[actix_web::test]
async fn doctor_fails_where_the_pool_may_open_more_connections_than_postgresql_allows() {
    let Some((auth, database)) = started().await else {
        return;
    };
    let mut url = Url::parse(database.url()).unwrap();
    let role = url.path().trim_start_matches('/').to_owned();
    let limited = format!(
        "CREATE ROLE {role} LOGIN CONNECTION LIMIT 4;
         GRANT pg_read_all_data, pg_write_all_data TO {role}"
    );
    database.execute(&limited).await;
    url.set_username(&role).unwrap();
    let size = ("DATABASE_MAX_CONNECTIONS", "5");
    let (_, report) = doctor_with(&auth, url.as_str(), &[size]);
    let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    database.execute(&drop).await;
    assert!(
        says_failed(&report, "set DATABASE_MAX_CONNECTIONS=4"),
        "{report}"
    );
}

#[actix_web::test]
async fn doctor_fails_where_the_encoding_is_not_utf_8() {
    let Some((auth, database)) = started().await else {
        return;
    };
    let mut url = Url::parse(database.url()).unwrap();
    let name = format!("latin_{}", url.path().trim_start_matches('/'));
    let create = format!("CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    database.execute(&create).await;
    url.set_path(&name);
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("BETTER_AUTH_URL", "http://127.0.0.1:9"),
    ];
    let migrated = run(&["migrate", "up"], &settings).status.success();
    let (_, report) = doctor(&auth, url.as_str());
    database.execute(&format!("DROP DATABASE {name}")).await;
    assert!(
        migrated && says_failed(&report, "the database's encoding is LATIN1"),
        "{report}"
    );
}

/// The API itself does not read the keys.
#[actix_web::test]
async fn keys_that_may_not_be_read_are_a_warning() {
    let Some((auth, database)) = started().await else {
        return;
    };
    let rights =
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pg_monitor;
                  REVOKE SELECT ON jwks FROM pg_monitor";
    database.execute(rights).await;
    let url = format!("{}?options=-c%20role=pg_monitor", database.url());
    let (done, report) = doctor(&auth, &url);
    let mut lines = report.lines();
    let warned =
        lines.any(|line| line.starts_with("warning") && line.contains("GRANT SELECT ON \"jwks\""));
    assert!(done && warned, "{report}");
}

#[actix_web::test]
async fn a_schema_that_the_role_may_not_use_is_named_with_the_right_that_it_lacks() {
    let Some((auth, database)) = started().await else {
        return;
    };
    let rights =
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pg_monitor;
                  REVOKE USAGE ON SCHEMA public FROM PUBLIC";
    database.execute(rights).await;
    let url = format!("{}?options=-c%20role=pg_monitor", database.url());
    let (done, report) = doctor(&auth, &url);
    let right = "GRANT USAGE ON SCHEMA \"public\" TO it";
    assert!(!done && report.contains(right), "{report}");
}

/// Later it would hide those of the API, whose rows would seem to be gone.
#[actix_web::test]
async fn a_schema_that_was_created_before_that_of_the_apis_tables_is_named() {
    let Some((auth, database)) = started().await else {
        return;
    };
    database.execute("CREATE SCHEMA newer").await;
    let url = format!("{}?options=-c%20search_path%3Dnewer,public", database.url());
    let (done, report) = doctor(&auth, &url);
    let migrated = run(&["migrate", "up"], &[("DATABASE_URL", url.as_str())]);
    let written = String::from_utf8(migrated.stderr).unwrap();
    for said in [report, written] {
        assert!(
            said.contains("add ?schema=public to DATABASE_URL"),
            "{said}"
        );
    }
    assert!(!done && !migrated.status.success());
}
