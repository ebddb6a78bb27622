//! Traces, sent to a collector of the test's own.

use std::sync::{Arc, Mutex};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    web::{self, Bytes, Data, PayloadConfig},
};
use mock_auth::{MockAuth, User};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::support::{Answer, Program, TestDatabase};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// What was sent to the collector.
#[derive(Default)]
struct Received {
    /// The bodies of OTLP's requests, one behind the other: protobuf holds strings and ids as they are.
    spans: Mutex<Vec<u8>>,
    api_key: Mutex<Option<String>>,
    /// The header `traceparent` of requests for the key set.
    traceparents: Mutex<Vec<String>>,
}

impl Received {
    fn contains(&self, bytes: &[u8]) -> bool {
        let spans = self.spans.lock().unwrap();
        spans.windows(bytes.len()).any(|window| window == bytes)
    }

    fn says(&self, text: &str) -> bool {
        self.contains(text.as_bytes())
    }
}

async fn take_spans(request: HttpRequest, body: Bytes, received: Data<Received>) -> HttpResponse {
    received.spans.lock().unwrap().extend_from_slice(&body);
    let key = request.headers().get("api-key");
    *received.api_key.lock().unwrap() = key.map(|key| key.to_str().unwrap().to_owned());
    HttpResponse::Ok().finish()
}

async fn no_keys(request: HttpRequest, received: Data<Received>) -> HttpResponse {
    let parent = request.headers().get("traceparent");
    let parent = parent.map(|parent| parent.to_str().unwrap().to_owned());
    received.traceparents.lock().unwrap().extend(parent);
    HttpResponse::Ok().json(json!({"keys": []}))
}

/// Starts a collector on a free port; returns its address and what it receives.
async fn collector() -> (String, Arc<Received>) {
    let received = Data::new(Received::default());
    let shared = received.clone();
    let app = move || {
        App::new()
            .app_data(shared.clone())
            .app_data(PayloadConfig::new(1 << 24))
            .route("/v1/traces", web::post().to(take_spans))
            .route("/jwks", web::get().to(no_keys))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    (address, received.into_inner())
}

/// Lets alice ask for her profile, whose caller traces it or not; returns what was received and the
/// program's log.
async fn trace_a_request(sampled: &str, given: &[(&str, &str)]) -> (Arc<Received>, String) {
    let (collector, received) = collector().await;
    let auth = MockAuth::start().await;
    let usual = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str()),
        ("LOG_FORMAT", "json"),
    ];
    let (program, database): (_, TestDatabase) =
        Program::with_keys_of(&auth, &[&usual, given].concat()).await;
    let alice = User::named("alice");
    database.add_user(&alice).await;
    let token = auth.token(&alice).sign();
    let request = reqwest::Client::new()
        .get(program.url("/api/profile"))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-{sampled}"));
    assert_eq!(Answer::of(request.bearer_auth(&token)).await.status, 200);
    // At its end it sends what it has kept.
    program.signal(Signal::SIGTERM);
    let (_, log) = program.wait();
    assert!(!received.says(&token), "the token was sent");
    (received, log)
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

#[actix_web::test]
async fn request_guard_and_statements_are_spans_of_the_callers_trace() {
    let given = [
        ("OTEL_SERVICE_NAME", "the-service"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2"),
    ];
    let (received, log) = trace_a_request("01", &given).await;
    assert!(received.contains(&bytes(TRACE)), "{log}");
    assert!(received.contains(&bytes(CALLER)), "{log}");
    for text in ["GET /api/profile", "authenticate", "SELECT", "the-service"] {
        assert!(received.says(text), "no {text}: {log}");
    }
    assert_eq!(received.api_key.lock().unwrap().as_deref(), Some("hunter2"));
    let email = User::named("alice").email;
    assert!(!received.says(&email), "a value was sent");
    assert!(!log.contains("hunter2") && !log.contains("SELECT"), "{log}");
}

#[actix_web::test]
async fn the_line_of_a_request_has_the_ids_of_trace_and_span() {
    let (_, log) = trace_a_request("01", &[]).await;
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut requests = lines.filter(|line: &Value| line["message"] == "request");
    let line = requests.next().unwrap();
    assert_eq!(line["span"]["trace_id"], TRACE, "{line}");
    let span = line["span"]["span_id"].as_str().unwrap();
    assert!(span.len() == 16 && span != CALLER, "{line}");
}

#[actix_web::test]
async fn a_request_that_is_not_sampled_has_no_span() {
    let (_, log) = trace_a_request("00", &[]).await;
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut requests = lines.filter(|line: &Value| line["message"] == "request");
    let line = requests.next().unwrap();
    assert_eq!(line["span"], Value::Null, "{line}");
}

#[actix_web::test]
async fn a_request_that_its_caller_does_not_trace_is_not_sent() {
    let (received, log) = trace_a_request("00", &[]).await;
    assert!(!received.contains(&bytes(TRACE)), "{log}");
    let ratio = [
        ("OTEL_TRACES_SAMPLER", "traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0"),
    ];
    let (received, _) = trace_a_request("01", &ratio).await;
    assert!(!received.contains(&bytes(TRACE)));
}

#[actix_web::test]
async fn requests_for_keys_carry_their_trace() {
    let (collector, received) = collector().await;
    let database = TestDatabase::migrated().await;
    let keys = format!("{collector}/jwks");
    let program = Program::serve(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector),
        ("JWKS_URL", &keys),
        ("DATABASE_URL", database.url()),
    ]);
    let heard = || received.traceparents.lock().unwrap().first().cloned();
    crate::support::eventually(async || heard().is_some()).await;
    let parent = heard().unwrap();
    let parts: Vec<_> = parent.split('-').collect();
    assert_eq!((parts[0], parts[3]), ("00", "01"), "{parent}");
    program.signal(Signal::SIGTERM);
    program.wait();
    assert!(received.contains(&bytes(parts[1])), "{parent}");
    assert!(received.says("fetch the key set"));
}

#[actix_web::test]
async fn a_collector_that_is_away_harms_no_request() {
    let auth = MockAuth::start().await;
    let nowhere = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    let (program, _database) = Program::with_keys_of(&auth, &[nowhere]).await;
    let token = auth.token(&User::named("alice")).sign();
    let request = reqwest::Client::new().get(program.url("/api/me"));
    assert_eq!(Answer::of(request.bearer_auth(&token)).await.status, 200);
    program.signal(Signal::SIGTERM);
    assert!(program.wait().0);
}
