//! The examples, built and run.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use mock_auth::{Algorithm, Behaviour, MockAuth, User};

/// Starts `cargo run --example` as from a shell in this folder, with what is built already.
fn example(name: &str, environment: &[(&str, &str)]) -> Child {
    let binary = std::env::current_exe().unwrap();
    let target = binary.ancestors().nth(3).unwrap();
    let mut command = Command::new(env!("CARGO"));
    let for_these_tests = ["CARGO_BIN_EXE_", "CARGO_MANIFEST_", "CARGO_PKG_"];
    let is_for_them = |name: &str| for_these_tests.iter().any(|start| name.starts_with(start));
    for (name, _) in std::env::vars().filter(|(name, _)| is_for_them(name)) {
        command.env_remove(name);
    }
    command
        .args(["run", "--quiet", "--example", name])
        .env("CARGO_TARGET_DIR", target)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[actix_web::test]
async fn verify_blocking_verifies_without_a_runtime() {
    let auth = MockAuth::start().await;
    let alice = User::named("alice");
    let mut child = example("verify_blocking", &[("BETTER_AUTH_URL", &auth.origin())]);
    let (mut input, mut output) = (
        child.stdin.take().unwrap(),
        BufReader::new(child.stdout.take().unwrap()),
    );
    let mut ask = |token: String| {
        writeln!(input, "{token}").unwrap();
        let mut verdict = String::new();
        output.read_line(&mut verdict).unwrap();
        verdict.trim().to_owned()
    };
    let good = alice.uuid.to_string();
    assert_eq!(ask(auth.token(&alice).sign()), good);
    assert_eq!(
        ask(auth.token(&alice).tampered_signature().sign()),
        "rejected: the signature is wrong"
    );
    assert_eq!(auth.jwks_fetches(), 1);
    auth.rotate(Algorithm::Es256);
    assert_eq!(ask(auth.token(&alice).sign()), good);
    assert_eq!(auth.jwks_fetches(), 2);
    let unknown = "rejected: no key of the key set fits the token";
    for _ in 0..10 {
        assert_eq!(ask(auth.token(&alice).kid(Some("gone")).sign()), unknown);
    }
    assert_eq!(auth.jwks_fetches(), 2);
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// One fetch that the limits forbid, and therefore no keys.
#[actix_web::test]
async fn verify_blocking_keeps_to_the_limits_of_a_fetch() {
    let auth = MockAuth::start().await;
    let token = auth.token(&User::named("alice")).sign();
    for behaviour in [
        Behaviour::Huge { bytes: 1 << 20 },
        Behaviour::Gzip,
        Behaviour::Redirect(format!("{}/api/auth/jwks", auth.origin())),
    ] {
        auth.behave(behaviour);
        let mut child = example("verify_blocking", &[("BETTER_AUTH_URL", &auth.origin())]);
        writeln!(child.stdin.take().unwrap(), "{token}").unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "rejected: no key of the key set fits the token\n"
        );
    }
}
