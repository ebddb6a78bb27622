//! The schema that the migrations make, compared by catalogue and by inserting rows.

#[cfg(not(feature = "native-ids"))]
use std::collections::HashSet;

use better_auth::NATIVE_IDS;

use crate::{
    better_auth::{ADA, NOW, Variant, user},
    catalogue::{NONE, belongs_to, catalogue, differences},
    test_database::TestDatabase,
};

#[tokio::test]
async fn our_tables_for_better_auth_equal_its_own() {
    let (ours, theirs) = (TestDatabase::migrated().await, TestDatabase::empty().await);
    theirs.run(&Variant::Shown.tables(&theirs)).await.unwrap();

    let mut expected = catalogue(&theirs).await;
    expected.retain(|line| !line.starts_with("user.uuid "));
    expected.push(uuid_column(&theirs).to_owned());
    if NATIVE_IDS {
        expected.push(uuid_index(&theirs).to_owned());
    }
    let mut actual = catalogue(&ours).await;
    let tables = theirs.tables().await;
    actual.retain(|line| tables.iter().any(|table| belongs_to(line, table)));
    assert_eq!(differences(&actual, &expected), NONE);
}

/// Our column in their table: it differs from what Better Auth would make of the declared field.
fn uuid_column(database: &TestDatabase) -> &'static str {
    match (database.is_sqlite(), NATIVE_IDS) {
        (true, false) => "user.uuid text not null default ...",
        (true, true) => "user.uuid text not null always ...",
        (false, false) => "user.uuid uuid not null default gen_random_uuid()",
        (false, true) => "user.uuid uuid not null always id",
    }
}

fn uuid_index(database: &TestDatabase) -> &'static str {
    if database.is_sqlite() {
        "user (uuid) unique constraint"
    } else {
        "user (uuid) unique index user_uuid_key of a constraint"
    }
}

#[tokio::test]
async fn our_tables_are_as_specified() {
    let database = TestDatabase::migrated().await;
    let (uuid, time, json) = if database.is_sqlite() {
        ("text", "text", "text")
    } else {
        ("uuid", "timestamp(3) with time zone", "jsonb")
    };
    let expected = format!(
        "\
idempotency_keys.user_id {uuid} not null primary key
idempotency_keys.key text not null primary key
idempotency_keys.fingerprint text not null
idempotency_keys.answer {json}
idempotency_keys.created_at {time} not null
idempotency_keys (user_id) references user (uuid) on delete cascade
idempotency_keys (created_at) index idempotency_keys_created_at_idx"
    );
    let mut actual = catalogue(&database).await;
    actual.retain(|line| belongs_to(line, "idempotency_keys"));
    let expected: Vec<String> = expected.lines().map(str::to_owned).collect();
    assert_eq!(differences(&actual, &expected), NONE);
}

#[cfg(feature = "native-ids")]
#[tokio::test]
async fn a_users_uuid_is_their_id() {
    let database = TestDatabase::migrated().await;
    database.run(&user(ADA)).await.unwrap();
    let uuids = r#"SELECT CAST(uuid AS text) FROM "user" WHERE uuid = id"#;
    assert_eq!(database.list(uuids).await, [ADA]);
    let other = format!(r#"UPDATE "user" SET uuid = '{NOW}'"#);
    assert!(database.run(&other).await.is_err());
}

#[cfg(not(feature = "native-ids"))]
#[tokio::test]
async fn a_user_without_a_uuid_gets_a_random_one_of_version_4() {
    let database = TestDatabase::migrated().await;
    let users = r#"
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 500)
        INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
        SELECT 'id' || n, 'x', 'mail' || n, false, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM numbers"#;
    database.run(users).await.unwrap();

    let uuids = database
        .list(r#"SELECT CAST(uuid AS text) FROM "user""#)
        .await;

    assert_eq!(uuids.iter().collect::<HashSet<_>>().len(), 500);
    let variants: HashSet<_> = uuids.iter().map(|uuid| &uuid[19..20]).collect();
    assert_eq!(variants, HashSet::from(["8", "9", "a", "b"]));
    for text in uuids {
        let uuid: uuid::Uuid = text.parse().unwrap();
        assert_eq!(uuid.hyphenated().to_string(), text);
        assert_eq!(uuid.get_version_num(), 4);
    }
}

#[tokio::test]
async fn deleting_a_user_deletes_their_rows() {
    let database = TestDatabase::migrated().await;
    let [session, account] =
        [5, 6].map(|digit| format!("00000000-0000-7000-8000-00000000000{digit}"));
    let rows = format!(
        r#"{};
        INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
            VALUES ('{session}', '{NOW}', 'token', '{NOW}', '{NOW}', '{ADA}');
        INSERT INTO account (id, "accountId", "providerId", "userId", "createdAt", "updatedAt")
            VALUES ('{account}', 'ada', 'credential', '{ADA}', '{NOW}', '{NOW}');
        INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at)
            SELECT uuid, 'key', 'x', '{NOW}' FROM "user""#,
        user(ADA),
    );
    database.run(&rows).await.unwrap();
    let tables = ["session", "account", "idempotency_keys"];
    assert_eq!(database.count(&tables).await, [1; 3]);

    database.run(r#"DELETE FROM "user""#).await.unwrap();

    assert_eq!(database.count(&tables).await, [0; 3]);
}
