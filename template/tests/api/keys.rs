//! The key store: how often it fetches, and what it does while the auth server misbehaves.

use std::{fs, path::Path};

use better_auth::KeyStore;
use futures_util::future::{join, join_all};
use mock_auth::{Algorithm, Behaviour, MockAuth, User};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::support::{Client, Program, TestApp, TestDatabase, eventually};

/// The shortest time to live, for tests that wait for the next fetch.
const FAST: (&str, &str) = ("JWKS_CACHE_TTL", "1");

#[actix_web::test]
async fn a_rotated_key_works_from_its_first_request() {
    let app = TestApp::start().await;
    let alice = User::named("alice");
    let old = app.token(&alice).sign();
    app.bearer(&old).get("/api/me").await.ok();
    app.rotate(Algorithm::EdDSA);
    app.bearer(&app.token(&alice).sign())
        .get("/api/me")
        .await
        .ok();
    app.bearer(&old).get("/api/me").await.ok();
}

#[actix_web::test]
async fn a_removed_key_stops_working_after_the_next_fetch() {
    let app = TestApp::start_with(&[FAST]).await;
    let alice = User::named("alice");
    let old = app.token(&alice).sign();
    app.bearer(&old).get("/api/me").await.ok();
    app.rotate(Algorithm::EdDSA);
    app.retire_old_keys();
    eventually(async || app.bearer(&old).get("/api/me").await.status == 401).await;
}

#[actix_web::test]
async fn a_cold_start_under_load_fetches_at_most_twice() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let answers = join_all((0..200).map(|_| alice.get("/api/me"))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert!(app.jwks_fetches() <= 2, "{} fetches", app.jwks_fetches());
}

#[actix_web::test]
async fn without_any_keys_tokens_are_answered_with_503() {
    let app = TestApp::start_after(&[], async |auth: &MockAuth| auth.stop().await).await;
    let answer = app.user("alice").await.get("/api/me").await;
    answer.rejected(503, "jwks_unavailable");
    assert!(answer.header("retry-after").parse::<u64>().is_ok());
    app.anonymous()
        .get("/api/me")
        .await
        .rejected(401, "token_missing");
}

#[actix_web::test]
async fn it_recovers_when_the_auth_server_comes_up() {
    let app = TestApp::start_after(&[], async |auth: &MockAuth| auth.stop().await).await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.rejected(503, "jwks_unavailable");
    app.restart().await;
    eventually(async || alice.get("/api/me").await.status == 200).await;
}

#[actix_web::test]
async fn while_the_auth_server_is_down_known_keys_work_and_unknown_ones_are_503() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    app.stop_auth().await;
    alice.get("/api/me").await.ok();
    let unknown = app.token(alice.user()).kid(Some("unknown")).sign();
    app.bearer(&unknown)
        .get("/api/me")
        .await
        .rejected(503, "jwks_unavailable");
}

#[actix_web::test]
async fn a_stale_key_set_is_used_only_up_to_its_maximum_age() {
    let app = TestApp::start_with(&[FAST, ("JWKS_MAX_STALE", "1")]).await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    app.stop_auth().await;
    eventually(async || alice.get("/api/me").await.status == 503).await;
}

#[actix_web::test]
async fn a_bad_response_never_replaces_good_keys() {
    let (auth, store, _database) = store().await;
    store.refresh_now().await.unwrap();
    let json = |bytes: &[u8]| Behaviour::Body {
        content_type: "application/json".into(),
        bytes: bytes.to_vec(),
    };
    let forger = MockAuth::start().await;
    for behaviour in [
        Behaviour::Status(500),
        Behaviour::Status(203),
        Behaviour::Status(404),
        Behaviour::Gzip,
        Behaviour::GzipBomb { bytes: 20_000_000 },
        Behaviour::Redirect(format!("{}/api/auth/jwks", forger.origin())),
        Behaviour::Huge { bytes: 600_000 },
        json(br#"{"keys":[]}"#),
        json(br#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#),
        json(b"<html>"),
    ] {
        auth.behave(behaviour.clone());
        assert!(store.refresh_now().await.is_err(), "{behaviour:?}");
        assert_eq!(store.current().keys.len(), 1, "{behaviour:?}");
    }
    assert_eq!(forger.jwks_fetches(), 0);
}

#[actix_web::test]
async fn hostile_entries_do_not_spoil_the_good_key() {
    let app = TestApp::start_after(&[], async |auth: &MockAuth| {
        auth.publish(vec![
            Value::Null,
            json!({"kid": 5}),
            json!({"kty": "oct", "kid": "h", "k": "c2VjcmV0"}),
        ]);
    })
    .await;
    app.user("alice").await.get("/api/me").await.ok();
}

#[actix_web::test]
async fn a_thousand_unknown_keys_cause_few_fetches_and_delay_no_known_one() {
    // Longer than the test takes on a busy machine.
    let app = TestApp::start_with(&[("JWKS_COOLDOWN", "300")]).await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    let forged: Vec<_> = (0..1000)
        .map(|index| stranger(&app, &format!("forged{index}")))
        .collect();
    for some in forged.chunks(100) {
        let answers = join_all(some.iter().map(|client| client.get("/api/me"))).await;
        assert!(answers.iter().all(|answer| answer.status == 401));
        alice.get("/api/me").await.ok();
    }
    assert!(app.jwks_fetches() <= 3, "{} fetches", app.jwks_fetches());
}

#[actix_web::test]
async fn a_known_key_works_while_a_fetch_stalls() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    app.behave(Behaviour::Stall);
    let unknown = stranger(&app, "unknown");
    let waiting = actix_web::rt::spawn(async move { unknown.get("/api/me").await });
    eventually(async || app.jwks_fetches() == 2).await;
    alice.get("/api/me").await.ok();
    assert!(!waiting.is_finished());
    waiting.await.unwrap().rejected(503, "jwks_unavailable");
    alice.get("/api/me").await.ok();
}

#[actix_web::test]
async fn a_rotated_key_works_within_one_cool_down_of_a_flood() {
    let app = TestApp::start_with(&[("JWKS_COOLDOWN", "1")]).await;
    for index in 0..5 {
        stranger(&app, &format!("forged{index}"))
            .get("/api/me")
            .await
            .rejected(401, "token_invalid");
    }
    app.rotate(Algorithm::Es256);
    let alice = app.user("alice").await;
    alice.get("/api/me").await.rejected(401, "token_invalid");
    eventually(async || alice.get("/api/me").await.status == 200).await;
}

/// The deadline covers the body too.
#[actix_web::test]
async fn a_slow_response_is_abandoned() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    app.behave(Behaviour::Drip);
    stranger(&app, "unknown")
        .get("/api/me")
        .await
        .rejected(503, "jwks_unavailable");
    alice.get("/api/me").await.ok();
}

#[actix_web::test]
async fn a_kid_of_two_keys_works_for_neither() {
    let rival = MockAuth::start().await;
    let app = TestApp::start_after(&[], async |auth: &MockAuth| {
        let mut entry = rival.jwks()["keys"][0].clone();
        entry["kid"] = auth.signing_kid().into();
        auth.publish(vec![entry]);
        auth.rotate(Algorithm::Es256);
    })
    .await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    let twice = app.jwks()["keys"][0]["kid"].as_str().unwrap().to_owned();
    let rivals = rival.token(alice.user()).kid(Some(&twice));
    let rivals = rivals.claim("iss", app.origin()).claim("aud", app.origin());
    for token in [app.token_signed_by(&twice, alice.user()), rivals] {
        app.bearer(&token.sign())
            .get("/api/me")
            .await
            .rejected(401, "token_invalid");
    }
}

#[actix_web::test]
async fn each_rejected_entry_is_logged_once() {
    let auth = MockAuth::start().await;
    let hostile = [
        Value::Null,
        json!({"kid": 5}),
        json!({"kty": "oct", "k": "AA"}),
    ];
    auth.publish(hostile.to_vec());
    let (program, _database) = Program::with_keys_of(&auth, &[FAST]).await;
    eventually(async || auth.jwks_fetches() > 2).await;
    program.signal(Signal::SIGTERM);
    let (_, log) = program.wait();
    assert_eq!(log.matches("is not used").count(), hostile.len(), "{log}");
}

#[actix_web::test]
async fn retry_after_of_the_auth_server_is_obeyed() {
    for status in [429, 503] {
        let asks = Behaviour::RetryAfter { status, seconds: 2 };
        let app = TestApp::start_after(&[], async |auth: &MockAuth| auth.behave(asks)).await;
        let alice = app.user("alice").await;
        eventually(async || app.jwks_fetches() == 1).await;
        app.behave(Behaviour::Answer);
        alice.get("/api/me").await.rejected(503, "jwks_unavailable");
        let answer = alice.get("/api/me").await;
        answer.rejected(503, "jwks_unavailable");
        let pause: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=2).contains(&pause), "{pause}");
        assert_eq!(app.jwks_fetches(), 1);
        eventually(async || alice.get("/api/me").await.status == 200).await;
    }
}

#[actix_web::test]
async fn a_503_says_when_the_next_fetch_is_due() {
    let asks = Behaviour::RetryAfter {
        status: 503,
        seconds: 100,
    };
    let app = TestApp::start_after(&[], async |auth: &MockAuth| auth.behave(asks)).await;
    eventually(async || app.jwks_fetches() == 1).await;
    let answer = app.user("alice").await.get("/api/me").await;
    answer.rejected(503, "jwks_unavailable");
    let pause: u64 = answer.header("retry-after").parse().unwrap();
    assert!((80..=100).contains(&pause), "{pause}");
}

#[actix_web::test]
async fn without_retry_after_the_next_request_fetches_again() {
    let fails = async |auth: &MockAuth| auth.behave(Behaviour::Status(429));
    let app = TestApp::start_after(&[], fails).await;
    eventually(async || app.jwks_fetches() == 1).await;
    app.behave(Behaviour::Answer);
    app.user("alice").await.get("/api/me").await.ok();
}

#[actix_web::test]
async fn max_age_can_shorten_the_time_to_live_but_not_lengthen_it() {
    let short = Behaviour::Header("cache-control", "public, max-age=1".to_owned());
    let long = Behaviour::Header("cache-control", "max-age=86400".to_owned());
    let cooldown = ("JWKS_COOLDOWN", "1");
    for (given, header) in [(&[cooldown][..], short), (&[FAST], long)] {
        let app = TestApp::start_after(given, async |auth: &MockAuth| auth.behave(header)).await;
        eventually(async || app.jwks_fetches() > 1).await;
    }
}

#[actix_web::test]
async fn a_file_has_priority_over_the_url_and_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    let given = [("JWKS_FILE", file.to_str().unwrap())];
    let app = TestApp::start_with(&given).await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.rejected(503, "jwks_unavailable");
    write_keys(&file, &app.auth);
    eventually(async || alice.get("/api/me").await.status == 200).await;
    app.rotate(Algorithm::Rs256);
    app.retire_old_keys();
    write_keys(&file, &app.auth);
    eventually(async || alice.get("/api/me").await.status == 401).await;
    app.user("alice").await.get("/api/me").await.ok();
    assert_eq!(app.jwks_fetches(), 0);
}

#[actix_web::test]
async fn a_file_that_becomes_invalid_leaves_the_old_keys_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    let app = TestApp::start_after(
        &[("JWKS_FILE", file.to_str().unwrap())],
        async |auth: &MockAuth| write_keys(&file, auth),
    )
    .await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    let unknown = stranger(&app, "unknown");
    for bad in [&b"<html>"[..], br#"{"keys":[]}"#, &[b' '; 600_000]] {
        fs::write(&file, bad).unwrap();
        eventually(async || unknown.get("/api/me").await.status == 503).await;
        alice.get("/api/me").await.ok();
        write_keys(&file, &app.auth);
        eventually(async || unknown.get("/api/me").await.status == 401).await;
    }
    fs::remove_file(&file).unwrap();
    eventually(async || unknown.get("/api/me").await.status == 503).await;
    alice.get("/api/me").await.ok();
}

#[actix_web::test]
async fn when_the_usual_path_is_not_found_the_other_one_is_tried_and_logged() {
    let auth = MockAuth::start().await;
    auth.serve_jwks_at("/auth/.well-known/jwks.json");
    let base_path = ("BETTER_AUTH_BASE_PATH", "/auth");
    let json = ("LOG_FORMAT", "json");
    let (program, _database) = Program::with_keys_of(&auth, &[base_path, FAST, json]).await;
    let token = auth.token(&User::named("alice")).sign();
    assert_eq!(program_answers(&program, &token).await, 200);
    eventually(async || auth.jwks_fetches() > 2).await;
    auth.serve_jwks_at("/auth/jwks");
    let fetches = auth.jwks_fetches();
    eventually(async || auth.jwks_fetches() > fetches).await;
    program.signal(Signal::SIGTERM);
    let (_, log) = program.wait();
    for path in ["/auth/.well-known/jwks.json", "/auth/jwks"] {
        let named = format!(r#""JWKS_URL":"{}{path}""#, auth.origin());
        assert_eq!(log.matches(&named).count(), 1, "{path}: {log}");
    }
}

#[actix_web::test]
async fn the_other_path_is_not_tried_when_a_url_is_set() {
    let auth = MockAuth::start().await;
    let address = format!("{}/api/auth/jwks", auth.origin());
    auth.serve_jwks_at("/api/auth/.well-known/jwks.json");
    let (program, _database) = Program::with_keys_of(&auth, &[("JWKS_URL", &address)]).await;
    let token = auth.token(&User::named("alice")).sign();
    assert_eq!(program_answers(&program, &token).await, 503);
    assert_eq!(auth.jwks_fetches(), 0);
}

#[actix_web::test]
async fn sighup_refreshes_the_keys_despite_the_cool_down() {
    let auth = MockAuth::start().await;
    let (program, _database) = Program::with_keys_of(&auth, &[]).await;
    let alice = User::named("alice");
    let old = auth.token(&alice).sign();
    assert_eq!(program_answers(&program, &old).await, 200);
    for index in 0..3 {
        let forged = auth.token(&alice).kid(Some(&format!("forged{index}")));
        assert_eq!(program_answers(&program, &forged.sign()).await, 401);
    }
    auth.rotate(Algorithm::EdDSA);
    auth.retire_old_keys();
    let new = auth.token(&alice).sign();
    assert_eq!(program_answers(&program, &old).await, 200);
    assert_eq!(program_answers(&program, &new).await, 401);
    program.signal(Signal::SIGHUP);
    eventually(async || program_answers(&program, &new).await == 200).await;
    assert_eq!(program_answers(&program, &old).await, 401);
}

#[actix_web::test]
async fn a_manual_refresh_ignores_cool_down_and_retry_after() {
    let (auth, store, _database) = store().await;
    store.refresh_now().await.unwrap();
    auth.behave(Behaviour::RetryAfter {
        status: 503,
        seconds: 300,
    });
    assert!(store.refresh_now().await.is_err());
    assert_eq!(store.current().keys.len(), 1, "a failure leaves the keys");
    auth.behave(Behaviour::Answer);
    auth.add_key(Algorithm::Es256);
    store.refresh_now().await.unwrap();
    assert_eq!(store.current().keys.len(), 2);
}

/// Neither waits for a fetch that is never made.
#[actix_web::test]
async fn a_manual_refresh_joins_a_pending_fetch_and_follows_a_running_one() {
    let (auth, store, _database) = store().await;
    store.refresh_now().await.unwrap();
    let snapshot = store.current();
    let (looked, refreshed) = join(store.refetch_for(snapshot), store.refresh_now()).await;
    assert!(looked.is_ok() && refreshed.is_ok());
    assert_eq!(auth.jwks_fetches(), 3);
    auth.behave(Behaviour::Stall);
    let stalled = store.clone();
    let stalled = actix_web::rt::spawn(async move { stalled.refresh_now().await });
    eventually(async || auth.jwks_fetches() == 4).await;
    auth.behave(Behaviour::Answer);
    store.refresh_now().await.unwrap();
    assert!(stalled.await.unwrap().is_err());
    assert_eq!(auth.jwks_fetches(), 5);
}

/// The token cache is valid for one generation of keys.
#[actix_web::test]
async fn the_generation_changes_when_a_key_is_removed_but_not_when_one_is_added() {
    let (auth, store, _database) = store().await;
    assert_eq!(store.current().generation(), None);
    store.refresh_now().await.unwrap();
    let first = store.current().generation();
    assert!(first.is_some());
    auth.rotate(Algorithm::EdDSA);
    store.refresh_now().await.unwrap();
    assert_eq!(store.current().generation(), first);
    auth.retire_old_keys();
    store.refresh_now().await.unwrap();
    assert_ne!(store.current().generation(), first);
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn a_key_set_of_200_megabytes_uses_less_than_32_megabytes_of_memory() {
    let auth = MockAuth::start().await;
    let (program, _database) = Program::with_keys_of(&auth, &[]).await;
    let alice = User::named("alice");
    let good = auth.token(&alice).sign();
    assert_eq!(program_answers(&program, &good).await, 200);
    auth.behave(Behaviour::Huge { bytes: 200_000_000 });
    let before = program.peak_memory();
    for index in 0..2 {
        let forged = auth.token(&alice).kid(Some(&format!("forged{index}")));
        assert_eq!(program_answers(&program, &forged.sign()).await, 503);
    }
    let grown = program.peak_memory() - before;
    assert!(grown < 32 << 20, "{grown} bytes");
    assert_eq!(program_answers(&program, &good).await, 200);
}

/// A caller whose token names a key that the auth server never had.
fn stranger(app: &TestApp, kid: &str) -> Client {
    let token = app.token(&User::named("mallory")).kid(Some(kid));
    app.bearer(&token.sign())
}

async fn program_answers(program: &Program, token: &str) -> u16 {
    let request = reqwest::Client::new().get(program.url("/api/me"));
    let answer = request.bearer_auth(token).send().await.unwrap();
    answer.status().as_u16()
}

/// A key store alone, without keys, that fetches only on request.
async fn store() -> (MockAuth, std::sync::Arc<KeyStore>, TestDatabase) {
    let auth = MockAuth::start().await;
    auth.behave(Behaviour::RetryAfter {
        status: 503,
        seconds: 300,
    });
    let database = TestDatabase::empty().await;
    let settings = database.settings(&[("BETTER_AUTH_URL", &auth.origin())]);
    let store = KeyStore::start(&settings.better_auth.tokens).unwrap();
    eventually(async || auth.jwks_fetches() == 1).await;
    auth.behave(Behaviour::Answer);
    (auth, store, database)
}

fn write_keys(file: &Path, auth: &MockAuth) {
    fs::write(file, auth.jwks().to_string()).unwrap();
}
