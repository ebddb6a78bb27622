//! How tasks repeat.

use serde_json::{Value, json};

use crate::support::TestApp;

fn weekly() -> Value {
    json!({
        "rrule": "FREQ=WEEKLY;BYDAY=MO,FR", "interval": 2, "timezone": "Asia/Tokyo",
        "end_date": "2027-12-01T00:00:00.000Z", "exceptions": ["2026-12-25T00:00:00.000Z"],
    })
}

/// What is wrong with one field of a configuration.
fn configurations() -> Vec<(Value, &'static str)> {
    let with = |field: &str, value: Value| {
        let mut config = weekly();
        config[field] = value;
        json!({"title": "x", "recurrence_pattern": "custom", "recurrence_config": config})
    };
    vec![
        (
            with("rrule", json!("every day")),
            "recurrence_config.rrule: invalid_rrule",
        ),
        (
            with("rrule", json!("x".repeat(501))),
            "recurrence_config.rrule: too_long",
        ),
        (
            with("interval", json!(0)),
            "recurrence_config.interval: out_of_range",
        ),
        (
            with("timezone", json!("Mars")),
            "recurrence_config.timezone: unknown_time_zone",
        ),
        (
            with("end_date", json!("soon")),
            "recurrence_config.end_date: invalid_value",
        ),
        (
            with("exceptions", json!(vec!["2026-12-25T00:00:00Z"; 101])),
            "recurrence_config.exceptions: too_many",
        ),
        (
            with("until", json!(1)),
            "recurrence_config.until: unknown_field",
        ),
    ]
}

#[actix_web::test]
async fn a_wrong_field_of_a_recurrence_is_rejected() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (body, error) in configurations() {
        alice.post("/api/me/tasks", body).await.invalid(&[error]);
    }
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 0);
}

#[actix_web::test]
async fn a_pattern_and_a_configuration_that_do_not_fit_are_rejected() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (body, errors) in [
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
            json!({
                "title": "", "due_date": "2026-12-01T00:00:00Z", "reminder_at": "2026-12-02T00:00:00Z",
                "recurrence_pattern": "weekly",
                "recurrence_config": {"rrule": "FREQ=NEVER", "timezone": "x"},
            }),
            vec![
                "recurrence_config.rrule: invalid_rrule",
                "recurrence_config.timezone: unknown_time_zone",
                "title: blank",
            ],
        ),
        (
            json!({
                "title": "x", "due_date": "2026-12-01T00:00:00Z", "reminder_at": "2026-12-02T00:00:00Z",
                "recurrence_pattern": "weekly", "recurrence_config": weekly(),
            }),
            vec![
                "recurrence_config: only_with_custom",
                "reminder_at: not_before_due",
            ],
        ),
    ] {
        alice.post("/api/me/tasks", body).await.invalid(&errors);
    }
    assert_eq!(alice.get("/api/me/tasks").await.ok()["total"], 0);
}

#[actix_web::test]
async fn a_recurrence_is_returned_as_given() {
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
async fn pattern_and_configuration_must_fit_whichever_is_patched() {
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
