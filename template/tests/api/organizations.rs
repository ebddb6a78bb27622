//! Organizations and teams: who gets in, by Better Auth's tables and by claims.

use std::{sync::Mutex, time::Duration};

use actix_web::{
    middleware::from_fn,
    web::{self, Json, ServiceConfig},
};
use app::auth::{
    Admin, AnyOf, BetterAuthId, Identity, Member, OrganizationOwner, authenticate, define_roles,
};
use better_auth::{Organizations, members_only};
use database::{Database, Engine};
use mock_auth::User;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, MEMBERS, TestApp, TestDatabase, eventually};

define_roles! {
    Role Editor = "editor";
}

fn more_routes(config: &mut ServiceConfig) {
    async fn members(member: Member) -> Json<Value> {
        Json(json!({"organization": member.organization_id, "roles": member.roles}))
    }
    async fn managers(member: Member<AnyOf<(OrganizationOwner, Admin)>>) -> Json<Value> {
        Json(json!(member.user().uuid))
    }
    async fn editors(_: Member<Editor>) -> Json<bool> {
        Json(true)
    }
    async fn team(member: Member) -> Json<Value> {
        Json(json!(member.team_id))
    }
    config.service(
        web::scope("/organizations/{organization_id}")
            .wrap(from_fn(members_only))
            .wrap(from_fn(authenticate))
            .route("/members", web::get().to(members))
            .route("/managers", web::get().to(managers))
            .route("/editors", web::get().to(editors))
            .route("/crews/{team_id}", web::get().to(team))
            .service(
                web::scope("/teams/{team_id}")
                    .wrap(from_fn(members_only))
                    .route("", web::get().to(team)),
            ),
    );
}

/// As Better Auth's organization plugin makes them, as far as they matter here.
const TABLES: [&str; 3] = [
    MEMBERS,
    r#"CREATE TABLE team (id text PRIMARY KEY, "organizationId" text NOT NULL)"#,
    r#"CREATE TABLE "teamMember" (id text PRIMARY KEY, "teamId" text NOT NULL, "userId" text NOT NULL)"#,
];

async fn started() -> TestApp {
    let app =
        TestApp::start_with_settings_and_routes(&[("SESSION_CACHE_TTL", "1")], more_routes).await;
    for table in TABLES {
        app.sql(table).await;
    }
    for team in [("red", "acme"), ("blue", "globex")] {
        app.sql(&format!(
            "INSERT INTO team VALUES ('{}', '{}')",
            team.0, team.1
        ))
        .await;
    }
    app
}

fn signed_in(app: &TestApp, user: &User) -> Client {
    app.bearer(&app.token(user).sign())
}

#[actix_web::test]
async fn outsiders_and_other_organizations_are_forbidden() {
    let app = started().await;
    let (alice, bob) = (User::named("alice"), User::named("bob"));
    app.add_member(&alice, "acme", "owner").await;
    app.add_member(&bob, "globex", "owner").await;
    for (user, organization, status) in [
        (&alice, "acme", 200),
        (&alice, "globex", 403),
        (&alice, "nothing", 403),
        (&bob, "acme", 403),
        (&bob, "globex", 200),
        (&User::named("carol"), "acme", 403),
    ] {
        let path = format!("/organizations/{organization}/members");
        let answer = signed_in(&app, user).get(&path).await;
        assert_eq!(answer.status, status, "{} in {organization}", user.name);
    }
    let anonymous = app.anonymous().get("/organizations/acme/members").await;
    anonymous.rejected(401, "token_missing");
    let unknown = signed_in(&app, &bob)
        .get("/organizations/acme/nothing")
        .await;
    unknown.rejected(403, "forbidden");
}

#[actix_web::test]
async fn a_member_without_the_role_is_forbidden() {
    let app = started().await;
    let alice = User {
        // A role of the user is none in the organization.
        role: "admin,owner".to_owned(),
        ..User::named("alice")
    };
    app.add_member(&alice, "acme", "member, editor").await;
    let client = signed_in(&app, &alice);
    let members = client.get("/organizations/acme/members").await.ok();
    assert_eq!(members["roles"], json!(["member", "editor"]));
    client.get("/organizations/acme/editors").await.ok();
    let answer = client.get("/organizations/acme/managers").await;
    let problem = answer.rejected(403, "forbidden");
    assert_eq!(
        problem["detail"],
        "Requires any of (the role owner, the role admin) in the organization"
    );
    let bob = User::named("bob");
    app.add_member(&bob, "acme", "admin").await;
    let bobs = signed_in(&app, &bob);
    let managers = bobs.get("/organizations/acme/managers").await.ok();
    assert_eq!(managers, json!(bob.uuid));
}

#[actix_web::test]
async fn a_former_member_is_out_when_the_look_up_is_old() {
    let app = started().await;
    let client = app.member("alice", "acme", "owner").await;
    client.get("/organizations/acme/members").await.ok();
    app.sql("DELETE FROM member").await;
    eventually(async || client.get("/organizations/acme/members").await.status == 403).await;
}

#[actix_web::test]
async fn a_team_opens_to_its_members_in_its_own_organization() {
    let app = started().await;
    let (alice, bob) = (User::named("alice"), User::named("bob"));
    for user in [&alice, &bob] {
        app.add_member(user, "acme", "member").await;
    }
    for (team, user) in [("red", &alice), ("blue", &alice)] {
        let values = format!("'{team}', '{team}', '{}'", user.id);
        app.sql(&format!(r#"INSERT INTO "teamMember" VALUES ({values})"#))
            .await;
    }
    let client = signed_in(&app, &alice);
    let red = client.get("/organizations/acme/teams/red").await.ok();
    assert_eq!(red, "red");
    let other = client.get("/organizations/acme/teams/blue").await;
    other.rejected(403, "forbidden");
    let outsider = signed_in(&app, &bob);
    let answer = outsider.get("/organizations/acme/teams/red").await;
    answer.rejected(403, "forbidden");
}

#[actix_web::test]
async fn a_team_outside_a_team_scope_is_open_to_nobody() {
    let app = started().await;
    let alice = User::named("alice");
    app.add_member(&alice, "acme", "owner").await;
    let client = signed_in(&app, &alice);
    let answer = client.get("/organizations/acme/crews/red").await;
    answer.rejected(500, "internal_error");
}

#[actix_web::test]
async fn tables_that_are_made_later_are_found_and_end_the_claims() {
    let app =
        TestApp::start_with_settings_and_routes(&[("SESSION_CACHE_TTL", "1")], more_routes).await;
    let alice = User::named("alice");
    let organizations = json!([{"id": "acme", "role": "owner"}]);
    let token = app.token(&alice).claim("organizations", organizations);
    let client = app.bearer(&token.sign());
    client.get("/organizations/acme/members").await.ok();
    app.sql(TABLES[0]).await;
    eventually(async || client.get("/organizations/acme/members").await.status == 403).await;
    app.add_member(&alice, "acme", "member").await;
    let roles = async || client.get("/organizations/acme/members").await.json()["roles"].clone();
    eventually(async || roles().await == json!(["member"])).await;
}

#[actix_web::test]
async fn tables_of_teams_that_are_made_later_are_found() {
    let app =
        TestApp::start_with_settings_and_routes(&[("SESSION_CACHE_TTL", "1")], more_routes).await;
    app.sql(TABLES[0]).await;
    let alice = User::named("alice");
    app.add_member(&alice, "acme", "member").await;
    let client = signed_in(&app, &alice);
    client.get("/organizations/acme/members").await.ok();
    let team = "/organizations/acme/teams/red";
    client.get(team).await.rejected(403, "forbidden");
    for table in &TABLES[1..] {
        app.sql(table).await;
    }
    app.sql("INSERT INTO team VALUES ('red', 'acme')").await;
    let values = format!("'1', 'red', '{}'", alice.id);
    app.sql(&format!(r#"INSERT INTO "teamMember" VALUES ({values})"#))
        .await;
    eventually(async || client.get(team).await.status == 200).await;
}

#[actix_web::test]
async fn without_the_table_the_claim_counts() {
    let app = TestApp::start_with_settings_and_routes(&[], more_routes).await;
    let alice = User::named("alice");
    let organizations = json!([{"id": "acme", "role": "owner", "teams": ["red"]}]);
    let token = app.token(&alice).claim("organizations", organizations);
    let client = app.bearer(&token.sign());
    client.get("/organizations/acme/managers").await.ok();
    client.get("/organizations/acme/teams/red").await.ok();
    for path in [
        "/organizations/globex/members",
        "/organizations/acme/teams/blue",
    ] {
        client.get(path).await.rejected(403, "forbidden");
    }
    let unclaimed = signed_in(&app, &alice);
    let answer = unclaimed.get("/organizations/acme/members").await;
    answer.rejected(403, "forbidden");
}

#[actix_web::test]
async fn with_the_table_the_claim_does_not_count() {
    let app = started().await;
    let organizations = json!([{"id": "acme", "role": "owner"}]);
    let token = app.token(&User::named("alice"));
    let client = app.bearer(&token.claim("organizations", organizations).sign());
    let answer = client.get("/organizations/acme/members").await;
    answer.rejected(403, "forbidden");
}

#[actix_web::test]
async fn columns_of_uuids_are_told_from_columns_of_text() {
    let app = TestApp::start_with_settings_and_routes(&[], more_routes).await;
    app.sql("CREATE TABLE member (id uuid, organization_id text, user_id text, role text)")
        .await;
    app.sql("CREATE TABLE team (id uuid, organization_id text)")
        .await;
    app.sql("CREATE TABLE team_member (id uuid, team_id uuid, user_id text)")
        .await;
    let alice = User::named("alice");
    let (row, team) = (Uuid::new_v4(), Uuid::new_v4());
    let values = format!("'{row}', 'acme', '{}', 'owner'", alice.id);
    app.sql(&format!("INSERT INTO member VALUES ({values})"))
        .await;
    app.sql(&format!("INSERT INTO team VALUES ('{team}', 'acme')"))
        .await;
    let values = format!("'{row}', '{team}', '{}'", alice.id);
    app.sql(&format!("INSERT INTO team_member VALUES ({values})"))
        .await;
    let client = signed_in(&app, &alice);
    client.get("/organizations/acme/members").await.ok();
    let path = format!("/organizations/acme/teams/{team}");
    client.get(&path).await.ok();
    let other = client.get("/organizations/acme/teams/red").await;
    other.rejected(403, "forbidden");
}

#[actix_web::test]
async fn a_user_id_that_is_no_uuid_is_no_member_where_ids_are_uuids() {
    let app = TestApp::start_with_settings_and_routes(&[], more_routes).await;
    app.sql("CREATE TABLE member (id uuid, organization_id uuid, user_id uuid, role text)")
        .await;
    let token = app.token(&User::named("alice")).claim("sub", "no-uuid");
    let client = app.bearer(&token.sign());
    let path = format!("/organizations/{}/members", Uuid::new_v4());
    client.get(&path).await.rejected(403, "forbidden");
}

#[actix_web::test]
async fn an_organization_has_one_name_where_ids_are_uuids() {
    let app = TestApp::start_with_settings_and_routes(&[], more_routes).await;
    app.sql("CREATE TABLE member (id uuid, organization_id uuid, user_id text, role text)")
        .await;
    let (alice, id) = (User::named("alice"), Uuid::new_v4());
    let values = format!("'{}', '{id}', '{}', 'owner'", Uuid::new_v4(), alice.id);
    app.sql(&format!("INSERT INTO member VALUES ({values})"))
        .await;
    let client = signed_in(&app, &alice);
    let others = [
        id.to_string().to_uppercase(),
        id.urn().to_string(),
        id.braced().to_string(),
        id.simple().to_string(),
    ];
    for other in others {
        let path = format!("/organizations/{other}/members");
        client.get(&path).await.rejected(403, "forbidden");
    }
    let path = format!("/organizations/{id}/members");
    client.get(&path).await.ok();
}

#[actix_web::test]
async fn tables_in_snake_case_are_found() {
    let app = TestApp::start_with_settings_and_routes(&[], more_routes).await;
    let table = "CREATE TABLE members (id text, organization_id text, user_id text, role text)";
    app.sql(table).await;
    let alice = User::named("alice");
    let values = format!("'1', 'acme', '{}', 'owner'", alice.id);
    app.sql(&format!("INSERT INTO members VALUES ({values})"))
        .await;
    let client = signed_in(&app, &alice);
    client.get("/organizations/acme/members").await.ok();
    let other = client.get("/organizations/globex/members").await;
    other.rejected(403, "forbidden");
}

#[actix_web::test]
async fn ids_are_decoded_as_a_whole() {
    let app = started().await;
    let alice = User::named("alice");
    let (id, team) = ("R&D/50%+?#ß", "a/b");
    app.add_member(&alice, id, "owner").await;
    app.sql(&format!("INSERT INTO team VALUES ('{team}', '{id}')"))
        .await;
    let values = format!("'1', '{team}', '{}'", alice.id);
    app.sql(&format!(r#"INSERT INTO "teamMember" VALUES ({values})"#))
        .await;
    let client = signed_in(&app, &alice);
    let path = "/organizations/R%26D%2F50%25%2B%3F%23%C3%9F";
    let members = client.get(&format!("{path}/members")).await.ok();
    assert_eq!(members["organization"], id);
    assert_eq!(client.get(&format!("{path}/teams/a%2Fb")).await.ok(), team);
    let twice = path.replace('%', "%25");
    let answer = client.get(&format!("{twice}/members")).await;
    answer.rejected(403, "forbidden");
}

#[actix_web::test]
async fn ids_that_nobody_has_are_forbidden() {
    let app = started().await;
    let client = app.member("alice", "acme", "owner").await;
    for id in ["%00", "acme%00", &"x".repeat(1000)] {
        let answer = client.get(&format!("/organizations/{id}/members")).await;
        answer.rejected(403, "forbidden");
        let team = format!("/organizations/acme/teams/{id}");
        client.get(&team).await.rejected(403, "forbidden");
    }
}

#[actix_web::test]
async fn of_two_tables_that_fit_the_one_with_better_auths_own_name_counts() {
    let app = started().await;
    let table =
        r#"CREATE TABLE "Members" (id text, "organizationId" text, "userId" text, role text)"#;
    app.sql(table).await;
    let alice = User::named("alice");
    let values = format!("'1', 'acme', '{}', 'owner'", alice.id);
    app.sql(&format!(r#"INSERT INTO "Members" VALUES ({values})"#))
        .await;
    let client = signed_in(&app, &alice);
    let answer = client.get("/organizations/acme/members").await;
    answer.rejected(403, "forbidden");
    app.add_member(&User::named("bob"), "acme", "owner").await;
    let bob = signed_in(&app, &User::named("bob"));
    bob.get("/organizations/acme/members").await.ok();
}

/// The indexes that Better Auth makes of its own tables.
const INDEXES: [(&str, &str); 5] = [
    ("member", "organizationId"),
    ("member", "userId"),
    ("team", "organizationId"),
    ("teamMember", "teamId"),
    ("teamMember", "userId"),
];

/// 20,000 members of 1,000 organizations, each with a team in theirs.
const MANY_MEMBERS: [&str; 3] = [
    "INSERT INTO member SELECT {n}, {n % 1000}, {n / 20}, 'member' FROM numbers",
    "INSERT INTO team SELECT {n}, {n % 1000} FROM numbers",
    r#"INSERT INTO "teamMember" SELECT {n}, {n}, {n / 20} FROM numbers"#,
];

async fn fill(db: &DatabaseConnection) {
    let mut script: Vec<_> = TABLES.map(str::to_owned).into();
    for (table, column) in INDEXES {
        let (index, column) = (format!("{table}_{column}_idx"), format!("\"{column}\""));
        script.push(format!(r#"CREATE INDEX "{index}" ON "{table}" ({column})"#));
    }
    for insert in MANY_MEMBERS {
        let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 19999)";
        let insert = insert.replace('{', "CAST(").replace('}', " AS text)");
        script.push(format!("{numbers} {insert}"));
    }
    script.push("ANALYZE".to_owned());
    for statement in script {
        db.execute_unprepared(&statement).await.unwrap();
    }
}

/// What the database was asked in this file's test of plans.
static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// How the database goes about a statement, a line for each step.
async fn plan(sql: &str, ids: &[&str], db: &DatabaseConnection) -> Vec<String> {
    let (explain, column) = match Engine::current() {
        Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        Engine::Postgres => ("EXPLAIN", "QUERY PLAN"),
    };
    let values = ids.iter().map(|id| (*id).into());
    let (backend, sql) = (db.get_database_backend(), format!("{explain} {sql}"));
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let rows = db.query_all_raw(statement).await.unwrap();
    let lines = rows.iter().map(|row| row.try_get("", column).unwrap());
    lines.collect()
}

#[actix_web::test]
async fn a_look_up_is_one_statement_by_an_index_and_then_remembered() {
    let file = TestDatabase::migrated().await;
    let settings = file.settings(&[]).database;
    let note = |sql: &str, _, _| STATEMENTS.lock().unwrap().push(sql.to_owned());
    let database = Database::open_observed(&settings, Some(note))
        .await
        .unwrap();
    fill(database.read()).await;
    let organizations = Organizations::new(database.clone(), Duration::from_secs(60));
    let user = Identity::new(BetterAuthId::new("7"), Uuid::new_v4().into());
    // Finds the tables.
    let none = organizations.membership(&user, "nothing", None).await;
    assert_eq!(none.unwrap(), None);
    // Rows 140 to 159 are this user's.
    for team in [None, Some("141")] {
        STATEMENTS.lock().unwrap().clear();
        for _ in 0..3 {
            let found = organizations.membership(&user, "141", team).await.unwrap();
            assert!(found.is_some(), "{team:?}");
        }
        let statements = STATEMENTS.lock().unwrap().clone();
        let [sql] = statements.as_slice() else {
            panic!("{statements:#?}")
        };
        let ids = ["141", "7", "141"];
        let ids = &ids[..2 + usize::from(team.is_some())];
        let plan = plan(sql, ids, database.read()).await;
        let scans = |step: &String| step.starts_with("SCAN") || step.contains("Seq Scan");
        assert!(!plan.iter().any(scans), "{plan:#?}");
    }
}
