//! What is recorded of changes by administrators.

use mock_auth::User;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const TRAIL: &str = "/api/admin/audit";

/// Deletes a task of alice as someone who may; returns them and the task.
async fn delete_a_task(app: &TestApp) -> (Client, String) {
    let task = app.user("alice").await.task("A secret plan").await;
    let cleaner = app.permitted("tasks:delete").await;
    let path = format!("/api/admin/tasks/{task}");
    let header = ("x-request-id", "request-1");
    let answer = cleaner
        .with(header, reqwest::Method::DELETE, &path, Value::Null)
        .await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    (cleaner, task)
}

async fn trail(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app
        .admin()
        .await
        .get(&format!("{TRAIL}?{query}"))
        .await
        .ok();
    page["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_change_by_an_administrator_says_who_what_which_row_when_and_in_which_request() {
    let app = TestApp::start().await;
    let (cleaner, task) = delete_a_task(&app).await;
    let entries = trail(&app, "").await;
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}")
    };
    assert_eq!(
        (&entry["actor_id"], &entry["action"]),
        (&json!(cleaner.uuid()), &json!("delete"))
    );
    assert_eq!(
        (&entry["table"], &entry["row_id"], &entry["request_id"]),
        (&json!("tasks"), &json!(task), &json!("request-1"))
    );
    assert!(entry["created_at"].is_string());
    assert!(!entry.to_string().contains("secret plan"), "{entry}");
}

#[actix_web::test]
async fn a_change_by_somebody_who_acts_as_a_user_says_who_that_is() {
    let app = TestApp::start().await;
    let task = app.user("alice").await.task("Kept").await;
    let cleaner = User {
        permissions: vec!["tasks:delete".to_owned()],
        impersonated_by: Some("root".to_owned()),
        ..User::named("cleaner")
    };
    let cleaner = app.signed_in(cleaner).await;
    let answer = cleaner.delete(&format!("/api/admin/tasks/{task}")).await;
    assert_eq!(answer.status, 204);
    assert_eq!(trail(&app, "").await[0]["impersonated_by"], "root");
}

#[actix_web::test]
async fn a_rejected_change_is_not_recorded() {
    let app = TestApp::start().await;
    let (cleaner, task) = delete_a_task(&app).await;
    cleaner
        .delete(&format!("/api/admin/tasks/{task}"))
        .await
        .rejected(404, "not_found");
    assert_eq!(trail(&app, "").await.len(), 1);
}

#[actix_web::test]
async fn changes_of_ones_own_rows_are_not_recorded() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let task = admin.task("Mine").await;
    let path = format!("/api/me/tasks/{task}");
    admin
        .patch(&path, json!({"title": "Still mine"}))
        .await
        .ok();
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(trail(&app, "").await, Vec::<Value>::new());
}

#[actix_web::test]
async fn a_change_that_cannot_be_recorded_does_not_happen() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = alice.task("Kept").await;
    let cleaner = app.permitted("tasks:delete").await;
    app.sql("DROP TABLE audit_entries").await;
    cleaner
        .delete(&format!("/api/admin/tasks/{task}"))
        .await
        .rejected(500, "internal_error");
    alice.get(&format!("/api/me/tasks/{task}")).await.ok();
}

#[actix_web::test]
async fn the_trail_outlives_the_administrator_and_the_row() {
    let app = TestApp::start().await;
    let (cleaner, task) = delete_a_task(&app).await;
    app.sql(&format!("DELETE FROM tasks WHERE id = '{task}'"))
        .await;
    let actor = cleaner.uuid();
    app.sql(&format!(r#"DELETE FROM "user" WHERE uuid = '{actor}'"#))
        .await;
    assert_eq!(trail(&app, "").await.len(), 1);
}

#[actix_web::test]
async fn the_trail_is_listed_by_administrator_and_by_row() {
    let app = TestApp::start().await;
    let (cleaner, task) = delete_a_task(&app).await;
    let other = app.user("bob").await.task("Another").await;
    cleaner.delete(&format!("/api/admin/tasks/{other}")).await;
    let actor = cleaner.uuid();
    assert_eq!(trail(&app, &format!("actor_id={actor}")).await.len(), 2);
    let stranger = app.user("bob").await.uuid();
    assert_eq!(trail(&app, &format!("actor_id={stranger}")).await.len(), 0);
    let of_row = trail(&app, &format!("row_id={task}")).await;
    assert_eq!((of_row.len(), &of_row[0]["row_id"]), (1, &json!(task)));
    let newest = trail(&app, "page_size=1").await;
    assert_eq!(newest[0]["row_id"], json!(other));
}
