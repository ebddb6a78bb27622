//! Tags assigned to tasks.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NOWHERE, names};
use crate::support::{Client, TestApp};

async fn a_task(alice: &Client) -> String {
    format!("/api/me/tasks/{}", alice.task("Buy milk").await)
}

#[actix_web::test]
async fn tags_and_tasks_of_others_are_not_found() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let (task, mine) = (a_task(&alice).await, alice.tag("home").await);
    let theirs = bob.tag("home").await;
    let path = format!("{task}/tags");
    for who in [&bob, &alice] {
        let answer = who.post(&path, json!({"tag_id": theirs})).await;
        answer.rejected(404, "not_found");
    }
    bob.get(&path).await.rejected(404, "not_found");
    bob.put(&path, json!({"tag_ids": [theirs]}))
        .await
        .rejected(404, "not_found");
    bob.delete(&format!("{path}/{mine}"))
        .await
        .rejected(404, "not_found");
    alice
        .put(&path, json!({"tag_ids": [mine, theirs]}))
        .await
        .invalid(&["tag_ids[1]: unknown_tag"]);
    bob.post(
        &format!("/api/me/tags/{mine}/tasks"),
        json!({"task_ids": []}),
    )
    .await
    .rejected(404, "not_found");
    assert_eq!(alice.get(&task).await.ok()["tags"], json!([]));
}

#[actix_web::test]
async fn assignments_outside_the_limits_are_rejected() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let (task, tag) = (a_task(&alice).await, alice.tag("home").await);
    let (tags, tasks) = (format!("{task}/tags"), format!("/api/me/tags/{tag}/tasks"));
    let many = vec![Uuid::now_v7(); 101];
    for (answer, error) in [
        (alice.post(&tags, json!({})).await, "tag_id: required"),
        (
            alice.post(&tags, json!({"tag_id": "x"})).await,
            "tag_id: invalid_value",
        ),
        (alice.put(&tags, json!({})).await, "tag_ids: required"),
        (
            alice.put(&tags, json!({"tag_ids": null})).await,
            "tag_ids: required",
        ),
        (
            alice.put(&tags, json!({"tag_ids": many})).await,
            "tag_ids: too_many",
        ),
        (
            alice.post(&tasks, json!({"task_ids": many})).await,
            "task_ids: too_many",
        ),
        (
            alice.post(&tasks, json!({"task_ids": [], "x": 1})).await,
            "x: unknown_field",
        ),
        (
            alice.patch(&task, json!({"tag_ids": null})).await,
            "tag_ids: invalid_value",
        ),
    ] {
        answer.invalid(&[error]);
    }
}

#[actix_web::test]
async fn a_task_with_a_hundred_tags_takes_no_more() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    let mut tags = Vec::new();
    for number in 0..=100 {
        tags.push(alice.tag(&format!("tag {number}")).await);
    }
    let (path, all) = (format!("{task}/tags"), &tags[..100]);
    alice.put(&path, json!({"tag_ids": all})).await.ok();
    let another = json!({"tag_id": tags[100]});
    let to_tasks = format!("/api/me/tags/{}/tasks", tags[100]);
    let id = task.rsplit('/').next().unwrap();
    let ids = json!({"task_ids": [id]});
    alice
        .post(&path, another.clone())
        .await
        .invalid(&["tag_id: too_many"]);
    let rejected = alice.post(&to_tasks, ids.clone()).await;
    rejected.invalid(&["task_ids: too_many"]);
    alice.delete(&format!("{path}/{}", tags[0])).await;
    alice.post(&to_tasks, ids).await.ok();
}

/// What is restored is as it was, whatever was done to the tasks meanwhile.
#[actix_web::test]
async fn a_deleted_tag_stays_with_its_tasks_for_the_time_when_it_is_restored() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let (gone, kept) = (alice.tag("gone").await, alice.tag("kept").await);
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let task = a_task(&alice).await;
        let both = json!({"tag_ids": [gone, kept]});
        alice.put(&format!("{task}/tags"), both).await.ok();
        tasks.push(task);
    }
    let tag = format!("/api/me/tags/{gone}");
    alice.delete(&tag).await;
    for (task, ids) in tasks.iter().zip([json!([kept]), json!([]), json!([])]) {
        alice.patch(task, json!({"tag_ids": ids})).await.ok();
    }
    alice
        .put(&tasks[2], json!({"title": "Buy milk"}))
        .await
        .ok();
    alice.post(&format!("{tag}/restore"), json!({})).await.ok();
    for (task, expected) in tasks
        .iter()
        .zip([&["gone", "kept"][..], &["gone"], &["gone"]])
    {
        assert_eq!(names(&alice.get(task).await.ok()["tags"]), expected);
    }
}

#[actix_web::test]
async fn unknown_tasks_and_tags_are_not_found() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let id = alice.tag("home").await;
    let tag = "/api/me/tags/018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90";
    let (tags, tasks) = (format!("{NOWHERE}/tags"), format!("{tag}/tasks"));
    for answer in [
        alice.post(&tags, json!({"tag_id": id})).await,
        alice.put(&tags, json!({"tag_ids": [id]})).await,
        alice.put(NOWHERE, json!({"title": "x"})).await,
        alice.put(tag, json!({"name": "work"})).await,
        alice.patch(tag, json!({"name": "work"})).await,
        alice.post(&tasks, json!({"task_ids": []})).await,
        alice.get(&tags).await,
        alice.delete(&format!("{tags}/{id}")).await,
        alice.delete(&format!("{tags}/x")).await,
    ] {
        answer.rejected(404, "not_found");
    }
}

#[actix_web::test]
async fn a_tag_is_assigned_once_and_removed_once() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let (task, tag) = (a_task(&alice).await, alice.tag("home").await);
    let (path, body) = (format!("{task}/tags"), json!({"tag_id": tag}));
    let answer = alice.post(&path, body.clone()).await;
    assert_eq!(names(&answer.created()["tags"]), ["home"]);
    assert_eq!(alice.get(&task).await.ok(), answer.json());
    let found = alice.get(answer.header("location")).await.ok();
    assert_eq!(names(&found["items"]), ["home"]);
    alice
        .post(&path, body)
        .await
        .rejected(409, "tag_already_assigned");
    assert_eq!(alice.delete(&format!("{path}/{tag}")).await.status, 204);
    alice
        .delete(&format!("{path}/{tag}"))
        .await
        .rejected(404, "not_found");
    assert_eq!(alice.get(&path).await.ok()["total"], 0);
}

#[actix_web::test]
async fn concurrent_assignments_of_one_tag_succeed_once() {
    let app = TestApp::start_with(&[("WORKERS", "2")]).await;
    let alice = app.user("alice").await;
    let (task, tag) = (a_task(&alice).await, alice.tag("home").await);
    let path = format!("{task}/tags");
    let added = (0..8).map(|_| alice.post(&path, json!({"tag_id": tag})));
    let mut statuses: Vec<_> = join_all(added)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}

#[actix_web::test]
async fn a_set_of_tags_replaces_another() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = a_task(&alice).await;
    let (home, work) = (alice.tag("home").await, alice.tag("work").await);
    let path = format!("{task}/tags");
    for (set, expected) in [
        (json!([home, work, home]), vec!["home", "work"]),
        (json!([work]), vec!["work"]),
        (json!([]), vec![]),
    ] {
        let answer = alice.put(&path, json!({"tag_ids": set})).await.ok();
        assert_eq!(names(&answer["tags"]), expected);
        assert_eq!(alice.get(&task).await.ok(), answer);
    }
    let patched = alice.patch(&task, json!({"tag_ids": [home]})).await.ok();
    assert_eq!(names(&patched["tags"]), ["home"]);
    let kept = alice.patch(&task, json!({"completed": true})).await.ok();
    assert_eq!(names(&kept["tags"]), ["home"]);
    let replaced = alice.put(&task, json!({"title": "x"})).await.ok();
    assert_eq!(replaced["tags"], json!([]));
}

#[actix_web::test]
async fn a_tag_is_assigned_to_all_of_many_tasks_or_to_none() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let tag = alice.tag("home").await;
    let path = format!("/api/me/tags/{tag}/tasks");
    let (one, two, three) = (
        alice.task("1").await,
        alice.task("2").await,
        alice.task("3").await,
    );
    let theirs = bob.task("4").await;
    alice.delete(&format!("/api/me/tasks/{three}")).await;
    for other in [&theirs, &three] {
        alice
            .post(&path, json!({"task_ids": [one, two, other]}))
            .await
            .invalid(&["task_ids[2]: unknown_task"]);
    }
    assert_eq!(alice.get("/api/me/tasks?tag=home").await.ok()["total"], 0);
    for (ids, assigned) in [
        (json!([one]), 1),
        (json!([one, two, two]), 1),
        (json!([]), 0),
    ] {
        let answer = alice.post(&path, json!({"task_ids": ids})).await.ok();
        assert_eq!(answer, json!({"assigned": assigned}));
    }
    assert_eq!(alice.get("/api/me/tasks?tag=home").await.ok()["total"], 2);
    let one = alice.get(&format!("/api/me/tasks/{one}")).await.ok();
    assert_eq!(one["version"], 2);
}

#[actix_web::test]
async fn concurrent_renaming_and_assigning_does_not_deadlock() {
    let app = TestApp::start_with(&[("WORKERS", "2")]).await;
    let alice = app.user("alice").await;
    let mut tasks = Vec::new();
    for number in 0..5 {
        tasks.push(alice.task(&number.to_string()).await);
    }
    let (home, work) = (alice.tag("home").await, alice.tag("work").await);
    let reversed: Vec<_> = tasks.iter().rev().collect();
    for tag in [&home, &work] {
        let path = format!("/api/me/tags/{tag}/tasks");
        alice.post(&path, json!({"task_ids": tasks})).await.ok();
    }
    let (alice, home, work, reversed) = (&alice, &home, &work, &reversed);
    let round = |number: usize| async move {
        let tag = [home, work][number % 2];
        let path = format!("/api/me/tags/{tag}");
        match number % 4 {
            0 | 1 => {
                alice
                    .patch(&path, json!({"name": format!("tag {number}")}))
                    .await
            }
            2 => {
                alice
                    .post(&format!("{path}/tasks"), json!({"task_ids": reversed}))
                    .await
            }
            _ => {
                let task = format!("/api/me/tasks/{}/tags", reversed[number % 5]);
                alice.put(&task, json!({"tag_ids": [work, home]})).await
            }
        }
    };
    let answers = join_all((0..40).map(round)).await;
    for answer in answers {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[actix_web::test]
async fn the_tags_of_a_task_are_listed_in_pages() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let mut tags = Vec::new();
    for name in ["c", "a", "b"] {
        tags.push(alice.tag(name).await);
    }
    alice.tag("d").await;
    let task = a_task(&alice).await;
    let path = format!("{task}/tags");
    alice.put(&path, json!({"tag_ids": tags})).await.ok();
    let first = alice.get(&format!("{path}?page_size=2")).await.ok();
    assert_eq!(
        (names(&first["items"]), &first["total"]),
        (vec!["a", "b"], &json!(3))
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = alice.get(&format!("{path}?cursor={cursor}")).await.ok();
    assert_eq!(
        (names(&next["items"]), &next["next_cursor"]),
        (vec!["c"], &Value::Null)
    );
    alice
        .get(&format!("/api/me/tags?cursor={cursor}"))
        .await
        .rejected(400, "cursor_invalid");
}
