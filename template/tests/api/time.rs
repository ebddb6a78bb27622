//! The API, both engines and Better Auth agree about times.

use database::UtcDateTime;
use sea_orm::DbBackend;

use crate::support::{TestApp, TestDatabase};

/// Times of 2026-11-20 in formats of other programs; PostgreSQL stores them all alike.
fn others_forms(backend: DbBackend) -> [(&'static str, &'static str, String); 6] {
    let epoch = match backend {
        DbBackend::Postgres => "to_timestamp(1795190460.5)".to_owned(),
        _ => "1795190460500".to_owned(),
    };
    let text = |text: &str| format!("'{text}'");
    [
        // Better Auth's, sqlx's older ones, another zone's, and milliseconds since 1970.
        (
            "00000000-0000-4000-8000-00000000000a",
            "2026-11-20T15:26:01.398Z",
            text("2026-11-20T15:26:01.398Z"),
        ),
        (
            "00000000-0000-4000-8000-00000000000b",
            "2026-11-20T15:26:01.180Z",
            text("2026-11-20T15:26:01.180974903+00:00"),
        ),
        (
            "00000000-0000-4000-8000-00000000000c",
            "2026-11-20T15:26:02.000Z",
            text("2026-11-20 15:26:02"),
        ),
        (
            "00000000-0000-4000-8000-00000000000d",
            "2026-11-20T15:25:00.000Z",
            text("2026-11-21T00:25:00.000+09:00"),
        ),
        (
            "00000000-0000-4000-8000-00000000000e",
            "2026-11-20T16:01:00.500Z",
            epoch,
        ),
        (
            "00000000-0000-4000-8000-00000000000f",
            "2026-11-20T15:26:03.001Z",
            text("2026-11-20T15:26:03.001Z"),
        ),
    ]
}

#[actix_web::test]
async fn rows_written_by_other_programs_are_read_and_sorted_by_time() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    app.sql(r#"DELETE FROM "user""#).await;
    let forms = others_forms(app.db().get_database_backend());
    for (id, _, time) in &forms {
        app.sql(&format!(
            r#"INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
               VALUES ('{id}', '{id}', '{id}@example.test', '0', {time}, {time})"#
        ))
        .await;
    }
    let list = admin.get("/api/admin/users").await.ok();
    let found: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| {
            (
                user["id"].as_str().unwrap().to_owned(),
                user["created_at"].as_str().unwrap(),
            )
        })
        .collect();
    let mut expected: Vec<_> = forms
        .iter()
        .map(|(id, time, _)| ((*id).to_owned(), *time))
        .collect();
    expected.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    assert_eq!(found, expected);
}

#[actix_web::test]
async fn a_session_expires_whatever_the_format_of_its_expiry() {
    let file = TestDatabase::migrated().await;
    let settings = file.settings(&[]).database;
    let database = database::Database::open(&settings).await.unwrap();
    let db = database.read();
    let backend = db.get_database_backend();
    let now = UtcDateTime::now();
    let (soon, over) = (now.plus_seconds(60), now.plus_seconds(-60));
    let zoned = |time: UtcDateTime| {
        let local = time.plus_seconds(9 * 3600).to_string();
        format!("'{}+09:00'", local.trim_end_matches('Z'))
    };
    let sqlx = |time: UtcDateTime| {
        let text = time.to_string();
        format!("'{} {}'", &text[..10], &text[11..19])
    };
    let epoch = |time: UtcDateTime| match backend {
        DbBackend::Postgres => format!("to_timestamp({} / 1000.0)", time.timestamp_millis()),
        _ => time.timestamp_millis().to_string(),
    };
    let own = |time: UtcDateTime| format!("'{time}'");
    let forms: [&dyn Fn(UtcDateTime) -> String; 4] = [&own, &zoned, &sqlx, &epoch];
    file.execute(
        r#"INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
           VALUES ('018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90', 'u', 'u@example.test', '0', '2026-11-20T15:26:01.398Z', '2026-11-20T15:26:01.398Z')"#,
    )
    .await;
    for (index, form) in forms.iter().enumerate() {
        for (end, open) in [(soon, true), (over, false)] {
            let token = format!("{index}-{open}");
            file.execute(&format!(
                r#"INSERT INTO session (id, token, "userId", "expiresAt", "createdAt", "updatedAt")
                   VALUES ('{}', '{token}', '018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90', {}, '{now}', '{now}')"#,
                uuid::Uuid::new_v4(),
                form(end)
            ))
            .await;
            let found = better_auth::repositories::sessions::find_open(&token, db).await;
            assert_eq!(found.unwrap().is_some(), open, "{}", form(end));
        }
    }
}
