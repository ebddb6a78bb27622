use reqwest::Method;

use crate::support::{Answer, Client, TestApp};

const ALLOWED: &str = "https://example.com";

async fn app() -> TestApp {
    TestApp::start_with(&[(
        "CORS_ALLOWED_ORIGINS",
        "https://example.com,http://localhost:3000",
    )])
    .await
}

async fn from(origin: &str, client: &Client, path: &str) -> Answer {
    Answer::of(client.request(Method::GET, path).header("origin", origin)).await
}

async fn preflight(origin: &str, client: &Client) -> Answer {
    let request = client
        .request(Method::OPTIONS, "/api/me")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization, content-type, idempotency-key",
        );
    Answer::of(request).await
}

#[actix_web::test]
async fn origins_that_are_not_listed_exactly_are_not_allowed() {
    let app = app().await;
    let client = app.anonymous();
    for origin in [
        "https://evil.test",
        "null",
        "https://example.com.evil.test",
        "https://evil-example.com",
        "http://example.com",
        "https://example.com:8443",
        "http://localhost:3001",
    ] {
        let answer = from(origin, &client, "/health/live").await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        let answer = preflight(origin, &client).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        answer.rejected(400, "malformed_request");
    }
}

#[actix_web::test]
async fn an_allowed_origin_is_echoed_exactly() {
    let app = app().await;
    for origin in [ALLOWED, "http://localhost:3000"] {
        let answer = from(origin, &app.anonymous(), "/health/live").await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let exposed = answer.header("access-control-expose-headers");
        for name in [
            "x-request-id",
            "location",
            "etag",
            "link",
            "retry-after",
            "www-authenticate",
        ] {
            assert!(exposed.contains(name), "{name} is not in {exposed}");
        }
    }
}

#[actix_web::test]
async fn a_preflight_needs_no_token() {
    let app = app().await;
    let answer = preflight(ALLOWED, &app.anonymous()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), ALLOWED);
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        assert!(
            answer
                .header("access-control-allow-methods")
                .contains(method),
            "{method}"
        );
    }
    assert!(!answer.header("x-request-id").is_empty());
}

async fn preflight_for(headers: &str, client: &Client) -> Answer {
    let request = client
        .request(Method::OPTIONS, "/api/me")
        .header("origin", ALLOWED)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", headers);
    Answer::of(request).await
}

#[actix_web::test]
async fn pages_may_send_what_tracing_tools_add_and_what_the_setting_lists() {
    let app = TestApp::start_with(&[
        ("CORS_ALLOWED_ORIGINS", ALLOWED),
        ("CORS_ALLOWED_HEADERS", "X-Tenant"),
    ])
    .await;
    let headers =
        "authorization,baggage,sentry-trace,traceparent,tracestate,x-requested-with,x-tenant";
    let answer = preflight_for(headers, &app.anonymous()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let allowed = answer.header("access-control-allow-headers");
    for name in headers.split(',') {
        assert!(allowed.contains(name), "{name} is not in {allowed}");
    }
}

/// Browsers name the header that the answer lacks; of any other answer they say that the origin is
/// wrong.
#[actix_web::test]
async fn a_preflight_for_another_header_is_answered_without_it() {
    let app = app().await;
    for headers in [
        "authorization, x-evil",
        "x-evil",
        "X-Evil, X-Other",
        "bad name",
    ] {
        let answer = preflight_for(headers, &app.anonymous()).await;
        assert_eq!(answer.status, 200, "{headers}: {}", answer.text);
        assert_eq!(answer.header("access-control-allow-origin"), ALLOWED);
        let allowed = answer.header("access-control-allow-headers");
        assert!(allowed.contains("authorization"), "{allowed}");
        assert!(!allowed.contains("evil"), "{allowed}");
    }
}

#[actix_web::test]
async fn pages_of_apps_and_extensions_may_call() {
    let origins = ["tauri://localhost", "chrome-extension://abcdefghijklmnop"];
    let listed = origins.join(",");
    let app = TestApp::start_with(&[("CORS_ALLOWED_ORIGINS", &listed)]).await;
    for origin in origins {
        let answer = from(origin, &app.anonymous(), "/health/live").await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        let answer = preflight(origin, &app.anonymous()).await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
    let answer = from("tauri://other", &app.anonymous(), "/health/live").await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[actix_web::test]
async fn credentials_are_allowed_only_where_the_setting_says_so() {
    let app = TestApp::start_with(&[
        ("CORS_ALLOWED_ORIGINS", ALLOWED),
        ("CORS_ALLOW_CREDENTIALS", "true"),
    ])
    .await;
    let answer = from(ALLOWED, &app.anonymous(), "/health/live").await;
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
}

#[actix_web::test]
async fn every_kind_of_error_can_be_read_by_an_allowed_origin() {
    let app = app().await;
    let (alice, admin) = (app.user("alice").await, app.admin().await);
    let someones = "/api/2bd806c9-7f0e-40af-9a1f-000000000000/anything";
    for (client, path, status) in [
        (&app.anonymous(), "/api/me", 401),
        (&alice, "/api/admin/users", 403),
        (&alice, someones, 403),
        (&alice, "/api/me/nothing", 404),
        (&alice, "/nowhere", 404),
        (&admin, "/api/admin/users?page=0", 422),
        (&admin, "/api/admin/users?page=%zz", 400),
    ] {
        let answer = from(ALLOWED, client, path).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (status, ALLOWED),
            "{path}"
        );
    }
    app.db().clone().close().await.unwrap();
    let answer = from(ALLOWED, &alice, "/api/profile").await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (503, ALLOWED)
    );
}
