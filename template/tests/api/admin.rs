use mock_auth::User;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Client, Document, TestApp};

const CHALLENGE: &str = "www-authenticate";

#[actix_web::test]
async fn users_are_listed_for_the_role_admin_alone() {
    let app = TestApp::start().await;
    app.anonymous()
        .get("/api/admin/users")
        .await
        .refused(401, "token_missing");
    let strangers = [
        app.user("alice").await,
        app.permitted("admin").await,
        with_role(&app, "administrator"),
        with_role(&app, "Admin"),
    ];
    for stranger in strangers {
        let answer = stranger.get("/api/admin/users").await;
        let problem = answer.refused(403, "forbidden");
        assert_eq!(problem["detail"], "Requires the role admin");
        assert_eq!(
            answer.header(CHALLENGE),
            r#"Bearer realm="api", error="insufficient_scope""#
        );
    }
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
    let list = alice.get("/api/admin/users").await;
    let delete = alice.delete(&anyones("x")).await;
    for answer in [list, delete] {
        answer.refused(403, "forbidden");
        let all = format!("{} {}", answer.text, answer.header(CHALLENGE));
        assert!(
            !all.contains("accountant") && !all.contains("books:read"),
            "{all}"
        );
    }
}

#[actix_web::test]
async fn an_administrator_sees_a_page_of_all_users() {
    let app = TestApp::start().await;
    for name in ["alice", "bob", "carol"] {
        app.add_row(&User::named(name)).await;
    }
    app.sql(r#"UPDATE "user" SET role = 'editor, user' WHERE name = 'bob'"#)
        .await;
    let admin = app.admin().await;
    let page = admin.get("/api/admin/users?page_size=3").await.ok();
    assert_eq!(
        [
            &page["total"],
            &page["page"],
            &page["page_size"],
            &page["total_pages"]
        ],
        [4, 1, 3, 2].map(|number| json!(number)).each_ref()
    );
    let rest = admin.get("/api/admin/users?page=2&page_size=3").await.ok();
    let mut users = page["items"].as_array().unwrap().clone();
    assert_eq!(users.len(), 3);
    users.extend(rest["items"].as_array().unwrap().clone());
    let bob = users.iter().find(|user| user["name"] == "bob").unwrap();
    assert_eq!(bob["uuid"], json!(User::named("bob").uuid));
    assert_eq!(bob["roles"], json!(["editor", "user"]));
    admin
        .get("/api/admin/users?page_size=101")
        .await
        .invalid(&["page_size: out_of_range"]);
}

#[actix_web::test]
async fn one_role_of_several_is_enough() {
    let app = TestApp::start().await;
    with_role(&app, "user,admin")
        .get("/api/admin/users")
        .await
        .ok();
}

#[actix_web::test]
async fn anybodys_task_is_deleted_by_permission_alone() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = Document::add(&alice, "task_id").await;
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
async fn whoever_lacks_the_role_learns_nothing_of_routes_and_methods() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (method, path) in [
        (Method::POST, "/api/admin/users"),
        (Method::GET, "/api/admin/users/nothing"),
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
    let admin = app.admin().await;
    let answer = admin.post("/api/admin/users", json!({})).await;
    answer.refused(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET, HEAD");
    let cleaner = app.permitted("tasks:delete").await;
    let answer = cleaner.get(&anyones("x")).await;
    answer.refused(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "DELETE");
    for (client, path) in [
        (&cleaner, "/api/admin/tasks"),
        (&admin, "/api/admin/users/nothing"),
        (&admin, "/api/admin/nothing"),
        (&admin, "/api/admin"),
    ] {
        client.get(path).await.refused(404, "not_found");
    }
}

fn anyones(task: &str) -> String {
    format!("/api/admin/tasks/{task}")
}

fn with_role(app: &TestApp, role: &str) -> Client {
    let token = app.token(&User::named("alice")).claim("role", role);
    app.bearer(&token.sign())
}
