//! The program: its commands, its start and its end.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Stdio,
    thread,
    time::Duration,
};

use mock_auth::{Behaviour, MockAuth, User};
use nix::sys::signal::Signal;
use reqwest::Client;

use ::migration::Migrator;
use database::migration;

use crate::support::{Answer, Program, TestDatabase, eventually, run, run_in};

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

#[cfg(feature = "postgres")]
#[test]
fn a_database_that_does_not_answer_is_waited_for_as_long_as_the_setting_says() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://root@{}/app", silent.local_addr().unwrap());
    for command in [&["serve"][..], &["migrate", "up"], &["doctor"]] {
        let settings = [
            ("DATABASE_URL", url.as_str()),
            ("DATABASE_CONNECT_TIMEOUT", "1"),
        ];
        let output = run(command, &settings);
        let written = text(&output.stderr) + &text(&output.stdout);
        assert!(written.contains("no answer within 1 s"), "{written}");
    }
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

/// Runs `command` beside a .env file with this content.
fn beside_dot_env(content: &[u8], command: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), content).unwrap();
    let output = run_in(folder.path(), command, &[("PORT", "0")]);
    assert!(!folder.path().join("app.db").exists(), "it went on");
    let written = text(&output.stdout) + &text(&output.stderr);
    (output.status.success(), written)
}

#[test]
fn a_dot_env_file_with_a_line_that_cannot_be_read_stops_every_command_and_is_not_shown() {
    let utf_16: Vec<_> = "\u{feff}APP_NAME=hunter2\n".encode_utf16().collect();
    let utf_16: Vec<_> = utf_16.into_iter().flat_map(u16::to_le_bytes).collect();
    let files: [(&[u8], &str); 6] = [
        (b"# It's\nAPP_NAME=My hunter2\n", " line 2: "),
        (b"APP_NAME=hunter2's\nOTHER=it's\n", " line 1: "),
        (b"A=1\n\nmy-hunter2=1\n", " line 3: "),
        (b"hunter2", " line 1: "),
        (b"APP_NAME=hunter2\xe9\n", "UTF-8"),
        (&utf_16, "UTF-8"),
    ];
    for (content, expected) in files {
        for command in [&["serve"][..], &["migrate", "up"], &["seed"], &["doctor"]] {
            let (done, written) = beside_dot_env(content, command);
            assert!(!done && written.contains("/.env"), "{written}");
            assert!(written.contains(expected), "{expected}: {written}");
            assert!(!written.contains("hunter2"), "{written}");
        }
    }
}

#[test]
fn a_dollar_in_a_dot_env_file_is_never_dropped() {
    let url = |value: &str| format!("DATABASE_URL={value}\n");
    for lost in ["mysql://u:pa$$word@db/app", "\"mysql://u:pa$word@db/app\""] {
        let (done, written) = beside_dot_env(url(lost).as_bytes(), &["serve"]);
        assert!(!done && written.contains("single quotes"), "{written}");
        assert!(!written.contains("word@"), "{written}");
    }
    // Read as it is written, this stops at the port.
    let (_, written) = beside_dot_env(b"METRICS_ADDR='pa$$word'\n", &["serve"]);
    assert!(written.contains("METRICS_ADDR=\"pa$$word\""), "{written}");
}

#[test]
fn openapi_needs_no_dot_env_file() {
    assert!(beside_dot_env(b"My App", &["openapi"]).0);
}

#[actix_web::test]
async fn an_idle_connection_stays_open_as_long_as_the_setting_says() {
    let auth = MockAuth::start().await;
    for (given, is_open) in [(&[][..], true), (&[("KEEP_ALIVE", "1")], false)] {
        let (program, _database) = Program::with_keys_of(&auth, given).await;
        let mut connection = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
        let mut ask = || {
            let request = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
            connection.write_all(request).ok()?;
            let mut answer = [0; 1024];
            let length = connection.read(&mut answer).ok()?;
            answer[..length].starts_with(b"HTTP/1.1 200").then_some(())
        };
        assert!(ask().is_some());
        // Longer than actix keeps connections by itself: 5 s.
        thread::sleep(Duration::from_secs(7));
        assert_eq!(ask().is_some(), is_open, "{given:?}");
    }
}

#[actix_web::test]
async fn migrations_go_up_and_down_and_say_so() {
    let database = TestDatabase::empty().await;
    let all = migration::status::<Migrator>(database.url())
        .await
        .unwrap()
        .len();
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

/// `head` stops reading so.
#[test]
fn a_command_ends_without_a_word_when_nobody_reads_on() {
    for arguments in [
        &["openapi"][..],
        &["routes"],
        &["routes", "--json"],
        &["doctor"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (nobody, stdout) = std::io::pipe().unwrap();
        drop(nobody);
        let mut command = Program::command(folder.path(), arguments, &[]);
        command.stdout(stdout).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
        assert!(!output.status.success(), "{arguments:?}");
    }
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
async fn while_it_drains_readiness_fails_and_requests_are_served_on_connections_that_close() {
    let auth = MockAuth::start().await;
    let delay = ("SHUTDOWN_DELAY", "600");
    let (program, _database) = Program::with_keys_of(&auth, &[delay]).await;
    let http = Client::new();
    let token = auth.token(&User::named("alice")).sign();
    let get = async |path: &str| {
        let request = http.get(program.url(path)).bearer_auth(&token);
        Answer::of(request).await
    };
    let before = get("/api/me").await;
    assert_eq!((before.status, before.header("connection")), (200, ""));
    assert_eq!(get("/health/ready").await.status, 200);
    program.signal(Signal::SIGTERM);
    eventually(async || get("/health/ready").await.status == 503).await;
    get("/health/ready").await.rejected(503, "not_ready");
    for path in ["/api/me", "/health/live"] {
        let answer = get(path).await;
        assert_eq!(
            (answer.status, answer.header("connection")),
            (200, "close"),
            "{path}"
        );
    }
    program.signal(Signal::SIGTERM);
    assert!(!program.wait().0, "a second signal does not wait");
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
