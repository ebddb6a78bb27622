//! Who may read and change which tasks.

use reqwest::Method;
use serde_json::json;

use super::NOWHERE;
use crate::support::{Answer, Client, TestApp};

#[actix_web::test]
async fn anonymous_requests_to_tasks_are_rejected() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    anonymous
        .get("/api/me/tasks")
        .await
        .rejected(401, "token_missing");
    anonymous
        .post("/api/me/tasks", json!({"title": "x"}))
        .await
        .rejected(401, "token_missing");
    anonymous.get(NOWHERE).await.rejected(401, "token_missing");
    anonymous
        .patch(NOWHERE, json!({}))
        .await
        .rejected(401, "token_missing");
    anonymous
        .delete(NOWHERE)
        .await
        .rejected(401, "token_missing");
}

#[actix_web::test]
async fn another_users_path_and_a_malformed_one_are_forbidden() {
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
        answer.rejected(403, "forbidden");
        assert!(
            answer
                .header("www-authenticate")
                .contains(r#"error="insufficient_scope""#)
        );
        bob.post(&path, json!({"title": "x"}))
            .await
            .rejected(403, "forbidden");
        bob.get(&format!("{path}/{task}"))
            .await
            .rejected(403, "forbidden");
        bob.delete(&format!("{path}/{task}"))
            .await
            .rejected(403, "forbidden");
    }
}

#[actix_web::test]
async fn another_users_task_is_not_found_and_stays_as_it_is() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let task = format!("/api/me/tasks/{}", alice.task("Buy milk").await);
    bob.get(&task).await.rejected(404, "not_found");
    bob.patch(&task, json!({"title": "mine"}))
        .await
        .rejected(404, "not_found");
    bob.delete(&task).await.rejected(404, "not_found");
    assert_eq!(alice.get(&task).await.ok()["title"], "Buy milk");
    assert_eq!(bob.get("/api/me/tasks").await.ok()["total"], 0);
}

/// Requests that are also wrong in another way: body, parameter, id, route or method.
async fn wrong_requests(client: &Client, owner: &str) -> Vec<Answer> {
    let tasks = format!("/api/{owner}/tasks");
    vec![
        client.raw(Method::POST, &tasks, "{").await,
        client.raw(Method::PATCH, &format!("{tasks}/x"), "{").await,
        client.post(&tasks, json!({"title": 7, "colour": 1})).await,
        client.raw(Method::POST, &tasks, "x".repeat(300_000)).await,
        client.get(&format!("{tasks}?colour=red")).await,
        client.get(&format!("{tasks}/not-an-id")).await,
        client.get(&format!("{tasks}/x/nothing")).await,
        Answer::of(client.request(Method::TRACE, &tasks)).await,
    ]
}

#[actix_web::test]
async fn bad_credentials_are_rejected_before_anything_else_that_is_wrong() {
    let app = TestApp::start().await;
    for answer in wrong_requests(&app.anonymous(), "me").await {
        answer.rejected(401, "token_missing");
    }
    for answer in wrong_requests(&app.bearer("x"), "x").await {
        answer.rejected(401, "token_malformed");
    }
}

#[actix_web::test]
async fn another_users_path_is_forbidden_before_anything_else_that_is_wrong() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    for owner in [&alice.uuid().to_string(), "x"] {
        for answer in wrong_requests(&bob, owner).await {
            answer.rejected(403, "forbidden");
        }
    }
}

#[actix_web::test]
async fn a_malformed_id_is_not_found() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for id in ["x", "0", "%00", "018f3c1a7b6e7c3d9f2a4b5c6d7e8f90"] {
        alice
            .get(&format!("/api/me/tasks/{id}"))
            .await
            .rejected(404, "not_found");
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
        .rejected(401, "user_unknown");
}

#[actix_web::test]
async fn the_owners_uuid_may_be_in_any_case_or_me() {
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
