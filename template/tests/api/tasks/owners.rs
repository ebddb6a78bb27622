//! Users without a row: deleted ones, and new ones whose first request creates it.

use app::auth::WriteAs;
use app::error::Code;
use database::{Database, UserUuid};
use futures_util::future::join_all;
use mock_auth::User;
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Client, TestApp, TestDatabase};

const ON: &[(&str, &str)] = &[("USER_PROVISIONING", "on")];

async fn count(app: &TestApp, table: &str) -> i64 {
    let query = format!(r#"SELECT count(*) AS n FROM "{table}""#);
    app.row(&query).await.try_get("", "n").unwrap()
}

fn signed_in(app: &TestApp, user: &User) -> Client {
    app.bearer(&app.token(user).sign())
}

#[actix_web::test]
async fn every_write_of_a_deleted_user_is_rejected() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let (task, tag) = (alice.task("Buy milk").await, alice.tag("home").await);
    app.sql(r#"DELETE FROM "user""#).await;
    let (task, own_tag) = (
        format!("/api/me/tasks/{task}"),
        format!("/api/me/tags/{tag}"),
    );
    for answer in [
        alice.post("/api/me/tasks", json!({"title": "x"})).await,
        alice
            .post("/api/me/tasks", json!({"title": "x", "tag_ids": [tag]}))
            .await,
        alice.post("/api/me/tags", json!({"name": "x"})).await,
        alice.patch(&task, json!({"completed": true})).await,
        alice.delete(&task).await,
        alice.delete(&own_tag).await,
        alice.get("/api/profile").await,
    ] {
        answer.rejected(401, "user_unknown");
    }
}

#[actix_web::test]
async fn a_deleted_user_sees_nothing_and_is_not_created_again() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let task = alice.task("Buy milk").await;
    alice.tag("home").await;
    app.sql(r#"DELETE FROM "user""#).await;
    for list in ["/api/me/tasks", "/api/me/tags"] {
        assert_eq!(alice.get(list).await.ok()["total"], 0, "{list}");
    }
    alice
        .get(&format!("/api/me/tasks/{task}"))
        .await
        .rejected(404, "not_found");
    alice.get("/api/me").await.ok();
    assert_eq!(count(&app, "user").await, 0);
}

#[actix_web::test]
async fn a_missing_row_of_another_table_is_not_reported_as_a_missing_user() {
    let file = TestDatabase::migrated().await;
    let database = Database::open(&file.settings(&[]).database).await.unwrap();
    let alice = User::named("alice");
    let owner = UserUuid::from(alice.uuid);
    let link = format!(
        "INSERT INTO task_tags (task_id, tag_id) VALUES ('{}', '{}')",
        Uuid::new_v4(),
        Uuid::new_v4()
    );
    let error_code = async || {
        let work = database.write_as(owner, async |transaction| {
            Ok(transaction.execute_unprepared(&link).await?)
        });
        work.await.unwrap_err().code()
    };
    assert_eq!(error_code().await, Code::USER_UNKNOWN);
    file.add_user(&alice).await;
    assert_eq!(error_code().await, Code::NOT_FOUND);
}

#[actix_web::test]
async fn deleting_a_user_deletes_everything_of_theirs_and_nothing_else() {
    let app = TestApp::start().await;
    for name in ["alice", "bob"] {
        let user = app.user(name).await;
        let tag = user.tag("home").await;
        let task = json!({"title": "x", "tag_ids": [tag]});
        user.post("/api/me/tasks", task).await.created();
        let deleted = user.task("y").await;
        user.delete(&format!("/api/me/tasks/{deleted}")).await;
    }
    let alice = User::named("alice").id;
    app.sql(&format!(r#"DELETE FROM "user" WHERE id = '{alice}'"#))
        .await;
    let counts = ["user", "tags", "tasks", "task_tags"];
    let left = join_all(counts.map(|table| count(&app, table))).await;
    // Bob and the administrator.
    assert_eq!(left, [2, 1, 2, 1]);
    let bob = app.user("bob").await;
    assert_eq!(bob.get("/api/me/tasks").await.ok()["total"], 1);
}

#[actix_web::test]
async fn concurrent_first_writes_create_one_user_row() {
    let app = TestApp::start_with(ON).await;
    let alice = signed_in(&app, &User::named("alice"));
    join_all((0..20).map(|_| alice.task("Buy milk"))).await;
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 20);
    assert_eq!(count(&app, "user").await, 1);
}

/// Where Better Auth makes UUIDs itself, another id is another user.
#[cfg(not(feature = "native-ids"))]
#[actix_web::test]
async fn rows_belong_to_the_uuid_that_created_them() {
    let app = TestApp::start_with(ON).await;
    let user = User::named("alice");
    let before = signed_in(&app, &user);
    before.task("Buy milk").await;
    let after = User {
        uuid: Uuid::new_v4(),
        ..user.clone()
    };
    let after = signed_in(&app, &after);
    after.task("Call grandmother").await;
    for (client, title) in [(&before, "Buy milk"), (&after, "Call grandmother")] {
        let list = client.get("/api/me/tasks").await.ok();
        assert_eq!(list["total"], 1);
        assert_eq!(list["items"][0]["title"], title);
    }
}
