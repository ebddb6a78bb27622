//! Tables of Better Auth that other tools than its own made: with other names and types.

use database::migration::MigrateError;

use crate::{
    adoption::only_uuid_and_role_are_added,
    better_auth::{NOW, Variant, capital, plural, renamed, snake_case},
    catalogue::{belongs_to, catalogue},
    test_database::TestDatabase,
};

type Rename = fn(&str) -> Option<String>;

fn snake_case_and_plural(word: &str) -> Option<String> {
    plural(word).or_else(|| snake_case(word))
}

/// A name that only the owner of the database knows, among snake_case ones.
fn mixed(word: &str) -> Option<String> {
    match word {
        "createdAt" | "updatedAt" => None,
        word => snake_case(word),
    }
}

/// As other databases fold unquoted names.
fn upper_case(word: &str) -> Option<String> {
    let word = capital(word).or_else(|| snake_case(word))?;
    Some(word.to_uppercase())
}

const STYLES: [(&str, Rename); 6] = [
    ("snake_case", snake_case),
    ("plural", plural),
    ("snake_case and plural", snake_case_and_plural),
    ("capitals", capital),
    ("mixed", mixed),
    ("upper case", upper_case),
];

/// Unquoted names are in lower case on PostgreSQL.
fn quoted(sql: &str) -> String {
    let words = ["session", "account", "jwks", "verification"];
    words.iter().fold(sql.to_owned(), |sql, table| {
        sql.replace(&format!("INTO {table} "), &format!(r#"INTO "{table}" "#))
    })
}

async fn made_with(rename: Rename, rows: &str) -> TestDatabase {
    let database = TestDatabase::empty().await;
    let tables = Variant::Plain.tables(&database);
    database.run(&renamed(&tables, rename)).await.unwrap();
    database.run(&renamed(&quoted(rows), rename)).await.unwrap();
    database
}

#[tokio::test]
async fn tables_with_other_names_are_adopted_under_these() {
    let with_rows = STYLES.map(|style| (style, Variant::Plain.rows()));
    let empty = [(STYLES[0], String::new()), (STYLES[1], String::new())];
    for ((style, rename), rows) in with_rows.into_iter().chain(empty) {
        let database = made_with(rename, &rows).await;
        only_uuid_and_role_are_added(&database).await;
        let users = rename("user").unwrap_or_else(|| "user".to_owned());
        let facts = catalogue(&database).await;
        let reference = format!("idempotency_keys (user_id) references {users} (uuid)");
        assert!(
            facts.iter().any(|fact| fact.starts_with(&reference)),
            "{style}: {facts:?}"
        );
    }
}

#[tokio::test]
async fn a_second_run_and_a_second_adoption_find_the_same_tables() {
    let database = made_with(snake_case_and_plural, &Variant::Plain.rows()).await;
    database.up().await.unwrap();
    let uuids = database
        .list("SELECT CAST(uuid AS text) FROM users ORDER BY 1")
        .await;
    database.down(None).await.unwrap();
    assert!(!database.up().await.unwrap().is_empty());
    assert!(database.up().await.unwrap().is_empty());
    let same = database
        .list("SELECT CAST(uuid AS text) FROM users ORDER BY 1")
        .await;
    assert_eq!(same, uuids);
}

/// What stands in the way, how the database is made, and what the message names.
type Case = (
    &'static str,
    fn(&TestDatabase) -> String,
    &'static [&'static str],
);

const STOPS: [Case; 9] = [
    (
        "a view where a table of Better Auth would be created",
        |_| {
            r#"CREATE TABLE staff (id text); CREATE VIEW "user" AS SELECT id FROM staff"#.to_owned()
        },
        &["user is the name of a view", "BETTER_AUTH_NAMES=user:NAME"],
    ),
    (
        "a view in the place of Better Auth's users",
        |database| {
            let tables = Variant::Plain.tables(database);
            let people = renamed(&tables, |word| {
                (word == "user").then(|| "people".to_owned())
            });
            people + r#"CREATE VIEW "user" AS SELECT * FROM people"#
        },
        &["BETTER_AUTH_NAMES=user:people"],
    ),
    (
        "two tables of users",
        |database| {
            let tables = Variant::Plain.tables(database);
            let users = tables
                .lines()
                .find(|line| line.starts_with(r#"create table "user""#));
            tables.clone() + &renamed(users.unwrap(), plural)
        },
        &["user and users", "BETTER_AUTH_NAMES", "user:user"],
    ),
    (
        "a table of users with a name that nobody can guess",
        |database| {
            let tables = Variant::Plain.tables(database);
            renamed(&tables, |word| {
                (word == "user").then(|| "people".to_owned())
            })
        },
        &["BETTER_AUTH_NAMES=user:people"],
    ),
    (
        "every table with a name that nobody can guess",
        |database| {
            let tables = Variant::Plain.tables(database);
            renamed(&tables, |word| {
                plural(word).map(|word| format!("auth_{word}"))
            })
        },
        &[
            "user:auth_users",
            "session:auth_sessions",
            "account:auth_accounts",
        ],
    ),
    (
        "somebody's own table of users",
        |_| r#"CREATE TABLE "user" (id text PRIMARY KEY, login text)"#.to_owned(),
        &["user.name, user.email", "is not Better Auth's"],
    ),
    (
        "somebody's own sessions",
        |_| "CREATE TABLE session (sid text PRIMARY KEY, sess text, expire text)".to_owned(),
        &["session.id, session.expiresAt"],
    ),
    (
        "columns in both styles, as after an earlier, harmful adoption",
        |database| {
            let tables = Variant::Plain.tables(database);
            let columns = [
                ("account_id", "text"),
                ("provider_id", "text"),
                ("user_id", "text"),
                ("created_at", "text"),
                ("updated_at", "text"),
            ];
            let added = columns
                .iter()
                .map(|(name, type_)| format!("ALTER TABLE account ADD COLUMN {name} {type_};"));
            tables.clone() + &added.collect::<String>()
        },
        &["account has two columns", "accountId and account_id"],
    ),
    (
        "users in the plural with a column that nobody can guess",
        |database| {
            let tables = renamed(&Variant::Plain.tables(database), snake_case_and_plural);
            tables.replace("email_verified", "verified")
        },
        &[
            "users.emailVerified is missing",
            "BETTER_AUTH_NAMES=user.emailVerified:NAME",
        ],
    ),
];

#[tokio::test]
async fn what_cannot_be_recognized_stops_the_run_and_the_setting_is_named() {
    for (what, tables, parts) in STOPS {
        let database = TestDatabase::empty().await;
        database.run(&tables(&database)).await.unwrap();
        let before = catalogue(&database).await;

        let error = database.up().await.unwrap_err();

        assert!(matches!(error, MigrateError::Unfit(_)), "{what}: {error}");
        for part in parts {
            assert!(
                error.to_string().contains(part),
                "{what}: {part} is not in: {error}"
            );
        }
        assert_eq!(catalogue(&database).await, before, "{what}");
    }
}

/// Another program's tables with similar names are no obstacle.
#[tokio::test]
async fn somebodys_tables_in_the_plural_are_left_alone() {
    let database = TestDatabase::empty().await;
    let others = "CREATE TABLE users (id text PRIMARY KEY, name text, email text, created_at text,
            updated_at text);
        CREATE TABLE accounts (id text PRIMARY KEY, balance integer);
        CREATE TABLE sessions (id text PRIMARY KEY, token text, user_id text, expires_at text)";
    database.run(others).await.unwrap();
    let before = catalogue(&database).await;
    database.up().await.unwrap();
    let after = catalogue(&database).await;
    assert!(before.iter().all(|fact| after.contains(fact)));
    assert!(after.iter().any(|fact| belongs_to(fact, "user")));
}

#[tokio::test]
async fn times_and_booleans_of_other_tools_keep_their_types() {
    let database = TestDatabase::empty().await;
    let tables = renamed(&Variant::Plain.tables(&database), snake_case);
    let tables = tables
        .replace(
            "timestamptz default CURRENT_TIMESTAMP",
            "timestamp DEFAULT now()",
        )
        .replace("timestamptz", "timestamp")
        .replace(" date", " integer");
    database.run(&tables).await.unwrap();
    let rows = renamed(&Variant::Plain.rows(), snake_case);
    let rows = if database.is_sqlite() {
        rows.replace(&format!("'{NOW}'"), "1795262400000")
    } else {
        rows
    };
    database.run(&rows).await.unwrap();
    only_uuid_and_role_are_added(&database).await;
}

/// SQLite takes any name of a type.
#[tokio::test]
async fn a_role_as_an_enum_or_an_array_is_adopted_as_it_is() {
    for type_ in ["user_role", "text[]", "user_role[]"] {
        let database = TestDatabase::empty().await;
        let tables = Variant::Shown.tables(&database);
        let tables = tables.replace(r#""role" text"#, &format!(r#""role" {type_}"#));
        if !database.is_sqlite() {
            let roles = "CREATE TYPE user_role AS ENUM ('user', 'admin')";
            database.run(roles).await.unwrap();
        }
        database.run(&tables).await.unwrap();
        database.run(&Variant::Shown.rows()).await.unwrap();
        only_uuid_and_role_are_added(&database).await;
    }
}

/// SQLite has no schemas, and its driver rejects the parameter.
#[tokio::test]
async fn better_auths_tables_in_another_schema_stop_the_run_and_the_url_is_named() {
    let database = TestDatabase::empty().await;
    if database.is_sqlite() {
        let url = format!("{}&schema=auth", database.url);
        let error = crate::runs::up(&url).await.unwrap_err();
        assert!(matches!(error, MigrateError::Connect(_)), "{error}");
        return;
    }
    let auth = r#""my ""auth""""#;
    let tables = Variant::Plain.tables(&database);
    let create = format!("CREATE SCHEMA {auth}; SET search_path = {auth}; {tables}");
    database.run(&create).await.unwrap();
    let somebodys = r#"CREATE TABLE public."user" (id text, login text)"#;
    for others in ["SELECT 1", somebodys] {
        database.run(others).await.unwrap();
        let before = database.tables().await;

        let error = database.up().await.unwrap_err().to_string();

        for part in ["?schema=my+%22auth%22", "?schema=public"] {
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(database.tables().await, before);
    }
    database.run(r#"DROP TABLE public."user""#).await.unwrap();
    for (value, schema) in [("my+%22auth%22", auth), ("public", "public")] {
        let url = format!("{}?schema={value}", database.url);
        let applied = crate::runs::up(&url).await.unwrap();
        assert_eq!(applied, crate::runs::all());
        let count = format!("SELECT count(*) || '' FROM {schema}.user WHERE uuid IS NULL");
        assert_eq!(database.list(&count).await, ["0"]);
        let keys = format!("SELECT count(*) || '' FROM {schema}.idempotency_keys");
        assert_eq!(database.list(&keys).await, ["0"]);
    }
    let nowhere = format!("{}?schema=nowhere", database.url);
    let error = crate::runs::up(&nowhere).await.unwrap_err().to_string();
    assert!(error.contains("there is no schema nowhere"), "{error}");
}
