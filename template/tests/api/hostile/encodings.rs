//! Encodings that lenient parsers accept.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_auth::User;
use serde_json::json;

use super::{INVALID, MALFORMED, assert_rejected, encoded, token};
use crate::support::TestApp;

#[actix_web::test]
async fn tokens_that_are_not_in_compact_serialization_are_malformed() {
    let app = TestApp::start().await;
    let good = token(&app.auth).sign();
    let parts: Vec<_> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts")
    };
    let tokens = [
        ("padding", format!("{header}.{payload}.{signature}==")),
        ("padded header", format!("{header}=.{payload}.{signature}")),
        (
            "standard base64",
            format!("{header}.{payload}.{}", standard(signature)),
        ),
        ("a dot at the end", format!("{good}.")),
        ("a dot in front", format!(".{good}")),
        ("five parts", format!("{good}.{payload}.{signature}")),
        (
            "a line break inside",
            format!("{header}.{payload}.\t{signature}"),
        ),
        ("no payload", format!("{header}..{signature}")),
        ("no header", format!(".{payload}.{signature}")),
        ("bits that say nothing", loose_bits(&good)),
        (
            "JSON serialization",
            json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
        ),
        (
            "longer than 8 KiB",
            token(&app.auth).claim("pad", "x".repeat(8192)).sign(),
        ),
        ("a session token", app.sign_in(&User::named("alice"))),
    ];
    assert_rejected(&app, MALFORMED, tokens).await;
}

#[actix_web::test]
async fn a_token_that_is_too_long_is_told_so() {
    let app = TestApp::start().await;
    for kilobytes in [9, 27, 100] {
        let picture = "x".repeat(kilobytes * 1024);
        let token = token(&app.auth).claim("image", picture).sign();
        let problem = app
            .bearer(&token)
            .get("/api/me")
            .await
            .rejected(401, MALFORMED);
        assert_eq!(problem["detail"], "Token is longer than 8 KiB");
    }
}

/// actix-http answers before the application sees the request; docs/troubleshooting.md says so.
#[actix_web::test]
async fn headers_of_more_than_128_kib_are_answered_431_with_an_empty_body_and_the_next_request_as_ever()
 {
    let app = TestApp::start().await;
    let picture = "x".repeat(134 * 1024);
    let token = token(&app.auth).claim("image", picture).sign();
    let answer = app.bearer(&token).get("/api/me").await;
    assert_eq!((answer.status, answer.text.as_str()), (431, ""));
    app.anonymous()
        .get("/api/me")
        .await
        .rejected(401, "token_missing");
}

#[actix_web::test]
async fn signatures_that_are_cut_lengthened_or_replaced_are_invalid() {
    let app = TestApp::start().await;
    let good = token(&app.auth).sign();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let tokens = [
        ("no signature", format!("{header}.{payload}.")),
        ("a signature cut by a byte", cut(&good)),
        (
            "a signature with a byte more",
            format!("{header}.{payload}.{}", lengthened(signature)),
        ),
        (
            "a signature of zeros",
            format!("{header}.{payload}.{}", "A".repeat(86)),
        ),
        (
            "the signature of another token",
            format!("{header}.{}.{signature}", encoded(r#"{"sub":"x"}"#)),
        ),
    ];
    assert_rejected(&app, INVALID, tokens).await;
}

/// The same bytes with `+` and `/`: as text where they have neither, with one put in.
fn standard(part: &str) -> String {
    let text = part.replace('-', "+").replace('_', "/");
    if text == part {
        format!("+{}", &part[1..])
    } else {
        text
    }
}

fn lengthened(signature: &str) -> String {
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes.push(0);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn cut(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&bytes[1..]))
}

/// 64 bytes take 86 characters, whose last four bits must be zero (RFC 4648 section 3.5).
fn loose_bits(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    format!("{rest}{next}")
}
