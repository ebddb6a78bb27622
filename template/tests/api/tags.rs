use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

#[actix_web::test]
async fn anonymous_requests_to_tags_are_rejected() {
    let app = TestApp::start().await;
    app.anonymous()
        .get("/api/me/tags")
        .await
        .rejected(401, "token_missing");
    app.anonymous()
        .post("/api/me/tags", json!({"name": "home"}))
        .await
        .rejected(401, "token_missing");
    app.anonymous()
        .delete("/api/me/tags/x")
        .await
        .rejected(401, "token_missing");
}

#[actix_web::test]
async fn another_users_path_is_forbidden() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let path = format!("/api/{}/tags", alice.uuid());
    bob.get(&path).await.rejected(403, "forbidden");
    bob.post(&path, json!({"name": "home"}))
        .await
        .rejected(403, "forbidden");
}

#[actix_web::test]
async fn another_users_tag_is_not_found() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let tag = alice.tag("home").await;
    let path = format!("/api/me/tags/{tag}");
    for answer in [
        bob.get(&path).await,
        bob.get(&format!("{path}?include_deleted=true")).await,
        bob.put(&path, json!({"name": "mine"})).await,
        bob.patch(&path, json!({"name": "mine"})).await,
        bob.delete(&path).await,
        bob.post(&format!("{path}/restore"), Value::Null).await,
    ] {
        answer.rejected(404, "not_found");
    }
    assert_eq!(alice.get(&path).await.ok()["name"], "home");
    assert_eq!(alice.get("/api/me/tags").await.ok()["total"], 1);
}

#[actix_web::test]
async fn names_and_colours_outside_the_limits_are_rejected() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (body, errors) in [
        (json!({"name": ""}), ["name: blank"]),
        (json!({"name": "x".repeat(51)}), ["name: too_long"]),
        (json!({"name": "a\nb"}), ["name: control_character"]),
        (json!({"name": " none "}), ["name: reserved"]),
        (
            json!({"name": "home", "color": "red"}),
            ["color: invalid_color"],
        ),
    ] {
        alice.post("/api/me/tags", body).await.invalid(&errors);
    }
    let path = format!("/api/me/tags/{}", alice.tag("home").await);
    for (body, errors) in [
        (json!({"name": null}), vec!["name: invalid_value"]),
        (
            json!({"name": "", "color": "red"}),
            vec!["color: invalid_color", "name: blank"],
        ),
        (json!({"colour": "red"}), vec!["colour: unknown_field"]),
    ] {
        alice.patch(&path, body).await.invalid(&errors);
    }
    alice
        .put(&path, json!({"color": "#123456"}))
        .await
        .invalid(&["name: required"]);
}

#[actix_web::test]
async fn concurrent_additions_of_one_name_succeed_once() {
    let app = TestApp::start_with(&[("WORKERS", "2")]).await;
    let alice = app.user("alice").await;
    let added = (0..8).map(|_| alice.post("/api/me/tags", json!({"name": "home"})));
    let answers = join_all(added).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}

#[actix_web::test]
async fn a_taken_name_cannot_be_given_by_renaming_or_restoring() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let (home, work) = (alice.tag("home").await, alice.tag("work").await);
    let (home, work) = (
        format!("/api/me/tags/{home}"),
        format!("/api/me/tags/{work}"),
    );
    for answer in [
        alice.patch(&work, json!({"name": "home"})).await,
        alice.put(&work, json!({"name": " home"})).await,
    ] {
        answer.rejected(409, "tag_name_conflict");
    }
    alice.delete(&home).await;
    alice.patch(&work, json!({"name": "home"})).await.ok();
    let restore = format!("{home}/restore");
    alice
        .post(&restore, Value::Null)
        .await
        .rejected(409, "tag_name_conflict");
    alice.patch(&work, json!({"name": "work"})).await.ok();
    alice.post(&restore, Value::Null).await.ok();
    assert_eq!(alice.get("/api/me/tags").await.ok()["total"], 2);
}

#[actix_web::test]
async fn a_write_with_a_stale_version_changes_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let path = format!("/api/me/tags/{}", alice.tag("home").await);
    for (method, path, body) in [
        (Method::PUT, path.clone(), json!({"name": "x"})),
        (Method::PATCH, path.clone(), json!({"name": "x"})),
        (Method::DELETE, path.clone(), Value::Null),
        (Method::POST, format!("{path}/restore"), Value::Null),
    ] {
        for stale in [r#""2""#, r#"W/"1""#] {
            let sent = alice.with(("if-match", stale), method.clone(), &path, body.clone());
            sent.await.rejected(412, "precondition_failed");
        }
    }
    let tag = alice
        .with(("if-none-match", r#""1""#), Method::GET, &path, Value::Null)
        .await;
    assert_eq!((tag.status, tag.header("etag")), (304, r#""1""#));
    let renamed = alice
        .with(
            ("if-match", r#""1""#),
            Method::PATCH,
            &path,
            json!({"name": "x"}),
        )
        .await;
    assert_eq!(
        (&renamed.ok()["version"], renamed.header("etag")),
        (&json!(2), r#""2""#)
    );
    let deleted = alice
        .with(("if-match", r#""2""#), Method::DELETE, &path, Value::Null)
        .await;
    assert_eq!(deleted.status, 204);
}

#[actix_web::test]
async fn a_tag_is_changed_in_part_replaced_deleted_and_restored() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let before = alice
        .post("/api/me/tags", json!({"name": "home", "color": "#0af"}))
        .await
        .created();
    let path = format!("/api/me/tags/{}", before["id"].as_str().unwrap());
    let named = alice.patch(&path, json!({"name": "garden"})).await.ok();
    assert_eq!(
        (&named["name"], &named["color"]),
        (&json!("garden"), &json!("#00AAFF"))
    );
    let plain = alice.patch(&path, json!({"color": null})).await.ok();
    assert_eq!(
        (&plain["name"], &plain["color"]),
        (&json!("garden"), &Value::Null)
    );
    alice.patch(&path, json!({"color": "#fff"})).await.ok();
    let replaced = alice.put(&path, json!({"name": "house"})).await.ok();
    assert_eq!(
        (&replaced["name"], &replaced["color"]),
        (&json!("house"), &Value::Null)
    );
    assert_eq!(replaced["version"], 5);
    assert_eq!(alice.get(&path).await.ok(), replaced);

    assert_eq!(alice.delete(&path).await.status, 204);
    for answer in [
        alice.get(&path).await,
        alice.patch(&path, json!({"name": "x"})).await,
        alice.delete(&path).await,
    ] {
        answer.rejected(404, "not_found");
    }
    let gone = alice
        .get(&format!("{path}?include_deleted=true"))
        .await
        .ok();
    assert!(gone["deleted_at"].is_string());
    let all = alice.get("/api/me/tags?include_deleted=true").await.ok();
    assert_eq!(all["items"], json!([gone]));
    let back = Answer::of(alice.request(Method::POST, &format!("{path}/restore")))
        .await
        .ok();
    assert_eq!(
        (&back["name"], &back["deleted_at"]),
        (&json!("house"), &Value::Null)
    );
    assert_eq!(alice.get(&path).await.ok(), back);
}

#[actix_web::test]
async fn names_sort_by_code_point_page_by_page_and_by_cursor() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for name in ["b", "Z", "ä", "a", "_", "1"] {
        alice.tag(name).await;
    }
    let mut path = "/api/me/tags?page_size=4".to_owned();
    let mut names = Vec::new();
    loop {
        let page = alice.get(&path).await.ok();
        let items = page["items"].as_array().unwrap();
        names.extend(items.iter().map(|tag| tag["name"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/me/tags?page_size=4&cursor={cursor}");
    }
    assert_eq!(names, ["1", "Z", "_", "a", "b", "ä"]);
    alice
        .get("/api/me/tags?page=1&cursor=x&size=2")
        .await
        .invalid(&["size: unknown_parameter", "cursor: not_with_page"]);
    alice
        .get("/api/me/tags?cursor=x")
        .await
        .rejected(400, "cursor_invalid");
}

#[actix_web::test]
async fn a_name_is_unique_among_a_users_live_tags() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let tag = alice.tag("home").await;
    alice
        .post("/api/me/tags", json!({"name": " home "}))
        .await
        .rejected(409, "tag_name_conflict");
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
        .rejected(401, "user_unknown");
}

#[actix_web::test]
async fn a_tag_is_returned_as_stored_and_lists_are_sorted_by_name() {
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
