//! Deleted tasks, and how they are restored.

use serde_json::{Value, json};

use super::NOWHERE;
use crate::support::TestApp;

#[actix_web::test]
async fn a_deleted_task_is_restored_as_it_was() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let tag = alice.tag("home").await;
    let body = json!({"title": "x", "tag_ids": [tag]});
    let before = alice.post("/api/me/tasks", body).await.created();
    let path = format!("/api/me/tasks/{}", before["id"].as_str().unwrap());
    let restore = format!("{path}/restore");
    alice.delete(&path).await;
    for answer in [
        bob.post(&restore, Value::Null).await,
        alice.post(&format!("{NOWHERE}/restore"), Value::Null).await,
        alice.patch(&path, json!({"title": "y"})).await,
        alice.put(&path, json!({"title": "y"})).await,
        alice.patch(&format!("{path}/complete"), Value::Null).await,
        alice.get(&format!("{path}/tags")).await,
        alice
            .post(&format!("{path}/tags"), json!({"tag_id": tag}))
            .await,
    ] {
        answer.rejected(404, "not_found");
    }
    let mut after = alice.post(&restore, Value::Null).await.ok();
    assert_eq!(after, alice.get(&path).await.ok());
    assert_eq!(after["version"], 3);
    for field in ["version", "updated_at"] {
        after[field] = before[field].clone();
    }
    assert_eq!(after, before);
}

#[actix_web::test]
async fn a_deleted_task_is_hidden_from_its_owner_and_kept_in_the_database() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let path = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    let answer = alice.delete(&path).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    alice.get(&path).await.rejected(404, "not_found");
    alice.delete(&path).await.rejected(404, "not_found");
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 0);
    let kept: i64 = app
        .row("SELECT count(*) AS kept FROM tasks WHERE deleted_at IS NOT NULL")
        .await
        .try_get("", "kept")
        .unwrap();
    assert_eq!(kept, 1);
}

#[actix_web::test]
async fn a_deleted_tag_is_removed_from_its_tasks() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let tag = alice.tag("home").await;
    let task = alice
        .post("/api/me/tasks", json!({"title": "x", "tag_ids": [tag]}))
        .await
        .created();
    alice.delete(&format!("/api/me/tags/{tag}")).await;
    let task = alice
        .get(&format!("/api/me/tasks/{}", task["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(task["tags"], json!([]));
}

#[actix_web::test]
async fn deleting_a_user_deletes_their_rows() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let tag = alice.tag("home").await;
    alice
        .post("/api/me/tasks", json!({"title": "x", "tag_ids": [tag]}))
        .await
        .created();
    app.sql("DELETE FROM \"user\"").await;
    for table in ["tasks", "tags", "task_tags"] {
        let left: i64 = app
            .row(&format!("SELECT count(*) AS rows_left FROM {table}"))
            .await
            .try_get("", "rows_left")
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
}
