//! `doctor` about databases that other programs and earlier versions changed.

use better_auth::NATIVE_IDS;
use mock_auth::{MockAuth, User};
#[cfg(feature = "sqlite")]
use sea_orm::{ConnectionTrait, Database};

use crate::support::{TestDatabase, run};

const OTHER_SCHEMA: &str = r#"CREATE SCHEMA auth; CREATE TABLE auth."user" (LIKE "user"); CREATE TABLE auth.session (LIKE session)"#;

/// What doctor must not call good, and a part of what it says.
#[actix_web::test]
async fn doctor_fails_where_a_request_would_fail() {
    let mut wrong = vec![
        (
            r#"ALTER TABLE account ADD COLUMN issuer text NOT NULL DEFAULT 'x'; ALTER TABLE account ALTER COLUMN issuer DROP DEFAULT"#,
            "account.issuer is NOT NULL",
        ),
        (
            r#"ALTER TABLE "user" DROP CONSTRAINT user_uuid_key CASCADE"#,
            "user.uuid is not unique",
        ),
        (
            r#"ALTER TABLE "user" ALTER COLUMN "createdAt" DROP DEFAULT; ALTER TABLE "user" ALTER COLUMN "createdAt" TYPE date"#,
            "user.createdAt is of type date",
        ),
        (OTHER_SCHEMA, "?schema=auth"),
        (
            r#"ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_user_id_fkey"#,
            "idempotency_keys takes rows of users who do not exist",
        ),
    ];
    if !NATIVE_IDS {
        wrong.push((
            r#"ALTER TABLE "user" ALTER uuid DROP DEFAULT, ALTER uuid DROP NOT NULL"#,
            "nothing gives new rows of user a uuid",
        ));
    }
    let database = TestDatabase::migrated().await;
    if database.url().starts_with("sqlite") {
        wrong = vec![(
            r#"DROP TABLE account; CREATE TABLE account (id text PRIMARY KEY, "accountId" text, "providerId" text, "userId" text, "createdAt" date, "updatedAt" date, issuer text NOT NULL)"#,
            "account.issuer is NOT NULL",
        )];
    }
    wrong.push((r#"CREATE TABLE people (id text, name text, email text, "emailVerified" text, "createdAt" text, "updatedAt" text)"#, "BETTER_AUTH_NAMES=user:people"));
    wrong.push(("DROP TABLE audit_entries", "the audit trail cannot be read"));
    // As an earlier version left it beside a Better Auth with usePlural.
    wrong.push((r#"CREATE TABLE users (id text, name text, email text, email_verified text, created_at text, updated_at text)"#, "BETTER_AUTH_NAMES=user:users"));
    for (statement, part) in wrong {
        let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
        database.execute(statement).await;
        let (done, report) = doctor(&auth, database.url());
        assert!(
            !done && says_failed(&report, part),
            "{part} is not in: {report}"
        );
    }
}

/// Each change makes the user's profile, or a write of theirs, an error.
#[actix_web::test]
async fn doctor_fails_where_a_users_row_cannot_be_read() {
    let database = TestDatabase::migrated().await;
    let wrong: &[(&str, &str)] = if database.url().starts_with("sqlite") {
        &[
            (
                r#""emailVerified" = 'true'"#,
                "user.emailVerified is no boolean",
            ),
            (
                r#""emailVerified" = 'no'"#,
                "user.emailVerified is no boolean",
            ),
            (
                r#""createdAt" = 1795262400000000"#,
                "user.createdAt is no time",
            ),
            (r#""updatedAt" = 20778"#, "user.updatedAt is no time"),
            (r#""updatedAt" = 'yesterday'"#, "user.updatedAt is no time"),
            ("name = x'00'", "user.name is no text"),
            ("name = CAST(x'ff' AS text)", "user.name is no UTF-8"),
            (
                r#""updatedAt" = '0001-01-01T00:00+01:00'"#,
                "user.updatedAt is no time",
            ),
        ]
    } else {
        &[
            (r#""createdAt" = 'infinity'"#, "user.createdAt is no time"),
            (
                r#""updatedAt" = '0044-03-15 BC'"#,
                "user.updatedAt is no time",
            ),
        ]
    };
    for (change, part) in wrong {
        let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
        database.add_user(&User::named("alice")).await;
        database
            .execute(&format!(r#"UPDATE "user" SET {change}"#))
            .await;
        let (done, report) = doctor(&auth, database.url());
        assert!(
            !done && says_failed(&report, part),
            "{part} is not in: {report}"
        );
    }
}

/// What the role of the URL may not do, on PostgreSQL; a file that is opened for reading, on SQLite.
#[actix_web::test]
async fn doctor_fails_where_the_database_would_refuse_a_request() {
    const HIDDEN: &str = r#"ALTER TABLE "user" ENABLE ROW LEVEL SECURITY;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pg_monitor"#;
    let (nothing, read_only) = ("SELECT 1", "the database takes no writes");
    let is_sqlite = TestDatabase::empty().await.url().starts_with("sqlite");
    let cases = if is_sqlite {
        vec![("", nothing, read_only)]
    } else {
        vec![
            ("default_transaction_read_only=on", nothing, read_only),
            (
                "role=pg_monitor",
                nothing,
                "permission denied for table api_migrations",
            ),
            (
                "role=pg_monitor",
                "GRANT SELECT ON api_migrations TO pg_monitor",
                "may not read user",
            ),
            (
                "role=pg_read_all_data",
                nothing,
                "may not write idempotency_keys",
            ),
            (
                "role=pg_monitor",
                HIDDEN,
                "row-level security may hide rows of user",
            ),
            (
                "role=pg_monitor",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pg_monitor;
                 CREATE FUNCTION refuse() RETURNS trigger AS 'BEGIN RAISE ''frozen''; END' LANGUAGE plpgsql;
                 CREATE TRIGGER refuse BEFORE INSERT ON idempotency_keys EXECUTE FUNCTION refuse()",
                "a user's row cannot be written",
            ),
            (
                "role=pg_monitor",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pg_monitor;
                 ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY",
                "row-level security may keep the role of DATABASE_URL from rows of idempotency_keys",
            ),
            (
                "role=pg_monitor",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pg_monitor;
                 REVOKE INSERT ON audit_entries FROM pg_monitor",
                "may not write audit_entries",
            ),
        ]
    };
    for (setting, statements, part) in cases {
        let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
        database.execute(statements).await;
        let url = if is_sqlite {
            database.url().replace("mode=rwc", "mode=ro")
        } else {
            format!("{}?options=-c%20{setting}", database.url())
        };
        let (done, report) = doctor(&auth, &url);
        assert!(
            !done && says_failed(&report, part),
            "{part} is not in: {report}"
        );
    }
}

/// Tables of Better Auth with these names and this type of ids.
fn not_adopted(users: &str, id: &str, verified: &str, token: &str) -> String {
    format!(
        r#"CREATE TABLE "{users}" (id {id} PRIMARY KEY, name text NOT NULL, email text NOT NULL,
               "{verified}" boolean NOT NULL, image text, "createdAt" timestamp NOT NULL,
               "updatedAt" timestamp NOT NULL);
           CREATE TABLE session (id {id} PRIMARY KEY, "expiresAt" timestamp NOT NULL,
               "{token}" text NOT NULL, "createdAt" timestamp NOT NULL,
               "updatedAt" timestamp NOT NULL, "ipAddress" text, "userAgent" text,
               "userId" {id} NOT NULL)"#
    )
}

/// Before the first migration doctor says what would stop it.
#[actix_web::test]
async fn doctor_fails_where_better_auths_tables_cannot_be_adopted() {
    let id = if NATIVE_IDS { "uuid" } else { "text" };
    let nobodys = r#"CREATE TABLE "user" (id text PRIMARY KEY, login text)"#;
    for (set_up, statements, part) in [
        (
            "numbered ids",
            not_adopted("user", "integer", "emailVerified", "token"),
            "USER_PROVISIONING=on",
        ),
        (
            "a field of users with another name",
            not_adopted("user", id, "verified", "token"),
            "BETTER_AUTH_NAMES=user.emailVerified:NAME",
        ),
        (
            "a field of sessions with another name",
            not_adopted("user", id, "emailVerified", "secret"),
            "BETTER_AUTH_NAMES=session.token:NAME",
        ),
        (
            "users in a table with another name",
            not_adopted("people", id, "emailVerified", "token"),
            "BETTER_AUTH_NAMES=user:people",
        ),
        (
            "somebody else's users",
            nobodys.to_owned(),
            "is not Better Auth's",
        ),
    ] {
        let (auth, database) = (MockAuth::start().await, TestDatabase::empty().await);
        database.execute(&statements).await;
        let (done, report) = doctor(&auth, database.url());
        let mut lines = report.lines();
        let reported = lines.any(|line| line.starts_with("failed   tables"));
        assert!(
            !done && reported && report.contains(part),
            "{set_up}: {report}"
        );
    }
}

pub fn says_failed(report: &str, part: &str) -> bool {
    let mut lines = report.lines();
    lines.any(|line| line.starts_with("failed") && line.contains(part))
}

pub fn doctor(auth: &MockAuth, url: &str) -> (bool, String) {
    doctor_with(auth, url, &[])
}

/// Whether it succeeds with these settings too, and what it says.
pub fn doctor_with(auth: &MockAuth, url: &str, more: &[(&str, &str)]) -> (bool, String) {
    let origin = auth.origin();
    let settings = [("BETTER_AUTH_URL", origin.as_str()), ("DATABASE_URL", url)];
    let output = run(&["doctor"], &[&settings, more].concat());
    let report = String::from_utf8(output.stdout).unwrap();
    (output.status.success(), report)
}

#[actix_web::test]
async fn doctor_fails_where_provisioning_could_not_add_a_user() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    let add = r#"ALTER TABLE "user" ADD COLUMN company text NOT NULL DEFAULT 'x';"#;
    let without_default = if database.url().starts_with("sqlite") {
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, ' DEFAULT ''x''', '') WHERE name = 'user'"
    } else {
        r#"ALTER TABLE "user" ALTER COLUMN company DROP DEFAULT"#
    };
    database.execute(&format!("{add} {without_default}")).await;
    let origin = auth.origin();
    let shared = [
        ("BETTER_AUTH_URL", origin.as_str()),
        ("DATABASE_URL", database.url()),
    ];
    let provisioned = [&shared[..], &[("USER_PROVISIONING", "on")]].concat();
    for (settings, start) in [
        (&shared[..], "warning  tables     user.company is NOT NULL"),
        (
            &provisioned,
            "failed   requests   USER_PROVISIONING cannot add",
        ),
    ] {
        let output = run(&["doctor"], settings);
        let report = String::from_utf8(output.stdout).unwrap();
        let mut lines = report.lines();
        let line = lines.find(|line| line.starts_with(start));
        assert!(line.unwrap_or_default().contains("company"), "{report}");
    }
}

/// As a tool leaves the table that has rebuilt it.
#[cfg(all(feature = "sqlite", not(feature = "native-ids")))]
#[actix_web::test]
async fn doctor_fails_where_nothing_gives_new_users_a_uuid() {
    let (auth, (_folder, url)) = (MockAuth::start().await, crate::sqlite::file());
    let connection = Database::connect(&url).await.unwrap();
    let tables = not_adopted("user", "text", "emailVerified", "token");
    connection.execute_unprepared(&tables).await.unwrap();
    let settings = [("DATABASE_URL", url.as_str())];
    let up = [&settings[..], &[("BETTER_AUTH_URL", "http://127.0.0.1:9")]].concat();
    assert!(run(&["migrate", "up"], &up).status.success());
    let says_so = || {
        doctor(&auth, &url)
            .1
            .contains("nothing gives new rows of user a uuid")
    };
    assert!(!says_so());
    let lost = "DROP TRIGGER user_uuid_insert";
    connection.execute_unprepared(lost).await.unwrap();
    connection.close().await.unwrap();
    assert!(says_so());
}

/// The setting was changed after the first migration.
#[actix_web::test]
async fn doctor_fails_where_the_apis_rows_refer_to_other_users() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    let copy = r#"CREATE TABLE people AS SELECT * FROM "user";
                  CREATE UNIQUE INDEX people_id ON people (id);
                  CREATE UNIQUE INDEX people_uuid ON people (uuid)"#;
    database.execute(copy).await;
    let names = ("BETTER_AUTH_NAMES", "user:people");
    let (_, report) = doctor_with(&auth, database.url(), &[names]);
    assert!(
        says_failed(&report, "the API's rows refer to user, not to people"),
        "{report}"
    );
}

/// Where the schema was chosen, another one may hold somebody else's Better Auth.
#[actix_web::test]
async fn doctor_leaves_other_schemas_alone_where_the_url_names_one() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    let mut url = database.url().to_owned();
    if url.starts_with("postgres") {
        database.execute(OTHER_SCHEMA).await;
        url += "?schema=public";
    }
    let key = format!(
        r#"INSERT INTO jwks (id, "publicKey", "privateKey", "createdAt")
           VALUES ('{}', '', '', '2026-11-21T12:00:00.000Z')"#,
        auth.signing_kid()
    );
    database.execute(&key).await;
    let (done, report) = doctor(&auth, &url);
    assert!(done, "{report}");
}

/// PostgreSQL does not let them come about.
#[cfg(feature = "sqlite")]
#[actix_web::test]
async fn doctor_names_rows_of_users_who_are_gone_and_how_to_remove_them() {
    let (auth, (_folder, url)) = (MockAuth::start().await, crate::sqlite::file());
    let origin = auth.origin();
    let settings = [("BETTER_AUTH_URL", origin.as_str()), ("DATABASE_URL", &url)];
    assert!(run(&["seed"], &settings).status.success());
    let gone = "00000000-0000-4000-8000-0000000000d1";
    let rows = format!(
        r#"INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at)
         VALUES ('{gone}', 'key', 'x', '2026-11-21T12:00:00.000Z');
         PRAGMA foreign_keys = OFF; DELETE FROM "user" WHERE uuid = '{gone}'"#
    );
    let connection = Database::connect(&url).await.unwrap();
    connection.execute_unprepared(&rows).await.unwrap();
    connection.close().await.unwrap();
    let report = String::from_utf8(run(&["doctor"], &settings).stdout).unwrap();
    let mut lines = report.lines();
    let line = lines.find(|line| line.contains("idempotency_keys by user_id"));
    let line = line.unwrap_or_else(|| panic!("{report}"));
    assert!(line.starts_with("warning") && line.contains(gone), "{line}");
    assert!(line.contains(r#"DELETE FROM "idempotency_keys""#), "{line}");
}

#[cfg(not(feature = "native-ids"))]
#[actix_web::test]
async fn doctor_rejects_sub_as_the_uuid_of_users_whose_rows_have_another() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    let settings = [
        ("BETTER_AUTH_URL", auth.origin()),
        ("DATABASE_URL", database.url().to_owned()),
    ];
    let [url, place] = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let sub = ("USER_UUID_CLAIM", "sub");
    let report = |more: &[(&str, &str)]| {
        let output = run(&["doctor"], &[&[url, place], more].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(report(&[sub]).contains("failed   settings   USER_UUID_CLAIM is sub"));
    assert!(!report(&[sub, ("USER_PROVISIONING", "on")]).contains("USER_UUID_CLAIM is sub"));
}
