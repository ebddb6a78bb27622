//! The route for administrators that deletes any user's task.

use mock_auth::User;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestApp};

const CHALLENGE: &str = "www-authenticate";

#[actix_web::test]
async fn only_the_permission_allows_deleting_any_users_task() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = alice.task("Water the plants").await;
    app.anonymous()
        .delete(&anyones(&task))
        .await
        .rejected(401, "token_missing");
    for stranger in [&alice, &app.admin().await, &app.permitted("tasks:*").await] {
        let answer = stranger.delete(&anyones(&task)).await;
        let problem = answer.rejected(403, "forbidden");
        assert_eq!(problem["detail"], "Requires the permission tasks:delete");
        assert_eq!(
            answer.header(CHALLENGE),
            r#"Bearer realm="api", error="insufficient_scope", scope="tasks:delete""#
        );
    }
    alice.get(&format!("/api/me/tasks/{task}")).await.ok();

    let cleaner = app.permitted("tasks:delete").await;
    assert_eq!(cleaner.delete(&anyones(&task)).await.status, 204);
    alice
        .get(&format!("/api/me/tasks/{task}"))
        .await
        .rejected(404, "not_found");
    cleaner
        .delete(&anyones(&task))
        .await
        .rejected(404, "not_found");
    cleaner
        .delete(&anyones("not-an-id"))
        .await
        .rejected(404, "not_found");
}

/// The token still grants it.
#[actix_web::test]
async fn an_administrator_who_is_gone_changes_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = alice
        .post("/api/me/tasks", json!({"title": "x"}))
        .await
        .created();
    let task = anyones(task["id"].as_str().unwrap());
    let cleaner = app.permitted("tasks:delete").await;
    app.sql(&format!(
        r#"DELETE FROM "user" WHERE uuid = '{}'"#,
        cleaner.uuid()
    ))
    .await;
    let answer = cleaner.delete(&task).await;
    answer.rejected(401, "user_unknown");
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 1);
}

#[actix_web::test]
async fn a_rejection_never_names_roles_or_permissions_held() {
    let app = TestApp::start().await;
    let user = User {
        role: "accountant".to_owned(),
        permissions: vec!["books:read".to_owned()],
        ..User::named("alice")
    };
    let alice = app.bearer(&app.token(&user).sign());
    let answer = alice.delete(&anyones("x")).await;
    answer.rejected(403, "forbidden");
    let all = format!("{} {}", answer.text, answer.header(CHALLENGE));
    assert!(
        !all.contains("accountant") && !all.contains("books:read"),
        "{all}"
    );
}

#[actix_web::test]
async fn without_the_permission_every_admin_path_and_method_is_forbidden() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (method, path) in [
        (Method::GET, "/api/admin/tasks"),
        (Method::PATCH, "/api/admin/tasks/x"),
    ] {
        let answer = Answer::of(alice.request(method, path)).await;
        answer.rejected(403, "forbidden");
    }
}

#[actix_web::test]
async fn with_access_wrong_methods_are_405_and_unknown_routes_404() {
    let app = TestApp::start().await;
    let cleaner = app.permitted("tasks:delete").await;
    let answer = cleaner.get(&anyones("x")).await;
    answer.rejected(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "DELETE");
    cleaner
        .get("/api/admin/tasks")
        .await
        .rejected(404, "not_found");
}

fn anyones(task: &str) -> String {
    format!("/api/admin/tasks/{task}")
}
