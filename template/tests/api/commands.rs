//! `verify-token` and `doctor`, as operators run them.

use chrono::{TimeDelta, Utc};
use mock_auth::{Algorithm, Behaviour, MockAuth, User};
use serde_json::{Value, json};

use crate::support::{TestDatabase, run, run_with_input};

/// Runs a command; returns the exit status and what it wrote to standard output and error.
fn call(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let output = run(arguments, environment);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

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

#[actix_web::test]
async fn the_key_set_may_be_a_file_and_the_token_standard_input() {
    let auth = MockAuth::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, auth.jwks().to_string()).unwrap();
    let token = auth.token(&alice()).sign() + "\n";
    for argument in [&["-"][..], &[]] {
        let origin = auth.origin();
        let arguments = [
            "verify-token",
            "--jwks",
            file.to_str().unwrap(),
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

/// What `doctor` finds, as `level row` of each check that is not in order.
fn findings(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).unwrap();
    let checks = report["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["level"] == "warning" || check["level"] == "failed")
        .map(|check| {
            format!(
                "{} {}",
                check["level"].as_str().unwrap(),
                check["row"].as_str().unwrap_or("-")
            )
        })
        .collect()
}

fn doctor_of_keys(auth: &MockAuth) -> (i32, String) {
    let jwks = format!("{}/api/auth/jwks", auth.origin());
    // Neither settings nor a database are needed: these would be wrong.
    let (status, report, _) = call(
        &["doctor", "--json", "--jwks", &jwks],
        &[("PORT", "x"), ("DATABASE_URL", "y")],
    );
    (status, report)
}

#[actix_web::test]
async fn doctor_prints_each_key_and_why_it_is_not_used() {
    let auth = MockAuth::start().await;
    auth.add_key(Algorithm::Rs256);
    auth.add_key(Algorithm::Es512);
    auth.publish(vec![
        json!({"kty": "OKP", "crv": "Ed25519", "kid": "private", "x": "AA", "d": "hidden"}),
    ]);
    let (status, report) = doctor_of_keys(&auth);
    assert_eq!(
        (status, findings(&report)),
        (0, vec!["warning R7".into(), "warning R12".into()]),
        "{report}"
    );
    let report: Value = serde_json::from_str(&report).unwrap();
    let accepted: Vec<_> = report["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["accepted"] == true)
        .collect();
    assert_eq!(accepted, [false, true, false, true]);
    assert_eq!(report["keys"][0]["refused"], "it holds a private key");
    assert!(report["keys"][1]["n"].is_string() && report["keys"][3]["x"].is_string());
    assert!(!report.to_string().contains("hidden"));
}

#[actix_web::test]
async fn doctor_fails_unless_a_key_is_usable() {
    let auth = MockAuth::start().await;
    let body = |bytes: &[u8]| Behaviour::Body {
        content_type: "application/json".into(),
        bytes: bytes.into(),
    };
    for (behaviour, expected) in [
        (body(br#"{"keys":[]}"#), "failed R7"),
        (body(br#"{"keys":[{"kty":"oct","k":"AA"}]}"#), "failed R12"),
        (body(b"<html>"), "failed R11"),
        (Behaviour::Status(500), "failed R11"),
    ] {
        auth.behave(behaviour);
        let (status, report) = doctor_of_keys(&auth);
        assert_eq!(status, 1);
        assert!(
            findings(&report).iter().any(|finding| finding == expected),
            "{expected}: {report}"
        );
    }
}

#[actix_web::test]
async fn doctor_finds_the_key_set_at_its_usual_path_and_looks_at_it_there() {
    let auth = MockAuth::start().await;
    let asked = format!("{}/.well-known/jwks.json", auth.origin());
    let ask = || {
        let (status, report, _) = call(&["doctor", "--json", "--jwks", &asked], &[]);
        (status, findings(&report), report)
    };
    let (status, found, report) = ask();
    assert_eq!((status, found), (0, vec!["warning R11".to_owned()]));
    let setting = format!("set JWKS_URL={}/api/auth/jwks", auth.origin());
    assert!(report.contains(&setting), "{report}");
    assert!(report.contains(&auth.signing_kid()), "{report}");
    auth.behave(Behaviour::Body {
        content_type: "application/json".into(),
        bytes: br#"{"keys":[]}"#.into(),
    });
    assert_eq!(ask().0, 1, "a place without a usable key is no help");
    auth.behave(Behaviour::Status(404));
    let (status, found, _) = ask();
    assert_eq!((status, found), (1, vec!["failed R11".to_owned()]));
}

#[actix_web::test]
async fn doctor_fails_where_the_clocks_differ_by_more_than_tokens_bear() {
    let auth = MockAuth::start().await;
    for (ahead, expected) in [(20, 0), (-20, 0), (40, 1), (-40, 1)] {
        let date = (Utc::now() + TimeDelta::seconds(ahead)).format("%a, %d %b %Y %T GMT");
        auth.behave(Behaviour::Header("date", date.to_string()));
        let (status, report) = doctor_of_keys(&auth);
        let failed = vec!["failed R8".to_owned(); expected as usize];
        assert_eq!((status, findings(&report)), (expected, failed), "{ahead}");
    }
}

fn doctor(auth: &MockAuth, database: &TestDatabase, more: &[(&str, &str)]) -> (i32, Vec<String>) {
    let origin = auth.origin();
    let settings = [
        ("BETTER_AUTH_URL", origin.as_str()),
        ("DATABASE_URL", database.url()),
    ];
    let (status, report, errors) = call(&["doctor", "--json"], &[&settings, more].concat());
    assert!(!report.is_empty(), "{errors}");
    (status, findings(&report))
}

#[actix_web::test]
async fn doctor_finds_nothing_wrong_with_a_good_deployment() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    let insert = format!(
        r#"INSERT INTO jwks (id, "publicKey", "privateKey", "createdAt") VALUES ('{}', '', '', '2026-11-21T00:00:00.000Z')"#,
        auth.signing_kid()
    );
    database.execute(&insert).await;
    assert_eq!(doctor(&auth, &database, &[]), (0, vec![]));
}

#[actix_web::test]
async fn doctor_reports_bad_settings() {
    let (status, report, _) = call(&["doctor"], &[("PORT", "http")]);
    assert_eq!(status, 1);
    assert!(report.contains("PORT"), "{report}");
}

#[actix_web::test]
async fn doctor_sees_that_better_auth_uses_another_database() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    assert_eq!(
        doctor(&auth, &database, &[]),
        (0, vec!["warning R4".into()])
    );
}

#[actix_web::test]
async fn doctor_names_missing_tables_and_columns() {
    let auth = MockAuth::start().await;
    for (statement, expected) in [
        ("DROP TABLE jwks", "failed R1"),
        ("DROP TABLE verification", "failed R2"),
        (
            r#"ALTER TABLE session RENAME COLUMN token TO token2"#,
            "failed R2",
        ),
        (
            r#"ALTER TABLE "user" RENAME COLUMN uuid TO uuid2"#,
            "failed R3",
        ),
    ] {
        let database = TestDatabase::migrated().await;
        database.execute(statement).await;
        let (status, findings) = doctor(&auth, &database, &[]);
        assert_eq!(status, 1);
        assert!(
            findings.iter().any(|finding| finding == expected),
            "{statement}: {findings:?}"
        );
    }
}

#[actix_web::test]
async fn doctor_reports_pending_migrations_and_a_missing_database() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::empty().await);
    assert_eq!(doctor(&auth, &database, &[]).0, 1);
    assert_eq!(
        doctor(
            &auth,
            &database,
            &[("DATABASE_URL", "sqlite:///nowhere/app.db")]
        )
        .0,
        1
    );
}

/// The server looks for its key set below its own base path, and nowhere else.
#[actix_web::test]
async fn doctor_tells_a_second_address_that_the_server_finds_from_one_that_it_does_not() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    let base_path = ("BETTER_AUTH_BASE_PATH", "/auth");
    let not_in_the_table = "warning R4".to_owned();
    auth.serve_jwks_at("/auth/.well-known/jwks.json");
    assert_eq!(
        doctor(&auth, &database, &[base_path]),
        (0, vec!["warning R11".to_owned(), not_in_the_table.clone()])
    );
    auth.serve_jwks_at("/api/auth/jwks");
    let elsewhere = format!("{}/nowhere", auth.origin());
    for wrong in [base_path, ("JWKS_URL", elsewhere.as_str())] {
        assert_eq!(
            doctor(&auth, &database, &[wrong]),
            (1, vec!["failed R11".to_owned(), not_in_the_table.clone()])
        );
    }
}

#[actix_web::test]
async fn doctor_reports_an_auth_server_that_is_down() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    auth.stop().await;
    assert_eq!(
        doctor(&auth, &database, &[]),
        (1, vec!["failed R11".into()])
    );
}

#[actix_web::test]
async fn doctor_doubts_an_issuer_and_an_origin_unlike_the_auth_servers() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    let (_, findings) = doctor(&auth, &database, &[("JWT_ISSUER", "https://other.test")]);
    assert_eq!(&findings[..2], ["warning R9", "warning R13"]);
}
