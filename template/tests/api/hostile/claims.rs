//! Claims that mean something else, or nothing.

use serde_json::{Value, json};

use super::{EXPIRED, INVALID, MALFORMED, assert_rejected, token};
use crate::support::TestApp;

async fn assert_values_rejected(app: &TestApp, name: &str, code: &str, values: &[Value]) {
    let with = |value: &Value| {
        let token = token(&app.auth).claim(name, value.clone());
        (format!("{name} {value}"), token.sign())
    };
    assert_rejected(app, code, values.iter().map(with)).await;
}

#[actix_web::test]
async fn an_issuer_that_only_looks_like_ours_is_rejected() {
    let app = TestApp::start().await;
    let origin = app.origin();
    let values = [
        json!(format!("{origin}/")),
        json!(origin.to_uppercase()),
        json!(format!("{origin}.evil.test")),
        json!([origin, "x"]),
        json!({"0": origin}),
    ];
    assert_values_rejected(&app, "iss", INVALID, &values).await;
}

#[actix_web::test]
async fn an_audience_that_only_looks_like_ours_is_rejected() {
    let app = TestApp::start().await;
    let origin = app.origin();
    let values = [
        json!(format!("{origin} x")),
        json!([[origin]]),
        json!({"aud": origin}),
        Value::Null,
        json!("better-auth:session-cache"),
    ];
    assert_values_rejected(&app, "aud", INVALID, &values).await;
}

#[actix_web::test]
async fn of_several_issuers_and_audiences_each_is_accepted_and_no_other() {
    let app = TestApp::start_with(&[
        ("JWT_ISSUER", "https://one.test , ,, https://two.test,"),
        ("JWT_AUDIENCE", " web,,api , "),
    ])
    .await;
    let get = async |iss: &str, aud: Value| {
        let token = token(&app.auth).claim("iss", iss).claim("aud", aud);
        app.bearer(&token.sign()).get("/api/me").await
    };
    for iss in ["https://one.test", "https://two.test"] {
        for aud in [json!("web"), json!("api"), json!(["x", "api"])] {
            get(iss, aud).await.ok();
        }
    }
    for (iss, aud) in [
        ("https://one.test, https://two.test", json!("web")),
        ("", json!("web")),
        ("https://one.test", json!("")),
        ("https://three.test", json!("web")),
        ("https://one.test", json!("web,api")),
        ("https://one.test", json!("x")),
    ] {
        get(iss, aud).await.rejected(401, INVALID);
    }
}

#[actix_web::test]
async fn times_that_are_not_numbers_or_out_of_range_are_rejected() {
    let app = TestApp::start().await;
    let no_number = [
        json!("9999999999"),
        json!([9_999_999_999_u64]),
        json!(false),
    ];
    assert_values_rejected(&app, "exp", INVALID, &no_number).await;
    assert_values_rejected(&app, "exp", EXPIRED, &[json!(0), json!(-1)]).await;
    let not_yet = [json!("1"), Value::Null, json!(1e300)];
    assert_values_rejected(&app, "nbf", INVALID, &not_yet).await;
    assert_values_rejected(&app, "iat", INVALID, &[json!(u64::MAX), json!([1])]).await;
}

#[actix_web::test]
async fn users_that_are_not_named_by_a_subject_and_a_uuid_are_rejected() {
    let app = TestApp::start().await;
    assert_values_rejected(
        &app,
        "sub",
        INVALID,
        &[Value::Null, json!(["x"]), json!("a\0b")],
    )
    .await;
    let uuids = [
        json!("018f3c1a7b6e7c3d9f2a4b5c6d7e8f90"),
        json!("{018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90}"),
        json!([1, 143]),
        json!(" 018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90"),
    ];
    assert_values_rejected(&app, "uuid", INVALID, &uuids).await;
    assert_values_rejected(&app, "banned", INVALID, &[json!(true)]).await;
}

#[actix_web::test]
async fn payloads_that_are_not_one_json_object_are_rejected() {
    let app = TestApp::start().await;
    let nested = format!("{{\"a\":{}", "[".repeat(1000));
    let payloads: [&[u8]; 7] = [
        b"[]",
        b"{\"\xff\":1}",
        br#"{"sub":"\ud800"}"#,
        nested.as_bytes(),
        b"",
        br#"{"exp":1e400}"#,
        br#"{"exp":NaN}"#,
    ];
    let with = |payload: &&[u8]| {
        let token = token(&app.auth).raw_payload(payload.to_vec());
        (String::from_utf8_lossy(payload).into_owned(), token.sign())
    };
    assert_rejected(&app, MALFORMED, payloads.iter().map(with)).await;
    let twice = token(&app.auth).raw_payload(r#"{"exp":1,"exp":9999999999}"#);
    assert_rejected(&app, INVALID, [("exp twice", twice.sign())]).await;
}
