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
async fn foreign_null_look_alike_and_other_port_origins_are_not_allowed() {
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
        answer.refused(400, "malformed_request");
    }
}

#[actix_web::test]
async fn an_allowed_origin_is_named_exactly() {
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
async fn every_kind_of_error_can_be_read_by_an_allowed_page() {
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
