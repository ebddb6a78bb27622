//! What the commands for developers and operators do with tasks and tags.

use app::types::UtcDateTime;
use mock_auth::{MockAuth, User};
use serde_json::{Value, json};

use crate::{
    support::{Answer, Program, TestApp, TestDatabase, run, run_on_terminal},
    upkeep::{DAY, call, printed, value},
};

#[test]
fn nonsense_is_refused_before_anything_is_touched() {
    for arguments in [
        &["seed", "--tasks=5"][..],
        &["seed", "--users=1", "--tags=51"],
    ] {
        let output = run(arguments, &[("DATABASE_URL", "sqlite:///nowhere/app.db")]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[actix_web::test]
async fn seed_adds_demo_rows_once() {
    let database = TestDatabase::empty().await;
    let seed = || printed(database.url(), &["seed"]);
    assert_eq!(seed(), "added 2 users, 4 tags, 6 tasks\n");
    assert_eq!(seed(), "added 0 users, 0 tags, 0 tasks\n");
}

#[actix_web::test]
async fn a_crowd_is_the_same_each_time_and_can_be_enlarged() {
    let database = TestDatabase::empty().await;
    let seed = |users: &str, tasks: &str| {
        let arguments = ["seed", "--users", users, "--tasks", tasks, "--tags", "2"];
        printed(database.url(), &arguments)
    };
    assert_eq!(seed("3", "5"), "added 3 users, 12 tags, 15 tasks\n");
    assert_eq!(seed("3", "5"), "added 0 users, 0 tags, 0 tasks\n");
    assert_eq!(seed("4", "6"), "added 1 users, 4 tags, 9 tasks\n");
}

#[actix_web::test]
async fn tokens_open_the_rows_of_a_crowd() {
    let auth = MockAuth::start().await;
    let (program, database) = Program::with_keys_of(&auth, &[]).await;
    let arguments = ["seed", "--users", "2", "--tasks", "7", "--tags", "2"];
    printed(database.url(), &arguments);
    let http = reqwest::Client::new();
    let get = async |path: &str| {
        let token = auth.token(&User::named("user0002")).sign();
        Answer::of(http.get(program.url(path)).bearer_auth(token))
            .await
            .ok()
    };
    assert_eq!(get("/api/profile").await["email"], "user0002@example.test");
    assert_eq!(get("/api/me/tags").await["total"], 4);
    let tasks = get("/api/me/tasks").await;
    assert_eq!(tasks["total"], 7);
    for task in tasks["items"].as_array().unwrap() {
        assert_eq!(task["tags"].as_array().unwrap().len(), 2, "{task}");
    }
}

#[actix_web::test]
async fn a_crowd_leaves_out_whose_address_somebody_has() {
    let app = TestApp::start().await;
    let other = User {
        email: "user0001@example.test".to_owned(),
        ..User::named("alice")
    };
    app.add_row(&other).await;
    let arguments = ["seed", "--users", "2", "--tasks", "3", "--tags", "1"];
    assert_eq!(
        printed(app.database_url(), &arguments),
        "added 1 users, 2 tags, 3 tasks\n"
    );
}

#[actix_web::test]
async fn seeding_shows_its_progress_on_a_terminal_alone() {
    let database = TestDatabase::empty().await;
    let arguments = ["seed", "--users", "3", "--tasks", "5"];
    let environment = [("DATABASE_URL", database.url()), ("TERM", "xterm")];
    let (success, shown) = run_on_terminal(&arguments, &environment, "");
    assert!(success && shown.contains("of 18 rows"), "{shown}");
    let (_, printed, complaint) = call(database.url(), &arguments);
    assert!(!(printed + &complaint).contains("rows"));
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
        let expected = format!("{removed} tasks, {removed} tags, 0 idempotency keys\n");
        assert!(printed.ends_with(&expected), "{printed}");
    }
    let kept: i64 = value(&app, "SELECT count(*) FROM tasks").await;
    let links: i64 = value(&app, "SELECT count(*) FROM task_tags").await;
    assert_eq!((kept, links), (2, 0));
}

#[actix_web::test]
async fn purge_goes_on_after_the_first_batch() {
    let app = TestApp::start().await;
    let arguments = ["seed", "--users", "1", "--tasks", "1201", "--tags", "1"];
    printed(app.database_url(), &arguments);
    let time = UtcDateTime::now().plus_seconds(-2 * DAY);
    app.sql(&format!("UPDATE tasks SET deleted_at = '{time}'"))
        .await;
    let printed = printed(app.database_url(), &["purge", "--older-than", "1"]);
    assert!(printed.contains(" 1201 tasks, 0 tags, "), "{printed}");
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
    let all = |name: &str, member: &str| -> Vec<String> {
        let rows = export[name].as_array().unwrap().iter();
        let mut all: Vec<_> = rows
            .map(|row| row[member].as_str().unwrap().to_owned())
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
    let database = TestDatabase::empty().await;
    let arguments = ["seed", "--users", "2", "--tasks", "1201", "--tags", "1"];
    printed(database.url(), &arguments);
    let uuid = User::named("user0001").uuid.to_string();
    let text = printed(database.url(), &["export-user", &uuid]);
    let export: Value = serde_json::from_str(&text).unwrap();
    let tasks = export["tasks"].as_array().unwrap();
    let ids: std::collections::BTreeSet<_> = tasks
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!((tasks.len(), ids.len()), (1201, 1201));
    assert!(tasks.iter().all(|row| row["user_id"] == uuid.as_str()));
}
