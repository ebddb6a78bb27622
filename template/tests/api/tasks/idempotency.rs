//! Idempotency-Key: a POST that is sent again does nothing twice.

use database::{Operator, idempotency_keys::delete_older_than};
use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Document, TestApp};

const TASKS: &str = "/api/me/tasks";
const TAGS: &str = "/api/me/tags";

#[actix_web::test]
async fn another_users_key_gives_nothing_of_theirs() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let body = json!({"title": "Buy milk"});
    let hers = post(&alice, TASKS, "k1", &body).await.created();
    let his = post(&bob, TASKS, "k1", &body).await.created();
    assert_ne!(his["id"], hers["id"]);
    assert_eq!(his["user_id"], json!(bob.uuid()));
    // Nor does his other use of it disturb hers.
    post(&bob, TASKS, "k1", &json!({"title": "x"}))
        .await
        .invalid(&[REUSED]);
    assert_eq!(post(&alice, TASKS, "k1", &body).await.created(), hers);
}

const REUSED: &str = "Idempotency-Key: reused";

#[actix_web::test]
async fn a_key_is_good_for_one_request() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    post(&alice, TASKS, "k1", &json!({"title": "x"}))
        .await
        .created();
    for (path, body) in [
        (TASKS, json!({"title": "y"})),
        (TASKS, json!({"title": "x", "completed": false})),
        (TAGS, json!({"name": "x"})),
    ] {
        post(&alice, path, "k1", &body).await.invalid(&[REUSED]);
    }
    assert_eq!(rows(&app, "tasks").await, 1);
    assert_eq!(rows(&app, "tags").await, 0);
}

#[actix_web::test]
async fn a_malformed_key_is_rejected_wherever_one_may_be_sent() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let document = Document::of(&app).await;
    let rows = document.rows_of(&alice).await;
    let mut seen = 0;
    for operation in document.operations() {
        if !operation.is_owned() || operation.method != Method::POST {
            continue;
        }
        assert!(operation.takes("Idempotency-Key"), "{}", operation.id);
        let path = operation.path_with(&alice, "me", &rows);
        for key in ["", "a b", &"x".repeat(256)] {
            let answer = post(&alice, &path, key, &json!({})).await;
            answer.rejected(400, "malformed_request");
        }
        for raw in ["clé".as_bytes(), b"a\tb"] {
            let request = request(&alice, &path, &json!({})).header(HEADER, raw);
            Answer::of(request).await.rejected(400, "malformed_request");
        }
        let twice = request(&alice, &path, &json!({}))
            .header(HEADER, "a")
            .header(HEADER, "a");
        Answer::of(twice).await.rejected(400, "malformed_request");
        seen += 1;
    }
    assert!(seen >= 6, "only {seen} routes were found");
}

#[actix_web::test]
async fn what_fails_is_not_kept() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let tag = alice.tag("home").await;
    let body = json!({"name": "home"});
    post(&alice, TAGS, "k1", &body)
        .await
        .rejected(409, "tag_name_conflict");
    alice.delete(&format!("{TAGS}/{tag}")).await;
    post(&alice, TAGS, "k1", &body).await.created();

    let unknown = json!({"title": "x", "tag_ids": [uuid::Uuid::now_v7()]});
    post(&alice, TASKS, "k2", &unknown)
        .await
        .invalid(&["tag_ids[0]: unknown_tag"]);
    post(&alice, TASKS, "k2", &json!({"title": "x"}))
        .await
        .created();
}

#[actix_web::test]
async fn without_its_answer_nothing_of_a_request_is_kept() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    app.sql("ALTER TABLE idempotency_keys RENAME COLUMN answer TO reply")
        .await;
    post(&alice, TASKS, "k1", &json!({"title": "Buy milk"}))
        .await
        .rejected(500, "internal_error");
    assert_eq!(rows(&app, "tasks").await, 0);
    assert_eq!(rows(&app, "idempotency_keys").await, 0);
}

#[actix_web::test]
async fn a_user_without_a_row_can_use_no_key() {
    let app = TestApp::start().await;
    let ghost = app.bearer(&app.token(&mock_auth::User::named("ghost")).sign());
    let body = json!({"title": "x"});
    post(&ghost, TASKS, "k1", &body)
        .await
        .rejected(401, "user_unknown");
}

#[actix_web::test]
async fn a_request_sent_again_has_the_same_answer_and_does_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let (task, tag) = (alice.task("x").await, alice.tag("x").await);
    let (deleted_task, deleted_tag) = (alice.task("y").await, alice.tag("y").await);
    alice.delete(&format!("{TASKS}/{deleted_task}")).await;
    alice.delete(&format!("{TAGS}/{deleted_tag}")).await;
    for (status, path, body) in [
        (
            201,
            TASKS.to_owned(),
            json!({"title": "Buy milk \u{1f95b} \"now\""}),
        ),
        (201, TAGS.to_owned(), json!({"name": "home"})),
        (201, format!("{TASKS}/{task}/tags"), json!({"tag_id": tag})),
        (
            200,
            format!("{TAGS}/{tag}/tasks"),
            json!({"task_ids": [alice.task("z").await]}),
        ),
        (200, format!("{TASKS}/{deleted_task}/restore"), json!({})),
        (200, format!("{TAGS}/{deleted_tag}/restore"), json!({})),
    ] {
        let key = format!("\"{path}\"");
        let first = post(&alice, &path, &key, &body).await;
        let before = state(&app).await;
        let again = post(&alice, &path, &key, &body).await;
        assert_eq!(first.status, status, "{path}: {}", first.text);
        assert_eq!((again.status, &again.text), (status, &first.text), "{path}");
        for header in ["location", "etag", "content-type", "cache-control"] {
            assert_eq!(
                again.header(header),
                first.header(header),
                "{path} {header}"
            );
        }
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
        assert_eq!(state(&app).await, before, "{path}");
    }
}

/// How many rows there are, and how often they were written.
async fn state(app: &TestApp) -> [i64; 5] {
    let sum = |table| format!("SELECT sum(version) AS number FROM {table}");
    [
        rows(app, "tasks").await,
        rows(app, "tags").await,
        rows(app, "task_tags").await,
        number(app, &sum("tasks")).await,
        number(app, &sum("tags")).await,
    ]
}

#[actix_web::test]
async fn without_a_key_each_request_counts() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for _ in 0..2 {
        alice.task("Buy milk").await;
    }
    assert_eq!(rows(&app, "tasks").await, 2);
    assert_eq!(rows(&app, "idempotency_keys").await, 0);
}

#[actix_web::test]
async fn of_many_at_once_one_does_it_and_all_have_its_answer() {
    let app = TestApp::start_with(&[("WORKERS", "2")]).await;
    let alice = app.user("alice").await;
    // The second tag of this name would be a conflict.
    let body = json!({"name": "home"});
    let answers = join_all((0..24).map(|_| post(&alice, TAGS, "k1", &body))).await;
    let first = answers[0].created();
    for answer in &answers {
        assert_eq!(answer.created(), first);
    }
    assert_eq!(rows(&app, "tags").await, 1);
}

#[actix_web::test]
async fn an_answer_is_given_even_when_its_row_is_gone() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let body = json!({"title": "Buy milk"});
    let first = post(&alice, TASKS, "k1", &body).await;
    alice.delete(first.header("location")).await;
    assert_eq!(
        post(&alice, TASKS, "k1", &body).await.created(),
        first.created()
    );
    assert_eq!(alice.get(TASKS).await.ok()["total"], 0);
}

#[actix_web::test]
async fn a_key_is_free_again_after_24_hours() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let (old, new) = (json!({"title": "old"}), json!({"title": "new"}));
    let first = post(&alice, TASKS, "k1", &old).await.created();
    age(&app, 23).await;
    post(&alice, TASKS, "k1", &new).await.invalid(&[REUSED]);
    assert_eq!(post(&alice, TASKS, "k1", &old).await.created(), first);

    age(&app, 25).await;
    let second = post(&alice, TASKS, "k1", &new).await.created();
    assert_eq!(second["title"], "new");
    assert_eq!(post(&alice, TASKS, "k1", &new).await.created(), second);
    post(&alice, TASKS, "k1", &old).await.invalid(&[REUSED]);
    assert_eq!(rows(&app, "idempotency_keys").await, 1);
}

#[actix_web::test]
async fn old_keys_are_deleted_in_batches_and_young_ones_stay() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for number in 0..5 {
        post(&alice, TASKS, &format!("k{number}"), &json!({"title": "x"}))
            .await
            .created();
    }
    age(&app, 25).await;
    post(&alice, TASKS, "young", &json!({"title": "x"}))
        .await
        .created();
    let expiry = database::UtcDateTime::now().plus_seconds(-24 * 60 * 60);
    for expected in [3, 2, 0] {
        assert_eq!(
            delete_older_than(Operator::at_the_command_line(), expiry, 3, app.db())
                .await
                .unwrap(),
            expected
        );
    }
    assert_eq!(rows(&app, "idempotency_keys").await, 1);
    assert_eq!(rows(&app, "tasks").await, 6);
}

#[actix_web::test]
async fn the_keys_of_a_user_go_with_them() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    post(&alice, TASKS, "k1", &json!({"title": "x"}))
        .await
        .created();
    app.sql(r#"DELETE FROM "user""#).await;
    assert_eq!(rows(&app, "idempotency_keys").await, 0);
}

const HEADER: &str = "idempotency-key";

fn request(user: &Client, path: &str, body: &Value) -> RequestBuilder {
    user.request(Method::POST, path)
        .header("content-type", "application/json")
        .body(body.to_string())
}

async fn post(user: &Client, path: &str, key: &str, body: &Value) -> Answer {
    Answer::of(request(user, path, body).header(HEADER, key)).await
}

async fn rows(app: &TestApp, table: &str) -> i64 {
    number(app, &format!("SELECT count(*) AS number FROM {table}")).await
}

async fn number(app: &TestApp, query: &str) -> i64 {
    app.row(query).await.try_get("", "number").unwrap()
}

/// Makes every key so many hours old.
async fn age(app: &TestApp, hours: i64) {
    let then = database::UtcDateTime::now().plus_seconds(-hours * 60 * 60);
    app.sql(&format!(
        "UPDATE idempotency_keys SET created_at = '{then}'"
    ))
    .await;
}
