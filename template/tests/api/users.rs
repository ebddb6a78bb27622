//! Users whose rows are gone, users whose rows come from tokens, and what goes with a user.

use app::{
    auth::{Identity, Provisioning},
    database::Database,
    error::{AppError, Code},
    repositories::users,
    types::{BetterAuthId, UserUuid},
};
use futures_util::future::join_all;
use mock_auth::User;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
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

async fn profile(client: &Client) -> Value {
    client.get("/api/profile").await.ok()
}

fn is_nobodys(email: &Value) -> bool {
    email.as_str().unwrap().ends_with("@user.invalid")
}

#[actix_web::test]
async fn every_write_of_a_user_whose_row_is_gone_is_refused() {
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
        answer.refused(401, "user_unknown");
    }
}

#[actix_web::test]
async fn a_user_whose_row_is_gone_sees_nothing_and_does_not_come_back() {
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
        .refused(404, "not_found");
    alice.get("/api/me").await.ok();
    assert_eq!(count(&app, "user").await, 0);
}

#[actix_web::test]
async fn another_row_that_is_gone_is_not_taken_for_the_users() {
    let file = TestDatabase::migrated().await;
    let database = Database::open(&file.settings(&[]).database).await.unwrap();
    let alice = User::named("alice");
    let owner = UserUuid::from(alice.uuid);
    let link = format!(
        "INSERT INTO task_tags (task_id, tag_id) VALUES ('{}', '{}')",
        Uuid::new_v4(),
        Uuid::new_v4()
    );
    let refused = async || {
        let work = database.write_as(owner, async |transaction| {
            Ok(transaction.execute_unprepared(&link).await?)
        });
        work.await.unwrap_err().code()
    };
    assert_eq!(refused().await, Code::UserUnknown);
    file.add_user(&alice).await;
    assert_eq!(refused().await, Code::NotFound);
}

#[actix_web::test]
async fn a_user_goes_with_all_that_is_theirs_and_nothing_else() {
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
    assert_eq!(left, [1, 1, 2, 1]);
    let bob = app.user("bob").await;
    assert_eq!(bob.get("/api/me/tasks").await.ok()["total"], 1);
}

#[actix_web::test]
async fn without_provisioning_no_token_makes_a_row() {
    let app = TestApp::start().await;
    let ghost = signed_in(&app, &User::named("ghost"));
    ghost.get("/api/me").await.ok();
    ghost
        .post("/api/me/tasks", json!({"title": "x"}))
        .await
        .refused(401, "user_unknown");
    assert_eq!(count(&app, "user").await, 0);
}

#[actix_web::test]
async fn a_token_that_is_refused_makes_no_row() {
    let app = TestApp::start_with(ON).await;
    let alice = User::named("alice");
    for token in [
        app.token(&alice).tampered_signature(),
        app.token(&alice).expires_in(-3600),
        app.token(&alice).without("sub"),
    ] {
        assert_eq!(app.bearer(&token.sign()).get("/api/me").await.status, 401);
    }
    assert_eq!(count(&app, "user").await, 0);
}

#[actix_web::test]
async fn a_good_token_makes_its_users_row() {
    let app = TestApp::start_with(ON).await;
    let user = User::named("alice");
    let alice = signed_in(&app, &user);
    alice.task("Buy milk").await;
    let profile = profile(&alice).await;
    let found = ["id", "uuid", "email", "name", "email_verified"].map(|name| profile[name].clone());
    assert_eq!(
        found,
        [
            json!(user.id),
            json!(user.uuid),
            json!("alice@example.test"),
            json!("alice"),
            json!(false)
        ]
    );
}

#[actix_web::test]
async fn what_a_later_token_says_is_written_too() {
    let app = TestApp::start_with(ON).await;
    let mut user = User::named("alice");
    signed_in(&app, &user).task("Buy milk").await;
    user.email = "alice@new.test".to_owned();
    user.name = "Alice".to_owned();
    let alice = signed_in(&app, &user);
    let profile = profile(&alice).await;
    assert_eq!(
        [&profile["email"], &profile["name"]],
        ["alice@new.test", "Alice"]
    );
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 1);
}

#[actix_web::test]
async fn a_token_without_address_and_name_makes_a_row_too() {
    let app = TestApp::start_with(ON).await;
    let token = |name: &str| {
        let token = app.token(&User::named(name));
        app.bearer(&token.without("email").without("name").sign())
    };
    for name in ["alice", "bob"] {
        let profile = profile(&token(name)).await;
        assert!(is_nobodys(&profile["email"]), "{profile}");
        assert_eq!(profile["name"], "");
    }
    let full = signed_in(&app, &User::named("alice"));
    assert_eq!(profile(&full).await["name"], "alice");
    assert_eq!(profile(&token("alice")).await["name"], "alice");
}

#[actix_web::test]
async fn first_requests_at_the_same_time_make_one_row() {
    let app = TestApp::start_with(ON).await;
    let alice = signed_in(&app, &User::named("alice"));
    join_all((0..20).map(|_| alice.task("Buy milk"))).await;
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 20);
    assert_eq!(count(&app, "user").await, 1);
}

#[actix_web::test]
async fn an_address_that_passed_to_another_user_keeps_nobody_out() {
    let app = TestApp::start_with(ON).await;
    let mut user = User::named("alice");
    let alice = signed_in(&app, &user);
    alice.task("Buy milk").await;
    let bob = User {
        email: user.email.clone(),
        ..User::named("bob")
    };
    let bob = signed_in(&app, &bob);
    assert_eq!(profile(&bob).await["email"], "alice@example.test");
    let stale = profile(&alice).await;
    assert!(is_nobodys(&stale["email"]), "{stale}");
    assert_eq!(stale["id"], user.id);
    user.email = "alice@new.test".to_owned();
    let alice = signed_in(&app, &user);
    assert_eq!(profile(&alice).await["email"], "alice@new.test");
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 1);
}

/// Where Better Auth makes UUIDs itself, another id is another user.
#[cfg(not(feature = "native-ids"))]
#[actix_web::test]
async fn an_id_that_has_another_uuid_now_is_another_user() {
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
    let row = profile(&after).await;
    assert_eq!(
        [&row["id"], &row["email"]],
        [&json!(user.id), &json!(user.email)]
    );
    for (client, title) in [(&before, "Buy milk"), (&after, "Call grandmother")] {
        let list = client.get("/api/me/tasks").await.ok();
        assert_eq!(list["total"], 1);
        assert_eq!(list["items"][0]["title"], title);
    }
}

#[cfg(not(feature = "native-ids"))]
#[actix_web::test]
async fn rows_that_better_auth_keeps_itself_are_not_touched() {
    let app = TestApp::start_with(ON).await;
    let alice = User::named("alice");
    app.add_row(&alice).await;
    let time = "2026-11-20T15:26:01.398Z";
    app.sql(&format!(
        r#"INSERT INTO account (id, "accountId", "providerId", "userId", "createdAt", "updatedAt")
           VALUES ('{}', 'a1', 'credential', '{}', '{time}', '{time}')"#,
        Uuid::new_v4(),
        alice.id
    ))
    .await;
    let claims_alices = User {
        email: alice.email.clone(),
        #[cfg(not(feature = "native-ids"))]
        id: alice.id.clone(),
        ..User::named("mallory")
    };
    let row = profile(&signed_in(&app, &claims_alices)).await;
    assert!(is_nobodys(&row["email"]), "{row}");
    assert_ne!(row["id"], alice.id);
    let renamed = User {
        name: "Mallory".to_owned(),
        email: "alice@old.test".to_owned(),
        ..alice.clone()
    };
    let row = profile(&signed_in(&app, &renamed)).await;
    assert_eq!(
        [&row["id"], &row["email"], &row["name"]],
        [&alice.id, &alice.email, &alice.name]
    );
}

#[actix_web::test]
async fn a_process_makes_a_row_once() {
    let app = TestApp::start_with(ON).await;
    let alice = signed_in(&app, &User::named("alice"));
    alice.get("/api/profile").await.ok();
    app.sql(r#"DELETE FROM "user""#).await;
    alice.get("/api/profile").await.refused(401, "user_unknown");
}

fn identity(user: &User) -> Identity {
    Identity {
        id: BetterAuthId::new(&user.id),
        uuid: user.uuid.into(),
        email: Some(user.email.clone()),
        name: Some(user.name.clone()),
        roles: Vec::new(),
        permissions: Vec::new(),
        organization_id: None,
    }
}

/// Each has its own pool and memory, as processes have.
#[actix_web::test]
async fn processes_that_see_users_at_the_same_time_all_serve_them() {
    let file = TestDatabase::migrated().await;
    let settings = file.settings(&[]).database;
    let mut processes = Vec::new();
    for _ in 0..3 {
        let database = Database::open(&settings).await.unwrap();
        processes.push(Provisioning::new(Some(database)));
    }
    let users: Vec<_> = (0..12)
        .map(|number| {
            identity(&User {
                email: format!("{}@example.test", number % 4),
                ..User::named(&number.to_string())
            })
        })
        .collect();
    let all = users
        .iter()
        .flat_map(|user| processes.iter().map(move |process| process.provide(user)));
    for served in join_all(all).await {
        served.unwrap();
    }
    let database = Database::open(&settings).await.unwrap();
    for user in &users {
        let row = users::find(user.uuid, database.reader()).await.unwrap();
        assert!(row.is_some());
    }
}

/// What the documentation warns of.
#[actix_web::test]
async fn with_provisioning_an_old_token_makes_a_deleted_user_again_in_a_new_process() {
    let file = TestDatabase::migrated().await;
    let database = Database::open(&file.settings(&[]).database).await.unwrap();
    let alice = identity(&User::named("alice"));
    let exists = async || -> Result<bool, AppError> {
        Ok(users::find(alice.uuid, database.reader()).await?.is_some())
    };
    for _ in 0..2 {
        let process = Provisioning::new(Some(database.clone()));
        process.provide(&alice).await.unwrap();
        assert!(exists().await.unwrap());
        file.execute(r#"DELETE FROM "user""#).await;
        process.provide(&alice).await.unwrap();
        assert!(!exists().await.unwrap());
    }
}
