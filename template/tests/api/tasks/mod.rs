//! Tasks, one by one, and what else is tried with them.

mod administration;
mod cursors;
mod document;
mod faults;
mod http;
mod idempotency;
mod lists;
mod owners;
mod plans;
mod recurrence;
mod search;
mod tagging;
mod time;
mod upkeep;
mod versions;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

impl Client {
    /// Adds a task of this title and returns its id.
    pub async fn task(&self, title: &str) -> String {
        let answer = self.post("/api/me/tasks", json!({ "title": title })).await;
        answer.created()["id"].as_str().unwrap().to_owned()
    }

    /// Adds a tag of this name and returns its id.
    pub async fn tag(&self, name: &str) -> String {
        let answer = self.post("/api/me/tags", json!({ "name": name })).await;
        answer.created()["id"].as_str().unwrap().to_owned()
    }
}

const NOWHERE: &str = "/api/me/tasks/018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90";

#[actix_web::test]
async fn nobody_reaches_tasks_without_a_token() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    nobody
        .get("/api/me/tasks")
        .await
        .refused(401, "token_missing");
    nobody
        .post("/api/me/tasks", json!({"title": "x"}))
        .await
        .refused(401, "token_missing");
    nobody.get(NOWHERE).await.refused(401, "token_missing");
    nobody
        .patch(NOWHERE, json!({}))
        .await
        .refused(401, "token_missing");
    nobody.delete(NOWHERE).await.refused(401, "token_missing");
}

#[actix_web::test]
async fn another_users_path_is_forbidden_and_so_is_a_malformed_one() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let task = alice.task("Buy milk").await;
    for owner in [
        alice.uuid().to_string(),
        alice.user().id.clone(),
        "x".to_owned(),
        "ME".to_owned(),
        "%00".to_owned(),
    ] {
        let path = format!("/api/{owner}/tasks");
        let answer = bob.get(&path).await;
        answer.refused(403, "forbidden");
        assert!(
            answer
                .header("www-authenticate")
                .contains(r#"error="insufficient_scope""#)
        );
        bob.post(&path, json!({"title": "x"}))
            .await
            .refused(403, "forbidden");
        bob.get(&format!("{path}/{task}"))
            .await
            .refused(403, "forbidden");
        bob.delete(&format!("{path}/{task}"))
            .await
            .refused(403, "forbidden");
    }
}

#[actix_web::test]
async fn another_users_task_is_not_found_and_stays_as_it_is() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let task = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    bob.get(&task).await.refused(404, "not_found");
    bob.patch(&task, json!({"title": "mine"}))
        .await
        .refused(404, "not_found");
    bob.delete(&task).await.refused(404, "not_found");
    assert_eq!(alice.get(&task).await.ok()["title"], "Buy milk");
    assert_eq!(bob.get("/api/me/tasks").await.ok()["total"], 0);
}

#[actix_web::test]
async fn not_found_comes_before_what_is_wrong_with_the_body() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    alice
        .patch(NOWHERE, json!({"title": ""}))
        .await
        .refused(404, "not_found");
    alice
        .raw(Method::PATCH, NOWHERE, "{")
        .await
        .refused(404, "not_found");
    let task = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    alice
        .raw(Method::PATCH, &task, "{")
        .await
        .refused(400, "malformed_request");
}

#[actix_web::test]
async fn a_malformed_id_is_not_found() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for id in ["x", "0", "%00", "018f3c1a7b6e7c3d9f2a4b5c6d7e8f90"] {
        alice
            .get(&format!("/api/me/tasks/{id}"))
            .await
            .refused(404, "not_found");
    }
}

#[actix_web::test]
async fn a_user_without_a_row_has_no_tasks_and_cannot_add_any() {
    let app = TestApp::start().await;
    let ghost = app.bearer(&app.token(&mock_auth::User::named("ghost")).sign());
    assert_eq!(ghost.get("/api/me/tasks").await.ok()["total"], 0);
    ghost
        .post("/api/me/tasks", json!({"title": "x"}))
        .await
        .refused(401, "user_unknown");
}

#[actix_web::test]
async fn input_outside_the_limits_is_refused() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (body, fault) in [
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
        alice.post("/api/me/tasks", body).await.invalid(&[fault]);
    }
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 0);
}

#[actix_web::test]
async fn another_users_tag_cannot_be_put_on_a_task() {
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
async fn a_new_task_is_answered_as_it_is_stored() {
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
async fn the_owner_may_be_named_in_any_case_or_as_me() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    alice.task("Buy milk").await;
    let uuid = alice.uuid().to_string();
    for owner in [uuid.to_uppercase(), uuid, "me".to_owned()] {
        assert_eq!(
            alice.get(&format!("/api/{owner}/tasks")).await.ok()["total"],
            1,
            "{owner}"
        );
    }
}

#[actix_web::test]
async fn pages_hold_every_task_once_newest_first() {
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
async fn a_list_can_be_held_to_one_status() {
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

#[actix_web::test]
async fn a_patch_tells_absent_null_and_value_apart() {
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
async fn a_description_is_measured_in_a_patch_too() {
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
async fn a_put_leaves_nothing_of_what_was_there() {
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
    for (member, value) in [
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
        expected[member] = value;
    }
    assert_eq!(after, expected);
    assert_eq!(alice.get(&path).await.ok(), after);
}

#[actix_web::test]
async fn a_reminder_comes_before_the_due_date_whichever_of_them_is_patched() {
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
async fn completion_is_set_by_a_patch_and_turned_by_a_toggle() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let path = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    let toggle = format!("{path}/complete");
    bob.patch(&toggle, json!({}))
        .await
        .refused(404, "not_found");
    alice
        .patch(&format!("{NOWHERE}/complete"), json!({}))
        .await
        .refused(404, "not_found");
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
async fn a_deleted_task_is_restored_as_it_was() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let tag = alice.tag("home").await;
    let body = json!({"title": "x", "tag_ids": [tag]});
    let before = alice.post("/api/me/tasks", body).await.created();
    let path = format!("/api/me/tasks/{}", before["id"].as_str().unwrap());
    let restore = format!("{path}/restore");
    alice.delete(&path).await;
    for refused in [
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
        refused.refused(404, "not_found");
    }
    let mut after = alice.post(&restore, Value::Null).await.ok();
    assert_eq!(after, alice.get(&path).await.ok());
    assert_eq!(after["version"], 3);
    for member in ["version", "updated_at"] {
        after[member] = before[member].clone();
    }
    assert_eq!(after, before);
}

#[actix_web::test]
async fn a_deleted_task_is_gone_for_its_owner_and_kept_in_the_database() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let path = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    let answer = alice.delete(&path).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    alice.get(&path).await.refused(404, "not_found");
    alice.delete(&path).await.refused(404, "not_found");
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 0);
    let kept: i64 = app
        .row("SELECT count(*) AS kept FROM tasks WHERE deleted_at IS NOT NULL")
        .await
        .try_get("", "kept")
        .unwrap();
    assert_eq!(kept, 1);
}

#[actix_web::test]
async fn a_deleted_tag_comes_off_its_tasks() {
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

#[actix_web::test]
async fn when_a_user_is_deleted_their_rows_go_too() {
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

#[actix_web::test]
async fn many_writers_at_once_queue_and_all_succeed() {
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

fn titles(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let title = |task: &Value| task["title"].as_str().unwrap().to_owned();
    items.iter().map(title).collect()
}

fn names(tags: &Value) -> Vec<&str> {
    tags.as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect()
}
