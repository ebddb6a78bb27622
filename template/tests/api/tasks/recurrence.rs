//! How tasks repeat.

use serde_json::{Value, json};

use crate::support::TestApp;

fn weekly() -> Value {
    json!({
        "rrule": "FREQ=WEEKLY;BYDAY=MO,FR", "interval": 2, "timezone": "Asia/Tokyo",
        "end_date": "2027-12-01T00:00:00.000Z", "exceptions": ["2026-12-25T00:00:00.000Z"],
    })
}

#[actix_web::test]
async fn what_is_no_recurrence_is_refused() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let with = |member: &str, value: Value| {
        let mut config = weekly();
        config[member] = value;
        json!({"title": "x", "recurrence_pattern": "custom", "recurrence_config": config})
    };
    for (body, faults) in [
        (
            json!({"title": "x", "recurrence_pattern": "yearly"}),
            vec!["recurrence_pattern: invalid_value"],
        ),
        (
            json!({"title": "x", "recurrence_pattern": "custom"}),
            vec!["recurrence_config: required"],
        ),
        (
            json!({"title": "x", "recurrence_config": weekly()}),
            vec!["recurrence_config: only_with_custom"],
        ),
        (
            json!({"title": "x", "recurrence_pattern": "daily", "recurrence_config": weekly()}),
            vec!["recurrence_config: only_with_custom"],
        ),
        (
            with("rrule", json!("every day")),
            vec!["recurrence_config.rrule: invalid_rrule"],
        ),
        (
            with("rrule", json!("x".repeat(501))),
            vec!["recurrence_config.rrule: too_long"],
        ),
        (
            with("interval", json!(0)),
            vec!["recurrence_config.interval: out_of_range"],
        ),
        (
            with("timezone", json!("Mars")),
            vec!["recurrence_config.timezone: unknown_time_zone"],
        ),
        (
            with("end_date", json!("soon")),
            vec!["recurrence_config.end_date: invalid_value"],
        ),
        (
            with("exceptions", json!(vec!["2026-12-25T00:00:00Z"; 101])),
            vec!["recurrence_config.exceptions: too_many"],
        ),
        (
            with("until", json!(1)),
            vec!["recurrence_config.until: unknown_field"],
        ),
        (
            json!({
                "title": "", "due_date": "2026-12-01T00:00:00Z", "reminder_at": "2026-12-02T00:00:00Z",
                "recurrence_pattern": "weekly",
                "recurrence_config": {"rrule": "FREQ=NEVER", "timezone": "x"},
            }),
            vec![
                "recurrence_config: only_with_custom",
                "recurrence_config.rrule: invalid_rrule",
                "recurrence_config.timezone: unknown_time_zone",
                "reminder_at: not_before_due",
                "title: blank",
            ],
        ),
    ] {
        alice.post("/api/me/tasks", body).await.invalid(&faults);
    }
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 0);
}

#[actix_web::test]
async fn a_recurrence_is_answered_as_it_was_given() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let body = json!({"title": "x", "recurrence_pattern": "custom", "recurrence_config": weekly()});
    let task = alice.post("/api/me/tasks", body).await.created();
    assert_eq!(task["recurrence_config"], weekly());
    let path = format!("/api/me/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(alice.get(&path).await.ok(), task);
    let short = json!({"recurrence_config": {"rrule": "FREQ=DAILY"}});
    let task = alice.patch(&path, short).await.ok();
    assert_eq!(
        task["recurrence_config"],
        json!({"rrule": "FREQ=DAILY", "interval": null, "timezone": null, "end_date": null, "exceptions": []})
    );
}

#[actix_web::test]
async fn pattern_and_configuration_suit_each_other_whichever_is_patched() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let path = format!("/api/me/tasks/{}", alice.task("x").await);
    alice
        .patch(&path, json!({"recurrence_pattern": "custom"}))
        .await
        .invalid(&["recurrence_config: required"]);
    let custom = json!({"recurrence_pattern": "custom", "recurrence_config": weekly()});
    alice.patch(&path, custom).await.ok();
    alice
        .patch(&path, json!({"recurrence_pattern": "daily"}))
        .await
        .invalid(&["recurrence_config: only_with_custom"]);
    alice
        .patch(&path, json!({"recurrence_config": null}))
        .await
        .invalid(&["recurrence_config: required"]);
    let daily = json!({"recurrence_pattern": "daily", "recurrence_config": null});
    let task = alice.patch(&path, daily).await.ok();
    assert_eq!(task["recurrence_pattern"], "daily");
    alice
        .patch(&path, json!({"recurrence_config": {"rrule": ""}}))
        .await
        .invalid(&["recurrence_config.rrule: invalid_rrule"]);
}
