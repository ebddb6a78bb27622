//! PATCH, PUT and the toggle of completion.

use reqwest::Method;
use serde_json::{Value, json};

use super::NOWHERE;
use crate::support::{Answer, TestApp};

#[actix_web::test]
async fn a_patch_distinguishes_absent_null_and_value() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let body = json!({"title": "Buy milk", "description": "two", "priority": "low", "due_date": "2026-12-01T00:00:00Z"});
    let before = alice.post("/api/me/tasks", body).await.created();
    let path = format!("/api/me/tasks/{}", before["id"].as_str().unwrap());
    alice
        .patch(&path, json!({"title": null}))
        .await
        .invalid(&["title: invalid_value"]);
    alice
        .patch(&path, json!({"completed": null}))
        .await
        .invalid(&["completed: invalid_value"]);
    let after = alice
        .patch(&path, json!({"description": null, "priority": "high"}))
        .await
        .ok();
    assert_eq!(
        (&after["description"], &after["priority"]),
        (&Value::Null, &json!("high"))
    );
    assert_eq!(
        (&after["title"], &after["due_date"]),
        (&before["title"], &before["due_date"])
    );
    assert_eq!(alice.get(&path).await.ok(), after);
}

#[actix_web::test]
async fn a_patch_checks_the_length_of_a_description_too() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let path = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    alice
        .patch(
            &path,
            json!({"description": "ä".repeat(10_001), "title": ""}),
        )
        .await
        .invalid(&["description: too_long", "title: blank"]);
    let longest = json!({"description": "ä".repeat(10_000)});
    alice.patch(&path, longest).await.ok();
}

#[actix_web::test]
async fn a_put_resets_every_field_that_is_not_given() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let tag = alice.tag("home").await;
    let full = json!({
        "title": "Buy milk", "description": "two", "completed": true, "priority": "low",
        "due_date": "2026-12-02T00:00:00Z", "reminder_at": "2026-12-01T00:00:00Z",
        "recurrence_pattern": "daily", "tag_ids": [tag],
    });
    let before = alice.post("/api/me/tasks", full).await.created();
    let path = format!("/api/me/tasks/{}", before["id"].as_str().unwrap());
    alice
        .put(&path, json!({"description": "x"}))
        .await
        .invalid(&["title: required"]);
    let after = alice.put(&path, json!({"title": "Buy bread"})).await.ok();
    let mut expected = before.clone();
    for (field, value) in [
        ("title", json!("Buy bread")),
        ("description", Value::Null),
        ("completed", json!(false)),
        ("priority", Value::Null),
        ("due_date", Value::Null),
        ("reminder_at", Value::Null),
        ("recurrence_pattern", Value::Null),
        ("tags", json!([])),
        ("version", json!(2)),
        ("updated_at", after["updated_at"].clone()),
    ] {
        expected[field] = value;
    }
    assert_eq!(after, expected);
    assert_eq!(alice.get(&path).await.ok(), after);
}

#[actix_web::test]
async fn a_reminder_is_before_the_due_date_whichever_is_patched() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let body = json!({"title": "x", "due_date": "2026-12-03T00:00:00Z", "reminder_at": "2026-12-02T00:00:00Z"});
    let task = alice.post("/api/me/tasks", body).await.created();
    let path = format!("/api/me/tasks/{}", task["id"].as_str().unwrap());
    for patch in [
        json!({"due_date": "2026-12-02T00:00:00Z"}),
        json!({"reminder_at": "2026-12-03T00:00:00Z"}),
        json!({"reminder_at": "2026-12-05T00:00:00Z", "due_date": "2026-12-04T00:00:00Z"}),
    ] {
        alice
            .patch(&path, patch)
            .await
            .invalid(&["reminder_at: not_before_due"]);
    }
    assert_eq!(alice.get(&path).await.ok(), task);
    for patch in [
        json!({"reminder_at": "2026-12-04T00:00:00Z", "due_date": "2026-12-05T00:00:00Z"}),
        json!({"due_date": null}),
        json!({"reminder_at": null, "due_date": "2026-12-01T00:00:00Z"}),
    ] {
        alice.patch(&path, patch).await.ok();
    }
}

#[actix_web::test]
async fn completion_is_set_by_a_patch_and_toggled_by_its_own_route() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let path = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    let toggle = format!("{path}/complete");
    bob.patch(&toggle, json!({}))
        .await
        .rejected(404, "not_found");
    alice
        .patch(&format!("{NOWHERE}/complete"), json!({}))
        .await
        .rejected(404, "not_found");
    for expected in [true, true] {
        let task = alice.patch(&path, json!({"completed": true})).await.ok();
        assert_eq!(task["completed"], expected);
    }
    for expected in [false, true] {
        let task = Answer::of(alice.request(Method::PATCH, &toggle)).await.ok();
        assert_eq!(task["completed"], expected);
        assert_eq!(alice.get(&path).await.ok(), task);
    }
}

#[actix_web::test]
async fn every_write_raises_the_version() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let path = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    alice.patch(&path, json!({"completed": true})).await.ok();
    alice.delete(&path).await;
    let version: i32 = app
        .row("SELECT version FROM tasks")
        .await
        .try_get("", "version")
        .unwrap();
    assert_eq!(version, 3);
}
