//! Databases that Better Auth, or somebody else, has set up first.

use migration::{MigrateError, Migrator, NATIVE_IDS};
use sea_orm_migration::MigratorTrait;
use tokio::sync::OnceCell;

use crate::{
    better_auth::{ADA, BOB, NOW, Variant},
    catalogue::{NONE, catalogue, differences},
    database::{PATIENCE, TestDatabase},
    runs::all,
};

#[tokio::test]
async fn what_better_auth_made_is_adopted_and_nothing_else_changes() {
    for variant in Variant::ALL {
        for rows in [variant.rows(), String::new()] {
            let database = made_by_better_auth(variant, &rows).await;
            let (tables, before) = (database.tables().await, dump(&database).await);
            let columns = columns(&database).await;

            assert_eq!(up(&database).await, all(), "{variant:?}");

            let after = dump_of(&database, &columns).await;
            assert_eq!(differences(&after, &before), NONE, "{variant:?}");
            let added: Vec<_> = database.tables().await;
            assert!(tables.iter().all(|table| added.contains(table)));
            assert_eq!(missing(&database).await, NONE, "{variant:?}");
            assert_eq!(users_without_uuid(&database).await, NONE, "{variant:?}");
        }
    }
}

/// What a clean migration makes and this database lacks.
async fn missing(database: &TestDatabase) -> Vec<String> {
    static CLEAN: OnceCell<Vec<String>> = OnceCell::const_new();
    let read = async || catalogue(&TestDatabase::migrated().await).await;
    let clean = CLEAN.get_or_init(read).await;
    differences(&catalogue(database).await, clean)
        .into_iter()
        .filter(|line| line.starts_with("missing"))
        .collect()
}

async fn users_without_uuid(database: &TestDatabase) -> Vec<String> {
    let rows = r#"SELECT CAST(id AS text) || ' ' || CAST(uuid AS text) FROM "user""#;
    let is_uuid = |row: &String| {
        let (_, text) = row.split_once(' ').unwrap();
        let uuid: uuid::Uuid = text.parse().unwrap();
        uuid.to_string() == text && uuid.get_version_num() == 4
    };
    let rows = database.list(rows).await;
    rows.into_iter().filter(|row| !is_uuid(row)).collect()
}

#[tokio::test]
async fn missing_tables_and_columns_are_added() {
    let rows = Variant::Plain.rows();
    let database = made_by_better_auth(Variant::Plain, &rows).await;
    for change in [
        // As @better-auth/cli 1.4 makes it.
        "ALTER TABLE jwks DROP COLUMN alg",
        "ALTER TABLE jwks DROP COLUMN crv",
        r#"ALTER TABLE jwks DROP COLUMN "expiresAt""#,
        r#"ALTER TABLE "user" DROP COLUMN "emailVerified""#,
        r#"ALTER TABLE session DROP COLUMN "updatedAt""#,
        r#"ALTER TABLE account DROP COLUMN "createdAt""#,
        "DROP TABLE verification",
    ] {
        database.run(change).await.unwrap();
    }
    drop_token(&database).await;
    let (columns, before) = (columns(&database).await, dump(&database).await);

    assert_eq!(up(&database).await, all());

    assert_eq!(dump_of(&database, &columns).await, before);
    assert_eq!(missing(&database).await, NONE);
    let verified = r#"SELECT count(*) || '' FROM "user" WHERE "emailVerified" = false"#;
    assert_eq!(database.list(verified).await, ["2"]);
    let tokens = database.list("SELECT token FROM session").await;
    assert!(tokens.iter().all(|token| token.len() == 64), "{tokens:?}");
    assert_ne!(tokens[0], tokens[1]);
}

/// SQLite cannot drop a column that is unique.
async fn drop_token(database: &TestDatabase) {
    database
        .run(&if database.is_sqlite() {
            let table = Variant::Plain.tables(database);
            let table = table
                .lines()
                .find(|line| line.starts_with(r#"create table "session""#))
                .unwrap()
                .replace(r#""token" text not null unique, "#, "")
                .replace(r#""updatedAt" date not null, "#, "");
            format!(
                r#"CREATE TABLE old AS SELECT id, "expiresAt", "createdAt", "ipAddress", "userAgent", "userId"
                    FROM session;
                DROP TABLE session; {table}
                INSERT INTO session SELECT * FROM old; DROP TABLE old"#
            )
        } else {
            "ALTER TABLE session DROP COLUMN token".to_owned()
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn constraints_and_indexes_that_are_missing_are_added() {
    let database = TestDatabase::empty().await;
    let tables = without_constraints(&Variant::Shown.tables(&database));
    database.run(&tables).await.unwrap();
    database.run(&Variant::Shown.rows()).await.unwrap();
    let before = dump(&database).await;

    let columns = columns(&database).await;
    up(&database).await;

    assert_eq!(dump_of(&database, &columns).await, before);
    assert_eq!(missing(&database).await, NONE);
}

/// Nullable columns, no reference, no index; and of SQLite's types those that others choose.
fn without_constraints(tables: &str) -> String {
    let tables: Vec<_> = tables
        .lines()
        .filter(|line| line.starts_with("create table"))
        .collect();
    tables
        .join("\n")
        .replace(" not null primary key", " PRIMARY KEY")
        .replace(" not null", "")
        .replace(" unique", "")
        .replace(r#" references "user" ("id") on delete cascade"#, "")
        .replace(" date", " DATETIME")
}

#[cfg(not(feature = "native-ids"))]
#[tokio::test]
async fn a_uuid_in_capitals_is_written_in_small_letters() {
    let database = made_by_better_auth(Variant::Shown, &Variant::Shown.rows()).await;
    let capitals = format!("ABCDEFAB{}", &ADA[8..]);
    let change = format!(r#"UPDATE "user" SET uuid = '{capitals}' WHERE id = '{ADA}'"#);
    database.run(&change).await.unwrap();

    up(&database).await;

    let uuid = format!(r#"SELECT CAST(uuid AS text) FROM "user" WHERE id = '{ADA}'"#);
    assert_eq!(database.list(&uuid).await, [capitals.to_lowercase()]);
}

#[cfg(not(feature = "native-ids"))]
#[tokio::test]
async fn a_user_whose_uuid_is_null_gets_one_and_the_others_keep_theirs() {
    let database = TestDatabase::empty().await;
    let tables = Variant::Shown.tables(&database);
    let tables = tables.replace(r#""uuid" text not null"#, r#""uuid" text"#);
    database.run(&tables).await.unwrap();
    database.run(&Variant::Shown.rows()).await.unwrap();
    let change = format!(r#"UPDATE "user" SET uuid = NULL WHERE id = '{ADA}'"#);
    database.run(&change).await.unwrap();
    let bobs = format!(r#"SELECT CAST(uuid AS text) FROM "user" WHERE id = '{BOB}'"#);
    let before = database.list(&bobs).await;

    up(&database).await;

    assert_eq!(database.list(&bobs).await, before);
    assert_eq!(users_without_uuid(&database).await, NONE);
}

#[tokio::test]
async fn what_others_added_to_the_tables_stays() {
    let database = made_by_better_auth(Variant::Shown, &Variant::Shown.rows()).await;
    for addition in others_additions(&database) {
        database.run(&addition).await.unwrap();
    }
    let before = belongings(&database).await;
    let columns = columns(&database).await;
    let rows = dump(&database).await;

    up(&database).await;

    let after = belongings(&database).await;
    assert!(before.iter().all(|one| after.contains(one)), "{after:?}");
    assert_eq!(dump_of(&database, &columns).await, rows);
    let update = format!(r#"UPDATE "user" SET name = 'Eve' WHERE id = '{ADA}'"#);
    database.run(&update).await.unwrap();
    assert_eq!(database.list("SELECT name FROM log").await, ["Eve"]);
    assert_eq!(database.list("SELECT name FROM people").await.len(), 2);
    let too_old = r#"UPDATE "user" SET age = 200"#;
    assert!(database.run(too_old).await.is_err());
}

/// Columns with constraints, an index, a view and a trigger that would show any update.
fn others_additions(database: &TestDatabase) -> Vec<String> {
    let id = if NATIVE_IDS && !database.is_sqlite() {
        "uuid"
    } else {
        "text"
    };
    let mut additions = vec![
        "CREATE TABLE log (name text)".to_owned(),
        r#"ALTER TABLE "user" ADD COLUMN age integer DEFAULT 7 CHECK (age < 150)"#.to_owned(),
        format!(r#"ALTER TABLE "user" ADD COLUMN boss {id} REFERENCES "user" (id)"#),
        r#"CREATE INDEX user_age_idx ON "user" (age) WHERE age > 3"#.to_owned(),
        r#"CREATE VIEW people AS SELECT name FROM "user""#.to_owned(),
        format!(
            r#"CREATE TABLE passkey (owner {id} REFERENCES "user" (id) ON DELETE CASCADE);
            INSERT INTO passkey SELECT id FROM "user""#
        ),
    ];
    additions.push(match database.is_sqlite() {
        true => r#"CREATE TRIGGER watch AFTER UPDATE ON "user"
            BEGIN INSERT INTO log VALUES (new.name); SELECT 1; END"#
            .to_owned(),
        false => r#"CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN INSERT INTO log VALUES (new.name); RETURN new; END$$;
            CREATE TRIGGER watch AFTER UPDATE ON "user" FOR EACH ROW EXECUTE FUNCTION note()"#
            .to_owned(),
    });
    additions
}

/// Everything but the tables themselves.
async fn belongings(database: &TestDatabase) -> Vec<String> {
    let query = match database.is_sqlite() {
        true => "SELECT sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL",
        false => {
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT definition FROM pg_views WHERE schemaname = 'public'"
        }
    };
    database.list(query).await
}

/// On SQLite a time's zone stands in its text.
#[tokio::test]
async fn times_without_a_zone_are_read_as_utc() {
    let database = TestDatabase::empty().await;
    let tables = Variant::Shown.tables(&database);
    let tables = tables
        .replace("timestamptz", "timestamp(3)")
        .replace(" date", " timestamp");
    database.run(&tables).await.unwrap();
    database.run(&Variant::Shown.rows()).await.unwrap();

    up(&database).await;

    let times = r#"SELECT CAST("createdAt" AS text) FROM session
        UNION SELECT CAST("createdAt" AS text) FROM "user""#;
    let expected = match database.is_sqlite() {
        true => NOW,
        false => "2026-11-21 12:00:00+00",
    };
    assert_eq!(database.list(times).await, [expected]);
    assert_eq!(missing(&database).await, NONE);
}

#[tokio::test]
async fn an_unsafe_adoption_stops_before_anything_changes_and_names_the_rows() {
    for (fault, statements, told) in faults(TestDatabase::empty().await.is_sqlite()) {
        let database = TestDatabase::empty().await;
        let tables = without_constraints(&Variant::Shown.tables(&database));
        let tables = match database.is_sqlite() {
            true => tables,
            false => tables.replace(" DATETIME", " timestamptz"),
        };
        database.run(&tables).await.unwrap();
        database.run(&Variant::Shown.rows()).await.unwrap();
        database.run(&statements).await.unwrap();
        let before = (catalogue(&database).await, dump(&database).await);

        let error = migration::up(&database.url, PATIENCE).await.unwrap_err();

        assert!(
            matches!(error, MigrateError::CannotAdopt(_)),
            "{fault}: {error}"
        );
        assert!(error.to_string().contains(&told), "{fault}: {error}");
        assert_eq!((catalogue(&database).await, dump(&database).await), before);
    }
}

/// What is wrong, how it comes about, and what the message says.
fn faults(on_sqlite: bool) -> Vec<(&'static str, String, String)> {
    let row = |what: &str| format!(r#"{what} in the row with id "{BOB}""#);
    let both = |what: &str| format!(r#"{what} in the rows with id "{ADA}", "{BOB}""#);
    let mut faults = vec![
        (
            "a mail address is missing",
            format!(r#"UPDATE "user" SET email = NULL WHERE id = '{BOB}'"#),
            row("user.email is null"),
        ),
        (
            "two users share a mail address",
            r#"UPDATE "user" SET email = 'a@example.com'"#.to_owned(),
            both("user.email is not unique"),
        ),
        (
            "sessions share a token",
            "UPDATE session SET token = 'same'".to_owned(),
            "session.token is not unique in the rows with id".to_owned(),
        ),
        (
            "a session is nobody's",
            format!(
                r#"UPDATE session SET id = '{BOB}', "userId" = '33333333-3333-4333-8333-333333333333'
                WHERE "userId" = '{BOB}'"#
            ),
            row("session.userId names no user"),
        ),
        (
            "a column that cannot be filled is missing",
            r#"ALTER TABLE account DROP COLUMN "providerId""#.to_owned(),
            "account.providerId is missing, and its value unknown in the rows with id".to_owned(),
        ),
        (
            "many rows",
            format!(
                "WITH RECURSIVE numbers (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99)
                INSERT INTO session (id, token, \"userId\")
                SELECT {}, 'x', '{ADA}' FROM numbers",
                match NATIVE_IDS && !on_sqlite {
                    true => "('00000000-0000-4000-8000-0000000000' || n)::uuid",
                    false => "'00000000-0000-4000-8000-0000000000' || n",
                }
            ),
            "and 85 more".to_owned(),
        ),
        match on_sqlite {
            true => (
                "a time is no time",
                format!(r#"UPDATE "user" SET "createdAt" = x'00' WHERE id = '{BOB}'"#),
                row("user.createdAt has a value of another type"),
            ),
            false => (
                "a time's zone is not UTC",
                format!(
                    r#"ALTER TABLE "user" ALTER "createdAt" TYPE timestamp;
                    UPDATE "user" SET "createdAt" = now() AT TIME ZONE 'UTC' + interval '9 hours'
                    WHERE id = '{BOB}'"#
                ),
                row("user.createdAt has no time zone and is in the future if read as UTC"),
            ),
        },
    ];
    if !NATIVE_IDS {
        faults.extend([
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
        ]);
    }
    faults
}

#[tokio::test]
async fn tables_that_are_not_better_auths_are_not_adopted() {
    let database = TestDatabase::empty().await;
    let tables = r#"CREATE TABLE "user" (id text); CREATE TABLE jwks (kid text PRIMARY KEY)"#;
    database.run(tables).await.unwrap();

    let error = migration::up(&database.url, PATIENCE).await.unwrap_err();

    for told in ["user.id is", "jwks.id is missing"] {
        assert!(error.to_string().contains(told), "{error}");
    }
    assert_eq!(database.tables().await, ["jwks", "user"]);
}

#[tokio::test]
async fn rolling_back_leaves_better_auths_tables_and_their_rows() {
    let database = made_by_better_auth(Variant::Plugins, &Variant::Plugins.rows()).await;
    database.run("DROP TABLE jwks").await.unwrap();
    let before = (database.tables().await, dump(&database).await);
    let columns = columns(&database).await;
    up(&database).await;

    migration::down(&database.url, None, PATIENCE)
        .await
        .unwrap();

    let mut left = database.tables().await;
    // Made by us for Better Auth, which may have written keys since.
    left.retain(|table| table != "seaql_migrations" && table != "jwks");
    assert_eq!((left, dump_of(&database, &columns).await), before);
    let adopted_again = up(&database).await;
    assert_eq!(adopted_again, all());
    assert_eq!(dump_of(&database, &columns).await, before.1);
}

#[tokio::test]
async fn fresh_empties_our_tables_and_leaves_better_auths() {
    let database = made_by_better_auth(Variant::Shown, &Variant::Shown.rows()).await;
    up(&database).await;
    let key = format!(
        r#"INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at)
        SELECT uuid, 'key', 'x', '{NOW}' FROM "user" WHERE id = '{ADA}'"#
    );
    database.run(&key).await.unwrap();

    migration::fresh(&database.url, PATIENCE).await.unwrap();
    assert_eq!(
        database
            .count(&["user", "session", "idempotency_keys"])
            .await,
        [2, 2, 0]
    );

    let connection = database.connect().await;
    database.run(&key).await.unwrap();
    match Migrator::fresh(&connection).await {
        Ok(()) => assert!(!database.is_sqlite() || NATIVE_IDS),
        // SeaORM leaves foreign keys on, and a rebuild would take the sessions along.
        Err(error) => assert!(error.to_string().contains("foreign keys are on"), "{error}"),
    }
    connection.close().await.unwrap();
    assert_eq!(database.count(&["user", "session"]).await, [2, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_four_runs_at_once_one_adopts_and_all_succeed() {
    let database = made_by_better_auth(Variant::Plain, &Variant::Plain.rows()).await;
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url.clone();
            tokio::spawn(async move { migration::up(&url, PATIENCE).await })
        })
        .collect();

    let mut applied = Vec::new();
    for run in runs {
        applied.extend(run.await.unwrap().unwrap());
    }

    assert_eq!(applied, all());
    assert_eq!(missing(&database).await, NONE);
}

async fn made_by_better_auth(variant: Variant, rows: &str) -> TestDatabase {
    let database = TestDatabase::empty().await;
    database.run(&variant.tables(&database)).await.unwrap();
    database.run(rows).await.unwrap();
    database
}

async fn up(database: &TestDatabase) -> Vec<String> {
    migration::up(&database.url, PATIENCE).await.unwrap()
}

/// `table.column` of every column that is there.
pub async fn columns(database: &TestDatabase) -> Vec<String> {
    let lines = catalogue(database).await;
    let is_column = |line: &&String| line.split(' ').next().unwrap().contains('.');
    let name = |line: &String| line.split(' ').next().unwrap().to_owned();
    lines.iter().filter(is_column).map(name).collect()
}

/// Every value of every row.
pub async fn dump(database: &TestDatabase) -> Vec<String> {
    dump_of(database, &columns(database).await).await
}

/// Every value of these columns, each with its row's id where there is one.
pub async fn dump_of(database: &TestDatabase, columns: &[String]) -> Vec<String> {
    let mut values = Vec::new();
    for place in columns {
        let (table, column) = place.split_once('.').unwrap();
        let id = match columns.contains(&format!("{table}.id")) {
            true => "CAST(id AS text)",
            false => "'-'",
        };
        let query = format!(
            r#"SELECT '{place} of ' || {id} || ': ' || coalesce(CAST("{column}" AS text), 'null')
            FROM "{table}" ORDER BY 1"#
        );
        values.extend(database.list(&query).await);
    }
    values
}
