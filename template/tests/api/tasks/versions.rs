//! Versions: ETag, If-Match and If-None-Match.

use futures_util::future::join;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

async fn a_task(alice: &Client) -> String {
    format!("/api/me/tasks/{}", alice.task("Buy milk").await)
}

/// Every write that accepts If-Match.
async fn writes(alice: &Client, task: &str) -> Vec<(Method, String, Value)> {
    let tag = alice.tag("home").await;
    vec![
        (Method::PUT, task.to_owned(), json!({"title": "x"})),
        (Method::PATCH, task.to_owned(), json!({"title": "y"})),
        (Method::PATCH, format!("{task}/complete"), Value::Null),
        (Method::POST, format!("{task}/tags"), json!({"tag_id": tag})),
        (Method::PUT, format!("{task}/tags"), json!({"tag_ids": []})),
        (Method::PATCH, task.to_owned(), json!({"tag_ids": [tag]})),
        (Method::DELETE, format!("{task}/tags/{tag}"), Value::Null),
        (Method::DELETE, task.to_owned(), Value::Null),
        (Method::POST, format!("{task}/restore"), Value::Null),
    ]
}

async fn version(alice: &Client, path: &str) -> Value {
    let path = format!("{path}?include_deleted=true");
    alice.get(&path).await.ok()["version"].clone()
}

#[actix_web::test]
async fn a_write_with_a_stale_version_changes_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    alice.patch(&task, json!({"title": "Buy bread"})).await.ok();
    for (method, path, body) in writes(&alice, &task).await {
        for stale in [
            r#""1""#,
            r#"W/"2""#,
            r#""02""#,
            "2",
            "",
            r#""1", "3""#,
            "\"ä\"",
        ] {
            let sent = alice.with(("if-match", stale), method.clone(), &path, body.clone());
            sent.await.rejected(412, "precondition_failed");
        }
        assert_eq!(version(&alice, &task).await, 2, "{method} {path}");
    }
}

#[actix_web::test]
async fn not_found_and_bad_input_come_before_a_stale_version() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let task = a_task(&alice).await;
    let stale = ("if-match", r#""9""#);
    bob.with(stale, Method::DELETE, &task, Value::Null)
        .await
        .rejected(404, "not_found");
    alice
        .with(stale, Method::PATCH, &task, json!({"title": ""}))
        .await
        .invalid(&["title: blank"]);
}

#[actix_web::test]
async fn a_write_with_the_current_version_succeeds_and_raises_it() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    for (method, path, body) in writes(&alice, &task).await {
        let current = version(&alice, &task).await;
        let tags = format!(r#""0", "{current}""#);
        let answer = alice
            .with(("if-match", &tags), method.clone(), &path, body)
            .await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text);
        if method != Method::DELETE {
            let after = answer.json()["version"].clone();
            assert_eq!(answer.header("etag"), format!("\"{after}\""), "{path}");
            assert_eq!(after, version(&alice, &task).await);
        }
    }
    assert_eq!(version(&alice, &task).await, 10);
}

#[actix_web::test]
async fn a_star_matches_any_version() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    let any = ("if-match", "*");
    let body = json!({"title": "Buy bread"});
    alice.with(any, Method::PATCH, &task, body).await.ok();
}

#[actix_web::test]
async fn of_two_concurrent_writes_with_one_version_one_succeeds() {
    let app = TestApp::start_with(&[("WORKERS", "2")]).await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    for round in 1..=10 {
        let tag = format!("\"{round}\"");
        let write = |title: &str| {
            let body = json!({"title": format!("{title} {round}")});
            let (alice, tag, task) = (&alice, tag.clone(), task.clone());
            async move {
                alice
                    .with(("if-match", &tag), Method::PATCH, &task, body)
                    .await
            }
        };
        let (one, two) = join(write("one"), write("two")).await;
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
    }
}

#[actix_web::test]
async fn an_unchanged_row_is_answered_with_304() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    let answer = alice.get(&task).await;
    assert_eq!(answer.header("etag"), r#""1""#);
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert!(
        vary.iter()
            .any(|value| *value == "Authorization, Cookie, X-API-Key"),
        "{vary:?}"
    );
    for known in [r#""1""#, r#"W/"1""#, r#""7", "1""#, "*"] {
        for method in [Method::GET, Method::HEAD] {
            let answer = alice
                .with(("if-none-match", known), method, &task, Value::Null)
                .await;
            assert_eq!((answer.status, answer.text.as_str()), (304, ""), "{known}");
            assert_eq!(answer.header("etag"), r#""1""#);
            assert_eq!(answer.header("cache-control"), "private, no-cache");
        }
    }
    for other in [r#""2""#, "1", ""] {
        alice
            .with(("if-none-match", other), Method::GET, &task, Value::Null)
            .await
            .ok();
    }
    let created = alice.post("/api/me/tasks", json!({"title": "x"})).await;
    assert_eq!((created.status, created.header("etag")), (201, r#""1""#));
}

#[actix_web::test]
async fn a_row_is_read_only_in_a_version_that_the_caller_expects() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    for (expected, status) in [
        (r#""2""#, 412),
        (r#"W/"1""#, 412),
        (r#""1""#, 200),
        ("*", 200),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let read = alice.with(("if-match", expected), method, &task, Value::Null);
            assert_eq!(read.await.status, status, "{expected}");
        }
    }
}

#[actix_web::test]
async fn a_write_that_is_not_meant_for_the_current_version_is_rejected() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    for known in ["*", r#""1""#, r#"W/"1""#, r#""7", "1""#] {
        for (method, body) in [
            (Method::PUT, json!({"title": "x"})),
            (Method::PATCH, json!({"title": "x"})),
            (Method::DELETE, Value::Null),
        ] {
            let write = alice.with(("if-none-match", known), method, &task, body);
            write.await.rejected(412, "precondition_failed");
        }
    }
    let body = json!({"title": "x"});
    let write = alice.with(("if-none-match", r#""2""#), Method::PATCH, &task, body);
    assert_eq!(write.await.ok()["version"], 2);
}

#[actix_web::test]
async fn a_list_has_no_etag_and_is_not_stored() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let answer = alice.get("/api/me/tasks").await;
    assert_eq!(
        (answer.header("etag"), answer.header("cache-control")),
        ("", "no-store")
    );
}

#[actix_web::test]
async fn a_write_without_changes_does_not_raise_the_version() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let tag = alice.tag("home").await;
    let body = json!({"title": "Buy milk", "due_date": "2026-12-01T00:00:00Z", "tag_ids": [tag]});
    let before = alice.post("/api/me/tasks", body.clone()).await.created();
    let path = format!("/api/me/tasks/{}", before["id"].as_str().unwrap());
    for answer in [
        alice.patch(&path, json!({})).await,
        alice.patch(&path, json!({"title": " Buy milk"})).await,
        alice.put(&path, body).await,
        alice
            .put(&format!("{path}/tags"), json!({"tag_ids": [tag]}))
            .await,
        alice.post(&format!("{path}/restore"), Value::Null).await,
    ] {
        assert_eq!(answer.ok(), before);
    }
}

#[actix_web::test]
async fn changing_a_tag_raises_the_version_of_its_tasks() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let tag = format!("/api/me/tags/{}", alice.tag("home").await);
    let id = tag.rsplit('/').next().unwrap();
    let with = json!({"title": "with", "tag_ids": [id]});
    let with = alice.post("/api/me/tasks", with).await.created();
    let with = format!("/api/me/tasks/{}", with["id"].as_str().unwrap());
    let without = a_task(&alice).await;
    let mut expected = 1;
    let mut raised = async |answer: Answer| {
        assert!(answer.status < 300, "{}", answer.text);
        expected += 1;
        assert_eq!(version(&alice, &with).await, expected);
    };
    raised(alice.patch(&tag, json!({"name": "garden"})).await).await;
    raised(
        alice
            .put(&tag, json!({"name": "garden", "color": "#123456"}))
            .await,
    )
    .await;
    raised(alice.delete(&tag).await).await;
    raised(alice.post(&format!("{tag}/restore"), Value::Null).await).await;
    assert_eq!(version(&alice, &without).await, 1);
}
