//! Databases with tables that Better Auth, or another program, has made first.

use ::migration::Migrator;
use better_auth::NATIVE_IDS;
use database::migration;
use sea_orm_migration::MigratorTrait;

#[cfg(not(feature = "native-ids"))]
use crate::better_auth::BOB;
use crate::{
    better_auth::{ADA, NOW, Variant},
    catalogue::{NONE, belongs_to, catalogue, differences},
    runs::all,
    test_database::{LOCK_TIMEOUT, TestDatabase},
};

#[tokio::test]
async fn tables_made_by_better_auth_get_uuid_and_role_and_nothing_else_changes() {
    for variant in Variant::ALL {
        for rows in [variant.rows(), String::new()] {
            let database = made_by_better_auth(variant, &rows).await;
            only_uuid_and_role_are_added(&database).await;
        }
    }
}

/// Adopts the tables; fails if anything in them changes but for the two columns.
pub async fn only_uuid_and_role_are_added(database: &TestDatabase) {
    let tables = database.tables().await;
    let (columns, before) = (columns(database).await, dump(database).await);
    let facts = catalogue(database).await;

    assert_eq!(database.up().await.unwrap(), all());

    let after = dump_of(database, &columns).await;
    assert_eq!(differences(&after, &before), NONE);
    let mut now = catalogue(database).await;
    now.retain(|line| tables.iter().any(|table| belongs_to(line, table)));
    let mut other = differences(&now, &facts);
    other.retain(|line| {
        ![".uuid ", " (uuid) ", ".role text"]
            .iter()
            .any(|ours| line.contains(ours))
    });
    assert_eq!(other, NONE);
    assert_eq!(users_without_uuid(database).await, NONE);
}

/// The table of users, whatever its name is.
async fn users(database: &TestDatabase) -> String {
    let tables = database.tables().await.into_iter();
    let mut users = tables.filter(|table| ["user", "users"].contains(&&*table.to_lowercase()));
    users.next().unwrap()
}

async fn users_without_uuid(database: &TestDatabase) -> Vec<String> {
    let users = users(database).await;
    let rows = format!(r#"SELECT CAST(id AS text) || ' ' || CAST(uuid AS text) FROM "{users}""#);
    let is_uuid = |row: &String| {
        let (_, text) = row.split_once(' ').unwrap();
        let uuid: uuid::Uuid = text.parse().unwrap();
        uuid.to_string() == text && uuid.get_version_num() == 4
    };
    let rows = database.list(&rows).await;
    rows.into_iter().filter(|row| !is_uuid(row)).collect()
}

#[tokio::test]
async fn a_missing_jwks_is_created_beside_better_auths_own_tables() {
    let database = made_by_better_auth(Variant::Plain, &Variant::Plain.rows()).await;
    database.run("DROP TABLE jwks").await.unwrap();
    database.up().await.unwrap();
    assert_eq!(database.count(&["jwks"]).await, [0]);
}

#[tokio::test]
async fn a_row_that_is_inserted_after_the_adoption_without_a_uuid_gets_one() {
    let database = made_by_better_auth(Variant::Plain, "").await;
    database.up().await.unwrap();
    for row in [ADA, "33333333-3333-4333-8333-333333333333"] {
        let insert = format!(
            r#"INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
            VALUES ('{row}', 'Ada', '{row}@example.com', true, '{NOW}', '{NOW}')"#
        );
        database.run(&insert).await.unwrap();
    }
    assert_eq!(users_without_uuid(&database).await, NONE);
    assert_eq!(database.count(&["user"]).await, [2]);
}

/// Missing constraints and indexes are Better Auth's business.
#[tokio::test]
async fn tables_without_constraints_and_indexes_stay_without_them() {
    let database = TestDatabase::empty().await;
    let tables = without_constraints(&Variant::Shown.tables(&database));
    let tables = if database.is_sqlite() {
        tables
    } else {
        tables.replace(" DATETIME", " timestamptz")
    };
    database.run(&tables).await.unwrap();
    database.run(&Variant::Shown.rows()).await.unwrap();
    only_uuid_and_role_are_added(&database).await;
}

/// Nullable columns, no references, no indexes; on SQLite also the types that others choose.
pub fn without_constraints(tables: &str) -> String {
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
async fn a_uuid_in_capitals_is_rewritten_in_lower_case() {
    let database = made_by_better_auth(Variant::Shown, &Variant::Shown.rows()).await;
    let capitals = format!("ABCDEFAB{}", &ADA[8..]);
    let change = format!(r#"UPDATE "user" SET uuid = '{capitals}' WHERE id = '{ADA}'"#);
    database.run(&change).await.unwrap();

    database.up().await.unwrap();

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

    database.up().await.unwrap();

    assert_eq!(database.list(&bobs).await, before);
    assert_eq!(users_without_uuid(&database).await, NONE);
}

#[tokio::test]
async fn additions_of_others_to_the_tables_stay() {
    let database = made_by_better_auth(Variant::Shown, &Variant::Shown.rows()).await;
    for addition in others_additions(&database) {
        database.run(&addition).await.unwrap();
    }
    let before = indexes_and_triggers(&database).await;
    let columns = columns(&database).await;
    let rows = dump(&database).await;

    database.up().await.unwrap();

    let after = indexes_and_triggers(&database).await;
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
    additions.push(if database.is_sqlite() {
        r#"CREATE TRIGGER watch AFTER UPDATE ON "user"
            BEGIN INSERT INTO log VALUES (new.name); SELECT 1; END"#
            .to_owned()
    } else {
        r#"CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN INSERT INTO log VALUES (new.name); RETURN new; END$$;
            CREATE TRIGGER watch AFTER UPDATE ON "user" FOR EACH ROW EXECUTE FUNCTION note()"#
            .to_owned()
    });
    additions
}

/// The definitions of indexes, triggers and views.
async fn indexes_and_triggers(database: &TestDatabase) -> Vec<String> {
    let query = if database.is_sqlite() {
        "SELECT sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL"
    } else {
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT definition FROM pg_views WHERE schemaname = 'public'"
    };
    database.list(query).await
}

/// They are read as UTC; on SQLite the zone of a time is part of its text.
#[tokio::test]
async fn times_without_a_zone_keep_their_type() {
    let database = TestDatabase::empty().await;
    let tables = Variant::Shown.tables(&database);
    let tables = tables
        .replace("timestamptz", "timestamp(3)")
        .replace(" date", " timestamp");
    database.run(&tables).await.unwrap();
    database.run(&Variant::Shown.rows()).await.unwrap();
    only_uuid_and_role_are_added(&database).await;
}

#[tokio::test]
async fn rolling_back_leaves_better_auths_tables_and_their_rows() {
    let database = made_by_better_auth(Variant::Plugins, &Variant::Plugins.rows()).await;
    database.run("DROP TABLE jwks").await.unwrap();
    let before = (database.tables().await, dump(&database).await);
    let columns = columns(&database).await;
    database.up().await.unwrap();

    database.down(None).await.unwrap();

    let mut left = database.tables().await;
    // Made by us for Better Auth, which may have written keys since.
    left.retain(|table| table != "api_migrations" && table != "jwks");
    assert_eq!((left, dump_of(&database, &columns).await), before);
    let adopted_again = database.up().await.unwrap();
    assert_eq!(adopted_again, all());
    assert_eq!(dump_of(&database, &columns).await, before.1);
}

#[tokio::test]
async fn fresh_empties_our_tables_and_leaves_better_auths() {
    let database = made_by_better_auth(Variant::Shown, &Variant::Shown.rows()).await;
    database.up().await.unwrap();
    let key = format!(
        r#"INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at)
        SELECT uuid, 'key', 'x', '{NOW}' FROM "user" WHERE id = '{ADA}'"#
    );
    database.run(&key).await.unwrap();

    database.fresh().await.unwrap();
    assert_eq!(
        database
            .count(&["user", "session", "idempotency_keys"])
            .await,
        [2, 2, 0]
    );

    let connection = database.connect().await;
    database.run(&key).await.unwrap();
    Migrator::fresh(&connection).await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(database.count(&["user", "session"]).await, [2, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_four_runs_at_once_one_adopts_and_all_succeed() {
    let database = made_by_better_auth(Variant::Plain, &Variant::Plain.rows()).await;
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url.clone();
            tokio::spawn(async move { migration::up::<Migrator>(&url, None, LOCK_TIMEOUT).await })
        })
        .collect();

    let mut applied = Vec::new();
    for run in runs {
        applied.extend(run.await.unwrap().unwrap());
    }

    assert_eq!(applied, all());
    assert_eq!(users_without_uuid(&database).await, NONE);
}

pub async fn made_by_better_auth(variant: Variant, rows: &str) -> TestDatabase {
    let database = TestDatabase::empty().await;
    database.run(&variant.tables(&database)).await.unwrap();
    database.run(rows).await.unwrap();
    database
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
        let id = if columns.contains(&format!("{table}.id")) {
            "CAST(id AS text)"
        } else {
            "'-'"
        };
        let query = format!(
            r#"SELECT '{place} of ' || {id} || ': ' || coalesce(CAST("{column}" AS text), 'null')
            FROM "{table}" ORDER BY 1"#
        );
        values.extend(database.list(&query).await);
    }
    values
}
