//! Times in requests, in every time zone.

use database::UtcDateTime;
use mock_auth::{MockAuth, User};
use proptest::{
    collection::vec,
    prelude::{Strategy, prop_assert_eq},
    test_runner::{Config, TestRunner},
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use crate::support::{Answer, Client, Program, TestApp};

/// A valid time as text, and its milliseconds since 1970.
fn inputs() -> impl Strategy<Value = (String, i64)> {
    let milliseconds = -62_135_500_000_000..=253_402_200_000_000_i64;
    (
        milliseconds,
        -1439..=1439_i64,
        "[Tt ]",
        0..4_u8,
        "[0-9]{0,7}",
    )
        .prop_map(|(millis, offset, separator, form, digits)| {
            let exact = UtcDateTime::from_millis(millis).unwrap();
            let whole = exact.timestamp_millis() - exact.timestamp_millis().rem_euclid(1000);
            let local = |offset: i64, millis: i64| {
                let local = UtcDateTime::from_millis(millis + offset * 60_000).unwrap();
                local.to_string().replace('T', &separator)
            };
            match form {
                0 => (local(0, millis), millis),
                1 => (local(0, millis).replace('Z', ""), millis),
                2 => {
                    let minute = whole - whole.rem_euclid(60_000);
                    (local(0, minute)[..16].to_owned(), minute)
                }
                _ => {
                    let sign = if offset < 0 { '-' } else { '+' };
                    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
                    let text = local(offset, millis).replace('Z', &digits);
                    (format!("{text}{sign}{hours:02}:{minutes:02}"), millis)
                }
            }
        })
}

async fn sorted_by_due_date(app: &TestApp) -> Vec<String> {
    let query = "SELECT title FROM tasks ORDER BY due_date, title";
    let query = Statement::from_string(app.db().get_database_backend(), query);
    let rows = app.db().query_all_raw(query).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

#[test]
fn times_are_stored_and_sorted_exactly() {
    let system = actix_web::rt::System::new();
    let (app, alice) = system.block_on(async {
        let app = TestApp::start().await;
        let alice = app.user("alice").await;
        (app, alice)
    });
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&vec(inputs(), 1..8), |inputs| {
        let (answered, sorted) = system.block_on(async {
            app.sql("DELETE FROM tasks").await;
            let answered = answers(&alice, &inputs).await;
            (answered, sorted_by_due_date(&app).await)
        });
        let mut expected: Vec<_> = (0..inputs.len()).collect();
        expected.sort_by_key(|index| inputs[*index].1);
        let meant: Vec<_> = inputs.iter().map(|(_, millis)| *millis).collect();
        prop_assert_eq!(answered, meant);
        let expected: Vec<_> = expected.iter().map(|index| format!("{index:02}")).collect();
        prop_assert_eq!(sorted, expected);
        Ok(())
    });
    outcome.unwrap();
}

/// Creates tasks with these due dates; returns the due dates that the API reads back.
async fn answers(alice: &Client, inputs: &[(String, i64)]) -> Vec<i64> {
    let mut read = Vec::new();
    for (index, (text, _)) in inputs.iter().enumerate() {
        let task = json!({"title": format!("{index:02}"), "due_date": text});
        let created = alice.post("/api/me/tasks", task).await.created();
        let path = format!("/api/me/tasks/{}", created["id"].as_str().unwrap());
        let found = alice.get(&path).await.ok();
        assert_eq!(found["due_date"], created["due_date"]);
        let due: UtcDateTime = found["due_date"].as_str().unwrap().parse().unwrap();
        read.push(due.timestamp_millis());
    }
    read
}

#[actix_web::test]
async fn an_invalid_time_is_rejected_and_its_field_named() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for due_date in [
        json!("2026-12-01"),
        json!("2026-02-30T10:00:00Z"),
        json!("2026-12-01T23:59:60Z"),
        json!("0000-06-01T00:00:00Z"),
        json!("10000-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59-01:00"),
        json!("2026-12-01T09:30:00+0900"),
        json!(1_700_000_000_000_i64),
    ] {
        let task = json!({"title": "x", "due_date": due_date});
        let problem = alice
            .post("/api/me/tasks", task)
            .await
            .rejected(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], "due_date", "{due_date}");
    }
}

#[actix_web::test]
async fn the_time_zone_of_the_machine_does_not_matter() {
    let auth = MockAuth::start().await;
    let mut answers = Vec::new();
    for zone in ["UTC", "America/St_Johns", "Asia/Tokyo"] {
        let (program, database) = Program::with_keys_of(&auth, &[("TZ", zone)]).await;
        database.add_user(&User::named("alice")).await;
        let token = auth.token(&User::named("alice")).sign();
        let http = reqwest::Client::new();
        let mut dates = Vec::new();
        for due in [
            "2026-12-01T09:30",
            "2026-12-01 09:30:00",
            "2026-12-01T09:30:00+09:00",
            "2026-03-08T02:30",
            "2026-07-01T23:59:59.999Z",
        ] {
            let before = UtcDateTime::now();
            let request = http
                .post(program.url("/api/me/tasks"))
                .bearer_auth(&token)
                .header("content-type", "application/json")
                .body(json!({"title": "x", "due_date": due}).to_string());
            let task = Answer::of(request).await.created();
            let made: UtcDateTime = task["created_at"].as_str().unwrap().parse().unwrap();
            assert!(
                before <= made && made <= UtcDateTime::now(),
                "{zone}: {made}"
            );
            dates.push(task["due_date"].clone());
        }
        answers.push(dates);
    }
    assert_eq!(answers[0][0], "2026-12-01T09:30:00.000Z");
    assert!(
        answers.iter().all(|dates| *dates == answers[0]),
        "{answers:?}"
    );
}
