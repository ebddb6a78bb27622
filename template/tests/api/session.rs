//! Session cookies in place of tokens.

use std::time::Duration;

use futures_util::future::join_all;
use mock_auth::{Behaviour, MockAuth, SECRET, User};
use reqwest::Method;
use sea_orm::DbBackend;
use serde_json::json;

use crate::support::{Answer, TestApp};

const PAGE: &str = "https://app.example.com";
const HTTP: (&str, &str) = ("SESSION_VERIFICATION", "http");
const ORIGINS: (&str, &str) = ("CORS_ALLOWED_ORIGINS", PAGE);
const DATABASE: [(&str, &str); 3] = [
    ("SESSION_VERIFICATION", "database"),
    ("BETTER_AUTH_SECRET", SECRET),
    ORIGINS,
];

async fn get(app: &TestApp, cookie: &str) -> Answer {
    let request = app.anonymous().request(Method::GET, "/api/me");
    Answer::of(request.header("cookie", cookie)).await
}

/// The cookie of alice, who has a row.
async fn alice(app: &TestApp) -> String {
    let alice = User::named("alice");
    app.add_row(&alice).await;
    app.session_cookie(&app.sign_in(&alice))
}

/// A cookie with the right shape that nobody signed.
fn forged(number: usize) -> String {
    format!(
        "better-auth.session_token=forged{number}.{}%3D",
        "A".repeat(43)
    )
}

#[actix_web::test]
async fn unless_it_is_switched_on_a_session_is_no_credential() {
    let app = TestApp::start().await;
    let cookie = alice(&app).await;
    get(&app, &cookie).await.refused(401, "token_missing");
    let session = app.sign_in(&User::named("alice"));
    app.bearer(&session)
        .get("/api/me")
        .await
        .refused(401, "token_malformed");
    assert_eq!(app.session_lookups(), 0);
}

#[actix_web::test]
async fn a_session_opens_by_cookie_and_by_bearer_and_tokens_go_on_opening() {
    let app = TestApp::start_with(&[HTTP]).await;
    let user = User {
        role: "admin,editor".to_owned(),
        organization_id: Some("acme".to_owned()),
        ..User::named("alice")
    };
    let session = app.sign_in(&user);
    let me = get(&app, &format!("a=b; {}", app.session_cookie(&session))).await;
    assert_eq!(
        me.ok(),
        json!({"id": user.id, "uuid": user.uuid, "email": user.email, "name": "alice",
            "roles": ["admin", "editor"], "permissions": [], "organization_id": "acme"})
    );
    assert_eq!(app.bearer(&session).get("/api/me").await.ok(), me.json());
    let token = app.token(&user).sign();
    app.bearer(&token).get("/api/me").await.ok();
    assert_eq!(app.session_lookups(), 2);
}

#[actix_web::test]
async fn a_wrong_token_is_not_rescued_by_a_good_cookie() {
    let app = TestApp::start_with(&[HTTP]).await;
    let token = app.token(&User::named("alice")).expires_in(-120).sign();
    let request = app.bearer(&token).request(Method::GET, "/api/me");
    let answer = Answer::of(request.header("cookie", alice(&app).await)).await;
    answer.refused(401, "token_expired");
}

#[actix_web::test]
async fn the_cookie_of_https_and_one_with_another_prefix_open_too() {
    let app = TestApp::start_with(&[HTTP, ("BETTER_AUTH_COOKIE_PREFIX", "shop")]).await;
    let cookie = alice(&app).await;
    get(&app, &cookie).await.refused(401, "token_missing");
    let cookie = cookie.replacen("better-auth", "shop", 1);
    get(&app, &cookie).await.ok();
    get(&app, &format!("__Secure-{cookie}")).await.ok();
    get(&app, &format!("x{cookie}"))
        .await
        .refused(401, "token_missing");
}

#[actix_web::test]
async fn what_is_no_session_is_refused_and_the_refusal_remembered() {
    let app = TestApp::start_with(&[HTTP]).await;
    for _ in 0..3 {
        get(&app, &forged(1)).await.refused(401, "token_invalid");
    }
    assert_eq!(app.session_lookups(), 1);
}

#[actix_web::test]
async fn what_cannot_be_a_session_is_refused_without_asking() {
    let app = TestApp::start_with(&[HTTP]).await;
    let long = "x".repeat(2000);
    for value in ["", "x", "token.short", "%ff.x", ".", long.as_str()] {
        get(&app, &format!("better-auth.session_token={value}"))
            .await
            .refused(401, "token_malformed");
    }
    assert_eq!(app.session_lookups(), 0);
}

#[actix_web::test]
async fn with_the_secret_a_forged_cookie_is_refused_without_asking() {
    let app = TestApp::start_with(&[HTTP, ("BETTER_AUTH_SECRET", SECRET)]).await;
    for number in 0..100 {
        get(&app, &forged(number))
            .await
            .refused(401, "token_invalid");
    }
    assert_eq!(app.session_lookups(), 0);
    get(&app, &alice(&app).await).await.ok();
}

#[actix_web::test]
async fn a_good_session_is_asked_for_once_however_many_wait() {
    let app = TestApp::start_with(&[HTTP]).await;
    let cookie = alice(&app).await;
    let answers = join_all((0..50).map(|_| get(&app, &cookie))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(app.session_lookups(), 1);
}

#[actix_web::test]
async fn many_unknown_sessions_cost_few_look_ups_and_leave_known_ones_alone() {
    let app = TestApp::start_with(&[HTTP, ("SESSION_MAX_LOOKUPS", "5")]).await;
    let cookie = alice(&app).await;
    get(&app, &cookie).await.ok();
    let cookies: Vec<_> = (0..40).map(forged).collect();
    let answers = join_all(cookies.iter().map(|cookie| get(&app, cookie))).await;
    let refused = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!((refused, app.session_lookups()), (4, 5));
    let late = get(&app, &forged(99)).await;
    late.refused(503, "auth_unavailable");
    assert!(late.header("retry-after").parse::<u64>().is_ok());
    get(&app, &cookie).await.ok();
}

#[actix_web::test]
async fn a_sign_out_is_noticed_when_the_answer_is_old() {
    let app = TestApp::start_with(&[HTTP, ("SESSION_CACHE_TTL", "1")]).await;
    let session = app.sign_in(&User::named("alice"));
    let cookie = app.session_cookie(&session);
    get(&app, &cookie).await.ok();
    app.sign_out(&session);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    get(&app, &cookie).await.refused(401, "token_invalid");
}

#[actix_web::test]
async fn a_session_ends_in_time_though_its_answer_is_fresh() {
    let app = TestApp::start_with(&[HTTP, ("SESSION_CACHE_TTL", "300")]).await;
    let cookie = app.session_cookie(&app.sign_in_for(&User::named("alice"), 1));
    get(&app, &cookie).await.ok();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    get(&app, &cookie).await.refused(401, "token_invalid");
    assert_eq!(app.session_lookups(), 1);
}

#[actix_web::test]
async fn a_banned_users_session_is_refused() {
    let app = TestApp::start_with(&[HTTP]).await;
    let banned = User {
        banned: true,
        ..User::named("alice")
    };
    let cookie = app.session_cookie(&app.sign_in(&banned));
    get(&app, &cookie).await.refused(401, "token_invalid");
}

#[actix_web::test]
async fn while_better_auth_does_not_answer_sessions_are_neither_good_nor_bad() {
    let app = TestApp::start_with(&[HTTP]).await;
    let known = alice(&app).await;
    get(&app, &known).await.ok();
    let forger = MockAuth::start().await;
    let body = |bytes: &[u8]| Behaviour::Body {
        content_type: "application/json".into(),
        bytes: bytes.to_vec(),
    };
    let address = format!("{}/api/auth/get-session", forger.origin());
    for (number, behaviour) in [
        Behaviour::Status(500),
        Behaviour::Status(429),
        Behaviour::Redirect(address),
        Behaviour::Huge { bytes: 10_000_000 },
        body(b"<html>"),
        body(b"{}"),
        body(b"true"),
        body(br#"{"session":{},"user":{}}"#),
    ]
    .into_iter()
    .enumerate()
    {
        app.behave_for_sessions(behaviour);
        let answer = get(&app, &forged(number)).await;
        answer.refused(503, "auth_unavailable");
    }
    assert_eq!(forger.session_lookups(), 0);
    app.stop_auth().await;
    get(&app, &forged(99))
        .await
        .refused(503, "auth_unavailable");
    get(&app, &known).await.ok();
}

#[actix_web::test]
async fn better_auth_hears_the_peers_address_and_no_invented_one() {
    for (trusted, heard) in [
        ("192.0.2.0/24", "127.0.0.1"),
        ("127.0.0.0/8", "203.0.113.9"),
    ] {
        let app = TestApp::start_with(&[HTTP, ("TRUSTED_PROXIES", trusted)]).await;
        let request = app.anonymous().request(Method::GET, "/api/me");
        let request = request
            .header("cookie", forged(1))
            .header("x-forwarded-for", "198.51.100.1, 203.0.113.9");
        Answer::of(request).await.refused(401, "token_invalid");
        assert_eq!(app.last_forwarded_for().as_deref(), Some(heard));
    }
}

#[actix_web::test]
async fn a_change_by_cookie_needs_an_allowed_page() {
    let app = TestApp::start_with(&[HTTP, ORIGINS]).await;
    let cookie = alice(&app).await;
    let post = async |headers: &[(&str, &str)]| {
        let request = app.anonymous().request(Method::POST, "/api/me");
        let request = request.header("cookie", &cookie);
        let with = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
            request.header(*name, *value)
        };
        Answer::of(headers.iter().fold(request, with)).await
    };
    let foreign: [&[(&str, &str)]; 7] = [
        &[],
        &[("origin", "https://evil.test")],
        &[("origin", "null")],
        &[("origin", "https://app.example.com.evil.test")],
        &[("origin", "https://evil.test"), ("referer", PAGE)],
        &[("referer", "https://evil.test/?https://app.example.com")],
        &[("referer", "https://app.example.com@evil.test/")],
    ];
    for headers in foreign {
        post(headers).await.refused(403, "forbidden");
    }
    // Whoever hears this got in.
    for allowed in [
        ("origin", PAGE),
        ("referer", "https://app.example.com/anywhere"),
    ] {
        post(&[allowed]).await.refused(405, "method_not_allowed");
    }
}

#[actix_web::test]
async fn a_page_may_send_cookies_when_sessions_are_verified() {
    let app = TestApp::start_with(&[HTTP, ORIGINS]).await;
    let request = app.anonymous().request(Method::GET, "/api/me");
    let answer = Answer::of(request.header("origin", PAGE)).await;
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
}

/// Writes the session as Better Auth does.
async fn store(app: &TestApp, name: &str, seconds: i64) -> String {
    let user = User::named(name);
    app.add_row(&user).await;
    let session = app.sign_in(&user);
    let ends = app::types::UtcDateTime::now().plus_seconds(seconds);
    app.sql(&format!(
        r#"INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
           VALUES ('{}', '{ends}', '{session}', '{ends}', '{ends}', '{}')"#,
        uuid::Uuid::new_v4(),
        user.id
    ))
    .await;
    session
}

#[actix_web::test]
async fn in_the_database_forged_expired_and_unknown_sessions_are_refused() {
    let app = TestApp::start_with(&DATABASE).await;
    let session = store(&app, "alice", 60).await;
    let unsigned = format!("better-auth.session_token={session}");
    get(&app, &unsigned).await.refused(401, "token_malformed");
    let forged = format!("{unsigned}.{}%3D", "A".repeat(43));
    get(&app, &forged).await.refused(401, "token_invalid");
    let unknown = app.session_cookie("unknown");
    get(&app, &unknown).await.refused(401, "token_invalid");
    let expired = store(&app, "bob", -1).await;
    let expired = app.session_cookie(&expired);
    get(&app, &expired).await.refused(401, "token_invalid");
    assert_eq!(app.session_lookups(), 0);
}

#[actix_web::test]
async fn in_the_database_an_open_session_opens_until_it_is_gone() {
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
    get(&app, &cookie).await.refused(401, "token_invalid");
    assert_eq!(app.session_lookups(), 0);
}

#[actix_web::test]
async fn in_the_database_plugins_columns_count_where_they_are() {
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
    get(&app, &cookie).await.refused(401, "token_invalid");
}
