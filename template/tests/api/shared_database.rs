//! Databases in which other tools than Better Auth's own command made Better Auth's tables: with
//! other names and types. The program runs on each as a process of its own, since a process keeps
//! the names that it finds.

use better_auth::NATIVE_IDS;
use mock_auth::{MockAuth, SECRET, User};
use reqwest::{Client, Method, RequestBuilder};
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::{Value, json};

use crate::support::{Answer, Program, TestApp, TestDatabase, run};

/// A database with a user of Better Auth, the program on it, and the user's credentials.
pub struct SharedDatabase {
    auth: MockAuth,
    pub database: TestDatabase,
    /// The URL of the database for other programs.
    shell_url: String,
    settings: Vec<(&'static str, String)>,
    user: User,
}

/// How somebody's Better Auth stores its users.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Better Auth's tables: users, sessions, accounts, verifications and keys.
    tables: [&'static str; 5],
    /// Names of columns instead of Better Auth's own.
    column: fn(&str) -> String,
    /// BETTER_AUTH_NAMES.
    names: &'static str,
    /// The schema on PostgreSQL.
    schema: &'static str,
    /// The types of times, booleans, roles and sessions' ids on PostgreSQL and on SQLite.
    types: [[&'static str; 4]; 2],
    /// The value of the role on both.
    role: [&'static str; 2],
    /// A past and a future time on SQLite.
    times: [&'static str; 2],
    /// What follows the columns of each table on SQLite.
    options: &'static str,
}

const TEXT: [&str; 2] = ["'2026-11-21T12:00:00.000Z'", "'2100-01-01T00:00:00.000Z'"];
const MILLISECONDS: [&str; 2] = ["1795262400000", "4102444800000"];
const SECONDS: [&str; 2] = ["1795262400", "4102444800"];

fn own(name: &str) -> String {
    name.to_owned()
}

fn snake(name: &str) -> String {
    let letters = name.chars().map(|letter| {
        if letter.is_ascii_uppercase() {
            format!("_{}", letter.to_ascii_lowercase())
        } else {
            letter.to_string()
        }
    });
    letters.collect()
}

fn upper_snake(name: &str) -> String {
    snake(name).to_uppercase()
}

fn verified(name: &str) -> String {
    match name {
        "emailVerified" => "verified".to_owned(),
        "token" => "secret".to_owned(),
        name => name.to_owned(),
    }
}

/// `modelName` and `fields` of Better Auth.
const RENAMED: Style = Style {
    tables: ["people", "logins", "account", "verification", "jwks"],
    column: verified,
    names: "user:people,user.emailVerified:verified,session:logins,session.token:secret",
    schema: "public",
    types: [
        ["timestamptz", "boolean", "text", "text"],
        ["date", "integer", "text", "text"],
    ],
    role: ["'admin'", "'admin'"],
    times: TEXT,
    options: "",
};

pub const STYLES: [Style; 5] = [
    // Drizzle's generator, with a role as an enum.
    Style {
        tables: ["user", "session", "account", "verification", "jwks"],
        column: snake,
        names: "",
        types: [
            ["timestamp", "boolean", "user_role", "text"],
            ["integer", "integer", "text", "text"],
        ],
        times: MILLISECONDS,
        ..RENAMED
    },
    // usePlural, with roles as an array or a JSON list, and Drizzle's mode `timestamp`; numbers where
    // Better Auth has booleans, and for sessions.
    Style {
        tables: ["users", "sessions", "accounts", "verifications", "jwkss"],
        column: snake,
        names: "",
        schema: "auth",
        types: [
            ["timestamp(3)", "integer", "text[]", "bigint"],
            ["integer", "boolean", "text", "integer"],
        ],
        role: ["'{admin}'", r#"'["admin"]'"#],
        times: SECONDS,
        options: "",
    },
    // Names as other databases fold them, texts in any case, and tables of SQLite that check types.
    Style {
        tables: ["USER", "SESSION", "ACCOUNT", "VERIFICATION", "JWKS"],
        column: upper_snake,
        names: "",
        types: [
            ["timestamptz(3)", "boolean", "citext", "citext"],
            ["TEXT", "INTEGER", "TEXT", "ANY"],
        ],
        options: " STRICT, WITHOUT ROWID",
        ..RENAMED
    },
    // Prisma's models without a map.
    Style {
        tables: ["User", "Session", "Account", "Verification", "Jwks"],
        column: own,
        names: "",
        types: [
            ["timestamp(3)", "boolean", "varchar(20)", "text"],
            ["DATETIME", "BOOLEAN", "TEXT", "TEXT"],
        ],
        times: MILLISECONDS,
        ..RENAMED
    },
    RENAMED,
];

impl SharedDatabase {
    /// Better Auth's tables with a user, who has a session, an account and a signed key.
    pub async fn made_in(style: &Style) -> Self {
        let (auth, database) = (MockAuth::start().await, TestDatabase::empty().await);
        let user = User::named("alice");
        let on_postgres = is_postgres(&database);
        let (mut url, mut shell_url) = (database.url().to_owned(), database.url().to_owned());
        if on_postgres {
            let schema = style.schema;
            let create = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
            database.execute(&create).await;
            url = format!("{url}?schema={schema}");
            shell_url = format!("{shell_url}?options=-c%20search_path%3D{schema}");
        }
        let settings = vec![
            ("BETTER_AUTH_URL", auth.origin()),
            ("DATABASE_URL", url),
            ("BETTER_AUTH_NAMES", style.names.to_owned()),
            ("SESSION_VERIFICATION", "database".to_owned()),
            ("SESSION_CACHE_TTL", "1".to_owned()),
            ("BETTER_AUTH_SECRET", SECRET.to_owned()),
            ("USER_UUID_CLAIM", "uuid".to_owned()),
        ];
        let sql = style.sql(&user, &auth.signing_kid(), on_postgres);
        let shared = Self {
            auth,
            database,
            shell_url,
            settings,
            user,
        };
        shared.execute(&sql).await;
        shared
    }

    /// Runs statements without the program.
    pub async fn execute(&self, statements: &str) {
        let connection = Database::connect(&self.shell_url).await.unwrap();
        connection.execute_unprepared(statements).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The first value of the first row, read without the program.
    pub async fn text(&self, query: &str) -> String {
        let connection = Database::connect(&self.shell_url).await.unwrap();
        let query = Statement::from_string(connection.get_database_backend(), query);
        let row = connection.query_one_raw(query).await.unwrap().unwrap();
        connection.close().await.unwrap();
        row.try_get_by_index(0).unwrap()
    }

    fn settings(&self) -> Vec<(&str, &str)> {
        let settings = self.settings.iter();
        settings
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }

    pub fn serve(&self) -> Program {
        Program::serve(&self.settings())
    }

    /// Runs a command to its end; returns whether it succeeded, and what it printed.
    fn call(&self, arguments: &[&str]) -> (bool, String) {
        let output = run(arguments, &self.settings());
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), text)
    }

    /// The user's token, as Better Auth signs it from the row.
    pub async fn token(&self, style: &Style) -> String {
        let uuid = format!(r#"SELECT CAST(uuid AS text) FROM "{}""#, style.users());
        let user = User {
            uuid: self.text(&uuid).await.parse().unwrap(),
            ..self.user.clone()
        };
        self.auth.token(&user).sign()
    }
}

/// Better Auth's own names, which a style replaces where they are quoted.
const TABLES: &str = r#"
CREATE TABLE "user" (id {id} PRIMARY KEY NOT NULL, name text NOT NULL, email text NOT NULL UNIQUE,
    "emailVerified" {boolean} NOT NULL, image text, "createdAt" {time} NOT NULL,
    "updatedAt" {time} NOT NULL, role {role} DEFAULT {admin}, banned {boolean}, "banExpires" {time}){options};
CREATE TABLE "session" (id {key} PRIMARY KEY NOT NULL, "expiresAt" {time} NOT NULL,
    "token" text NOT NULL UNIQUE, "createdAt" {time} NOT NULL, "updatedAt" {time} NOT NULL,
    "ipAddress" text, "userAgent" text, "userId" {id} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    "activeOrganizationId" text){options};
CREATE TABLE "account" (id {key} PRIMARY KEY NOT NULL, "accountId" text NOT NULL,
    "providerId" text NOT NULL, "userId" {id} NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" {time},
    "refreshTokenExpiresAt" {time}, scope text, password text, "createdAt" {time} NOT NULL,
    "updatedAt" {time} NOT NULL){options};
CREATE TABLE "verification" (id text PRIMARY KEY NOT NULL, identifier text NOT NULL,
    value text NOT NULL, "expiresAt" {time} NOT NULL, "createdAt" {time} NOT NULL,
    "updatedAt" {time} NOT NULL){options};
CREATE TABLE "jwks" (id text PRIMARY KEY NOT NULL, "publicKey" text NOT NULL,
    "privateKey" text NOT NULL, "createdAt" {time} NOT NULL, "expiresAt" {time}, alg text, crv text){options};
INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
    VALUES ('{user}', 'Alice', 'alice@example.test', {yes}, {now}, {now});
INSERT INTO "session" (id, "expiresAt", "token", "createdAt", "updatedAt", "userId", "activeOrganizationId")
    VALUES ('7', {later}, 'opaque', {now}, {now}, '{user}', 'acme');
INSERT INTO "account" (id, "accountId", "providerId", "userId", "createdAt", "updatedAt")
    VALUES ('7', 'alice at github', 'github', '{user}', {now}, {now});
INSERT INTO "jwks" (id, "publicKey", "privateKey", "createdAt") VALUES ('{kid}', '', '', {now});
"#;

impl Style {
    fn sql(&self, user: &User, kid: &str, on_postgres: bool) -> String {
        let [time, boolean, role, key] = self.types[usize::from(!on_postgres)];
        let [now, later] = if on_postgres { TEXT } else { self.times };
        let id = if NATIVE_IDS && on_postgres {
            "uuid"
        } else {
            "text"
        };
        let values = [
            ("{id}", id),
            ("{key}", key),
            ("{time}", time),
            ("{boolean}", boolean),
            ("{role}", role),
            ("{admin}", self.role[usize::from(!on_postgres)]),
            ("{yes}", self.yes(on_postgres)),
            ("{now}", now),
            ("{later}", later),
            ("{options}", if on_postgres { "" } else { self.options }),
            ("{user}", &user.id),
            ("{kid}", kid),
        ];
        // Every second part is between quotation marks.
        let parts = TABLES.split('"').enumerate();
        let parts = parts.map(|(place, part)| {
            if place % 2 == 1 {
                format!(r#""{}""#, self.name(part))
            } else {
                part.to_owned()
            }
        });
        let sql = values
            .iter()
            .fold(parts.collect(), |sql: String, (name, value)| {
                sql.replace(name, value)
            });
        if on_postgres {
            format!(
                "CREATE TYPE user_role AS ENUM ('user', 'admin');
                CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; {sql}"
            )
        } else {
            sql
        }
    }

    /// The name of a table or column of Better Auth.
    fn name(&self, own: &str) -> String {
        let tables = ["user", "session", "account", "verification", "jwks"];
        match tables.iter().position(|table| *table == own) {
            Some(place) => self.tables[place].to_owned(),
            None => (self.column)(own),
        }
    }

    pub fn users(&self) -> &'static str {
        self.tables[0]
    }

    fn yes(&self, on_postgres: bool) -> &'static str {
        if on_postgres && self.types[0][1] == "boolean" {
            "true"
        } else {
            "1"
        }
    }
}

fn is_postgres(database: &TestDatabase) -> bool {
    database.url().starts_with("postgres")
}

fn request(program: &Program, path: &str) -> RequestBuilder {
    Client::new().request(Method::GET, program.url(path))
}

#[actix_web::test]
async fn users_and_sessions_are_read_under_the_names_and_types_that_they_have() {
    for style in STYLES {
        let shared = SharedDatabase::made_in(&style).await;
        let program = shared.serve();
        let token = shared.token(&style).await;
        let profile = Answer::of(request(&program, "/api/profile").bearer_auth(&token))
            .await
            .ok();
        assert_eq!(profile["email"], "alice@example.test", "{style:?}");
        assert_eq!(profile["email_verified"], true, "{style:?}");
        assert_eq!(
            profile["created_at"], "2026-11-21T12:00:00.000Z",
            "{style:?}"
        );
        let cookie = shared.auth.session_cookie("opaque");
        let me = || Answer::of(request(&program, "/api/me").header("cookie", &cookie));
        let identity = me().await.ok();
        assert_eq!(identity["roles"], json!(["admin"]), "{style:?}");
        assert_eq!(identity["organization_id"], "acme", "{style:?}");
        let users = request(&program, "/api/admin/users").header("cookie", &cookie);
        assert_eq!(Answer::of(users).await.ok()["total"], 1, "{style:?}");
        let yes = style.yes(is_postgres(&shared.database));
        let ban = format!(r#"UPDATE "{}" SET banned = {yes}"#, style.users());
        shared.execute(&ban).await;
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        me().await.rejected(401, "token_invalid");
    }
}

#[actix_web::test]
async fn commands_find_the_names_too() {
    for style in STYLES {
        let shared = SharedDatabase::made_in(&style).await;
        let (done, printed) = shared.call(&["migrate", "up"]);
        assert!(done, "{printed}");
        let (done, report) = shared.call(&["doctor"]);
        assert!(
            done && report.contains(style.users()),
            "{style:?}: {report}"
        );
        let uuid = format!(r#"SELECT CAST(uuid AS text) FROM "{}""#, style.users());
        let uuid = shared.text(&uuid).await;
        let (done, export) = shared.call(&["export-user", &uuid]);
        assert!(done, "{export}");
        let export: Value = serde_json::from_str(&export).unwrap();
        assert_eq!(
            export["sessions"][0]["expires_at"],
            "2100-01-01T00:00:00.000Z"
        );
        assert_eq!(export["accounts"][0]["account_id"], "alice at github");
        assert_eq!(export["sessions"][0]["id"], "7");
        let (done, printed) = shared.call(&["seed"]);
        assert!(done && printed.starts_with("added 2 users"), "{printed}");
        let users = format!(
            r#"SELECT count(*) || '' FROM "{}" WHERE length(CAST("{}" AS text)) = {}"#,
            style.users(),
            style.name("createdAt"),
            style.times[0].len()
        );
        let has_numbers = style.types[1][0] == "integer";
        if has_numbers && !is_postgres(&shared.database) {
            assert_eq!(shared.text(&users).await, "3", "{style:?}");
        }
    }
}

#[actix_web::test]
async fn without_sessions_in_the_database_cookies_cannot_be_looked_up_there_and_exports_leave_them_out()
 {
    let style = &STYLES[0];
    let mut shared = SharedDatabase::made_in(style).await;
    shared.execute("DROP TABLE session").await;
    let (done, message) = shared.call(&["migrate", "up"]);
    assert!(done, "{message}");
    let (_, message) = shared.call(&["serve"]);
    assert!(message.contains("SESSION_VERIFICATION=http"), "{message}");
    assert!(!shared.call(&["doctor"]).0);
    shared
        .settings
        .retain(|(name, _)| *name != "SESSION_VERIFICATION");
    let uuid = shared
        .text(r#"SELECT CAST(uuid AS text) FROM "user""#)
        .await;
    let (done, export) = shared.call(&["export-user", &uuid]);
    assert!(
        done && export.contains("accounts") && !export.contains("sessions"),
        "{export}"
    );
    assert!(shared.call(&["doctor"]).0);
}

#[actix_web::test]
async fn a_name_that_is_given_and_not_found_stops_the_start() {
    let good = RENAMED.names;
    for (wrong, part) in [
        ("user.image:avatar", "BETTER_AUTH_NAMES=user.image:NAME"),
        ("user.image:email", "BETTER_AUTH_NAMES=user.email:NAME"),
        ("verification:proofs", "the table proofs"),
    ] {
        let mut shared = SharedDatabase::made_in(&RENAMED).await;
        for (name, value) in &mut shared.settings {
            if *name == "BETTER_AUTH_NAMES" {
                *value = format!("{good},{wrong}");
            }
        }
        let (done, message) = shared.call(&["migrate", "up"]);
        assert!(!done, "{message}");
        assert!(message.contains(part), "{message}");
    }
}

/// Nothing of the process's own tables is made where Better Auth's cannot be used.
#[actix_web::test]
async fn the_same_obstacle_stops_migrate_serve_and_doctor() {
    let style = Style {
        names: "",
        ..RENAMED
    };
    let shared = SharedDatabase::made_in(&style).await;
    for command in [&["migrate", "up"][..], &["serve"], &["seed"], &["doctor"]] {
        let (done, message) = shared.call(command);
        assert!(!done, "{command:?}: {message}");
        assert!(
            message.contains("account") && message.contains("BETTER_AUTH_NAMES=user"),
            "{message}"
        );
    }
    let tables = if is_postgres(&shared.database) {
        "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT count(*) || '' FROM sqlite_schema WHERE type = 'table'"
    };
    assert_eq!(shared.text(tables).await, "5");
}

/// As a tool changes it while the API runs.
#[actix_web::test]
async fn a_column_of_another_type_fails_at_most_one_request_of_a_running_process() {
    let app = TestApp::start().await;
    if app.database_url().starts_with("sqlite") {
        return;
    }
    let alice = app.user("alice").await;
    let before = (0..8).map(|_| alice.get("/api/profile"));
    for profile in futures_util::future::join_all(before).await {
        profile.ok();
    }
    app.sql(r#"ALTER TABLE "user" ALTER name TYPE varchar(255)"#)
        .await;
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(alice.get("/api/profile").await.status);
    }
    statuses.sort_unstable();
    assert!(
        statuses[..19].iter().all(|status| *status == 200),
        "{statuses:?}"
    );
    assert!([200, 503].contains(&statuses[19]), "{statuses:?}");
}
