//! What the scopes of the example open to OAuth clients.

use mock_auth::User;
use reqwest::Method;
use serde_json::json;

use crate::support::{Client, TestApp};

const AUDIENCE: &str = "https://api.example.test";

async fn started() -> TestApp {
    TestApp::start_with(&[("OAUTH_AUDIENCE", AUDIENCE)]).await
}

/// The client `app`, which acts for Alice within these scopes.
fn client(app: &TestApp, scope: &str) -> Client {
    let token = app.access_token(&User::named("alice"), AUDIENCE, "app", scope);
    app.bearer(&token.sign())
}

#[actix_web::test]
async fn an_access_token_may_do_what_its_scopes_say_and_no_more() {
    let app = started().await;
    app.add_row(&User::named("alice")).await;
    let task = json!({"title": "Water the plants"});
    let reader = client(&app, "openid tasks:read");
    let writer = client(&app, "tasks:write");
    let stranger = client(&app, "openid tasks tasks:* TASKS:READ");
    writer.post("/api/me/tasks", task.clone()).await.created();
    let list = reader.get("/api/me/tasks").await.ok();
    assert_eq!(list["total"], 1);
    for (client, method, scope) in [
        (&reader, Method::POST, "tasks:write"),
        (&writer, Method::GET, "tasks:read"),
        (&stranger, Method::POST, "tasks:write"),
        (&stranger, Method::GET, "tasks:read"),
    ] {
        let answer = client.raw(method, "/api/me/tasks", "{broken").await;
        let problem = answer.rejected(403, "forbidden");
        assert_eq!(problem["detail"], format!("Requires the scope {scope}"));
        let challenge = answer.header("www-authenticate");
        let expected = format!(r#"error="insufficient_scope", scope="{scope}""#);
        assert!(challenge.contains(&expected), "{challenge}");
    }
}

#[actix_web::test]
async fn an_access_token_opens_its_users_rows_alone() {
    let app = started().await;
    let bob = app.user("bob").await;
    let path = format!("/api/{}/tasks", bob.uuid());
    let alices = client(&app, "tasks:read");
    alices.get(&path).await.rejected(403, "forbidden");
    bob.get(&path).await.ok();
}

#[actix_web::test]
async fn a_machine_adds_no_task() {
    let app = started().await;
    let token = app.machine_token(AUDIENCE, "robot", "tasks:read tasks:write");
    let task = json!({"title": "A machine's"});
    let answer = app.bearer(&token.sign()).post("/api/me/tasks", task).await;
    answer.rejected(403, "forbidden");
}

#[actix_web::test]
async fn the_scopes_are_announced() {
    let app = started().await;
    let path = "/.well-known/oauth-protected-resource";
    let metadata = app.anonymous().get(path).await.ok();
    let scopes = json!(["tasks:read", "tasks:write"]);
    assert_eq!(metadata["scopes_supported"], scopes);
}
