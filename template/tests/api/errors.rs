use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use reqwest::Method;
use rest::Json;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use validator::Validate;

use crate::support::{Answer, TestApp};

/// As long as nothing else is set.
const MAX_BODY_BYTES: usize = 262_144;

#[actix_web::test]
async fn an_unknown_route_is_not_found() {
    let app = TestApp::start().await;
    app.anonymous()
        .get("/nowhere")
        .await
        .rejected(404, "not_found");
    app.anonymous()
        .get("/api/me/nowhere")
        .await
        .rejected(401, "token_missing");
    app.user("alice")
        .await
        .get("/api/me/nowhere")
        .await
        .rejected(404, "not_found");
}

#[actix_web::test]
async fn a_wrong_method_is_answered_with_the_allowed_ones() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for path in ["/health/live", "/api/me", "/api/profile", "/openapi.json"] {
        for answer in [
            Answer::of(alice.request(Method::TRACE, path)).await,
            alice.put(path, json!({})).await,
            alice.patch(path, json!({})).await,
            alice.delete(path).await,
        ] {
            answer.rejected(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), "GET, HEAD", "{path}");
        }
    }
}

#[actix_web::test]
async fn head_works_wherever_get_does() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for path in ["/health/live", "/api/me", "/api/profile"] {
        let answer = Answer::of(alice.request(Method::HEAD, path)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{path}");
    }
    let rejected = Answer::of(app.anonymous().request(Method::HEAD, "/api/me")).await;
    assert_eq!((rejected.status, rejected.text.as_str()), (401, ""));
}

/// A route that takes a body, as those of resources do.
fn notes(config: &mut ServiceConfig) {
    #[derive(Deserialize, Validate, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Note {
        #[validate(length(min = 1, code = "blank"))]
        title: String,
        #[validate(length(max = 5, code = "too_long"))]
        text: String,
    }
    let create =
        async |Json(note): Json<Note>| HttpResponse::Created().body(note.title + &note.text);
    config.route("/notes", web::post().to(create));
}

#[actix_web::test]
async fn a_body_is_rejected_by_size_then_type_then_syntax_then_meaning() {
    let app = TestApp::start_with_routes(notes).await;
    let nobody = app.anonymous();
    let send = |kind: &'static str, body: &str| {
        let request = nobody.request(Method::POST, "/notes");
        Answer::of(request.header("content-type", kind).body(body.to_owned()))
    };
    let large = "x".repeat(MAX_BODY_BYTES + 1);
    send("text/plain", &large)
        .await
        .rejected(413, "body_too_large");
    for kind in [
        "text/plain",
        "application/+json",
        "application/a b+json",
        "json",
    ] {
        send(kind, "{")
            .await
            .rejected(415, "unsupported_media_type");
    }
    for broken in ["{", r#"{"title":7} trailing"#, r#"{"title":"a\u0000b"}"#] {
        send("application/json", broken)
            .await
            .rejected(400, "malformed_request");
    }
    for (wrong, errors) in [
        (r#"{"title":7,"text":""}"#, &["title: invalid_value"][..]),
        (r#"{"title":"x"}"#, &["text: required"]),
        (
            r#"{"title":"x","text":"","colour":1}"#,
            &["colour: unknown_field"],
        ),
        (
            r#"{"title":"","text":"longer"}"#,
            &["text: too_long", "title: blank"],
        ),
    ] {
        send("application/json", wrong).await.invalid(errors);
    }
    let good = r#"{"title":"x","text":""}"#;
    let taken = send("application/json; charset=utf-8", good).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
}

#[actix_web::test]
async fn a_compressed_body_is_not_taken_for_a_plain_one() {
    let app = TestApp::start_with_routes(notes).await;
    let nobody = app.anonymous();
    let send = |encoding: &'static str, body: &'static [u8]| {
        let request = nobody.request(Method::POST, "/notes");
        let request = request.header("content-type", "application/json");
        Answer::of(request.header("content-encoding", encoding).body(body))
    };
    let good = br#"{"title":"x","text":""}"#;
    for encoding in ["gzip", "br", "identity, gzip", "unheard-of"] {
        let answer = send(encoding, good).await;
        assert_eq!(answer.header("accept-encoding"), "identity");
        answer.rejected(415, "unsupported_media_type");
    }
    assert_eq!(send("identity", good).await.status, 201);
    for bytes in [&b"{\"title\":\"\xe9\"}"[..], b"{\"\xff\":1}"] {
        let answer = send("identity", bytes).await;
        answer.rejected(400, "malformed_request");
    }
}

/// The answer to a POST of a note, whose last header and body are written as they are.
async fn answer_to(app: &TestApp, rest: String) -> String {
    answer_after(app, String::new(), rest).await
}

/// The answers to `first` and to that POST on the same connection.
async fn answer_after(app: &TestApp, first: String, rest: String) -> String {
    let address = format!("127.0.0.1:{}", app.port);
    let answer = actix_web::rt::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head = "POST /notes HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n";
        write!(stream, "{first}{head}{rest}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    answer.await.unwrap()
}

#[actix_web::test]
async fn a_body_that_does_not_arrive_is_the_clients_timeout() {
    let settings = [("REQUEST_TIMEOUT", "1")];
    let app = TestApp::start_with_settings_and_routes(&settings, notes).await;
    let answer = answer_to(&app, "content-length: 20\r\n\r\n{".to_owned()).await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"),
        "{answer}"
    );
}

#[actix_web::test]
async fn a_chunked_body_is_measured_too() {
    let app = TestApp::start_with_routes(notes).await;
    let body = "x".repeat(MAX_BODY_BYTES + 1);
    let chunk = format!("40001\r\n{body}\r\n0\r\n\r\n");
    let answer = answer_to(&app, format!("transfer-encoding: chunked\r\n\r\n{chunk}")).await;
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("body_too_large"),
        "{answer}"
    );
}

/// However much of it comes, and with whatever answer.
#[actix_web::test]
async fn a_connection_is_closed_when_its_chunked_body_was_not_read() {
    let settings = [("MAX_BODY_BYTES", "1000")];
    let app = TestApp::start_with_settings_and_routes(&settings, notes).await;
    let address = format!("127.0.0.1:{}", app.port);
    for (path, status) in [
        ("/api/me", "401"),
        ("/nowhere", "404"),
        ("/notes", "413"),
        ("/health/live", "405"),
    ] {
        let address = address.clone();
        let sent = actix_web::rt::task::spawn_blocking(move || {
            use std::io::{Read, Write};
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            write!(
                stream,
                "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
            )
            .unwrap();
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(65_536));
            stream.write_all(chunk.as_bytes()).unwrap();
            let mut answer = vec![0; 4096];
            let length = stream.read(&mut answer).unwrap();
            // Ends only if the server closes the connection.
            while stream.write_all(chunk.as_bytes()).is_ok() {}
            String::from_utf8_lossy(&answer[..length]).to_lowercase()
        });
        let answer = sent.await.unwrap();
        assert!(
            answer.starts_with(&format!("http/1.1 {status}"))
                && answer.contains("connection: close"),
            "{answer}"
        );
    }
}

#[actix_web::test]
async fn a_chunked_body_that_was_read_keeps_its_connection() {
    let app = TestApp::start_with_routes(notes).await;
    let body = r#"{"title":"x","text":""}"#;
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let post = "POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    // The second request says that it is the last.
    let rest = format!("transfer-encoding: chunked\r\n\r\n{chunked}");
    let first = format!("{post}{chunked}");
    let answers = answer_after(&app, first, rest).await;
    assert_eq!(answers.matches("HTTP/1.1 201").count(), 2, "{answers}");
}

/// Texts come back in messages, never as the code or the message of a rule.
#[actix_web::test]
async fn what_was_sent_does_not_choose_the_code_of_its_error() {
    let app = TestApp::start_with_routes(notes).await;
    let admin = app.admin().await;
    let forged = admin.get("/api/admin/users?page=%1Fa%1FForged%1F").await;
    forged.invalid(&["page: invalid_value"]);
    let forged = admin.get("/api/admin/users?%1Fa%1FForged%1F=1").await;
    assert!(
        forged.text.contains(r#""unknown_parameter""#),
        "{}",
        forged.text
    );
    let body = r#"{"title":"x","text":"","\u001fa\u001fForged\u001f":1}"#;
    let request = app.anonymous().request(Method::POST, "/notes");
    let request = request.header("content-type", "application/json");
    let forged = Answer::of(request.body(body)).await;
    assert!(
        forged.text.contains(r#""unknown_field""#),
        "{}",
        forged.text
    );
}

#[actix_web::test]
async fn wrong_parameters_are_named() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for (query, error) in [
        ("sort=name", "sort: unknown_parameter"),
        ("page=x", "page: invalid_value"),
        ("page_size=101", "page_size: out_of_range"),
    ] {
        let answer = admin.get(&format!("/api/admin/users?{query}")).await;
        answer.invalid(&[error]);
    }
    admin
        .get("/api/admin/users?page=%00")
        .await
        .rejected(400, "malformed_request");
}

#[actix_web::test]
async fn a_sane_request_id_is_kept_and_another_is_replaced() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let with = async |id: &str| {
        let header = ("x-request-id", id);
        nobody
            .with(header, Method::GET, "/nowhere", Value::Null)
            .await
    };
    let answer = with("trace-1.a_B").await;
    assert_eq!(
        answer.rejected(404, "not_found")["request_id"],
        "trace-1.a_B"
    );
    for bad in ["", "a b", "<script>", &"x".repeat(65)] {
        let answer = with(bad).await;
        answer.rejected(404, "not_found");
        assert_ne!(answer.header("x-request-id"), bad);
    }
}

#[actix_web::test]
async fn a_database_error_shows_no_sql() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    app.sql(r#"ALTER TABLE "user" RENAME COLUMN image TO picture"#)
        .await;
    let answer = alice.get("/api/profile").await;
    answer.rejected(500, "internal_error");
    for word in ["image", "SELECT", "user", "column"] {
        assert!(!answer.text.contains(word), "{word}: {}", answer.text);
    }
}

#[actix_web::test]
async fn a_database_that_does_not_answer_is_unavailable() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    app.db().clone().close().await.unwrap();
    let answer = alice.get("/api/profile").await;
    answer.rejected(503, "database_unavailable");
    assert!(!answer.header("retry-after").is_empty());
}
