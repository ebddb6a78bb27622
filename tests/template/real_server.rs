//! Tokens of the real Better Auth server open the API: on both engines, with every algorithm.
//!
//! Only the test of the guide runs by default; the others need the packages of `tests/better-auth`, and PostgreSQL.

mod auth_files;
mod backup;
mod database;
mod deployment;
mod grafana;
mod one_database;
mod one_origin;
mod process;
mod user;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

pub use deployment::Ids;
use deployment::{Deployment, Engine, TRUSTED_ORIGIN};
use one_database::Before;
use process::scaffolded_binary;
pub use process::{api_binary, succeed};
use user::User;

pub fn root() -> &'static Path {
    Path::new(crate::ROOT)
}

pub fn sources() -> PathBuf {
    root().join("tests/better-auth")
}

macro_rules! ignored_tests {
    ($($name:ident: $body:expr;)*) => {$(
        #[test]
        #[ignore = "needs npm and PostgreSQL: npm ci --prefix tests/better-auth && npm ci --prefix template/client && scripts/postgres run cargo test real_server -- --ignored"]
        fn $name() {
            $body
        }
    )*};
}

ignored_tests! {
    eddsa_on_sqlite: tokens_open_the_api(Engine::Sqlite, "EdDSA", "serve-next-route.ts");
    es256_on_sqlite: tokens_open_the_api(Engine::Sqlite, "ES256", "server.ts");
    rs256_on_sqlite: tokens_open_the_api(Engine::Sqlite, "RS256", "server.ts");
    ps256_on_sqlite: tokens_open_the_api(Engine::Sqlite, "PS256", "server.ts");
    eddsa_on_postgres: tokens_open_the_api(Engine::Postgres, "EdDSA", "server.ts");
    es256_on_postgres: tokens_open_the_api(Engine::Postgres, "ES256", "serve-next-route.ts");
    rs256_on_postgres: tokens_open_the_api(Engine::Postgres, "RS256", "server.ts");
    ps256_on_postgres: tokens_open_the_api(Engine::Postgres, "PS256", "server.ts");
    the_server_of_compose_on_sqlite: tokens_open_the_api(Engine::Sqlite, "EdDSA", "compose.mjs");
    the_server_of_compose_on_postgres: tokens_open_the_api(Engine::Postgres, "EdDSA", "compose.mjs");
    another_base_path_and_jwks_path: the_key_set_is_found_elsewhere();
    our_schema_is_theirs_on_sqlite: one_database::schema_is_theirs(Engine::Sqlite, Ids::Hybrid);
    our_schema_is_theirs_on_postgres: one_database::schema_is_theirs(Engine::Postgres, Ids::Hybrid);
    our_schema_is_theirs_with_native_ids_on_sqlite: one_database::schema_is_theirs(Engine::Sqlite, Ids::Native);
    our_schema_is_theirs_with_native_ids_on_postgres: one_database::schema_is_theirs(Engine::Postgres, Ids::Native);
    native_ids_on_sqlite: native_ids_open_the_api(Engine::Sqlite, "server.ts");
    native_ids_on_postgres: native_ids_open_the_api(Engine::Postgres, "server.ts");
    the_server_of_compose_with_native_ids: native_ids_open_the_api(Engine::Sqlite, "compose.mjs");
    a_database_of_the_shown_server_on_sqlite: one_database::is_adopted(Engine::Sqlite, Ids::Hybrid, Before::Shown);
    a_database_of_the_shown_server_on_postgres: one_database::is_adopted(Engine::Postgres, Ids::Hybrid, Before::Shown);
    a_database_of_a_plain_server_on_sqlite: one_database::is_adopted(Engine::Sqlite, Ids::Hybrid, Before::Plain);
    a_database_of_a_plain_server_on_postgres: one_database::is_adopted(Engine::Postgres, Ids::Hybrid, Before::Plain);
    a_database_with_plugins_on_sqlite: one_database::is_adopted(Engine::Sqlite, Ids::Hybrid, Before::Plugins);
    a_database_with_plugins_on_postgres: one_database::is_adopted(Engine::Postgres, Ids::Hybrid, Before::Plugins);
    a_database_with_native_ids_on_sqlite: one_database::is_adopted(Engine::Sqlite, Ids::Native, Before::Shown);
    a_database_with_native_ids_on_postgres: one_database::is_adopted(Engine::Postgres, Ids::Native, Before::Plain);
    tables_of_drizzle_on_sqlite: one_database::drizzles_tables_are_shared(Engine::Sqlite);
    tables_of_drizzle_on_postgres: one_database::drizzles_tables_are_shared(Engine::Postgres);
    six_starts_at_once_on_sqlite: one_database::six_start_at_once(Engine::Sqlite);
    six_starts_at_once_on_postgres: one_database::six_start_at_once(Engine::Postgres);
    a_separate_database_on_sqlite: tokens_without_rows_open_what_needs_none(Engine::Sqlite);
    a_separate_database_on_postgres: tokens_without_rows_open_what_needs_none(Engine::Postgres);
    sessions_asked_for_on_sqlite: sessions_open_the_api(Engine::Sqlite, "http");
    sessions_asked_for_on_postgres: sessions_open_the_api(Engine::Postgres, "http");
    sessions_looked_up_on_sqlite: sessions_open_the_api(Engine::Sqlite, "database");
    sessions_looked_up_on_postgres: sessions_open_the_api(Engine::Postgres, "database");
    banned_users_asked_for: sessions_of_banned_users_do_not_open(Engine::Sqlite, "http");
    banned_users_on_sqlite: sessions_of_banned_users_do_not_open(Engine::Sqlite, "database");
    banned_users_on_postgres: sessions_of_banned_users_do_not_open(Engine::Postgres, "database");
    anonymous_users_on_sqlite: rows_of_anonymous_users_move(Engine::Sqlite);
    anonymous_users_on_postgres: rows_of_anonymous_users_move(Engine::Postgres);
    oauth_clients_on_sqlite: oauth_clients_find_their_way(Engine::Sqlite);
    oauth_clients_on_postgres: oauth_clients_find_their_way(Engine::Postgres);
    a_proxy_gives_everything_one_origin: one_origin::everything_is_behind_the_proxy();
    requests_wait_while_the_api_restarts: one_origin::requests_wait_for_the_api();
    a_backup_is_restored_on_sqlite: backup::is_restored(Engine::Sqlite);
    a_backup_is_restored_on_postgres: backup::is_restored(Engine::Postgres);
    the_dashboard_and_the_alerts_ask_for_metrics_that_there_are: grafana::metrics_exist();
    organizations_on_sqlite: organizations_open_the_api(Engine::Sqlite);
    organizations_on_postgres: organizations_open_the_api(Engine::Postgres);
    api_keys_on_sqlite: api_keys_open_the_api(Engine::Sqlite);
    api_keys_on_postgres: api_keys_open_the_api(Engine::Postgres);
    the_typescript_client_on_sqlite: client_works(Engine::Sqlite);
    the_typescript_client_on_postgres: client_works(Engine::Postgres);
    the_shown_server_shares_cookies_with_trusted_origins_alone: server_answers_trusted_origins();
    the_shown_files_type_check: Deployment::new(Engine::Sqlite).type_check();
    the_shown_files_with_native_ids_type_check: Deployment::with_ids(Engine::Sqlite, Ids::Native).type_check();
}

#[test]
fn the_guide_shows_the_files_that_run() {
    let files = [
        "app/api/auth/[...all]/route.ts",
        "lib/auth.native.ts",
        "lib/auth.ts",
        "lib/database.ts",
        "server.ts",
    ];
    assert_eq!(shown("template/docs/connect-better-auth.md"), files);
}

/// The files of the web application that the guide shows too.
const OF_THE_APPLICATION: [&str; 3] = [
    "app/api/auth/[...all]/route.ts",
    "lib/auth.ts",
    "lib/database.ts",
];

/// Where a file that the guide shows is: in the web application, or else beside the tests.
fn source_of(file: &str) -> PathBuf {
    let of_the_application = root().join("template/web").join(file);
    if of_the_application.exists() {
        of_the_application
    } else {
        sources().join(file)
    }
}

/// The files that a guide shows, each of which must be the one that runs here.
fn shown(guide: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(guide)).unwrap();
    let mut shown = Vec::new();
    for block in text.split("\n```ts").skip(1) {
        let (file, block) = block.split_once('\n').unwrap();
        let (code, _) = block.split_once("```").unwrap();
        let file = file.trim();
        let source = fs::read_to_string(source_of(file)).unwrap_or_default();
        assert_eq!(code, source, "{file} in {guide} is not the file that runs");
        shown.push(file.to_owned());
    }
    shown.sort_unstable();
    shown
}

fn tokens_open_the_api(engine: Engine, algorithm: &str, server: &str) {
    let mut deployment = Deployment::new(engine);
    deployment.sign_with(algorithm);
    deployment.migrate();
    deployment.start(server);
    let [alice, bob] = ["alice", "bob"].map(|name| deployment.signed_in(name));
    let keys = deployment.key_set();
    assert_eq!(keys["keys"][0]["alg"], algorithm);
    assert_eq!(deployment.anonymous().get("/api/me").0, 401);
    for user in [&alice, &bob] {
        assert_eq!(user.get("/api/me"), (200, identity(user)));
    }
    neither_sees_the_others_tasks(&alice, &bob);
}

/// The API is told the base path alone and finds the key set below it.
fn the_key_set_is_found_elsewhere() {
    let mut deployment = Deployment::new(Engine::Sqlite);
    deployment.move_to("/auth/v1", "/.well-known/jwks.json");
    deployment.migrate();
    deployment.start("server.ts");
    let alice = deployment.signed_in("alice");
    assert_eq!(alice.get("/api/me"), (200, identity(&alice)));
}

fn neither_sees_the_others_tasks(alice: &User, bob: &User) {
    let (alices, task) = (
        format!("/api/{}/tasks", alice.uuid()),
        json!({"title": "Water the plants"}),
    );
    assert_eq!(bob.post(&alices, &task).0, 403);
    let (status, created) = alice.post(&alices, &task);
    assert_eq!(status, 201, "{created}");
    let (status, another) = alice.post("/api/me/tasks", &task);
    assert_eq!(status, 201, "{another}");

    let id = created["id"].as_str().unwrap();
    assert_eq!(bob.get(&alices).0, 403);
    assert_eq!(bob.get(&format!("{alices}/{id}")).0, 403);
    assert_eq!(bob.get(&format!("/api/me/tasks/{id}")).0, 404);
    assert_eq!(totals(bob, "/api/me/tasks"), (200, json!(0), 0));

    assert_eq!(alice.get(&format!("/api/me/tasks/{id}")).0, 200);
    assert_eq!(totals(alice, &alices), (200, json!(2), 2));
    assert_eq!(alice.get("/api/me/tasks"), alice.get(&alices));
}

fn totals(user: &User, path: &str) -> (u16, Value, usize) {
    let (status, list) = user.get(path);
    (
        status,
        list["total"].clone(),
        list["items"].as_array().map_or(0, Vec::len),
    )
}

/// What /api/me answers, from the row as Better Auth reads it.
fn identity(user: &User) -> Value {
    json!({
        "id": user.row["id"],
        "uuid": user.uuid(),
        "email": user.row["email"],
        "name": user.row["name"],
        "roles": ["user"],
        "permissions": [],
        "organization_id": null,
    })
}

fn native_ids_open_the_api(engine: Engine, server: &str) {
    let mut deployment = Deployment::with_ids(engine, Ids::Native);
    deployment.verify_sessions("database");
    deployment.migrate();
    deployment.start(server);
    let [alice, bob] = ["alice", "bob"].map(|name| deployment.signed_in(name));
    for user in [&alice, &bob] {
        assert_eq!(user.get("/api/me"), (200, identity(user)));
        assert_eq!(user.get_by_cookie("/api/me"), (200, identity(user)));
        assert_eq!(user.get("/api/profile").1["id"], user.row["id"]);
    }
    neither_sees_the_others_tasks(&alice, &bob);
    deployment.node("check-schema.ts");
}

fn tokens_without_rows_open_what_needs_none(engine: Engine) {
    let mut deployment = Deployment::new(engine);
    deployment.separate_databases();
    deployment.migrate();
    deployment.node("migrate.ts");
    deployment.node("check-schema.ts");
    deployment.start("server.ts");
    let alice = deployment.signed_in("alice");
    let (status, problem) = alice.post("/api/me/tasks", &json!({"title": "Nobody's"}));
    assert_eq!(
        (status, &problem["code"]),
        (401, &json!("user_unknown")),
        "{problem}"
    );
    assert_eq!(alice.get("/api/me"), (200, identity(&alice)));
}

fn sessions_open_the_api(engine: Engine, how: &'static str) {
    let mut deployment = Deployment::new(engine);
    deployment.verify_sessions(how);
    deployment.migrate();
    deployment.start("server.ts");
    let [alice, bob] = ["alice", "bob"].map(|name| deployment.signed_in(name));
    for user in [&alice, &bob] {
        assert_eq!(user.get_by_cookie("/api/me"), (200, identity(user)));
        assert_eq!(user.get("/api/me"), (200, identity(user)));
    }
    deployment.sign_out(&alice);
    deployment.change("expire", bob.session());
    for user in [&alice, &bob] {
        rejected_when_the_answer_is_old(user);
    }
}

fn sessions_of_banned_users_do_not_open(engine: Engine, how: &'static str) {
    let mut deployment = Deployment::new(engine);
    deployment.verify_sessions(how);
    deployment.migrate();
    deployment.use_admin_plugin();
    deployment.start("server.ts");
    let alice = deployment.signed_in("alice");
    assert_eq!(alice.get_by_cookie("/api/profile").0, 200);
    deployment.change("ban", alice.row["id"].as_str().unwrap());
    rejected_when_the_answer_is_old(&alice);
}

fn rejected_when_the_answer_is_old(user: &User) {
    thread::sleep(Duration::from_millis(1100));
    let (status, problem) = user.get_by_cookie("/api/me");
    assert_eq!((status, &problem["code"]), (401, &json!("token_invalid")));
}

/// When they sign up, Better Auth deletes the user that they were.
fn rows_of_anonymous_users_move(engine: Engine) {
    let mut deployment = Deployment::new(engine);
    deployment.migrate();
    deployment.use_anonymous_plugin();
    deployment.start("server.ts");
    let anonymous = deployment.sign_in_anonymously();
    let task = json!({"title": "Water the plants"});
    assert_eq!(anonymous.post("/api/me/tasks", &task).0, 201);
    deployment.sign_up_with_cookie("alice", anonymous.cookie());
    let alice = deployment.sign_in("alice");
    assert_ne!(alice.uuid(), anonymous.uuid());
    assert_eq!(totals(&alice, "/api/me/tasks"), (200, json!(1), 1));
}

/// With a client library that knows nothing but the address of the API.
fn oauth_clients_find_their_way(engine: Engine) {
    let mut deployment = Deployment::new(engine);
    deployment.migrate();
    deployment.use_oauth_provider();
    deployment.start("server.ts");
    deployment.node("check-oauth.ts");
}

fn api_keys_open_the_api(engine: Engine) {
    let mut deployment = Deployment::new(engine);
    deployment.migrate();
    deployment.use_api_keys();
    deployment.start("server.ts");
    deployment.node("check-api-keys.ts");
}

/// In the program with a resource of organizations, and a route of teams.
fn organizations_open_the_api(engine: Engine) {
    let mut deployment = Deployment::new(engine);
    deployment.api_program = scaffolded_binary();
    deployment.migrate();
    deployment.use_organization_plugin("{ teams: { enabled: true } }");
    deployment.start("server.ts");
    deployment.node("check-organizations.ts");
}

/// The tests that the generated project's client has against an API.
fn client_works(engine: Engine) {
    let mut deployment = Deployment::new(engine);
    deployment.migrate();
    deployment.start("server.ts");
    deployment.test_client();
}

fn server_answers_trusted_origins() {
    let mut deployment = Deployment::new(Engine::Sqlite);
    deployment.migrate();
    deployment.start("server.ts");
    for foreign in [
        "http://app.example.test.evil.test",
        "http://app.example.test:81",
        "null",
        "",
    ] {
        assert_eq!(
            deployment.preflight(foreign),
            (204, None, None),
            "{foreign}"
        );
    }
    let (shared, yes) = (Some(TRUSTED_ORIGIN.to_owned()), Some("true".to_owned()));
    assert_eq!(deployment.preflight(TRUSTED_ORIGIN), (204, shared, yes));
}
