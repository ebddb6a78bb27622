//! The route on everybody's tasks.

use mock_auth::User;
use reqwest::Method;

use crate::support::{Answer, TestApp};

const CHALLENGE: &str = "www-authenticate";

#[actix_web::test]
async fn anybodys_task_is_deleted_by_permission_alone() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = alice.task("Water the plants").await;
    app.anonymous()
        .delete(&anyones(&task))
        .await
        .refused(401, "token_missing");
    for stranger in [&alice, &app.admin().await, &app.permitted("tasks:*").await] {
        let answer = stranger.delete(&anyones(&task)).await;
        let problem = answer.refused(403, "forbidden");
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
        .refused(404, "not_found");
    cleaner
        .delete(&anyones(&task))
        .await
        .refused(404, "not_found");
    cleaner
        .delete(&anyones("not-an-id"))
        .await
        .refused(404, "not_found");
}

#[actix_web::test]
async fn a_refusal_never_says_what_is_held() {
    let app = TestApp::start().await;
    let user = User {
        role: "accountant".to_owned(),
        permissions: vec!["books:read".to_owned()],
        ..User::named("alice")
    };
    let alice = app.bearer(&app.token(&user).sign());
    let answer = alice.delete(&anyones("x")).await;
    answer.refused(403, "forbidden");
    let all = format!("{} {}", answer.text, answer.header(CHALLENGE));
    assert!(
        !all.contains("accountant") && !all.contains("books:read"),
        "{all}"
    );
}

#[actix_web::test]
async fn whoever_lacks_the_permission_learns_nothing_of_routes_and_methods() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (method, path) in [
        (Method::GET, "/api/admin/tasks"),
        (Method::PATCH, "/api/admin/tasks/x"),
    ] {
        let answer = Answer::of(alice.request(method, path)).await;
        answer.refused(403, "forbidden");
    }
}

#[actix_web::test]
async fn wrong_methods_and_unknown_routes_are_told_to_who_may_be_there() {
    let app = TestApp::start().await;
    let cleaner = app.permitted("tasks:delete").await;
    let answer = cleaner.get(&anyones("x")).await;
    answer.refused(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "DELETE");
    cleaner
        .get("/api/admin/tasks")
        .await
        .refused(404, "not_found");
}

fn anyones(task: &str) -> String {
    format!("/api/admin/tasks/{task}")
}
