//! Session cookies that are looked up in the shared database.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use better_auth::repositories::sessions::find_open;
use database::Database;
use mock_auth::User;
use sea_orm::DbBackend;
use serde_json::json;

use super::{DATABASE, get, store};
use crate::support::{TestApp, TestDatabase};

#[actix_web::test]
async fn forged_expired_and_unknown_sessions_are_rejected() {
    let app = TestApp::start_with(&DATABASE).await;
    let session = store(&app, "alice", 60).await;
    let unsigned = format!("better-auth.session_token={session}");
    get(&app, &unsigned).await.rejected(401, "token_malformed");
    let forged = format!("{unsigned}.{}%3D", "A".repeat(43));
    get(&app, &forged).await.rejected(401, "token_invalid");
    let unknown = app.session_cookie("unknown");
    get(&app, &unknown).await.rejected(401, "token_invalid");
    let expired = store(&app, "bob", -1).await;
    let expired = app.session_cookie(&expired);
    get(&app, &expired).await.rejected(401, "token_invalid");
    assert_eq!(app.session_lookups(), 0);
}

#[actix_web::test]
async fn a_session_is_accepted_until_it_is_deleted() {
    let app = TestApp::start_with(&[&DATABASE[..], &[("SESSION_CACHE_TTL", "1")]].concat()).await;
    let session = store(&app, "alice", 60).await;
    let cookie = app.session_cookie(&session);
    let me = get(&app, &cookie).await.ok();
    let alice = User::named("alice");
    assert_eq!(
        me,
        json!({"id": alice.id, "uuid": alice.uuid, "email": alice.email, "name": "alice",
            "roles": ["user"], "permissions": [], "organization_id": null})
    );
    assert_eq!(app.bearer(&session).get("/api/me").await.ok(), me);
    app.sql("DELETE FROM session").await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    get(&app, &cookie).await.rejected(401, "token_invalid");
    assert_eq!(app.session_lookups(), 0);
}

#[actix_web::test]
async fn a_look_up_is_one_statement() {
    static STATEMENTS: AtomicUsize = AtomicUsize::new(0);
    let database = TestDatabase::migrated().await;
    let alice = User::named("alice");
    database.add_user(&alice).await;
    let session = format!(
        r#"INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
           VALUES ('{}', '2100-01-01T00:00:00.000Z', 'opaque', '2026-11-21T12:00:00.000Z',
               '2026-11-21T12:00:00.000Z', '{}')"#,
        alice.uuid, alice.id
    );
    database.execute(&session).await;
    let settings = database.settings(&[]).database;
    let count = |_: &str, _, _| {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
    };
    let observed = Database::open_observed(&settings, Some(count)).await;
    let found = find_open("opaque", observed.unwrap().read()).await;
    assert_eq!(found.unwrap().unwrap().user.email, alice.email);
    assert_eq!(STATEMENTS.load(Ordering::Relaxed), 1);
}

#[actix_web::test]
async fn columns_of_plugins_are_used_when_they_exist() {
    let app = TestApp::start_with(&DATABASE).await;
    let boolean = match app.db().get_database_backend() {
        DbBackend::Postgres => "boolean",
        _ => "integer",
    };
    app.sql(r#"ALTER TABLE session ADD COLUMN "activeOrganizationId" text"#)
        .await;
    app.sql(&format!(
        r#"ALTER TABLE "user" ADD COLUMN banned {boolean}"#
    ))
    .await;
    let cookie = app.session_cookie(&store(&app, "alice", 60).await);
    app.sql(r#"UPDATE session SET "activeOrganizationId" = 'acme'"#)
        .await;
    assert_eq!(get(&app, &cookie).await.ok()["organization_id"], "acme");
    let cookie = app.session_cookie(&store(&app, "bob", 60).await);
    app.sql(r#"UPDATE "user" SET banned = true WHERE name = 'bob'"#)
        .await;
    get(&app, &cookie).await.rejected(401, "token_invalid");
}
