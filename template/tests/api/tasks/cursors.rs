//! Cursors: a list that is walked while it changes.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::titles;
use crate::support::{Client, TestApp};

const ORDERS: [&str; 8] = [
    "sort_by=created_at&order=asc",
    "sort_by=created_at&order=desc",
    "sort_by=due_date&order=asc",
    "sort_by=due_date&order=desc",
    "sort_by=priority&order=asc",
    "sort_by=priority&order=desc",
    "sort_by=title&order=asc",
    "sort_by=title&order=desc",
];

/// Twelve tasks with equal keys, different ones and none.
async fn some_tasks(alice: &Client) {
    let priorities = [None, Some("low"), Some("high")];
    let days = [
        None,
        Some("2026-12-01T00:00:00Z"),
        Some("2026-12-02T00:00:00Z"),
        None,
    ];
    for number in 0..12 {
        let task = json!({
            "title": format!("title {}", number % 5),
            "description": number.to_string(),
            "priority": priorities[number % 3],
            "due_date": days[number % 4],
        });
        alice.post("/api/me/tasks", task).await.created();
    }
}

fn numbers(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let number = |task: &Value| task["description"].as_str().unwrap_or("new").to_owned();
    items.iter().map(number).collect()
}

/// Every task from the first page to the end, by cursors; `between` happens after each page.
async fn walk(alice: &Client, query: &str, between: impl AsyncFn()) -> Vec<String> {
    let mut path = format!("/api/me/tasks?{query}&page_size=5");
    let mut seen = Vec::new();
    for number in 1.. {
        let page = alice.get(&path).await.ok();
        assert_eq!(page["page"], number);
        seen.extend(numbers(&page));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/me/tasks?{query}&page_size=5&cursor={cursor}");
        between().await;
    }
    seen
}

#[actix_web::test]
async fn what_is_no_cursor_of_this_list_is_rejected() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    some_tasks(&alice).await;
    some_tasks(&bob).await;
    let first = alice.get("/api/me/tasks?page_size=5&tag=none").await.ok();
    let cursor = first["next_cursor"].as_str().unwrap();
    let query = format!("tag=none&cursor={cursor}");
    let changed = match cursor.as_bytes()[40] {
        b'A' => cursor.replacen(&cursor[40..41], "B", 1),
        _ => format!("{}A{}", &cursor[..40], &cursor[41..]),
    };
    for (who, query) in [
        (&bob, query.clone()),
        (&alice, format!("cursor={cursor}")),
        (&alice, format!("{query}&tag=x")),
        (&alice, format!("{query}&order=asc")),
        (&alice, format!("{query}&sort_by=title")),
        (&alice, format!("{query}&status=complete")),
        (&alice, format!("{query}&include_deleted=true")),
        (&alice, "tag=none&cursor=x".to_owned()),
        (&alice, format!("tag=none&cursor={changed}")),
        (&alice, format!("tag=none&cursor={}", &cursor[..20])),
        (&alice, format!("tag=none&cursor={cursor}A")),
    ] {
        let answer = who.get(&format!("/api/me/tasks?{query}")).await;
        answer.rejected(400, "cursor_invalid");
    }
    let empty = alice.get("/api/me/tasks?page=1&cursor=").await;
    assert_eq!(empty.ok()["page"], 1, "an empty parameter counts as absent");
    alice.tag("a").await;
    alice
        .get(&format!("/api/me/tags?cursor={cursor}"))
        .await
        .rejected(400, "cursor_invalid");
    alice.get(&format!("/api/me/tasks?{query}")).await.ok();
}

#[actix_web::test]
async fn a_walk_by_cursors_sees_what_pages_show_in_every_order() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    some_tasks(&alice).await;
    for order in ORDERS {
        let all = alice.get(&format!("/api/me/tasks?{order}")).await.ok();
        assert_eq!(
            walk(&alice, order, async || {}).await,
            numbers(&all),
            "{order}"
        );
        for size in [1, 12] {
            let page = alice
                .get(&format!("/api/me/tasks?{order}&page_size={size}"))
                .await
                .ok();
            assert_eq!(page["next_cursor"].is_string(), size == 1, "{order}");
        }
    }
}

#[actix_web::test]
async fn tasks_that_come_and_go_meanwhile_neither_hide_nor_repeat_another() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    some_tasks(&alice).await;
    for order in ORDERS {
        let before = alice
            .get(&format!("/api/me/tasks?{order}&page_size=100"))
            .await
            .ok();
        let between = async || {
            let new = [
                json!({"title": "title 0", "priority": "high", "due_date": "2026-12-01T00:00:00Z"}),
                json!({"title": "title 9", "priority": "low", "due_date": "2026-11-01T00:00:00Z"}),
            ];
            let added = join_all(new.map(|task| alice.post("/api/me/tasks", task)));
            let added = added.await;
            let gone = added[0].created()["id"].as_str().unwrap().to_owned();
            alice.delete(&format!("/api/me/tasks/{gone}")).await;
        };
        let mut seen = walk(&alice, order, between).await;
        seen.retain(|number| number != "new");
        let mut expected = numbers(&before);
        expected.retain(|number| number != "new");
        assert_eq!(seen, expected, "{order}");
    }
}

#[actix_web::test]
async fn a_row_that_a_cursor_names_may_be_gone() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for number in 0..4 {
        alice.task(&format!("task {number}")).await;
    }
    let first = alice.get("/api/me/tasks?page_size=2").await.ok();
    let last = first["items"][1]["id"].as_str().unwrap();
    alice.delete(&format!("/api/me/tasks/{last}")).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let answer = alice
        .get(&format!("/api/me/tasks?page_size=1&cursor={cursor}"))
        .await;
    let next = answer.ok();
    assert_eq!(titles(&next), ["task 1"]);
    assert_eq!(
        (&next["total"], &next["page"], &next["total_pages"]),
        (&Value::Null, &json!(2), &Value::Null)
    );
    let cursor = next["next_cursor"].as_str().unwrap();
    assert_eq!(
        answer.header("link"),
        format!(
            r#"</api/me/tasks?page_size=1&page=1>; rel="first", </api/me/tasks?page_size=1&cursor={cursor}>; rel="next""#
        )
    );
}
