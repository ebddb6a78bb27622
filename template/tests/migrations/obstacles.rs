//! Databases that cannot be adopted as they are.

use better_auth::NATIVE_IDS;
use database::migration::MigrateError;

use crate::{
    adoption::{dump, without_constraints},
    better_auth::{ADA, BOB, Variant},
    catalogue::catalogue,
    test_database::TestDatabase,
};

#[tokio::test]
async fn an_unsafe_adoption_stops_before_anything_changes_and_names_the_rows() {
    for (name, statements, message) in obstacles(TestDatabase::empty().await.is_sqlite()) {
        let database = TestDatabase::empty().await;
        let tables = without_constraints(&Variant::Shown.tables(&database));
        let tables = if database.is_sqlite() {
            tables
        } else {
            tables.replace(" DATETIME", " timestamptz")
        };
        database.run(&tables).await.unwrap();
        database.run(&Variant::Shown.rows()).await.unwrap();
        database.run(&statements).await.unwrap();
        let before = (catalogue(&database).await, dump(&database).await);

        let error = database.up().await.unwrap_err();

        assert!(matches!(error, MigrateError::Unfit(_)), "{name}: {error}");
        assert!(error.to_string().contains(&message), "{name}: {error}");
        assert_eq!((catalogue(&database).await, dump(&database).await), before);
    }
}

/// What is wrong, the statements that make it so, and what the message says.
type Obstacle = (&'static str, String, String);

fn obstacles(on_sqlite: bool) -> Vec<Obstacle> {
    let mut obstacles = vec![
        (
            "a mail address is missing",
            format!(r#"UPDATE "user" SET email = NULL WHERE id = '{BOB}'"#),
            row("user.email is null"),
        ),
        (
            "a session has no user",
            format!(
                r#"UPDATE session SET id = '{BOB}', "userId" = '33333333-3333-4333-8333-333333333333'
                WHERE "userId" = '{BOB}'"#
            ),
            row("session.userId names no user"),
        ),
        (
            "a column that cannot be filled is missing",
            r#"ALTER TABLE account DROP COLUMN "providerId""#.to_owned(),
            "account.providerId is missing: ".to_owned(),
        ),
        (
            "many rows",
            format!(
                "WITH RECURSIVE numbers (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99)
                INSERT INTO session (id, token, \"userId\")
                SELECT {}, 'x', '{ADA}' FROM numbers",
                if NATIVE_IDS && !on_sqlite { "('00000000-0000-4000-8000-0000000000' || n)::uuid" } else { "'00000000-0000-4000-8000-0000000000' || n" }
            ),
            "and 85 more".to_owned(),
        ),
    ];
    obstacles.push((
        "a table has the name of the API's own",
        "CREATE TABLE adopted_tables (name text, pet text)".to_owned(),
        "adopted_tables is a table of another program".to_owned(),
    ));
    obstacles.extend(times(on_sqlite));
    if on_sqlite {
        obstacles.extend(booleans_and_texts());
    } else {
        obstacles.push((
            "a table inherits from the users",
            r#"CREATE TABLE staff (badge text) INHERITS ("user")"#.to_owned(),
            "staff inherits from user".to_owned(),
        ));
    }
    if !NATIVE_IDS {
        obstacles.extend(uuids());
    }
    if on_sqlite && !NATIVE_IDS {
        obstacles.push((
            "a table refers to UUIDs in capitals",
            r#"UPDATE "user" SET uuid = upper('abcdefab-0000-4000-8000-000000000000') WHERE id = (SELECT min(id) FROM "user");
               CREATE UNIQUE INDEX users ON "user" (uuid);
               CREATE TABLE pets (owner text REFERENCES "user" (uuid) ON UPDATE CASCADE)"#.to_owned(),
            "user.uuid has UUIDs in capitals, which the API would write in lower case, and pets".to_owned(),
        ));
    }
    obstacles
}

fn times(on_sqlite: bool) -> Vec<Obstacle> {
    let set =
        |value: &str| format!(r#"UPDATE "user" SET "createdAt" = {value} WHERE id = '{BOB}'"#);
    let unreadable = |value: &&str| {
        (
            "a time is no time",
            set(value),
            row("user.createdAt is no time that can be read"),
        )
    };
    if on_sqlite {
        return UNREADABLE_TIMES.iter().map(unreadable).collect();
    }
    let mut times: Vec<_> = ["'infinity'", "'0044-03-15 BC'", "'0001-01-01 00:00+14'"]
        .iter()
        .map(unreadable)
        .collect();
    times.push((
        "a time's zone is not UTC",
        format!(
            r#"ALTER TABLE "user" ALTER "createdAt" TYPE timestamp; {}"#,
            set("now() AT TIME ZONE 'UTC' + interval '9 hours'")
        ),
        row("user.createdAt has no time zone and is in the future if read as UTC"),
    ));
    times
}

/// Of another type, in another unit than seconds or milliseconds, or in another form.
const UNREADABLE_TIMES: [&str; 14] = [
    "x'00'",
    "1795262400.5",
    "1795262400000000",
    "2461366",
    "20778",
    "'2461366.5'",
    "'now'",
    "'2026-11-21'",
    "'12:00:00'",
    "'2026-02-30T12:00:00Z'",
    "'2026-11-21 12:00:00 +00:00'",
    "'Sat Nov 21 2026 12:00:00 GMT+0000'",
    // Not in the years 1 to 9999 of UTC.
    "'0001-01-01T00:00:00+14:00'",
    "'9999-12-31T23:59:59-01:00'",
];

fn booleans_and_texts() -> Vec<Obstacle> {
    let set = |column: &str, value: &str| {
        format!(r#"UPDATE "user" SET "{column}" = {value} WHERE id = '{BOB}'"#)
    };
    let values = ["'true'", "'false'", "'t'", "'yes'", "''", "0.5", "x'01'"];
    let booleans = values.iter().map(|value| {
        (
            "a boolean is none",
            set("emailVerified", value),
            row("user.emailVerified is no boolean"),
        )
    });
    let name = (
        "a name is bytes",
        set("name", "x'416461'"),
        row("user.name is no text"),
    );
    // Latin-1, a surrogate, a byte too few, a form longer than it must be.
    let bytes = ["4dfc6c6c6572", "eda080", "e282", "e08480"];
    let encodings = bytes.iter().map(|bytes| {
        (
            "a name is in another encoding",
            set("name", &format!("CAST(x'{bytes}' AS text)")),
            row("user.name is no UTF-8"),
        )
    });
    booleans.chain([name]).chain(encodings).collect()
}

fn uuids() -> [Obstacle; 4] {
    [
        (
            "a uuid is one that no token may have",
            format!(
                r#"UPDATE "user" SET uuid = '00000000-0000-0000-0000-000000000000' WHERE id = '{BOB}'"#
            ),
            row("user.uuid is a UUID that no token may have"),
        ),
        (
            "a uuid is none",
            format!(r#"UPDATE "user" SET uuid = 'not one' WHERE id = '{BOB}'"#),
            row("user.uuid is no UUID"),
        ),
        (
            "a uuid stands in braces",
            format!(r#"UPDATE "user" SET uuid = '{{' || uuid || '}}' WHERE id = '{BOB}'"#),
            row("user.uuid is no UUID"),
        ),
        (
            "uuids differ in case alone",
            format!(
                r#"UPDATE "user" SET uuid = 'ABCDEFAB-0000-4000-8000-000000000000' WHERE id = '{ADA}';
                    UPDATE "user" SET uuid = 'abcdefab-0000-4000-8000-000000000000' WHERE id = '{BOB}'"#
            ),
            both("user.uuid is not unique"),
        ),
    ]
}

fn row(what: &str) -> String {
    format!(r#"{what} in the row with id "{BOB}""#)
}

fn both(what: &str) -> String {
    format!(r#"{what} in the rows with id "{ADA}", "{BOB}""#)
}

/// On SQLite the adoption makes an UPDATE of each sign-up.
#[cfg(not(feature = "native-ids"))]
#[tokio::test]
async fn a_trigger_that_sign_ups_would_fail_by_stops_the_run() {
    const RAISE: &str = "SELECT raise(ABORT, 'users never change')";
    for (trigger, is_in_the_way) in [
        (
            format!("begin_guard BEFORE UPDATE ON user BEGIN {RAISE}; END"),
            true,
        ),
        (
            format!("g /* begin */ BEFORE UPDATE ON user BEGIN {RAISE}; END"),
            true,
        ),
        (
            "g AFTER UPDATE ON user BEGIN INSERT INTO log (who) VALUES (new.id); END".to_owned(),
            true,
        ),
        (
            "g AFTER UPDATE ON user BEGIN INSERT INTO nowhere VALUES (1); END".to_owned(),
            true,
        ),
        (
            format!("g BEFORE UPDATE OF email ON user BEGIN {RAISE}; END"),
            false,
        ),
        (
            format!("g BEFORE UPDATE ON user WHEN old.id <> new.id BEGIN {RAISE}; END"),
            false,
        ),
    ] {
        let database = TestDatabase::empty().await;
        if !database.is_sqlite() {
            return;
        }
        database
            .run(&Variant::Plain.tables(&database))
            .await
            .unwrap();
        let log = "CREATE TABLE log (who text, what text NOT NULL)";
        database.run(log).await.unwrap();
        database
            .run(&format!("CREATE TRIGGER {trigger}"))
            .await
            .unwrap();
        let before = catalogue(&database).await;
        let outcome = database.up().await;
        assert_eq!(outcome.is_err(), is_in_the_way, "{trigger}");
        if let Err(error) = outcome {
            let error = error.to_string();
            assert!(
                error.contains("users could not sign up any more"),
                "{error}"
            );
            assert_eq!(catalogue(&database).await, before);
        }
    }
}

/// Of another program: the API neither needs nor mends it.
#[tokio::test]
async fn a_foreign_key_that_can_never_hold_does_not_stop_the_run() {
    let database = TestDatabase::empty().await;
    if !database.is_sqlite() {
        return;
    }
    let tables = "CREATE TABLE pets (name text);
                  CREATE TABLE toys (pet text REFERENCES pets (name)); INSERT INTO pets VALUES ('x')";
    database.run(tables).await.unwrap();
    database.up().await.unwrap();
}

/// The rows stop the run only where they can be named; each text says what to do.
#[tokio::test]
async fn rows_that_refer_to_nothing_stop_the_run_with_a_remedy_that_fits() {
    let database = TestDatabase::empty().await;
    if !database.is_sqlite() {
        return;
    }
    let tables = "PRAGMA foreign_keys = OFF;
        CREATE TABLE rooms (house text, number integer, PRIMARY KEY (house, number));
        CREATE TABLE beds (house text, room integer, FOREIGN KEY (house, room) REFERENCES rooms);
        INSERT INTO beds VALUES ('a', 1);
        CREATE TABLE keys (lock text REFERENCES locks (id)); INSERT INTO keys VALUES ('b')";
    database.run(tables).await.unwrap();
    let error = database.up().await.unwrap_err().to_string();
    for part in [
        r#"1 row of beds by house, room to rooms: PRAGMA foreign_key_check("beds")"#,
        "1 row of keys by lock to locks, which does not exist",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_table_with_a_name_of_the_apis_own_stops_the_run_and_stays() {
    let database = TestDatabase::empty().await;
    let table = "CREATE TABLE idempotency_keys (x text); INSERT INTO idempotency_keys VALUES ('y')";
    database.run(table).await.unwrap();
    let error = database.up().await.unwrap_err().to_string();
    assert!(
        error.contains("Another program has something of that name"),
        "{error}"
    );
    assert_eq!(database.tables().await, ["idempotency_keys"]);
}

#[tokio::test]
async fn tables_that_are_not_better_auths_are_not_adopted() {
    let database = TestDatabase::empty().await;
    let tables = r#"CREATE TABLE "user" (id text); CREATE TABLE jwks (kid text PRIMARY KEY)"#;
    database.run(tables).await.unwrap();

    let error = database.up().await.unwrap_err();

    for message in ["user.name, user.email", "jwks.id, jwks.publicKey"] {
        assert!(error.to_string().contains(message), "{error}");
    }
    assert_eq!(database.tables().await, ["jwks", "user"]);
}

/// Empty or not; the ids of other tables are Better Auth's business.
#[tokio::test]
async fn numbered_users_stop_the_run_and_the_way_with_a_database_of_its_own_is_named() {
    for id in ["integer", "bigint"] {
        let database = TestDatabase::empty().await;
        let tables = Variant::Plain.tables(&database);
        let number = format!(r#"{id} not null"#);
        let tables = tables
            .replace(r#""id" text not null"#, &format!(r#""id" {number}"#))
            .replace(
                r#""id" uuid default pg_catalog.gen_random_uuid() not null"#,
                &format!(r#""id" {number}"#),
            )
            .replace(r#""userId" text"#, &format!(r#""userId" {id}"#))
            .replace(r#""userId" uuid"#, &format!(r#""userId" {id}"#));
        database.run(&tables).await.unwrap();
        let before = catalogue(&database).await;

        let error = database.up().await.unwrap_err().to_string();

        for part in [
            "user.id is a number",
            "session.userId",
            "USER_PROVISIONING=on",
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(catalogue(&database).await, before);
    }
}

/// Old tables and renamed columns alike, with rows or without.
#[tokio::test]
async fn a_column_that_better_auth_requires_and_lacks_stops_the_run_with_two_remedies() {
    for (table, column, rows) in [
        ("user", "emailVerified", Variant::Shown.rows()),
        ("user", "updatedAt", String::new()),
        ("session", "token", Variant::Shown.rows()),
        ("session", "updatedAt", String::new()),
        ("account", "createdAt", Variant::Shown.rows()),
    ] {
        let database = TestDatabase::empty().await;
        database
            .run(&Variant::Shown.tables(&database))
            .await
            .unwrap();
        database.run(&rows).await.unwrap();
        let rename = format!(r#"ALTER TABLE "{table}" RENAME COLUMN "{column}" TO other"#);
        database.run(&rename).await.unwrap();
        let before = (catalogue(&database).await, dump(&database).await);

        let error = database.up().await.unwrap_err();

        assert!(matches!(error, MigrateError::Unfit(_)), "{error}");
        let error = error.to_string();
        let setting = format!("BETTER_AUTH_NAMES={table}.{column}:NAME");
        for part in [
            format!("{table}.{column} is missing"),
            setting,
            "npx auth migrate".to_owned(),
        ] {
            assert!(error.contains(&part), "{error}");
        }
        assert_eq!((catalogue(&database).await, dump(&database).await), before);
    }
}
