//! Session cookies in place of tokens.

mod in_database;

use std::time::Duration;

use futures_util::future::join_all;
use mock_auth::{Behaviour, MockAuth, SECRET, User};
use reqwest::Method;
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

/// Inserts a session as Better Auth does.
async fn store(app: &TestApp, name: &str, seconds: i64) -> String {
    let user = User::named(name);
    app.add_row(&user).await;
    let session = app.sign_in(&user);
    let ends = database::UtcDateTime::now().plus_seconds(seconds);
    app.sql(&format!(
        r#"INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
           VALUES ('{}', '{ends}', '{session}', '{ends}', '{ends}', '{}')"#,
        uuid::Uuid::new_v4(),
        user.id
    ))
    .await;
    session
}

/// A cookie of the right shape with a forged signature.
fn forged(number: usize) -> String {
    format!(
        "better-auth.session_token=forged{number}.{}%3D",
        "A".repeat(43)
    )
}

#[actix_web::test]
async fn sessions_are_not_accepted_unless_enabled() {
    let app = TestApp::start().await;
    let cookie = alice(&app).await;
    get(&app, &cookie).await.rejected(401, "token_missing");
    let session = app.sign_in(&User::named("alice"));
    app.bearer(&session)
        .get("/api/me")
        .await
        .rejected(401, "token_malformed");
    assert_eq!(app.session_lookups(), 0);
}

#[actix_web::test]
async fn sessions_are_accepted_as_cookie_and_bearer_and_tokens_still_work() {
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
async fn a_wrong_token_is_rejected_despite_a_good_cookie() {
    let app = TestApp::start_with(&[HTTP]).await;
    let token = app.token(&User::named("alice")).expires_in(-120).sign();
    let request = app.bearer(&token).request(Method::GET, "/api/me");
    let answer = Answer::of(request.header("cookie", alice(&app).await)).await;
    answer.rejected(401, "token_expired");
}

#[actix_web::test]
async fn secure_cookies_and_cookies_with_another_prefix_are_accepted() {
    let app = TestApp::start_with(&[HTTP, ("BETTER_AUTH_COOKIE_PREFIX", "shop")]).await;
    let cookie = alice(&app).await;
    get(&app, &cookie).await.rejected(401, "token_missing");
    let cookie = cookie.replacen("better-auth", "shop", 1);
    get(&app, &cookie).await.ok();
    get(&app, &format!("__Secure-{cookie}")).await.ok();
    get(&app, &format!("x{cookie}"))
        .await
        .rejected(401, "token_missing");
}

#[actix_web::test]
async fn an_unknown_session_is_rejected_and_the_rejection_cached() {
    let app = TestApp::start_with(&[HTTP]).await;
    for _ in 0..3 {
        get(&app, &forged(1)).await.rejected(401, "token_invalid");
    }
    assert_eq!(app.session_lookups(), 1);
}

#[actix_web::test]
async fn malformed_sessions_are_rejected_without_a_look_up() {
    let app = TestApp::start_with(&[HTTP]).await;
    let long = "x".repeat(2000);
    for value in ["", "x", "token.short", "%ff.x", ".", long.as_str()] {
        get(&app, &format!("better-auth.session_token={value}"))
            .await
            .rejected(401, "token_malformed");
    }
    assert_eq!(app.session_lookups(), 0);
}

#[actix_web::test]
async fn with_the_secret_forged_cookies_are_rejected_without_a_look_up() {
    let app = TestApp::start_with(&[HTTP, ("BETTER_AUTH_SECRET", SECRET)]).await;
    for number in 0..100 {
        get(&app, &forged(number))
            .await
            .rejected(401, "token_invalid");
    }
    assert_eq!(app.session_lookups(), 0);
    get(&app, &alice(&app).await).await.ok();
}

#[actix_web::test]
async fn concurrent_requests_with_one_session_cause_one_look_up() {
    let app = TestApp::start_with(&[HTTP]).await;
    let cookie = alice(&app).await;
    let answers = join_all((0..50).map(|_| get(&app, &cookie))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(app.session_lookups(), 1);
}

#[actix_web::test]
async fn many_unknown_sessions_cause_few_look_ups_and_known_ones_still_work() {
    let app = TestApp::start_with(&[HTTP, ("SESSION_MAX_LOOKUPS", "5")]).await;
    let cookie = alice(&app).await;
    get(&app, &cookie).await.ok();
    let cookies: Vec<_> = (0..40).map(forged).collect();
    let answers = join_all(cookies.iter().map(|cookie| get(&app, cookie))).await;
    let rejected = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!((rejected, app.session_lookups()), (5, 6));
    let late = get(&app, &forged(99)).await;
    late.rejected(503, "auth_unavailable");
    assert!(late.header("retry-after").parse::<u64>().is_ok());
    get(&app, &cookie).await.ok();
}

#[actix_web::test]
async fn many_sessions_at_once_are_no_attack() {
    let app = TestApp::start_with(&[HTTP]).await;
    let sign_in = |number| app.sign_in(&User::named(&format!("user{number}")));
    let cookies: Vec<_> = (0..60)
        .map(|number| app.session_cookie(&sign_in(number)))
        .collect();
    let answers = join_all(cookies.iter().map(|cookie| get(&app, cookie))).await;
    let opened = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((opened, app.session_lookups()), (60, 60));
}

#[actix_web::test]
async fn look_ups_that_fail_use_up_nothing() {
    let app = TestApp::start_with(&[HTTP, ("SESSION_MAX_LOOKUPS", "2")]).await;
    app.behave_for_sessions(Behaviour::Status(500));
    for number in 0..4 {
        get(&app, &forged(number))
            .await
            .rejected(503, "auth_unavailable");
    }
    app.behave_for_sessions(Behaviour::Answer);
    get(&app, &alice(&app).await).await.ok();
}

#[actix_web::test]
async fn other_cookies_may_hold_any_bytes() {
    for settings in [&[HTTP][..], &DATABASE] {
        let app = TestApp::start_with(settings).await;
        let session = store(&app, "alice", 60).await;
        let session = match settings {
            [_] => app.sign_in(&User::named("alice")),
            _ => session,
        };
        let cookie = app.session_cookie(&session);
        for other in [
            "name=Zoë; ".as_bytes(),
            b"\xff=\xfe; ",
            b"; =; a; ",
            b"a=\"b; c\"; ",
        ] {
            let line = [other, cookie.as_bytes()].concat();
            let line = reqwest::header::HeaderValue::from_bytes(&line).unwrap();
            let request = app.anonymous().request(Method::GET, "/api/me");
            Answer::of(request.header("cookie", line)).await.ok();
        }
    }
}

#[actix_web::test]
async fn a_session_cookie_may_be_quoted_and_surrounded_by_spaces() {
    let app = TestApp::start_with(&[HTTP]).await;
    let (name, value) = ("better-auth.session_token", alice(&app).await);
    let (_, value) = value.split_once('=').unwrap();
    for cookie in [
        format!("{name}=\"{value}\""),
        format!("a=b;{name} = {value} "),
    ] {
        get(&app, &cookie).await.ok();
    }
}

#[actix_web::test]
async fn a_stale_cookie_of_the_other_scheme_does_not_hide_the_good_one() {
    for settings in [&[HTTP][..], &DATABASE] {
        let app = TestApp::start_with(settings).await;
        let good = match settings {
            [_] => alice(&app).await,
            _ => app.session_cookie(&store(&app, "alice", 60).await),
        };
        let stale = app.session_cookie("gone");
        for both in [
            format!("__Secure-{stale}; {good}"),
            format!("{stale}; __Secure-{good}"),
            format!("__Secure-better-auth.session_token=junk; {good}"),
        ] {
            get(&app, &both).await.ok();
        }
        let answer = get(&app, &format!("__Secure-{stale}; {stale}")).await;
        answer.rejected(401, "token_invalid");
    }
}

#[actix_web::test]
async fn a_cookie_with_a_name_of_its_own_is_read() {
    let sid = ("BETTER_AUTH_SESSION_COOKIE", "sid");
    let app = TestApp::start_with(&[&DATABASE[..], &[sid]].concat()).await;
    let cookie = app.session_cookie(&store(&app, "alice", 60).await);
    get(&app, &cookie).await.rejected(401, "token_missing");
    let cookie = cookie.replacen("better-auth.session_token", "sid", 1);
    get(&app, &cookie).await.ok();
    get(&app, &format!("__Secure-{cookie}")).await.ok();
}

#[actix_web::test]
async fn the_current_secret_of_several_verifies_cookies() {
    let secrets = format!("2:{SECRET},1:{}", "old".repeat(11));
    let of_better_auth = [
        ("SESSION_VERIFICATION", "database"),
        ("BETTER_AUTH_SECRETS", secrets.as_str()),
    ];
    let of_auth = [
        ("SESSION_VERIFICATION", "database"),
        ("AUTH_SECRET", SECRET),
    ];
    for settings in [of_better_auth, of_auth] {
        let app = TestApp::start_with(&settings).await;
        let cookie = app.session_cookie(&store(&app, "alice", 60).await);
        get(&app, &cookie).await.ok();
    }
}

#[actix_web::test]
async fn a_sign_out_takes_effect_when_the_cached_answer_expires() {
    let app = TestApp::start_with(&[HTTP, ("SESSION_CACHE_TTL", "1")]).await;
    let session = app.sign_in(&User::named("alice"));
    let cookie = app.session_cookie(&session);
    get(&app, &cookie).await.ok();
    app.sign_out(&session);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    get(&app, &cookie).await.rejected(401, "token_invalid");
}

#[actix_web::test]
async fn a_session_expires_on_time_even_while_it_is_cached() {
    let app = TestApp::start_with(&[HTTP, ("SESSION_CACHE_TTL", "300")]).await;
    let cookie = app.session_cookie(&app.sign_in_for(&User::named("alice"), 3));
    get(&app, &cookie).await.ok();
    tokio::time::sleep(Duration::from_millis(3100)).await;
    get(&app, &cookie).await.rejected(401, "token_invalid");
    assert_eq!(app.session_lookups(), 1);
}

#[actix_web::test]
async fn a_look_up_does_not_lengthen_the_session() {
    let app = TestApp::start_with(&[HTTP, ("SESSION_CACHE_TTL", "1")]).await;
    let cookie = app.session_cookie(&app.sign_in_for(&User::named("alice"), 2));
    get(&app, &cookie).await.ok();
    tokio::time::sleep(Duration::from_millis(2100)).await;
    get(&app, &cookie).await.rejected(401, "token_invalid");
    assert_eq!(app.session_lookups(), 2);
}

#[actix_web::test]
async fn a_banned_users_session_is_rejected() {
    let app = TestApp::start_with(&[HTTP]).await;
    let banned = User {
        banned: true,
        ..User::named("alice")
    };
    let cookie = app.session_cookie(&app.sign_in(&banned));
    get(&app, &cookie).await.rejected(401, "token_invalid");
}

#[actix_web::test]
async fn while_better_auth_does_not_answer_sessions_are_answered_with_503() {
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
        answer.rejected(503, "auth_unavailable");
    }
    assert_eq!(forger.session_lookups(), 0);
    app.stop_auth().await;
    get(&app, &forged(99))
        .await
        .rejected(503, "auth_unavailable");
    get(&app, &known).await.ok();
}

#[actix_web::test]
async fn better_auth_receives_the_peers_address_and_never_a_forged_one() {
    for (trusted, heard) in [
        ("192.0.2.0/24", "127.0.0.1"),
        ("127.0.0.0/8", "203.0.113.9"),
    ] {
        let app = TestApp::start_with(&[HTTP, ("TRUSTED_PROXIES", trusted)]).await;
        let request = app.anonymous().request(Method::GET, "/api/me");
        let request = request
            .header("cookie", forged(1))
            .header("x-forwarded-for", "198.51.100.1, 203.0.113.9");
        Answer::of(request).await.rejected(401, "token_invalid");
        assert_eq!(app.last_forwarded_for().as_deref(), Some(heard));
    }
}

#[actix_web::test]
async fn a_write_with_a_cookie_needs_an_allowed_origin() {
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
    let foreign: [&[(&str, &str)]; 8] = [
        &[],
        &[("origin", "https://evil.test")],
        &[("origin", "null")],
        &[("origin", "https://app.example.com.evil.test")],
        &[("origin", "https://evil.test"), ("referer", PAGE)],
        // No text, as no browser sends it.
        &[("origin", "\u{ff}"), ("referer", PAGE)],
        &[("referer", "https://evil.test/?https://app.example.com")],
        &[("referer", "https://app.example.com@evil.test/")],
    ];
    for headers in foreign {
        post(headers).await.rejected(403, "forbidden");
    }
    // Whoever hears this got in.
    for allowed in [
        ("origin", PAGE),
        ("referer", "https://app.example.com/anywhere"),
    ] {
        post(&[allowed]).await.rejected(405, "method_not_allowed");
    }
}

#[actix_web::test]
async fn writes_from_foreign_pages_count_against_the_address() {
    let limit = ("RATE_LIMIT_PER_ADDRESS", "2");
    let app = TestApp::start_with(&[HTTP, ORIGINS, limit]).await;
    let cookie = alice(&app).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let request = app.anonymous().request(Method::POST, "/api/me");
        let request = request.header("origin", "https://evil.test");
        statuses.push(Answer::of(request.header("cookie", &cookie)).await.status);
    }
    assert_eq!(statuses, [403, 403, 429]);
}

#[actix_web::test]
async fn cors_allows_credentials_when_sessions_are_verified() {
    let app = TestApp::start_with(&[HTTP, ORIGINS]).await;
    let request = app.anonymous().request(Method::GET, "/api/me");
    let answer = Answer::of(request.header("origin", PAGE)).await;
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
}
