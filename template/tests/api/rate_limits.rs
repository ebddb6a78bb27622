//! RATE_LIMIT_PER_USER and RATE_LIMIT_PER_ADDRESS.

use mock_auth::{MockAuth, User};
use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

use crate::support::{Answer, Program, TestApp};

const PER_USER: (&str, &str) = ("RATE_LIMIT_PER_USER", "2");
const PER_ADDRESS: (&str, &str) = ("RATE_LIMIT_PER_ADDRESS", "2");

#[actix_web::test]
async fn a_user_beyond_the_limit_is_rejected_with_the_time_to_wait() {
    let app = TestApp::start_with(&[PER_USER]).await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    alice.get("/api/profile").await.ok();
    let answer = alice.get("/api/me").await;
    answer.rejected(429, "rate_limited");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(answer.header("ratelimit-policy"), r#""user";q=2;w=60"#);
    assert_eq!(
        answer.header("ratelimit"),
        format!(r#""user";r=0;t={wait}"#)
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn each_user_has_a_limit_of_their_own() {
    let app = TestApp::start_with(&[PER_USER]).await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    for _ in 0..2 {
        alice.get("/api/me").await.ok();
    }
    alice.get("/api/me").await.rejected(429, "rate_limited");
    bob.get("/api/me").await.ok();
}

#[actix_web::test]
async fn a_limited_request_does_nothing() {
    let app = TestApp::start_with(&[("RATE_LIMIT_PER_USER", "1")]).await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    app.sql(r#"DELETE FROM "user""#).await;
    alice
        .get("/api/profile")
        .await
        .rejected(429, "rate_limited");
}

#[actix_web::test]
async fn an_exhausted_address_gets_429_in_place_of_401_but_its_users_are_served() {
    let app = TestApp::start_with(&[PER_ADDRESS]).await;
    let alice = app.user("alice").await;
    let nobody = app.anonymous();
    nobody.get("/api/me").await.rejected(401, "token_missing");
    let garbage = app.bearer("garbage");
    garbage
        .get("/api/me")
        .await
        .rejected(401, "token_malformed");
    let answer = garbage.get("/api/me").await;
    answer.rejected(429, "rate_limited");
    assert_eq!(answer.header("ratelimit-policy"), r#""address";q=2;w=60"#);
    assert_eq!(answer.header("www-authenticate"), "");
    nobody.get("/api/me").await.rejected(429, "rate_limited");
    for _ in 0..5 {
        alice.get("/api/me").await.ok();
        alice
            .get("/api/me/nowhere")
            .await
            .rejected(404, "not_found");
    }
}

#[actix_web::test]
async fn whatever_asks_for_no_credentials_counts_by_address_too() {
    let metadata = "/.well-known/oauth-protected-resource";
    let audience = ("OAUTH_AUDIENCE", "https://api.example.test");
    for path in [
        "/api/whoami",
        "/openapi.json",
        "/docs/",
        "/nowhere",
        metadata,
    ] {
        let app = TestApp::start_with(&[PER_ADDRESS, audience]).await;
        for _ in 0..2 {
            assert_ne!(app.anonymous().get(path).await.status, 429, "{path}");
        }
        let answer = app.anonymous().get(path).await;
        answer.rejected(429, "rate_limited");
    }
}

#[actix_web::test]
async fn probes_metrics_and_preflights_are_not_limited() {
    let app = TestApp::start_with(&[("RATE_LIMIT_PER_ADDRESS", "1")]).await;
    app.user("alice").await.get("/api/me").await.ok();
    let nobody = app.anonymous();
    nobody.get("/api/me").await.rejected(401, "token_missing");
    nobody.get("/api/me").await.rejected(429, "rate_limited");
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(nobody.get(path).await.status, 200, "{path}");
    }
    let preflight = nobody
        .request(Method::OPTIONS, "/api/me")
        .header("origin", app.origin())
        .header("access-control-request-method", "GET");
    assert_eq!(Answer::of(preflight).await.status, 200);
}

#[actix_web::test]
async fn a_page_can_read_the_limit() {
    let app = TestApp::start_with(&[("RATE_LIMIT_PER_ADDRESS", "1")]).await;
    let origin = app.origin();
    let get = async || {
        let header = ("origin", origin.as_str());
        let nobody = app.anonymous();
        nobody
            .with(header, Method::GET, "/api/me", Value::Null)
            .await
    };
    get().await;
    let answer = get().await;
    answer.rejected(429, "rate_limited");
    let exposed = answer
        .header("access-control-expose-headers")
        .to_lowercase();
    for name in ["retry-after", "ratelimit", "ratelimit-policy"] {
        assert!(exposed.split(", ").any(|it| it == name), "{exposed}");
    }
}

#[actix_web::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_limit() {
    let trusted = ("TRUSTED_PROXIES", "127.0.0.1");
    let app = TestApp::start_with(&[("RATE_LIMIT_PER_ADDRESS", "1"), trusted]).await;
    let from = async |address: &str| {
        let header = ("x-forwarded-for", address);
        let nobody = app.anonymous();
        nobody
            .with(header, Method::GET, "/api/me", Value::Null)
            .await
            .status
    };
    assert_eq!(from("192.0.2.1").await, 401);
    assert_eq!(from("192.0.2.1").await, 429);
    assert_eq!(from("192.0.2.2").await, 401);
    assert_eq!(from("2001:db8:1:2::1").await, 401);
    assert_eq!(from("2001:db8:1:2:9::9").await, 429);
    assert_eq!(from("2001:db8:1:3::1").await, 401);
}

#[actix_web::test]
async fn what_a_client_says_of_its_address_does_not_help() {
    let app = TestApp::start_with(&[("RATE_LIMIT_PER_ADDRESS", "1")]).await;
    let mut statuses = Vec::new();
    for address in ["192.0.2.1", "192.0.2.2"] {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", address.parse().unwrap());
        let request = app.anonymous().request(Method::GET, "/api/me");
        statuses.push(Answer::of(request.headers(headers)).await.status);
    }
    assert_eq!(statuses, [401, 429]);
}

#[actix_web::test]
async fn rejections_are_counted() {
    let auth = MockAuth::start().await;
    let (program, _database) = Program::with_keys_of(&auth, &[PER_USER]).await;
    let token = auth.token(&User::named("alice")).sign();
    let http = reqwest::Client::new();
    for _ in 0..4 {
        Answer::of(http.get(program.url("/api/me")).bearer_auth(&token)).await;
    }
    let metrics = Answer::of(http.get(program.url("/metrics"))).await;
    let counted = r#"rejections_total{code="rate_limited"} 2"#;
    assert!(metrics.text.contains(counted), "{}", metrics.text);
}
