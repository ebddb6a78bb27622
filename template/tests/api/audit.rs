//! The audit trail: who reads it, and how long it is kept.

use app::config::Settings;
use database::UtcDateTime;
use uuid::Uuid;

use crate::{
    support::{TestApp, run},
    upkeep::{DAY, value},
};

const TRAIL: &str = "/api/admin/audit";

/// Adds an entry that is so many days old.
async fn add_entry(app: &TestApp, days: i64) {
    let (id, other) = (Uuid::now_v7(), Uuid::nil());
    let time = UtcDateTime::now().plus_seconds(-days * DAY);
    app.sql(&format!(
        "INSERT INTO audit_entries VALUES
         ('{id}', '{time}', '{other}', NULL, 'delete', 'notes', '{other}', 'request-1')"
    ))
    .await;
}

#[actix_web::test]
async fn only_administrators_read_the_trail() {
    let app = TestApp::start().await;
    app.anonymous()
        .get(TRAIL)
        .await
        .rejected(401, "token_missing");
    for stranger in [app.user("alice").await, app.permitted("admin").await] {
        stranger.get(TRAIL).await.rejected(403, "forbidden");
    }
    app.admin().await.get(TRAIL).await.ok();
}

#[actix_web::test]
async fn the_trail_has_pages_and_cursors() {
    let app = TestApp::start().await;
    for days in 1..=5 {
        add_entry(&app, days).await;
    }
    let admin = app.admin().await;
    let mut path = format!("{TRAIL}?page_size=2");
    let mut seen = Vec::new();
    loop {
        let page = admin.get(&path).await.ok();
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("{TRAIL}?page_size=2&cursor={cursor}");
    }
    let times: Vec<_> = seen.iter().map(|it| it["created_at"].to_string()).collect();
    assert_eq!(times.len(), 5);
    assert!(
        times.is_sorted_by(|newer, older| newer > older),
        "{times:?}"
    );
    admin
        .get(&format!("{TRAIL}?actor_id=nobody"))
        .await
        .invalid(&["actor_id: invalid_value"]);
}

#[actix_web::test]
async fn purge_removes_what_is_older_than_the_retention() {
    for (retention, kept) in [("30", 1), ("0", 3), ("", 2)] {
        let app = TestApp::start().await;
        for days in [29, 31, 366] {
            add_entry(&app, days).await;
        }
        let output = run(
            &["purge", "--older-than", "1"],
            &[
                ("DATABASE_URL", app.database_url()),
                ("AUDIT_RETENTION_DAYS", retention),
            ],
        );
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let expected = format!("{} audit entries\n", 3 - kept);
        assert!(printed.ends_with(&expected), "{retention}: {printed}");
        let left: i64 = value(&app, "SELECT count(*) FROM audit_entries").await;
        assert_eq!(left, kept, "{retention}");
    }
}

#[test]
fn the_retention_is_a_number_of_days() {
    let settings = |days: &str| {
        let lookup = |name: &str| (name == "AUDIT_RETENTION_DAYS").then(|| days.to_owned());
        Settings::from_lookup(lookup)
    };
    assert_eq!(settings("0").unwrap().audit_retention_days, None);
    assert_eq!(settings("").unwrap().audit_retention_days, Some(365));
    let error = settings("-1").unwrap_err().to_string();
    assert!(error.contains("AUDIT_RETENTION_DAYS"), "{error}");
}
