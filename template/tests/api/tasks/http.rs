//! Rules for every route, tested on routes with bodies and parameters.

use reqwest::Method;
use serde_json::json;

use crate::{
    logs::lines_of,
    support::{Answer, TestApp},
};

#[actix_web::test]
async fn a_wrong_method_is_answered_with_the_allowed_ones() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    for (path, allowed) in [
        ("/api/me/tasks", "GET, HEAD, POST"),
        (&task, "GET, HEAD, PUT, PATCH, DELETE"),
    ] {
        let answer = Answer::of(alice.request(Method::TRACE, path)).await;
        answer.rejected(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allowed, "{path}");
    }
}

#[actix_web::test]
async fn head_works_wherever_get_does() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    for path in ["/api/me/tasks", &task] {
        let answer = Answer::of(alice.request(Method::HEAD, path)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{path}");
    }
}

#[actix_web::test]
async fn a_body_is_rejected_for_its_size_its_type_its_syntax_or_its_values() {
    let app = TestApp::start_with(&[("MAX_BODY_BYTES", "1000")]).await;
    let alice = app.user("alice").await;
    let send = async |kind: &str, body: &str| {
        let request = alice.request(Method::POST, "/api/me/tasks");
        Answer::of(request.header("content-type", kind).body(body.to_owned())).await
    };
    let title = r#"{"title":"Buy milk"}"#;
    let padded = format!("{title}{}", " ".repeat(1000));
    let json = "application/json";
    send(json, &padded).await.rejected(413, "body_too_large");
    send("text/plain", title)
        .await
        .rejected(415, "unsupported_media_type");
    for malformed in [
        "{",
        r#"{"title":"Buy milk"} trailing"#,
        r#"{"title":"a\u0000b"}"#,
    ] {
        send(json, malformed)
            .await
            .rejected(400, "malformed_request");
    }
    send(json, r#"{"title":7}"#)
        .await
        .invalid(&["title: invalid_value"]);
    send("application/json; charset=utf-8", title)
        .await
        .created();
}

#[actix_web::test]
async fn unknown_fields_and_parameters_are_named() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    alice
        .post("/api/me/tasks", json!({"title": "x", "colour": 1}))
        .await
        .invalid(&["colour: unknown_field"]);
    alice
        .post("/api/me/tasks", json!({}))
        .await
        .invalid(&["title: required"]);
    alice
        .post("/api/me/tasks", json!({"title": "x", "tag_ids": ["x"]}))
        .await
        .invalid(&["tag_ids[0]: invalid_value"]);
    alice
        .post("/api/me/tasks", json!(["Buy milk"]))
        .await
        .invalid(&[": invalid_value"]);
    alice
        .get("/api/me/tasks?sort=title")
        .await
        .invalid(&["sort: unknown_parameter"]);
    alice
        .get("/api/me/tasks?status=done")
        .await
        .invalid(&["status: invalid_value"]);
    alice
        .get("/api/me/tasks?page_size=101")
        .await
        .invalid(&["page_size: out_of_range"]);
    alice
        .get("/api/me/tasks?page=%00")
        .await
        .rejected(400, "malformed_request");
}

#[actix_web::test]
async fn all_errors_of_a_body_are_reported_at_once() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let body = json!({"title": " ", "description": "x".repeat(10_001)});
    alice
        .post("/api/me/tasks", body)
        .await
        .invalid(&["description: too_long", "title: blank"]);
    let body = json!({
        "priority": "urgent", "due_date": "soon", "colour": 1, "description": "x".repeat(10_001),
    });
    alice.post("/api/me/tasks", body).await.invalid(&[
        "colour: unknown_field",
        "description: too_long",
        "due_date: invalid_value",
        "priority: invalid_value",
        "title: required",
    ]);
}

#[actix_web::test]
async fn a_database_error_shows_no_sql() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    app.sql("ALTER TABLE tasks RENAME COLUMN title TO heading")
        .await;
    let answer = alice.get("/api/me/tasks").await;
    answer.rejected(500, "internal_error");
    for word in ["heading", "SELECT", "tasks", "column"] {
        assert!(!answer.text.contains(word), "{word}: {}", answer.text);
    }
}

#[actix_web::test]
async fn the_log_names_the_route_and_not_the_path() {
    let lines = lines_of("/api/me/tasks?page=1").await;
    assert_eq!(lines[0]["route"], "/api/{user_id}/tasks");
}
