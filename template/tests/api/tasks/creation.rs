//! New tasks, and the pages that list them.

use futures_util::future::join_all;
use serde_json::json;

use super::names;
use crate::support::TestApp;

#[actix_web::test]
async fn values_outside_the_limits_are_rejected() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (body, error) in [
        (json!({"title": "\t"}), "title: blank"),
        (json!({"title": "x".repeat(256)}), "title: too_long"),
        (json!({"title": "a\u{7}"}), "title: control_character"),
        (json!({"title": null}), "title: required"),
        (
            json!({"title": "x", "priority": "urgent"}),
            "priority: invalid_value",
        ),
        (
            json!({"title": "x", "due_date": "2026-12-01"}),
            "due_date: invalid_value",
        ),
        (
            json!({"title": "x", "due_date": "2026-02-30T00:00:00Z"}),
            "due_date: invalid_value",
        ),
        (
            json!({"title": "x", "reminder_at": "2026-12-01T00:00:00Z", "due_date": "2026-12-01T00:00:00Z"}),
            "reminder_at: not_before_due",
        ),
        (
            json!({"title": "x", "completed": "yes"}),
            "completed: invalid_value",
        ),
        (
            json!({"title": "x", "tag_ids": [uuid::Uuid::now_v7()]}),
            "tag_ids[0]: unknown_tag",
        ),
        (
            json!({"title": "x", "tag_ids": vec![uuid::Uuid::now_v7(); 101]}),
            "tag_ids: too_many",
        ),
    ] {
        alice.post("/api/me/tasks", body).await.invalid(&[error]);
    }
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 0);
}

#[actix_web::test]
async fn another_users_tag_cannot_be_assigned_to_a_task() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let (mine, theirs) = (alice.tag("home").await, bob.tag("home").await);
    let body = json!({"title": "x", "tag_ids": [mine, theirs]});
    alice
        .post("/api/me/tasks", body)
        .await
        .invalid(&["tag_ids[1]: unknown_tag"]);
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 0);
}

#[actix_web::test]
async fn a_new_task_is_returned_as_stored() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let (work, home) = (alice.tag("work").await, alice.tag("home").await);
    let answer = alice
        .post(
            "/api/me/tasks",
            json!({
                "title": "  Buy milk ",
                "description": "two\nlitres",
                "priority": "high",
                "due_date": "2026-12-01T09:30:00+09:00",
                "tag_ids": [work, home, work],
            }),
        )
        .await;
    let task = answer.created();
    assert_eq!(task["title"], "Buy milk");
    assert_eq!(task["description"], "two\nlitres");
    assert_eq!(task["priority"], "high");
    assert_eq!(task["completed"], false);
    assert_eq!(task["due_date"], "2026-12-01T00:30:00.000Z");
    assert_eq!(task["user_id"], json!(alice.uuid()));
    assert_eq!(names(&task["tags"]), ["home", "work"]);
    assert_eq!(task["created_at"], task["updated_at"]);
    let path = answer.header("location");
    assert_eq!(
        path,
        format!(
            "/api/{}/tasks/{}",
            alice.uuid(),
            task["id"].as_str().unwrap()
        )
    );
    assert_eq!(alice.get(path).await.ok(), task);
}

#[actix_web::test]
async fn concurrent_writes_queue_and_all_succeed() {
    let app = TestApp::start_with(&[("WORKERS", "2")]).await;
    let alice = app.user("alice").await;
    let answers = join_all(
        (0..64)
            .map(|number| alice.post("/api/me/tasks", json!({"title": format!("task {number}")}))),
    )
    .await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [201; 64]);
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 64);
}

#[actix_web::test]
async fn pages_contain_every_task_once_newest_first() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for number in 0..7 {
        alice.task(&format!("task {number}")).await;
    }
    let mut titles = Vec::new();
    for page in 1..=3 {
        let page = alice
            .get(&format!("/api/me/tasks?page={page}&page_size=3"))
            .await
            .ok();
        assert_eq!(
            (&page["total"], &page["total_pages"]),
            (&json!(7), &json!(3))
        );
        titles.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|task| task["title"].clone()),
        );
    }
    let newest_first: Vec<_> = (0..7)
        .rev()
        .map(|number| json!(format!("task {number}")))
        .collect();
    assert_eq!(titles, newest_first);
    let beyond = alice.get("/api/me/tasks?page=9").await.ok();
    assert_eq!(
        (&beyond["items"], &beyond["total"]),
        (&json!([]), &json!(7))
    );
}

#[actix_web::test]
async fn a_list_can_be_filtered_by_status() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let done = alice.task("done").await;
    alice.task("open").await;
    alice
        .patch(&format!("/api/me/tasks/{done}"), json!({"completed": true}))
        .await
        .ok();
    for (status, title) in [("complete", "done"), ("incomplete", "open")] {
        let page = alice
            .get(&format!("/api/me/tasks?status={status}"))
            .await
            .ok();
        assert_eq!(
            (&page["total"], &page["items"][0]["title"]),
            (&json!(1), &json!(title))
        );
    }
}
