//! Headers that ask for what a server must not do.

use serde_json::{Value, json};

use super::{INVALID, MALFORMED, assert_rejected, token};
use crate::support::TestApp;

async fn assert_values_rejected(app: &TestApp, name: &str, values: &[Value]) {
    let with = |value: &Value| {
        let token = token(&app.auth).header(name, value.clone());
        (format!("{name} {value}"), token.sign())
    };
    assert_rejected(app, INVALID, values.iter().map(with)).await;
}

/// Whole headers, with KID in place of the right key's id.
async fn assert_headers_rejected(app: &TestApp, code: &str, headers: &[&str]) {
    let kid = app.signing_kid();
    let with = |header: &&str| {
        let token = token(&app.auth).raw_header(header.replace("KID", &kid));
        (header.to_string(), token.sign())
    };
    assert_rejected(app, code, headers.iter().map(with)).await;
}

#[actix_web::test]
async fn an_algorithm_that_is_not_the_keys_is_rejected() {
    let app = TestApp::start().await;
    let values = [
        json!("none"),
        json!("None"),
        json!(""),
        Value::Null,
        json!(["EdDSA"]),
        // Another name of EdDSA.
        json!("Ed25519"),
        json!("eddsa"),
        json!("EdDSA "),
        json!("RS256"),
        json!("HS512"),
        json!("ES512"),
        // Encryption.
        json!("dir"),
    ];
    assert_values_rejected(&app, "alg", &values).await;
    assert_headers_rejected(&app, INVALID, &[r#"{"kid":"KID"}"#]).await;
}

#[actix_web::test]
async fn critical_extensions_are_rejected() {
    let app = TestApp::start().await;
    let values = [json!([]), Value::Null, json!(["alg"])];
    assert_values_rejected(&app, "crit", &values).await;
    assert_values_rejected(&app, "b64", &[json!(true)]).await;
    let unencoded = r#"{"alg":"EdDSA","kid":"KID","b64":false,"crit":["b64"]}"#;
    assert_headers_rejected(&app, INVALID, &[unencoded]).await;
}

#[actix_web::test]
async fn tokens_of_another_type_are_rejected() {
    let app = TestApp::start().await;
    let values = [
        json!("dpop+jwt"),
        json!("id_token+jwt"),
        json!("better-auth.session-cache+jwt"),
        json!("application/at+jwt+x"),
        json!(1),
    ];
    assert_values_rejected(&app, "typ", &values).await;
}

#[actix_web::test]
async fn key_ids_that_are_not_those_of_a_key_are_rejected() {
    let app = TestApp::start().await;
    let kid = app.signing_kid();
    let values = [
        Value::Null,
        json!([kid]),
        json!("../../dev/null"),
        json!("' OR '1'='1"),
        json!(format!("{kid}\0")),
        json!(with_case_swapped(&kid)),
    ];
    assert_values_rejected(&app, "kid", &values).await;
}

#[actix_web::test]
async fn names_that_appear_twice_in_a_header_are_rejected() {
    let app = TestApp::start().await;
    let headers = [
        r#"{"alg":"none","alg":"EdDSA","kid":"KID"}"#,
        r#"{"alg":"EdDSA","kid":"x","kid":"KID"}"#,
        r#"{"alg":"EdDSA","\u0061lg":"EdDSA","kid":"KID"}"#,
    ];
    assert_headers_rejected(&app, INVALID, &headers).await;
}

#[actix_web::test]
async fn headers_that_are_not_a_json_object_are_rejected() {
    let app = TestApp::start().await;
    let headers = [
        "[]",
        "\"EdDSA\"",
        "null",
        r#"{"alg":"EdDSA","kid":"KID"} x"#,
        r#"{"alg":"EdDSA"/**/,"kid":"KID"}"#,
        r#"{"alg":"EdDSA","kid":"KID",}"#,
        // After a byte order mark.
        "\u{feff}{\"alg\":\"EdDSA\",\"kid\":\"KID\"}",
    ];
    assert_headers_rejected(&app, MALFORMED, &headers).await;
}

fn with_case_swapped(text: &str) -> String {
    let swap = |c: char| {
        if c.is_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}
