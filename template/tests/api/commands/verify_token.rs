//! `verify-token`.

use mock_auth::{Behaviour, MockAuth, User};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::call;
use crate::support::run_with_input;

/// `verify-token` with the key set of this server.
fn verify(auth: &MockAuth, arguments: &[&str]) -> (i32, String, String) {
    let jwks = format!("{}/api/auth/jwks", auth.origin());
    call(
        &[&["verify-token", "--jwks", &jwks], arguments].concat(),
        &[("USER_UUID_CLAIM", "uuid")],
    )
}

fn alice() -> User {
    User::named("alice")
}

#[actix_web::test]
async fn a_good_token_is_printed_as_its_claims() {
    let auth = MockAuth::start().await;
    let token = auth.token(&alice()).claim("team", "blue").sign();
    let (status, claims, errors) = verify(&auth, &[&token]);
    let claims: Value = serde_json::from_str(&claims).unwrap();
    assert_eq!((status, errors.as_str()), (0, ""));
    assert_eq!(
        (&claims["sub"], &claims["team"]),
        (&json!(alice().id), &json!("blue"))
    );
}

#[actix_web::test]
async fn what_is_wrong_with_a_token_is_one_line() {
    let auth = MockAuth::start().await;
    let token = || auth.token(&alice());
    for (token, expected) in [
        (
            token().claim("iss", "https://evil.test").sign(),
            "iss is not JWT_ISSUER",
        ),
        (
            token().claim("iss", "https://evil.test").sign(),
            r#"iss "https://evil.test""#,
        ),
        (
            token().claim("iss", "https://evil.test").sign(),
            auth.origin().as_str(),
        ),
        (
            token().claim("aud", "else\nwhere").sign(),
            "aud does not hold JWT_AUDIENCE",
        ),
        (token().expires_in(-120).sign(), "the token has expired"),
        (token().without("uuid").sign(), "definePayload"),
        (
            token().tampered_signature().sign(),
            "the signature is wrong",
        ),
        (
            token().kid(Some("gone")).sign(),
            "no key of the key set fits",
        ),
        (
            token().algorithm_header("none").sign(),
            "alg is not allowed",
        ),
        (token().header("typ", "logout+jwt").sign(), "typ is not JWT"),
        (auth.sign_in(&alice()), "is not a JWT"),
    ] {
        let (status, output, line) = verify(&auth, &[&token]);
        assert_eq!(
            (status, output.as_str(), line.lines().count()),
            (1, "", 1),
            "{line}"
        );
        assert!(line.contains(expected), "{expected} is not in {line}");
        assert!(!line.contains(&token), "{line}");
    }
}

#[actix_web::test]
async fn issuer_and_audience_can_be_given() {
    let auth = MockAuth::start().await;
    let token = auth
        .token(&alice())
        .claim("iss", "one")
        .claim("aud", "two")
        .sign();
    assert_eq!(verify(&auth, &[&token]).0, 1);
    assert_eq!(
        verify(&auth, &["--issuer", "one", "--audience", "three", &token]).0,
        1
    );
    assert_eq!(
        verify(&auth, &["--issuer", "one", "--audience", "two", &token]).0,
        0
    );
}

#[actix_web::test]
async fn issuer_and_audience_are_lists() {
    let auth = MockAuth::start().await;
    let lists = [
        ("USER_UUID_CLAIM", "uuid"),
        ("JWT_ISSUER", "one ,, two,"),
        ("JWT_AUDIENCE", ",web, api"),
    ];
    let verify = |iss: &str, aud: &str| {
        let token = auth.token(&alice()).claim("iss", iss).claim("aud", aud);
        let jwks = format!("{}/api/auth/jwks", auth.origin());
        call(&["verify-token", "--jwks", &jwks, &token.sign()], &lists)
    };
    for (iss, aud) in [("one", "web"), ("two", "api")] {
        assert_eq!(verify(iss, aud).0, 0, "{iss} {aud}");
    }
    let (status, _, line) = verify("three", "web");
    let expected = r#"expected iss "one" or "two" and aud "web" or "api""#;
    assert!(status == 1 && line.contains(expected), "{line}");
}

#[actix_web::test]
async fn issuer_and_audience_of_an_access_token_can_be_given() {
    let auth = MockAuth::start().await;
    let token = auth.access_token(&alice(), "two", "app", "openid");
    let token = token.claim("iss", "one").sign();
    let verify = |arguments: &[&str]| {
        let jwks = format!("{}/api/auth/jwks", auth.origin());
        let settings = [
            ("USER_UUID_CLAIM", "uuid"),
            ("OAUTH_AUDIENCE", "https://api.example.test"),
        ];
        let arguments = [&["verify-token", "--jwks", &jwks], arguments, &[&token]].concat();
        call(&arguments, &settings).0
    };
    assert_eq!(verify(&[]), 1);
    assert_eq!(verify(&["--issuer", "one", "--audience", "three"]), 1);
    assert_eq!(verify(&["--issuer", "one", "--audience", "two"]), 0);
}

#[actix_web::test]
async fn without_jwks_the_settings_name_the_key_set() {
    let auth = MockAuth::start().await;
    let token = auth.token(&alice()).sign();
    let settings = [
        ("BETTER_AUTH_URL", auth.origin()),
        ("DATABASE_URL", "mysql://nowhere".to_owned()),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    assert_eq!(call(&["verify-token", &token], &settings).0, 0);
    assert_eq!(call(&["verify-token", &token], &[]).0, 1);
}

/// The key set of this server in a file of its own.
fn key_set_file(auth: &MockAuth) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, auth.jwks().to_string()).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

/// A file needs no https, as in the server.
#[actix_web::test]
async fn the_key_set_may_be_the_file_of_the_settings() {
    let auth = MockAuth::start().await;
    let (_folder, file) = key_set_file(&auth);
    let token = auth.token(&alice()).sign();
    let of_server = [
        ("BETTER_AUTH_URL", "http://auth.internal:3000"),
        ("JWT_ISSUER", &auth.origin()),
        ("JWT_AUDIENCE", &auth.origin()),
    ];
    let with_file = [&of_server[..], &[("JWKS_FILE", file.as_str())]].concat();
    assert_eq!(call(&["verify-token", &token], &of_server).0, 1);
    assert_eq!(call(&["verify-token", &token], &with_file).0, 0);
    let arguments = ["verify-token", "--jwks", &file, &token];
    assert_eq!(call(&arguments, &of_server).0, 0);
}

#[actix_web::test]
async fn the_key_set_may_be_a_file_and_the_token_standard_input() {
    let auth = MockAuth::start().await;
    let (_folder, file) = key_set_file(&auth);
    let token = auth.token(&alice()).sign() + "\n";
    for argument in [&["-"][..], &[]] {
        let origin = auth.origin();
        let arguments = [
            "verify-token",
            "--jwks",
            &file,
            "--issuer",
            &origin,
            "--audience",
            &origin,
        ];
        let output = run_with_input(&[&arguments, argument].concat(), &[], token.as_bytes());
        assert!(output.status.success(), "{output:?}");
    }
}

#[actix_web::test]
async fn the_key_set_is_fetched_within_the_limits_of_the_server() {
    let auth = MockAuth::start().await;
    let token = auth.token(&alice()).sign();
    for (behaviour, expected) in [
        (Behaviour::Status(404), "status 404"),
        (
            Behaviour::Redirect(format!("{}/api/auth/jwks", auth.origin())),
            "status 302",
        ),
        (Behaviour::Gzip, "compressed"),
        (
            Behaviour::Huge { bytes: 1 << 20 },
            "larger than 524288 bytes",
        ),
    ] {
        auth.behave(behaviour);
        let (status, _, line) = verify(&auth, &[&token]);
        assert_eq!(status, 1);
        assert!(line.contains(expected), "{expected} is not in {line}");
    }
}

#[actix_web::test]
async fn signature_only_asks_nothing_of_the_payload() {
    let auth = MockAuth::start().await;
    let sign = || auth.token(&alice()).raw_payload("no JSON at all");
    assert_eq!(verify(&auth, &[&sign().sign()]).0, 1);
    assert_eq!(verify(&auth, &["--signature-only", &sign().sign()]).0, 0);
    assert_eq!(
        verify(
            &auth,
            &["--signature-only", &sign().tampered_signature().sign()]
        )
        .0,
        1
    );
    assert_eq!(
        verify(
            &auth,
            &[
                "--signature-only",
                &sign().header("crit", json!(["exp"])).sign()
            ]
        )
        .0,
        1
    );
}

#[actix_web::test]
async fn every_line_is_answered_and_a_bad_one_ends_nothing() {
    let auth = MockAuth::start().await;
    let line = |token: String| json!({"jwks": auth.jwks(), "token": token}).to_string();
    let lines = [
        line(auth.token(&alice()).sign()).into_bytes(),
        line(auth.token(&alice()).tampered_signature().sign()).into_bytes(),
        b"not JSON".to_vec(),
        b"".to_vec(),
        vec![0xff, 0xfe],
        b"{}".to_vec(),
        br#"{"jwks":null,"token":"x"}"#.to_vec(),
        br#"{"jwks":{"keys":[]},"token":7}"#.to_vec(),
        br#"{"jwks":[],"token":"x"}"#.to_vec(),
        line("x".repeat(100_000)).into_bytes(),
        line(auth.token(&alice()).sign()).into_bytes(),
    ];
    let origin = auth.origin();
    let output = run_with_input(
        &[
            "verify-token",
            "--jsonl",
            "--issuer",
            &origin,
            "--audience",
            &origin,
        ],
        &[],
        &lines.join(&b'\n'),
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let valid: Vec<_> = answers
        .iter()
        .map(|answer| answer["valid"].as_bool().unwrap())
        .collect();
    let mut expected = [false; 11];
    (expected[0], expected[10]) = (true, true);
    assert_eq!(valid, expected);
    assert!(
        answers
            .iter()
            .all(|answer| answer["error"].is_string() != (answer["valid"] == true))
    );
}
