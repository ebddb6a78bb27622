use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestApp};

#[actix_web::test]
async fn me_shows_the_claims_of_the_token() {
    let app = TestApp::start().await;
    let mut user = mock_auth::User::named("alice");
    user.role = "admin,editor".to_owned();
    user.permissions = vec!["books:read".to_owned()];
    user.organization_id = Some("acme".to_owned());
    let token = app.token(&user).sign();
    let me = app.bearer(&token).get("/api/me").await.ok();
    assert_eq!(
        me,
        json!({
            "id": user.id,
            "uuid": user.uuid,
            "email": "alice@example.test",
            "name": "alice",
            "roles": ["admin", "editor"],
            "permissions": ["books:read"],
            "organization_id": "acme",
        })
    );
}

#[actix_web::test]
async fn an_admin_has_the_role_admin() {
    let app = TestApp::start().await;
    let me = app.admin().await.get("/api/me").await.ok();
    assert_eq!(me["roles"], json!(["admin"]));
}

#[actix_web::test]
async fn absent_claims_are_null_or_empty() {
    let app = TestApp::start().await;
    let token = app.token(&mock_auth::User::named("alice"));
    let token = ["email", "name", "role", "permissions"]
        .into_iter()
        .fold(token, |token, claim| token.without(claim));
    let me = app.bearer(&token.sign()).get("/api/me").await.ok();
    assert_eq!(
        [&me["email"], &me["name"], &me["organization_id"]],
        [&json!(null); 3]
    );
    assert_eq!([&me["roles"], &me["permissions"]], [&json!([]); 2]);
}

#[actix_web::test]
async fn the_profile_of_a_user_without_a_row_is_rejected() {
    let app = TestApp::start().await;
    let token = app.token(&mock_auth::User::named("ghost")).sign();
    let answer = app.bearer(&token).get("/api/profile").await;
    answer.rejected(401, "user_unknown");
    assert!(
        answer
            .header("www-authenticate")
            .contains(r#"error="invalid_token""#)
    );
}

#[actix_web::test]
async fn the_profile_of_a_banned_user_is_rejected_until_the_ban_ends() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let time = match app.db().get_database_backend() {
        sea_orm::DbBackend::Postgres => "timestamptz",
        _ => "date",
    };
    app.sql(r#"ALTER TABLE "user" ADD COLUMN banned boolean"#)
        .await;
    app.sql(&format!(
        r#"ALTER TABLE "user" ADD COLUMN "banExpires" {time}"#
    ))
    .await;
    alice.get("/api/profile").await.ok();
    app.sql(r#"UPDATE "user" SET banned = true"#).await;
    let answer = alice.get("/api/profile").await;
    answer.rejected(401, "token_invalid");
    app.sql(r#"UPDATE "user" SET "banExpires" = '2999-01-01T00:00:00.000Z'"#)
        .await;
    alice
        .get("/api/profile")
        .await
        .rejected(401, "token_invalid");
    app.sql(r#"UPDATE "user" SET "banExpires" = '2020-01-01T00:00:00.000Z'"#)
        .await;
    alice.get("/api/profile").await.ok();
}

#[actix_web::test]
async fn whoami_rejects_wrong_credentials() {
    let app = TestApp::start().await;
    let token = app.token(&mock_auth::User::named("alice"));
    let spoilt = token.tampered_signature().sign();
    for (token, code) in [("x", "token_malformed"), (&spoilt, "token_invalid")] {
        app.bearer(token)
            .get("/api/whoami")
            .await
            .rejected(401, code);
    }
    let basic = app
        .anonymous()
        .request(Method::GET, "/api/whoami")
        .basic_auth("alice", Some("secret"));
    Answer::of(basic).await.rejected(401, "token_missing");
    app.anonymous()
        .post("/api/whoami", json!({}))
        .await
        .rejected(405, "method_not_allowed");
}

#[actix_web::test]
async fn whoami_answers_anonymous_and_signed_in_callers() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous().get("/api/whoami").await;
    assert_eq!(
        anonymous.ok(),
        json!({"authenticated": false, "user": null})
    );
    assert_eq!(anonymous.header("cache-control"), "no-store");
    let alice = app.user("alice").await;
    let me = alice.get("/api/me").await.ok();
    assert_eq!(
        alice.get("/api/whoami").await.ok(),
        json!({"authenticated": true, "user": me})
    );
}

#[actix_web::test]
async fn the_profile_is_the_users_row() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let profile = alice.get("/api/profile").await.ok();
    assert_eq!(profile["uuid"], json!(alice.uuid()));
    assert_eq!(profile["email"], "alice@example.test");
    assert_eq!(profile["created_at"].as_str().map(str::len), Some(24));
}

#[actix_web::test]
async fn responses_to_signed_in_users_are_not_stored() {
    let app = TestApp::start().await;
    let answer = app.user("alice").await.get("/api/me").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let vary: Vec<_> = answer
        .headers
        .get_all("vary")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    assert!(
        vary.join(", ").contains("Authorization, Cookie, X-API-Key"),
        "{vary:?}"
    );
}
