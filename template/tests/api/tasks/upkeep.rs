//! What the commands for developers and operators do with tasks and tags.

use database::UtcDateTime;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    support::{TestApp, TestDatabase},
    upkeep::{DAY, printed, value},
};

/// Adds a user with so many tasks, and a neighbour with one; returns the user's UUID.
async fn add_tasks(app: &TestApp, count: u32) -> Uuid {
    app.user("bob").await.task("Bob's").await;
    let owner = app.user("alice").await.uuid();
    let now = UtcDateTime::now();
    let row = |number| {
        let id = Uuid::now_v7();
        format!("('{id}', '{owner}', 'Task {number}', false, '', 1, '{now}', '{now}')")
    };
    let rows: Vec<_> = (0..count).map(row).collect();
    app.sql(&format!(
        "INSERT INTO tasks (id, user_id, title, completed, search_text, version, created_at, updated_at)
         VALUES {}",
        rows.join(", ")
    ))
    .await;
    owner
}

#[actix_web::test]
async fn seed_adds_demo_rows_once() {
    let database = TestDatabase::empty().await;
    let seed = || printed(database.url(), &["seed"]);
    assert_eq!(seed(), "added 2 users, 4 tags, 6 tasks\n");
    assert_eq!(seed(), "added 0 users, 0 tags, 0 tasks\n");
}

#[actix_web::test]
async fn purge_removes_what_was_deleted_long_ago_and_nothing_else() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let tag = alice.tag("old").await;
    let task = json!({"title": "old", "tag_ids": [tag]});
    let old = alice.post("/api/me/tasks", task).await.created()["id"].clone();
    let recent = alice.task("recent").await;
    alice.task("live").await;
    alice.tag("live").await;
    for (table, id, days) in [
        ("tags", tag.as_str(), 31),
        ("tasks", old.as_str().unwrap(), 31),
        ("tasks", &recent, 29),
    ] {
        let time = UtcDateTime::now().plus_seconds(-days * DAY);
        app.sql(&format!(
            "UPDATE {table} SET deleted_at = '{time}' WHERE id = '{id}'"
        ))
        .await;
    }
    for removed in [1, 0] {
        let printed = printed(app.database_url(), &["purge", "--older-than", "30"]);
        let expected =
            format!("{removed} tasks, {removed} tags, 0 idempotency keys, 0 audit entries\n");
        assert!(printed.ends_with(&expected), "{printed}");
    }
    let kept: i64 = value(&app, "SELECT count(*) FROM tasks").await;
    let links: i64 = value(&app, "SELECT count(*) FROM task_tags").await;
    assert_eq!((kept, links), (2, 0));
}

#[actix_web::test]
async fn purge_goes_on_after_the_first_batch() {
    let app = TestApp::start().await;
    add_tasks(&app, 1201).await;
    let time = UtcDateTime::now().plus_seconds(-2 * DAY);
    app.sql(&format!("UPDATE tasks SET deleted_at = '{time}'"))
        .await;
    let printed = printed(app.database_url(), &["purge", "--older-than", "1"]);
    assert!(printed.contains("1202 tasks, 0 tags, "), "{printed}");
}

#[actix_web::test]
async fn an_export_holds_all_rows_of_one_user_the_deleted_ones_too() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    bob.task("Bob's secret plan").await;
    bob.tag("bobs").await;
    let (home, gone) = (alice.tag("home").await, alice.tag("gone").await);
    let task = json!({"title": "Buy milk", "tag_ids": [home, gone]});
    let task = alice.post("/api/me/tasks", task).await.created();
    let deleted = alice.task("Deleted").await;
    alice.delete(&format!("/api/me/tasks/{deleted}")).await;
    alice.delete(&format!("/api/me/tags/{gone}")).await;
    let uuid = alice.uuid().to_string();
    let text = printed(app.database_url(), &["export-user", &uuid]);
    assert!(!text.to_lowercase().contains("bob"), "{text}");
    let export: Value = serde_json::from_str(&text).unwrap();
    let all = |name: &str, field: &str| -> Vec<String> {
        let rows = export[name].as_array().unwrap().iter();
        let mut all: Vec<_> = rows
            .map(|row| row[field].as_str().unwrap().to_owned())
            .collect();
        all.sort();
        all
    };
    assert_eq!(all("tags", "name"), ["gone", "home"]);
    assert_eq!(all("tasks", "title"), ["Buy milk", "Deleted"]);
    let tasks = export["tasks"].as_array().unwrap();
    let milk = tasks.iter().find(|row| row["id"] == task["id"]).unwrap();
    assert_eq!(milk["tag_ids"].as_array().unwrap().len(), 2);
    assert!(milk["deleted_at"].is_null());
    let deleted = tasks.iter().find(|row| row["id"] == deleted).unwrap();
    assert!(deleted["deleted_at"].is_string());
}

#[actix_web::test]
async fn an_export_goes_on_after_the_first_page() {
    let app = TestApp::start().await;
    let uuid = add_tasks(&app, 1201).await.to_string();
    let text = printed(app.database_url(), &["export-user", &uuid]);
    let export: Value = serde_json::from_str(&text).unwrap();
    let tasks = export["tasks"].as_array().unwrap();
    let ids: std::collections::BTreeSet<_> = tasks
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!((tasks.len(), ids.len()), (1201, 1201));
    assert!(tasks.iter().all(|row| row["user_id"] == uuid.as_str()));
}
