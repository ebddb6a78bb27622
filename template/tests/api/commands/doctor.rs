//! `doctor`.

use chrono::{TimeDelta, Utc};
use mock_auth::{Algorithm, Behaviour, MockAuth, SECRET, User};
use serde_json::{Value, json};

use super::call;
use crate::support::TestDatabase;

/// What `doctor` finds, as `level trouble` of each check that is not ok.
fn findings(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).unwrap();
    let checks = report["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["level"] == "warning" || check["level"] == "failed")
        .map(|check| {
            format!(
                "{} {}",
                check["level"].as_str().unwrap(),
                check["trouble"].as_str().unwrap_or("-")
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
        (
            0,
            vec![
                "warning no_matching_key".into(),
                "warning algorithm_not_accepted".into()
            ]
        ),
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
    assert_eq!(report["keys"][0]["rejected"], "it holds a private key");
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
        (body(br#"{"keys":[]}"#), "failed no_matching_key"),
        (
            body(br#"{"keys":[{"kty":"oct","k":"AA"}]}"#),
            "failed algorithm_not_accepted",
        ),
        (body(b"<html>"), "failed key_set_unreachable"),
        (Behaviour::Status(500), "failed key_set_unreachable"),
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
    assert_eq!(
        (status, found),
        (0, vec!["warning key_set_unreachable".to_owned()])
    );
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
    assert_eq!(
        (status, found),
        (1, vec!["failed key_set_unreachable".to_owned()])
    );
}

#[actix_web::test]
async fn doctor_fails_where_the_clocks_differ_by_more_than_tokens_bear() {
    let auth = MockAuth::start().await;
    for (ahead, expected) in [(20, 0), (-20, 0), (40, 1), (-40, 1)] {
        let date = (Utc::now() + TimeDelta::seconds(ahead)).format("%a, %d %b %Y %T GMT");
        auth.behave(Behaviour::Header("date", date.to_string()));
        let (status, report) = doctor_of_keys(&auth);
        let failed = vec!["failed token_expired".to_owned(); expected as usize];
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
        (1, vec!["failed different_databases".into()])
    );
    let provisioning = ("USER_PROVISIONING", "on");
    assert_eq!(doctor(&auth, &database, &[provisioning]), (0, vec![]));
    database.add_user(&User::named("alice")).await;
    assert_eq!(
        doctor(&auth, &database, &[]),
        (0, vec!["warning different_databases".into()])
    );
}

#[actix_web::test]
async fn doctor_names_missing_tables_and_columns() {
    let auth = MockAuth::start().await;
    for (statement, expected) in [
        ("DROP TABLE jwks", "failed jwks_table_missing"),
        ("DROP TABLE verification", "failed tables_outdated"),
        (
            r#"ALTER TABLE session RENAME COLUMN token TO token2"#,
            "failed tables_outdated",
        ),
        (
            r#"ALTER TABLE "user" RENAME COLUMN uuid TO uuid2"#,
            "failed uuid_claim_missing",
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
    database.add_user(&User::named("alice")).await;
    let base_path = ("BETTER_AUTH_BASE_PATH", "/auth");
    let not_in_the_table = "warning different_databases".to_owned();
    auth.serve_jwks_at("/auth/.well-known/jwks.json");
    assert_eq!(
        doctor(&auth, &database, &[base_path]),
        (
            0,
            vec![
                "warning key_set_unreachable".to_owned(),
                not_in_the_table.clone()
            ]
        )
    );
    auth.serve_jwks_at("/api/auth/jwks");
    let elsewhere = format!("{}/nowhere", auth.origin());
    for wrong in [base_path, ("JWKS_URL", elsewhere.as_str())] {
        assert_eq!(
            doctor(&auth, &database, &[wrong]),
            (
                1,
                vec![
                    "failed key_set_unreachable".to_owned(),
                    not_in_the_table.clone()
                ]
            )
        );
    }
}

#[actix_web::test]
async fn doctor_reports_an_auth_server_that_is_down() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    auth.stop().await;
    assert_eq!(
        doctor(&auth, &database, &[]),
        (1, vec!["failed key_set_unreachable".into()])
    );
}

#[actix_web::test]
async fn doctor_doubts_an_issuer_and_an_origin_unlike_the_auth_servers() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    let (_, findings) = doctor(&auth, &database, &[("JWT_ISSUER", "https://other.test")]);
    assert_eq!(
        &findings[..2],
        [
            "warning issuer_or_audience_differs",
            "warning origin_not_allowed"
        ]
    );
}

#[actix_web::test]
async fn doctor_fails_where_session_cookies_would_be_rejected() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    database.add_user(&User::named("alice")).await;
    let failed = "failed sessions_elsewhere".to_owned();
    let http = ("SESSION_VERIFICATION", "http");
    let (_, findings) = doctor(&auth, &database, &[http]);
    assert!(!findings.contains(&failed), "{findings:?}");
    for wrong in [
        ("BETTER_AUTH_BASE_PATH", "/auth"),
        ("BETTER_AUTH_URL", &format!("{}/auth", auth.origin())),
    ] {
        let (status, findings) = doctor(&auth, &database, &[http, wrong]);
        assert!(status == 1 && findings.contains(&failed), "{findings:?}");
    }
    let sessions_in_redis = [
        ("SESSION_VERIFICATION", "database"),
        ("BETTER_AUTH_SECRET", SECRET),
    ];
    let (status, findings) = doctor(&auth, &database, &sessions_in_redis);
    assert!(status == 1 && findings.contains(&failed), "{findings:?}");
}

#[actix_web::test]
async fn doctor_and_server_find_the_keys_below_the_path_of_better_auths_url() {
    let (auth, database) = (MockAuth::start().await, TestDatabase::migrated().await);
    auth.serve_jwks_at("/my/auth/jwks");
    let url = format!("{}/my/auth/", auth.origin());
    let (_, findings) = doctor(&auth, &database, &[("BETTER_AUTH_URL", &url)]);
    let failed = "failed key_set_unreachable".to_owned();
    assert!(!findings.contains(&failed), "{findings:?}");
}

#[actix_web::test]
async fn doctor_says_why_the_key_set_cannot_be_fetched() {
    let auth = MockAuth::start().await;
    let ask = |url: &str| {
        let (status, report, _) = call(&["doctor", "--jwks", url], &[]);
        assert_eq!(status, 1, "{report}");
        report
    };
    let url = format!("{}/api/auth/jwks", auth.origin());
    let report = ask(&url.replace("http:", "https:"));
    assert!(report.contains("begins with http://"), "{report}");
    auth.behave(Behaviour::Redirect("/other/jwks?secret=hunter2".to_owned()));
    let report = ask(&url);
    let target = format!("{}/other/jwks:", auth.origin());
    assert!(
        report.contains(&target) && report.contains("JWKS_URL"),
        "{report}"
    );
    assert!(!report.contains("hunter2"), "{report}");
    auth.stop().await;
    let report = ask(&url);
    assert!(report.contains("Connection refused"), "{report}");
}
