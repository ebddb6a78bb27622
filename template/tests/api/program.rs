//! The program: its commands, its start and its end.

use std::{thread, time::Duration};

use mock_auth::{Behaviour, MockAuth, User};
use nix::sys::signal::Signal;
use reqwest::Client;

use crate::support::{Program, TestDatabase, run, run_in};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn bad_settings_stop_it_with_one_message() {
    let output = run(
        &[],
        &[
            ("PORT", "http"),
            ("DATABASE_URL", "mysql://root:hunter2@db/app"),
        ],
    );
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        message.contains("PORT") && message.contains("DATABASE_URL"),
        "{message}"
    );
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn a_database_that_cannot_be_reached_stops_it_and_its_password_is_not_shown() {
    let urls = [
        "postgres://root:hunter2@127.0.0.1:1/app",
        "postgresql://root:hunter2@127.0.0.1:1/app",
        "sqlite:///nowhere/at/all.db?key=hunter2",
    ];
    let nobody = "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90";
    let commands = [
        &["serve"][..],
        &["migrate", "up"],
        &["seed"],
        &["purge", "--older-than", "1"],
        &["export-user", nobody],
    ];
    thread::scope(|scope| {
        for (url, command) in urls
            .iter()
            .flat_map(|url| commands.map(|command| (url, command)))
        {
            scope.spawn(move || {
                let output = run(command, &[("DATABASE_URL", url), ("RUST_LOG", "trace")]);
                let written = text(&output.stderr) + &text(&output.stdout);
                assert_eq!(output.status.code(), Some(1), "{written}");
                assert!(!written.is_empty());
                assert!(!written.contains("hunter2"), "{written}");
            });
        }
    });
}

#[actix_web::test]
async fn a_dot_env_file_fills_in_what_the_environment_does_not_say() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "PORT=http\nLOG_FORMAT=xml\n").unwrap();
    let output = run_in(folder.path(), &[], &[("LOG_FORMAT", "json")]);
    let message = text(&output.stderr);
    assert!(
        message.contains("PORT") && !message.contains("LOG_FORMAT"),
        "{message}"
    );
}

#[actix_web::test]
async fn migrations_go_up_and_down_and_say_so() {
    let database = TestDatabase::empty().await;
    let all = migration::status(database.url()).await.unwrap().len();
    let migrate = |arguments: &[&str]| {
        let output = run(
            &[&["migrate"], arguments].concat(),
            &[("DATABASE_URL", database.url())],
        );
        (
            output.status.success(),
            text(&output.stdout) + &text(&output.stderr),
        )
    };
    assert_eq!(migrate(&["status"]).1.matches("pending").count(), all);
    assert_eq!(migrate(&["up"]).1.matches("applied").count(), all);
    assert_eq!(migrate(&["up"]), (true, "nothing to do\n".to_owned()));
    assert_eq!(migrate(&["down"]).1.matches("rolled back").count(), 1);
    assert_eq!(migrate(&["status"]).1.matches("pending").count(), 1);
    let (done, message) = migrate(&["fresh"]);
    assert!(!done && message.contains("--yes"), "{message}");
    assert_eq!(
        migrate(&["fresh", "--yes"]).1.matches("applied").count(),
        all
    );
}

#[actix_web::test]
async fn seed_adds_demo_rows_once() {
    let database = TestDatabase::empty().await;
    let seed = || text(&run(&["seed"], &[("DATABASE_URL", database.url())]).stdout);
    assert!(seed().starts_with("added 2 users"));
    assert!(seed().starts_with("added 0 users"));
}

#[test]
fn openapi_needs_no_settings() {
    let output = run(&["openapi"], &[("PORT", "nonsense")]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

/// A request that waits for the auth server when the signal comes is answered all the same.
async fn finishes_what_is_under_way(signal: Signal) {
    let auth = MockAuth::start().await;
    let database = TestDatabase::migrated().await;
    let program = Program::serve(&[
        ("DATABASE_URL", database.url()),
        ("BETTER_AUTH_URL", &auth.origin()),
    ]);
    let http = Client::new();
    let alice = User::named("alice");
    http.get(program.url("/api/me"))
        .bearer_auth(auth.token(&alice).sign())
        .send()
        .await
        .unwrap();
    auth.behave(Behaviour::Stall);
    let waiting = http
        .get(program.url("/api/me"))
        .bearer_auth(auth.token(&alice).kid(Some("new")).sign());
    let waiting = actix_web::rt::spawn(waiting.send());
    tokio::time::sleep(Duration::from_millis(500)).await;
    program.signal(signal);
    assert_eq!(waiting.await.unwrap().unwrap().status(), 503);
    let (success, log) = program.wait();
    assert!(success && log.contains("stopped"), "{log}");
}

#[actix_web::test]
async fn sigterm_lets_requests_finish() {
    finishes_what_is_under_way(Signal::SIGTERM).await;
}

#[actix_web::test]
async fn sigint_lets_requests_finish() {
    finishes_what_is_under_way(Signal::SIGINT).await;
}

#[actix_web::test]
async fn a_second_signal_stops_at_once() {
    let auth = MockAuth::start().await;
    let database = TestDatabase::migrated().await;
    let program = Program::serve(&[
        ("DATABASE_URL", database.url()),
        ("BETTER_AUTH_URL", &auth.origin()),
    ]);
    let http = Client::new();
    auth.behave(Behaviour::Stall);
    let token = auth.token(&User::named("alice")).kid(Some("new")).sign();
    let waiting = actix_web::rt::spawn(http.get(program.url("/api/me")).bearer_auth(token).send());
    tokio::time::sleep(Duration::from_millis(500)).await;
    program.signal(Signal::SIGTERM);
    tokio::time::sleep(Duration::from_millis(200)).await;
    program.signal(Signal::SIGTERM);
    assert!(waiting.await.unwrap().is_err());
    assert!(!program.wait().0);
}
