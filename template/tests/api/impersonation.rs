//! Administrators who act as a user (Better Auth's admin plugin) are visible to handlers and in the log.

use actix_web::{
    middleware::from_fn,
    web::{self, Json, ServiceConfig},
};
use app::auth::{AuthUser, BetterAuthId, authenticate};
use mock_auth::{SECRET, User};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    logs::lines_of_user,
    support::{Answer, TestApp},
};

fn more_routes(config: &mut ServiceConfig) {
    async fn impersonator(user: AuthUser) -> Json<Option<BetterAuthId>> {
        Json(user.impersonated_by.clone())
    }
    let scope = web::scope("/impersonator").wrap(from_fn(authenticate));
    config.service(scope.route("", web::get().to(impersonator)));
}

async fn started(settings: &[(&str, &str)]) -> TestApp {
    TestApp::start_with_settings_and_routes(settings, more_routes).await
}

fn impersonated() -> User {
    User {
        impersonated_by: Some("root".to_owned()),
        ..User::named("alice")
    }
}

async fn by_cookie(app: &TestApp, session: &str) -> Value {
    let request = app.anonymous().request(Method::GET, "/impersonator");
    let request = request.header("cookie", app.session_cookie(session));
    Answer::of(request).await.ok()
}

#[actix_web::test]
async fn a_token_names_who_acts_as_the_user() {
    let app = started(&[]).await;
    for (user, expected) in [
        (impersonated(), json!("root")),
        (User::named("alice"), Value::Null),
    ] {
        let client = app.bearer(&app.token(&user).sign());
        assert_eq!(client.get("/impersonator").await.ok(), expected);
    }
}

#[actix_web::test]
async fn a_session_names_who_acts_as_the_user() {
    let app = started(&[("SESSION_VERIFICATION", "http")]).await;
    let session = app.sign_in(&impersonated());
    assert_eq!(by_cookie(&app, &session).await, "root");
    let session = app.sign_in(&User::named("alice"));
    assert_eq!(by_cookie(&app, &session).await, Value::Null);
}

#[actix_web::test]
async fn a_session_in_the_database_names_who_acts_as_the_user() {
    let settings = [
        ("SESSION_VERIFICATION", "database"),
        ("BETTER_AUTH_SECRET", SECRET),
    ];
    let app = started(&settings).await;
    app.sql(r#"ALTER TABLE session ADD COLUMN "impersonatedBy" text"#)
        .await;
    let alice = User::named("alice");
    app.add_row(&alice).await;
    for (id, impersonator, expected) in [
        (
            "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90",
            "'root'",
            json!("root"),
        ),
        ("018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f91", "NULL", Value::Null),
    ] {
        let session = app.sign_in(&alice);
        let ends = database::UtcDateTime::now().plus_seconds(60);
        app.sql(&format!(
            r#"INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId", "impersonatedBy")
               VALUES ('{id}', '{ends}', '{session}', '{ends}', '{ends}', '{}', {impersonator})"#,
            alice.id
        ))
        .await;
        assert_eq!(by_cookie(&app, &session).await, expected);
    }
}

#[actix_web::test]
async fn the_log_line_names_who_acted_as_the_user() {
    let lines = lines_of_user("/api/me", &impersonated()).await;
    assert_eq!(lines[0]["impersonated_by"], "root");
    assert_eq!(lines[0]["user"], json!(User::named("alice").uuid));
    let lines = lines_of_user("/api/me", &User::named("alice")).await;
    assert!(lines[0].get("impersonated_by").is_none(), "{}", lines[0]);
}
