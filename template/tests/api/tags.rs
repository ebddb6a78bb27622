use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn nobody_reaches_tags_without_a_token() {
    let app = TestApp::start().await;
    app.anonymous()
        .get("/api/me/tags")
        .await
        .refused(401, "token_missing");
    app.anonymous()
        .post("/api/me/tags", json!({"name": "home"}))
        .await
        .refused(401, "token_missing");
    app.anonymous()
        .delete("/api/me/tags/x")
        .await
        .refused(401, "token_missing");
}

#[actix_web::test]
async fn another_users_path_is_forbidden() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let path = format!("/api/{}/tags", alice.uuid());
    bob.get(&path).await.refused(403, "forbidden");
    bob.post(&path, json!({"name": "home"}))
        .await
        .refused(403, "forbidden");
}

#[actix_web::test]
async fn another_users_tag_is_not_found() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let tag = alice.tag("home").await;
    bob.delete(&format!("/api/me/tags/{tag}"))
        .await
        .refused(404, "not_found");
    assert_eq!(alice.get("/api/me/tags").await.ok()["total"], 1);
}

#[actix_web::test]
async fn names_and_colours_outside_the_limits_are_refused() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (body, faults) in [
        (json!({"name": ""}), ["name: blank"]),
        (json!({"name": "x".repeat(51)}), ["name: too_long"]),
        (json!({"name": "a\nb"}), ["name: control_character"]),
        (
            json!({"name": "home", "color": "red"}),
            ["color: invalid_color"],
        ),
    ] {
        alice.post("/api/me/tags", body).await.invalid(&faults);
    }
}

#[actix_web::test]
async fn a_name_is_taken_once_among_a_users_live_tags() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let tag = alice.tag("home").await;
    alice
        .post("/api/me/tags", json!({"name": " home "}))
        .await
        .refused(409, "tag_name_conflict");
    bob.tag("home").await;
    assert_eq!(
        alice.delete(&format!("/api/me/tags/{tag}")).await.status,
        204
    );
    alice.tag("home").await;
}

#[actix_web::test]
async fn a_user_without_a_row_cannot_add_tags() {
    let app = TestApp::start().await;
    let token = app.token(&mock_auth::User::named("ghost")).sign();
    app.bearer(&token)
        .post("/api/me/tags", json!({"name": "home"}))
        .await
        .refused(401, "user_unknown");
}

#[actix_web::test]
async fn a_tag_is_answered_as_it_is_stored_and_lists_are_by_name() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let answer = alice
        .post("/api/me/tags", json!({"name": " work ", "color": "#0af"}))
        .await;
    let tag = answer.created();
    assert_eq!(
        (&tag["name"], &tag["color"], &tag["user_id"]),
        (&json!("work"), &json!("#00AAFF"), &json!(alice.uuid()))
    );
    assert_eq!(
        answer.header("location"),
        format!("/api/{}/tags/{}", alice.uuid(), tag["id"].as_str().unwrap())
    );
    alice.tag("home").await;
    let page = alice.get("/api/me/tags?page_size=1").await.ok();
    assert_eq!(page["items"][0]["name"], "home");
    assert_eq!(
        (
            &page["total"],
            &page["total_pages"],
            &page["page"],
            &page["page_size"]
        ),
        (&json!(2), &json!(2), &json!(1), &json!(1))
    );
}
