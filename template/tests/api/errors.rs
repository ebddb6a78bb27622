use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

#[actix_web::test]
async fn an_unknown_route_is_not_found() {
    let app = TestApp::start().await;
    app.anonymous()
        .get("/nowhere")
        .await
        .refused(404, "not_found");
    app.anonymous()
        .get("/api/me/nowhere")
        .await
        .refused(401, "token_missing");
    app.user("alice")
        .await
        .get("/api/me/nowhere")
        .await
        .refused(404, "not_found");
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for path in ["/health/live", "/api/me", "/api/profile"] {
        for answer in [
            Answer::of(alice.request(Method::TRACE, path)).await,
            alice.put(path, json!({})).await,
            alice.patch(path, json!({})).await,
            alice.delete(path).await,
        ] {
            answer.refused(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), "GET, HEAD", "{path}");
        }
    }
}

#[actix_web::test]
async fn head_works_wherever_get_does() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for path in ["/health/live", "/api/me", "/api/profile"] {
        let answer = Answer::of(alice.request(Method::HEAD, path)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{path}");
    }
    let refused = Answer::of(app.anonymous().request(Method::HEAD, "/api/me")).await;
    assert_eq!((refused.status, refused.text.as_str()), (401, ""));
}

#[actix_web::test]
async fn wrong_parameters_are_named() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for (query, fault) in [
        ("sort=name", "sort: unknown_parameter"),
        ("page=x", "page: invalid_value"),
        ("page_size=101", "page_size: out_of_range"),
    ] {
        let answer = admin.get(&format!("/api/admin/users?{query}")).await;
        answer.invalid(&[fault]);
    }
    admin
        .get("/api/admin/users?page=%00")
        .await
        .refused(400, "malformed_request");
}

#[actix_web::test]
async fn a_sane_request_id_is_kept_and_another_is_replaced() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let with = async |id: &str| {
        let header = ("x-request-id", id);
        nobody
            .with(header, Method::GET, "/nowhere", Value::Null)
            .await
    };
    let answer = with("trace-1.a_B").await;
    assert_eq!(
        answer.refused(404, "not_found")["request_id"],
        "trace-1.a_B"
    );
    for bad in ["", "a b", "<script>", &"x".repeat(65)] {
        let answer = with(bad).await;
        answer.refused(404, "not_found");
        assert_ne!(answer.header("x-request-id"), bad);
    }
}

#[actix_web::test]
async fn every_answer_forbids_sniffing() {
    let app = TestApp::start().await;
    for path in [
        "/health/live",
        "/nowhere",
        "/api/me",
        "/openapi.json",
        "/docs/",
    ] {
        let answer = app.anonymous().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
}

#[actix_web::test]
async fn a_fault_of_the_database_shows_no_sql() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    app.sql(r#"ALTER TABLE "user" RENAME COLUMN image TO picture"#)
        .await;
    let answer = alice.get("/api/profile").await;
    answer.refused(500, "internal_error");
    for word in ["image", "SELECT", "user", "column"] {
        assert!(!answer.text.contains(word), "{word}: {}", answer.text);
    }
}

#[actix_web::test]
async fn a_database_that_does_not_answer_is_unavailable() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    app.db().clone().close().await.unwrap();
    let answer = alice.get("/api/profile").await;
    answer.refused(503, "database_unavailable");
    assert!(!answer.header("retry-after").is_empty());
}
