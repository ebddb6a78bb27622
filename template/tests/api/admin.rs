use mock_auth::User;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const CHALLENGE: &str = "www-authenticate";

#[actix_web::test]
async fn only_the_role_admin_may_list_users() {
    let app = TestApp::start().await;
    app.anonymous()
        .get("/api/admin/users")
        .await
        .rejected(401, "token_missing");
    let strangers = [
        app.user("alice").await,
        app.permitted("admin").await,
        with_role(&app, "administrator"),
        with_role(&app, "Admin"),
    ];
    for stranger in strangers {
        let answer = stranger.get("/api/admin/users").await;
        let problem = answer.rejected(403, "forbidden");
        assert_eq!(problem["detail"], "Requires the role admin");
        assert_eq!(
            answer.header(CHALLENGE),
            r#"Bearer realm="api", error="insufficient_scope""#
        );
    }
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
    let answer = alice.get("/api/admin/users").await;
    answer.rejected(403, "forbidden");
    let all = format!("{} {}", answer.text, answer.header(CHALLENGE));
    assert!(
        !all.contains("accountant") && !all.contains("books:read"),
        "{all}"
    );
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
    let uncounted = admin.get("/api/admin/users?page_size=3&total=false").await;
    assert!(uncounted.header("link").contains(r#"page=2>; rel="next""#));
    assert_eq!(uncounted.ok()["total"], Value::Null);
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
async fn without_the_role_every_admin_path_and_method_is_forbidden() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (method, path) in [
        (Method::POST, "/api/admin/users"),
        (Method::GET, "/api/admin/users/nothing"),
    ] {
        let answer = Answer::of(alice.request(method, path)).await;
        answer.rejected(403, "forbidden");
    }
}

#[actix_web::test]
async fn with_access_wrong_methods_are_405_and_unknown_routes_404() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let answer = admin.post("/api/admin/users", json!({})).await;
    answer.rejected(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET, HEAD");
    for path in [
        "/api/admin/users/nothing",
        "/api/admin/nothing",
        "/api/admin",
    ] {
        admin.get(path).await.rejected(404, "not_found");
    }
}

fn with_role(app: &TestApp, role: &str) -> Client {
    let token = app.token(&User::named("alice")).claim("role", role);
    app.bearer(&token.sign())
}
