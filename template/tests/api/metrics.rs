//! The metrics for Prometheus, from the compiled program: there is one recorder per process.

use mock_auth::{Behaviour, MockAuth, User};
use reqwest::{Client, Method};

use crate::support::{Answer, Program, eventually, free_port};

async fn get_me(program: &Program, token: &str) -> u16 {
    let request = Client::new().get(program.url("/api/me"));
    Answer::of(request.bearer_auth(token)).await.status
}

async fn read(url: &str) -> Answer {
    Answer::of(Client::new().get(url)).await
}

/// The value of a series, named as Prometheus writes it.
fn value(metrics: &Answer, series: &str) -> Option<f64> {
    let mut lines = metrics.text.lines();
    let value = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(value.parse().unwrap())
}

#[actix_web::test]
async fn requests_rejections_and_the_key_set_are_counted() {
    let auth = MockAuth::start().await;
    let (program, _database) = Program::with_keys_of(&auth, &[]).await;
    let good = auth.token(&User::named("alice")).sign();
    assert_eq!(get_me(&program, &good).await, 200);
    assert_eq!(get_me(&program, "garbage").await, 401);
    assert_eq!(get_me(&program, "garbage").await, 401);
    let metrics = read(&program.url("/metrics")).await;
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(metrics.header("content-type"), media_type);
    for (series, expected) in [
        (r#"jwks_fetches_total{outcome="ok"}"#, 1.0),
        ("jwks_keys", 1.0),
        (r#"rejections_total{code="token_malformed"}"#, 2.0),
        (
            r#"http_requests_total{method="GET",route="/api/me",status="200"}"#,
            1.0,
        ),
        (
            r#"http_requests_total{method="GET",route="/api/me",status="401"}"#,
            2.0,
        ),
        (
            r#"http_request_duration_seconds_bucket{method="GET",route="/api/me",le="+Inf"}"#,
            3.0,
        ),
        (
            r#"http_request_duration_seconds_count{method="GET",route="/api/me"}"#,
            3.0,
        ),
    ] {
        let found = value(&metrics, series);
        assert_eq!(found, Some(expected), "{series} in {}", metrics.text);
    }
    assert!((0.0..60.0).contains(&value(&metrics, "jwks_age_seconds").unwrap()));
}

#[actix_web::test]
async fn the_pool_the_process_and_requests_in_flight_are_measured() {
    let auth = MockAuth::start().await;
    let most = ("DATABASE_MAX_CONNECTIONS", "3");
    let (program, _database) = Program::with_keys_of(&auth, &[most]).await;
    let metrics = read(&program.url("/metrics")).await;
    for (series, expected) in [
        // The scrape itself.
        ("http_requests_in_flight", 1.0),
        ("database_transactions_waiting", 0.0),
    ] {
        let found = value(&metrics, series);
        assert_eq!(found, Some(expected), "{series} in {}", metrics.text);
    }
    // On SQLite there is one more, for writers.
    let max = value(&metrics, "database_connections_max").unwrap();
    assert!([3.0, 4.0].contains(&max), "{max}");
    // What the program does while it starts gives its connections back.
    eventually(async || {
        let metrics = read(&program.url("/metrics")).await;
        let connections = |state: &str| {
            value(
                &metrics,
                &format!(r#"database_connections{{state="{state}"}}"#),
            )
            .unwrap()
        };
        connections("in_use") == 0.0 && (1.0..=max).contains(&connections("idle"))
    })
    .await;
    for name in ["process_resident_memory_bytes", "process_open_fds"] {
        let value = value(&metrics, name);
        assert!(value.is_some_and(|value| value > 1.0), "{name}: {value:?}");
    }
}

#[actix_web::test]
async fn a_request_whose_client_went_away_is_not_in_flight() {
    let auth = MockAuth::start().await;
    let (program, _database) = Program::with_keys_of(&auth, &[]).await;
    auth.behave(Behaviour::Stall);
    let unknown = auth.token(&User::named("alice")).kid(Some("new")).sign();
    let http = Client::new();
    let waiting = http.get(program.url("/api/me")).bearer_auth(&unknown);
    let waiting = actix_web::rt::spawn(waiting.send());
    let in_flight = async || {
        let metrics = read(&program.url("/metrics")).await;
        value(&metrics, "http_requests_in_flight").unwrap()
    };
    eventually(async || in_flight().await == 2.0).await;
    waiting.abort();
    eventually(async || in_flight().await == 1.0).await;
}

#[actix_web::test]
async fn a_failed_fetch_is_counted_by_its_reason() {
    for (behaviour, outcome) in [
        (Behaviour::Status(500), "status"),
        (Behaviour::Gzip, "compressed"),
        (Behaviour::Huge { bytes: 600_000 }, "too_large"),
    ] {
        let auth = MockAuth::start().await;
        auth.behave(behaviour);
        let (program, _database) = Program::with_keys_of(&auth, &[]).await;
        let unknown = auth.token(&User::named("alice")).sign();
        assert_eq!(get_me(&program, &unknown).await, 503);
        let metrics = read(&program.url("/metrics")).await;
        let failed = value(
            &metrics,
            &format!(r#"jwks_fetches_total{{outcome="{outcome}"}}"#),
        );
        assert!(failed.is_some_and(|count| count >= 1.0), "{}", metrics.text);
        assert_eq!(value(&metrics, "jwks_keys"), Some(0.0));
        assert_eq!(value(&metrics, "jwks_age_seconds"), None);
    }
}

#[actix_web::test]
async fn clients_cannot_create_new_series() {
    let auth = MockAuth::start().await;
    let (program, _database) = Program::with_keys_of(&auth, &[]).await;
    let http = Client::new();
    let token = auth.token(&User::named("alice")).sign();
    for index in 0..20 {
        let method = Method::from_bytes(format!("MADEUP{index}").as_bytes()).unwrap();
        let made_up = [
            http.get(program.url(&format!("/madeup{index}"))),
            http.get(program.url(&format!("/api/madeup{index}/notes/madeup{index}"))),
            http.get(program.url(&format!("/docs/madeup{index}"))),
            http.request(method, program.url("/api/me")),
        ];
        for request in made_up {
            Answer::of(request.bearer_auth(&token)).await;
        }
    }
    let metrics = read(&program.url("/metrics")).await;
    assert!(
        !metrics.text.to_lowercase().contains("madeup"),
        "{}",
        metrics.text
    );
    let requests = r#"http_requests_total{method="other",route="#;
    assert!(metrics.text.contains(requests), "{}", metrics.text);
}

#[actix_web::test]
async fn a_separate_listener_removes_metrics_from_the_main_one() {
    let address = format!("127.0.0.1:{}", free_port());
    let auth = MockAuth::start().await;
    let (program, _database) = Program::with_keys_of(&auth, &[("METRICS_ADDR", &address)]).await;
    let main = read(&program.url("/metrics")).await;
    main.rejected(404, "not_found");
    let own = read(&format!("http://{address}/metrics")).await;
    assert_eq!(own.status, 200);
    assert_eq!(
        value(&own, r#"rejections_total{code="not_found"}"#),
        Some(1.0)
    );
    let other = read(&format!("http://{address}/api/me")).await;
    other.rejected(404, "not_found");
}
