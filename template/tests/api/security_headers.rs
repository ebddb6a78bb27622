//! The headers that protect browsers.

use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, TestApp};

const PATHS: [&str; 6] = [
    "/health/live",
    "/metrics",
    "/nowhere",
    "/api/me",
    "/openapi.json",
    "/docs/",
];

#[track_caller]
fn assert_protected(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!answer.header("x-request-id").is_empty());
}

#[actix_web::test]
async fn every_response_has_the_security_headers() {
    let app = TestApp::start().await;
    for path in PATHS {
        assert_protected(&app.anonymous().get(path).await);
    }
    assert_protected(&app.user("alice").await.get("/api/me").await);
    let preflight = app
        .anonymous()
        .request(Method::OPTIONS, "/api/me")
        .header("origin", app.origin())
        .header("access-control-request-method", "GET");
    assert_protected(&Answer::of(preflight).await);
}

#[actix_web::test]
async fn only_the_documentation_may_load_anything() {
    let app = TestApp::start().await;
    for path in PATHS {
        let answer = app.anonymous().get(path).await;
        let policy = answer.header("content-security-policy");
        let allowed = if path == "/docs/" { "'self'" } else { "'none'" };
        let expected = format!("default-src {allowed};");
        assert!(policy.starts_with(&expected), "{path}: {policy}");
    }
}

/// Strict-Transport-Security of a response to a request with this X-Forwarded-Proto.
async fn hsts(app: &TestApp, protocol: &str) -> String {
    let header = ("x-forwarded-proto", protocol);
    let nobody = app.anonymous();
    let answer = nobody
        .with(header, Method::GET, "/nowhere", Value::Null)
        .await;
    answer.header("strict-transport-security").to_owned()
}

#[actix_web::test]
async fn https_that_no_trusted_proxy_reports_is_not_made_permanent() {
    let unknown = TestApp::start().await;
    assert_eq!(hsts(&unknown, "https").await, "");
    let behind_proxy = TestApp::start_with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    for protocol in ["", "http", "http, https", "https-not"] {
        assert_eq!(hsts(&behind_proxy, protocol).await, "", "{protocol}");
    }
}

#[actix_web::test]
async fn https_that_a_trusted_proxy_reports_is_made_permanent() {
    let app = TestApp::start_with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    for protocol in ["https", "HTTPS", "https, http"] {
        assert_eq!(hsts(&app, protocol).await, "max-age=31536000", "{protocol}");
    }
}
