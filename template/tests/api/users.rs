//! Users whose rows come from tokens.

use app::{
    auth::{BetterAuthId, Identity, Provisioning},
    error::AppError,
};
use better_auth::repositories::users;
use database::Database;
use futures_util::future::join_all;
use mock_auth::User;
use serde_json::{Value, json};
#[cfg(not(feature = "native-ids"))]
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

fn is_placeholder(email: &Value) -> bool {
    email.as_str().unwrap().ends_with("@user.invalid")
}

#[actix_web::test]
async fn without_provisioning_no_token_creates_a_row() {
    let app = TestApp::start().await;
    let ghost = signed_in(&app, &User::named("ghost"));
    ghost.get("/api/me").await.ok();
    ghost
        .get("/api/profile")
        .await
        .rejected(401, "user_unknown");
    assert_eq!(count(&app, "user").await, 0);
}

#[actix_web::test]
async fn a_rejected_token_creates_no_row() {
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
async fn a_valid_token_creates_its_users_row() {
    let app = TestApp::start_with(ON).await;
    let user = User::named("alice");
    let profile = profile(&signed_in(&app, &user)).await;
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
async fn claims_of_a_later_token_update_the_row() {
    let app = TestApp::start_with(ON).await;
    let mut user = User::named("alice");
    profile(&signed_in(&app, &user)).await;
    user.email = "alice@new.test".to_owned();
    user.name = "Alice".to_owned();
    let alice = signed_in(&app, &user);
    let profile = profile(&alice).await;
    assert_eq!(
        [&profile["email"], &profile["name"]],
        ["alice@new.test", "Alice"]
    );
    assert_eq!(count(&app, "user").await, 1);
}

#[actix_web::test]
async fn a_token_without_email_and_name_creates_a_row_too() {
    let app = TestApp::start_with(ON).await;
    let token = |name: &str| {
        let token = app.token(&User::named(name));
        app.bearer(&token.without("email").without("name").sign())
    };
    for name in ["alice", "bob"] {
        let profile = profile(&token(name)).await;
        assert!(is_placeholder(&profile["email"]), "{profile}");
        assert_eq!(profile["name"], "");
    }
    let full = signed_in(&app, &User::named("alice"));
    assert_eq!(profile(&full).await["name"], "alice");
    assert_eq!(profile(&token("alice")).await["name"], "alice");
}

#[actix_web::test]
async fn concurrent_first_requests_create_one_row() {
    let app = TestApp::start_with(ON).await;
    let alice = signed_in(&app, &User::named("alice"));
    join_all((0..20).map(|_| profile(&alice))).await;
    assert_eq!(count(&app, "user").await, 1);
}

#[actix_web::test]
async fn an_email_that_moved_to_another_user_locks_no_one_out() {
    let app = TestApp::start_with(ON).await;
    let mut user = User::named("alice");
    let alice = signed_in(&app, &user);
    profile(&alice).await;
    let bob = User {
        email: user.email.clone(),
        ..User::named("bob")
    };
    let bob = signed_in(&app, &bob);
    assert_eq!(profile(&bob).await["email"], "alice@example.test");
    let stale = profile(&alice).await;
    assert!(is_placeholder(&stale["email"]), "{stale}");
    assert_eq!(stale["id"], user.id);
    user.email = "alice@new.test".to_owned();
    let alice = signed_in(&app, &user);
    assert_eq!(profile(&alice).await["email"], "alice@new.test");
    assert_eq!(count(&app, "user").await, 2);
}

/// Where Better Auth makes UUIDs itself, another id is another user.
#[cfg(not(feature = "native-ids"))]
#[actix_web::test]
async fn an_id_with_another_uuid_is_another_user() {
    let app = TestApp::start_with(ON).await;
    let user = User::named("alice");
    let before = signed_in(&app, &user);
    profile(&before).await;
    let other = User {
        uuid: Uuid::new_v4(),
        ..user.clone()
    };
    let row = profile(&signed_in(&app, &other)).await;
    assert_eq!(
        [&row["id"], &row["email"], &row["uuid"]],
        [&json!(user.id), &json!(user.email), &json!(other.uuid)]
    );
    assert_eq!(profile(&before).await["uuid"], json!(user.uuid));
}

#[cfg(not(feature = "native-ids"))]
#[actix_web::test]
async fn rows_managed_by_better_auth_are_not_changed() {
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
    assert!(is_placeholder(&row["email"]), "{row}");
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
async fn a_process_creates_a_row_once() {
    let app = TestApp::start_with(ON).await;
    let alice = signed_in(&app, &User::named("alice"));
    alice.get("/api/profile").await.ok();
    app.sql(r#"DELETE FROM "user""#).await;
    alice
        .get("/api/profile")
        .await
        .rejected(401, "user_unknown");
}

fn identity(user: &User) -> Identity {
    Identity {
        email: Some(user.email.clone()),
        name: Some(user.name.clone()),
        ..Identity::new(BetterAuthId::new(&user.id), user.uuid.into())
    }
}

/// Each has its own pool and cache, as separate processes have.
#[actix_web::test]
async fn several_processes_can_provision_the_same_users_concurrently() {
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
    let all = users.iter().flat_map(|user| {
        processes
            .iter()
            .map(move |process| process.ensure_user(user))
    });
    for served in join_all(all).await {
        served.unwrap();
    }
    let database = Database::open(&settings).await.unwrap();
    for user in &users {
        let row = users::find(user.uuid, database.read()).await.unwrap();
        assert!(row.is_some());
    }
}

/// Of two tokens the later one counts, whatever reaches the process first.
#[actix_web::test]
async fn a_later_token_restores_what_an_earlier_one_said_and_an_earlier_one_changes_nothing() {
    let file = TestDatabase::migrated().await;
    let database = Database::open(&file.settings(&[]).database).await.unwrap();
    let process = Provisioning::new(Some(database.clone()));
    let (alice, bob) = (User::named("alice"), User::named("bob"));
    let said = |user: &User, email: &str, as_of| Identity {
        email: Some(email.to_owned()),
        as_of,
        ..identity(user)
    };
    let emails = async || {
        let mut emails = Vec::new();
        for user in [&alice, &bob] {
            let row = users::find(user.uuid.into(), database.read())
                .await
                .unwrap();
            emails.push(row.map_or_else(String::new, |row| row.email));
        }
        emails
    };
    for (user, email, as_of) in [
        (&alice, "a@example.test", 1.0),
        (&alice, "b@example.test", 2.0),
        (&alice, "a@example.test", 1.0),
        (&bob, "b@example.test", 3.0),
        (&alice, "b@example.test", 2.0),
    ] {
        process
            .ensure_user(&said(user, email, as_of))
            .await
            .unwrap();
    }
    let [alices, bobs] = <[String; 2]>::try_from(emails().await).unwrap();
    assert!(alices.ends_with("@user.invalid"), "{alices}");
    assert_eq!(bobs, "b@example.test");
    for (user, email, as_of) in [
        (&bob, "c@example.test", 4.0),
        (&alice, "b@example.test", 5.0),
    ] {
        process
            .ensure_user(&said(user, email, as_of))
            .await
            .unwrap();
    }
    assert_eq!(emails().await, ["b@example.test", "c@example.test"]);
}

/// The documentation warns of this.
#[actix_web::test]
async fn with_provisioning_an_old_token_recreates_a_deleted_user_in_a_new_process() {
    let file = TestDatabase::migrated().await;
    let database = Database::open(&file.settings(&[]).database).await.unwrap();
    let alice = identity(&User::named("alice"));
    let exists = async || -> Result<bool, AppError> {
        Ok(users::find(alice.uuid, database.read()).await?.is_some())
    };
    for _ in 0..2 {
        let process = Provisioning::new(Some(database.clone()));
        process.ensure_user(&alice).await.unwrap();
        assert!(exists().await.unwrap());
        file.execute(r#"DELETE FROM "user""#).await;
        process.ensure_user(&alice).await.unwrap();
        assert!(!exists().await.unwrap());
    }
}
