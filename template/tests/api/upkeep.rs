//! The commands for developers and operators: seed, purge, export-user, and the question of fresh.

use app::repositories::{EXPORTED, PURGED};
use database::UtcDateTime;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TryGetable};
use serde_json::Value;
use uuid::Uuid;

use crate::support::{TestApp, TestDatabase, run, run_on_terminal, run_with_input};

pub const DAY: i64 = 24 * 60 * 60;

/// Whether it succeeded, what it printed, and what it complained of.
pub fn call(database: &str, arguments: &[&str]) -> (bool, String, String) {
    let output = run(arguments, &[("DATABASE_URL", database)]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.success(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

pub fn printed(database: &str, arguments: &[&str]) -> String {
    let (success, printed, complaint) = call(database, arguments);
    assert!(success, "{arguments:?}: {complaint}");
    printed
}

pub async fn value<T: TryGetable>(app: &TestApp, query: &str) -> T {
    app.row(query).await.try_get_by_index(0).unwrap()
}

#[test]
fn nonsense_is_rejected_before_anything_is_touched() {
    for arguments in [
        &["purge"][..],
        &["purge", "--older-than=0"],
        &["purge", "--older-than=-1"],
        &["purge", "--older-than=1.5"],
        &["purge", "--older-than=99999999999999999999"],
        &["seed", "--users=1"],
        &["export-user"],
        &["export-user", "alice"],
    ] {
        let output = run(arguments, &[("DATABASE_URL", "sqlite:///nowhere/app.db")]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[actix_web::test]
async fn purge_removes_old_idempotency_keys_and_nothing_else() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await.uuid();
    for (key, days) in [("old", 31), ("recent", 0)] {
        let time = UtcDateTime::now().plus_seconds(-days * DAY);
        app.sql(&format!(
            "INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at)
             VALUES ('{alice}', '{key}', 'x', '{time}')"
        ))
        .await;
    }
    let purge = || printed(app.database_url(), &["purge", "--older-than", "30"]);
    assert!(purge().contains("1 idempotency keys, "));
    assert!(purge().contains("0 idempotency keys, "));
    let kept: String = value(&app, "SELECT key FROM idempotency_keys").await;
    assert_eq!(kept, "recent");
}

async fn tables_with(app: &TestApp, column: &str) -> Vec<String> {
    let query = match app.db().get_database_backend() {
        DbBackend::Postgres => format!(
            "SELECT table_name::text AS name FROM information_schema.columns
             WHERE table_schema = current_schema() AND column_name = '{column}' ORDER BY 1"
        ),
        _ => format!(
            "SELECT tables.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
             WHERE columns.name = '{column}' ORDER BY 1"
        ),
    };
    let query = Statement::from_string(app.db().get_database_backend(), query);
    let rows = app.db().query_all_raw(query).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "name").unwrap())
        .collect()
}

#[actix_web::test]
async fn every_table_of_users_is_exported_and_every_one_with_deleted_rows_is_purged() {
    let app = TestApp::start().await;
    let mut exported: Vec<_> = EXPORTED.iter().map(|table| table.name()).collect();
    // They hold answers of the API, which say what the user's rows say.
    exported.push("idempotency_keys");
    exported.sort_unstable();
    assert_eq!(tables_with(&app, "user_id").await, exported);
    let mut purged: Vec<_> = PURGED.iter().map(|table| table.name()).collect();
    purged.sort_unstable();
    assert_eq!(tables_with(&app, "deleted_at").await, purged);
}

#[actix_web::test]
async fn an_export_of_nobody_prints_nothing() {
    let database = TestDatabase::migrated().await;
    let nobody = "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90";
    let (success, printed, complaint) = call(database.url(), &["export-user", nobody]);
    assert!(!success && printed.is_empty());
    assert!(complaint.contains(nobody), "{complaint}");
}

#[actix_web::test]
async fn an_export_holds_everything_of_one_user_but_secrets() {
    let app = TestApp::start().await;
    let (alice, _bob) = (app.user("alice").await, app.user("bob").await);
    let (id, time) = (&alice.user().id, "2026-11-20T15:26:01.398Z");
    for row in [
        format!(
            r#"INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "ipAddress", "userId")
               VALUES ('{}', '{time}', 'hunter2-token', '{time}', '{time}', '192.0.2.7', '{id}')"#,
            Uuid::new_v4()
        ),
        format!(
            r#"INSERT INTO account (id, "accountId", "providerId", "userId", password, "accessToken", "refreshToken", "idToken", "createdAt", "updatedAt")
               VALUES ('{}', 'at-github', 'github', '{id}', 'hunter2', 'hunter2', 'hunter2', 'hunter2', '{time}', '{time}')"#,
            Uuid::new_v4()
        ),
    ] {
        app.sql(&row).await;
    }
    let uuid = alice.uuid().to_string();
    let text = printed(app.database_url(), &["export-user", &uuid]);
    assert!(
        !text.contains("hunter2") && !text.to_lowercase().contains("bob"),
        "{text}"
    );
    let export: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(export["user"]["email"], "alice@example.test");
    assert_eq!(export["sessions"][0]["ip_address"], "192.0.2.7");
    assert_eq!(export["accounts"][0]["account_id"], "at-github");
}

#[actix_web::test]
async fn fresh_takes_no_answer_that_nobody_typed() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let environment = [("DATABASE_URL", app.database_url())];
    let output = run_with_input(&["migrate", "fresh"], &environment, b"y\n");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && complaint.contains("--yes"),
        "{complaint}"
    );
    let users: i64 = value(&app, r#"SELECT count(*) FROM "user" WHERE name = 'alice'"#).await;
    assert_eq!(users, 1);
}

#[actix_web::test]
async fn fresh_asks_on_a_terminal_and_does_what_it_is_told() {
    let database = TestDatabase::empty().await;
    let environment = [("DATABASE_URL", database.url())];
    let seed = || printed(database.url(), &["seed"]);
    seed();
    for (typed, empties) in [("\n", false), ("n\n", false), ("y\n", true)] {
        let (success, shown) = run_on_terminal(&["migrate", "fresh"], &environment, typed);
        assert!(shown.contains("[y/N]"), "{shown}");
        assert_eq!(success, empties, "{typed:?}: {shown}");
        assert_eq!(seed().contains("added 2 users"), empties, "{typed:?}");
    }
}
