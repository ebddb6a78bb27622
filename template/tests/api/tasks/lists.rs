//! Filters, orders and pages of the list.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::titles;
use crate::support::{Answer, Client, TestApp};

/// Tasks that differ in everything a list can look at.
async fn some_tasks(alice: &Client) {
    let (home, work) = (alice.tag("home").await, alice.tag("work").await);
    for task in [
        json!({"title": "a", "priority": "low", "due_date": "2026-12-03T00:00:00Z", "tag_ids": [home]}),
        json!({"title": "B", "priority": "high", "due_date": "2026-12-01T00:00:00Z", "tag_ids": [work]}),
        json!({"title": "c", "completed": true, "tag_ids": [home, work]}),
        json!({"title": "ä", "priority": "medium", "due_date": "2026-12-02T00:00:00Z"}),
        json!({"title": "d", "priority": "high"}),
    ] {
        alice.post("/api/me/tasks", task).await.created();
    }
}

async fn listed(alice: &Client, query: &str) -> Vec<String> {
    titles(&alice.get(&format!("/api/me/tasks?{query}")).await.ok())
}

#[actix_web::test]
async fn parameters_that_cannot_be_meant_are_rejected_all_at_once() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (query, errors) in [
        ("status=done", vec!["status: invalid_value"]),
        (
            "status=complete&status=incomplete",
            vec!["status: invalid_value"],
        ),
        ("priority=urgent", vec!["priority: invalid_value"]),
        ("due_before=tomorrow", vec!["due_before: invalid_value"]),
        (
            "due_after=2026-12-01T00:00:00+09:00",
            vec!["due_after: invalid_value"],
        ),
        ("tag=", vec!["tag: blank"]),
        (&format!("tag={}", "x".repeat(51)), vec!["tag: too_long"]),
        (&"&tag=x".repeat(101)[1..], vec!["tag: too_many"]),
        ("sort_by=tags", vec!["sort_by: invalid_value"]),
        ("order=up", vec!["order: invalid_value"]),
        ("include_deleted=1", vec!["include_deleted: invalid_value"]),
        ("page=0", vec!["page: out_of_range"]),
        ("page=99999999999", vec!["page: invalid_value"]),
        ("page_size=0", vec!["page_size: out_of_range"]),
        ("page_size=101", vec!["page_size: out_of_range"]),
        ("page=2&cursor=x", vec!["cursor: not_with_page"]),
        (
            "page=0&order=up&colour=red&page_size=x&tag=a%09b",
            vec![
                "colour: unknown_parameter",
                "order: invalid_value",
                "tag: control_character",
                "page: out_of_range",
                "page_size: invalid_value",
            ],
        ),
    ] {
        let path = format!("/api/me/tasks?{query}");
        alice.get(&path).await.invalid(&errors);
    }
}

#[actix_web::test]
async fn nothing_of_another_user_fits_any_filter() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    some_tasks(&alice).await;
    bob.tag("home").await;
    for query in [
        "",
        "tag=home",
        "tag=none",
        "include_deleted=true",
        "priority=high",
    ] {
        assert_eq!(listed(&bob, query).await, [""; 0], "{query}");
    }
}

#[actix_web::test]
async fn a_tag_of_another_user_is_not_shown_even_if_a_task_has_it() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let (task, tag) = (alice.task("a").await, bob.tag("secret").await);
    let link = format!("INSERT INTO task_tags (task_id, tag_id) VALUES ('{task}', '{tag}')");
    app.db().execute_unprepared(&link).await.unwrap();
    let page = alice.get("/api/me/tasks").await.ok();
    assert_eq!(page["items"][0]["tags"], json!([]));
}

#[actix_web::test]
async fn each_filter_narrows_the_list_and_all_must_fit() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    some_tasks(&alice).await;
    for (query, fitting) in [
        ("status=complete", vec!["c"]),
        ("status=incomplete", vec!["a", "B", "d", "ä"]),
        ("priority=high", vec!["B", "d"]),
        ("due_before=2026-12-02T00:00:00Z", vec!["B"]),
        ("due_after=2026-12-02T00:00:00Z", vec!["a", "ä"]),
        (
            "due_after=2026-12-02T00:00:00Z&due_before=2026-12-03T00:00:00Z",
            vec!["ä"],
        ),
        ("due_after=2026-12-02T09:00:00%2B09:00", vec!["a", "ä"]),
        ("tag=home", vec!["a", "c"]),
        ("tag=home&tag=work", vec!["B", "a", "c"]),
        ("tag=none", vec!["d", "ä"]),
        ("tag=none&tag=work", vec!["B", "c", "d", "ä"]),
        ("tag=unheard-of", vec![]),
        ("tag=home&status=complete", vec!["c"]),
        ("tag=none&priority=high", vec!["d"]),
    ] {
        let mut found = listed(&alice, query).await;
        found.sort();
        let mut fitting = fitting;
        fitting.sort();
        assert_eq!(found, fitting, "{query}");
    }
}

#[actix_web::test]
async fn a_deleted_tag_is_no_tag() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let tag = alice.tag("home").await;
    let task = json!({"title": "a", "tag_ids": [tag]});
    alice.post("/api/me/tasks", task).await.created();
    alice.delete(&format!("/api/me/tags/{tag}")).await;
    assert_eq!(listed(&alice, "tag=home").await, [""; 0]);
    assert_eq!(listed(&alice, "tag=none").await, ["a"]);
}

#[actix_web::test]
async fn a_list_tells_of_each_task_what_the_task_tells_by_itself() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    some_tasks(&alice).await;
    let task = json!({
        "title": "e",
        "description": "all there is",
        "priority": "low",
        "due_date": "2026-12-04T00:00:00Z",
        "reminder_at": "2026-12-03T00:00:00Z",
        "recurrence_pattern": "custom",
        "recurrence_config": {"rrule": "FREQ=DAILY", "interval": 2},
    });
    alice.post("/api/me/tasks", task).await.created();
    let mut tags = Vec::new();
    for name in ["b", r#"\ "quoted" \n"#, "😀", "B", "ä"] {
        tags.push(alice.tag(name).await);
    }
    let colored = json!({"name": "z", "color": "#1E90FF"});
    let colored = alice.post("/api/me/tags", colored).await.created();
    tags.push(colored["id"].as_str().unwrap().to_owned());
    let task = json!({"title": "f", "description": "ä".repeat(201), "tag_ids": tags});
    alice.post("/api/me/tasks", task).await.created();
    let page = alice.get("/api/me/tasks").await.ok();
    let tasks = page["items"].as_array().unwrap();
    assert_eq!(tasks.len(), 7);
    for task in tasks {
        let id = task["id"].as_str().unwrap();
        let alone = alice.get(&format!("/api/me/tasks/{id}")).await.ok();
        assert_eq!(*task, alone);
    }
}

#[actix_web::test]
async fn tasks_without_a_value_come_last_both_ways_and_the_order_is_total() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    some_tasks(&alice).await;
    for (query, order) in [
        ("", ["d", "ä", "c", "B", "a"]),
        ("order=asc", ["a", "B", "c", "ä", "d"]),
        ("sort_by=title&order=asc", ["B", "a", "c", "d", "ä"]),
        ("sort_by=title", ["ä", "d", "c", "a", "B"]),
        ("sort_by=due_date&order=asc", ["B", "ä", "a", "c", "d"]),
        ("sort_by=due_date&order=desc", ["a", "ä", "B", "d", "c"]),
        ("sort_by=priority&order=asc", ["a", "ä", "B", "d", "c"]),
        ("sort_by=priority&order=desc", ["d", "B", "ä", "a", "c"]),
    ] {
        assert_eq!(listed(&alice, query).await, order, "{query}");
    }
}

#[actix_web::test]
async fn equal_keys_never_make_pages_overlap() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for number in 0..9 {
        let task = json!({"title": "same", "description": number.to_string(), "priority": "low"});
        alice.post("/api/me/tasks", task).await.created();
    }
    for sort_by in ["created_at", "due_date", "priority", "title"] {
        for order in ["asc", "desc"] {
            let mut seen = Vec::new();
            for page in 1..=5 {
                let path = format!(
                    "/api/me/tasks?sort_by={sort_by}&order={order}&page={page}&page_size=2"
                );
                let page = alice.get(&path).await.ok();
                let items = page["items"].as_array().unwrap();
                seen.extend(items.iter().map(|task| task["description"].to_string()));
            }
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 9, "{sort_by} {order}");
        }
    }
}

#[actix_web::test]
async fn links_lead_to_the_pages_around() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for number in 0..5 {
        alice.task(&format!("task {number}")).await;
    }
    let answer = alice
        .get("/api/me/tasks?page_size=2&page=2&tag=none&tag=a%20b")
        .await;
    let page = |number| format!("/api/me/tasks?page_size=2&tag=none&tag=a+b&page={number}");
    let expected = format!(
        r#"<{}>; rel="first", <{}>; rel="prev", <{}>; rel="next", <{}>; rel="last""#,
        page(1),
        page(1),
        page(3),
        page(3)
    );
    assert_eq!(answer.header("link"), expected);
    for (path, links) in [
        (page(3), ["first", "prev", "last"].as_slice()),
        (page(9), &["first", "prev", "last"]),
        (page(1), &["first", "next", "last"]),
        (
            "/api/me/tasks?status=complete".to_owned(),
            &["first", "last"],
        ),
    ] {
        let answer = alice.get(&path).await;
        let relations: Vec<_> = answer
            .header("link")
            .split("rel=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(relations, links, "{path}");
    }
    let next = alice.get(&page(3)).await.ok();
    assert_eq!(titles(&next), ["task 0"]);
    assert_eq!(next["next_cursor"], Value::Null);
}

#[actix_web::test]
async fn rows_are_not_counted_for_whoever_does_not_ask() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for number in 0..3 {
        alice.task(&format!("task {number}")).await;
    }
    let page = |number: u32| format!("/api/me/tasks?total=false&page_size=2&page={number}");
    let relations = |answer: &Answer| {
        let links = answer.header("link").split(", ").map(str::to_owned);
        let relation = |link: String| link.rsplit_once("; ").unwrap().1.to_owned();
        links.map(relation).collect::<Vec<_>>()
    };
    let first = alice.get(&page(1)).await;
    assert_eq!(relations(&first), [r#"rel="first""#, r#"rel="next""#]);
    let (first, last) = (first.ok(), alice.get(&page(2)).await);
    assert_eq!(relations(&last), [r#"rel="first""#, r#"rel="prev""#]);
    for page in [&first, &last.ok()] {
        assert_eq!(
            (&page["total"], &page["total_pages"]),
            (&Value::Null, &Value::Null)
        );
    }
    assert!(first["next_cursor"].is_string());
    alice
        .get("/api/me/tasks?total=maybe")
        .await
        .invalid(&["total: invalid_value"]);
}

#[actix_web::test]
async fn deleted_tasks_are_listed_for_their_owner_who_asks() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let path = format!("/api/me/tasks/{}", alice.task("gone").await);
    alice.task("there").await;
    alice.delete(&path).await;
    assert_eq!(listed(&alice, "include_deleted=false").await, ["there"]);
    let all = alice.get("/api/me/tasks?include_deleted=true").await.ok();
    assert_eq!(
        (titles(&all), &all["total"]),
        (vec!["there".to_owned(), "gone".to_owned()], &json!(2))
    );
    assert!(all["items"][0]["deleted_at"].is_null());
    assert!(all["items"][1]["deleted_at"].is_string());
    alice.get(&path).await.rejected(404, "not_found");
    let gone = alice
        .get(&format!("{path}?include_deleted=true"))
        .await
        .ok();
    assert_eq!(gone["title"], "gone");
    bob.get(&format!("{path}?include_deleted=true"))
        .await
        .rejected(404, "not_found");
    alice
        .get(&format!("{path}?deleted=true"))
        .await
        .invalid(&["deleted: unknown_parameter"]);
}
