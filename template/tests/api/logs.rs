//! What the program writes while it serves, read from the program itself.

use mock_auth::{Algorithm, MockAuth, SECRET, User};
use nix::sys::signal::Signal;
use reqwest::Client;
use serde_json::{Value, json};

use crate::support::{Program, TestDatabase};

/// The paths that create rows of the caller.
fn creations() -> Vec<String> {
    let document = serde_json::to_value(app::routes::openapi(None)).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let creations = paths.filter(|(_, methods)| !methods["post"].is_null());
    let paths = creations.map(|(path, _)| path.replace("{user_id}", "me"));
    paths.filter(|path| !path.contains('{')).collect()
}

/// Good, bad and failing requests that contain everything that must stay secret.
async fn exercise(program: &Program, auth: &MockAuth, secrets: &mut Vec<String>) {
    let alice = User::named("alice");
    let good = auth.token(&alice).sign();
    let expired = auth.token(&alice).expires_in(-120).sign();
    let unknown = auth.token(&alice).kid(Some("unknown")).sign();
    let http = Client::new();
    for token in [&good, &expired, &unknown, &"secretgarbage".to_owned()] {
        let get = |path: &str| http.get(program.url(path)).bearer_auth(token);
        get("/api/me").send().await.unwrap();
        get("/api/profile").send().await.unwrap();
        get("/api/admin/users?page=0").send().await.unwrap();
        get("/api/admin/users?access_token=secretparameter")
            .send()
            .await
            .unwrap();
        for path in creations() {
            let body = json!({"secretmember": 1}).to_string();
            let post = http
                .post(program.url(&path))
                .bearer_auth(token)
                .header("content-type", "application/json");
            let answer = post.body(body).send().await.unwrap();
            let text = answer.text().await.unwrap();
            assert!(
                !text.contains("SELECT") && !text.contains(token.as_str()),
                "{text}"
            );
        }
        secrets.push(token.clone());
        secrets.push(token.rsplit('.').next().unwrap().to_owned());
    }
    let session = auth.sign_in(&alice);
    let key = auth.api_key(&alice, Value::Null);
    let others = [
        ("authorization", format!("Bearer {session}")),
        ("cookie", SECRET_COOKIE.to_owned()),
        ("x-api-key", key.clone()),
        ("x-api-key", "secretkey".to_owned()),
        ("dpop", "secretproof".to_owned()),
    ];
    let send_others = async || {
        for (name, value) in &others {
            let request = http.get(program.url("/api/me")).header(*name, value);
            request.send().await.unwrap();
        }
    };
    send_others().await;
    auth.stop().await;
    send_others().await;
    http.get(program.url("/api/me"))
        .bearer_auth(&unknown)
        .send()
        .await
        .unwrap();
    secrets.extend([session, key]);
}

const SECRET_COOKIE: &str =
    "better-auth.session_token=secretcookie.secretsignature0000000000000000000000000000";

#[actix_web::test]
async fn no_token_cookie_secret_or_password_is_ever_logged() {
    let auth = MockAuth::start().await;
    auth.add_key(Algorithm::Rs256);
    let database = TestDatabase::migrated().await;
    let url = database
        .url()
        .replacen("postgres@", "postgres:secretpassword@", 1);
    let program = Program::serve(&[
        ("RUST_LOG", "trace"),
        ("DATABASE_URL", &url),
        ("BETTER_AUTH_URL", &auth.origin()),
        ("BETTER_AUTH_SECRET", SECRET),
        ("SESSION_VERIFICATION", "http"),
        ("API_KEYS", "http"),
        ("OAUTH_AUDIENCE", "https://api.example.test"),
    ]);
    let mut secrets = [
        "secretpassword",
        "secretcookie",
        "secretsignature",
        "secretkey",
        "secretproof",
        "secretparameter",
        SECRET,
    ]
    .map(str::to_owned)
    .to_vec();
    exercise(&program, &auth, &mut secrets).await;
    program.signal(Signal::SIGTERM);
    let (_, log) = program.wait();
    assert!(
        log.contains("token rejected") && log.contains("TRACE"),
        "this log says too little to prove anything"
    );
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} was written:\n{log}");
    }
    assert!(!log.contains("SELECT") && !log.contains("INSERT"), "{log}");
}

/// The lines that one request of alice writes to the log.
pub async fn lines_of(path: &str) -> Vec<Value> {
    lines_of_user(path, &User::named("alice")).await
}

/// The same for another user.
pub async fn lines_of_user(path: &str, user: &User) -> Vec<Value> {
    let auth = MockAuth::start().await;
    let database = TestDatabase::migrated().await;
    let program = Program::serve(&[
        ("LOG_FORMAT", "json"),
        ("DATABASE_URL", database.url()),
        ("BETTER_AUTH_URL", &auth.origin()),
    ]);
    database.add_user(user).await;
    let request = Client::new()
        .get(program.url(path))
        .bearer_auth(auth.token(user).sign());
    request
        .header("x-request-id", "trace-me")
        .send()
        .await
        .unwrap();
    program.signal(Signal::SIGTERM);
    let (_, log) = program.wait();
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|line: &Value| line["message"] == "request")
        .collect()
}

#[actix_web::test]
async fn each_request_is_one_line_that_names_route_and_user() {
    let lines = lines_of("/api/profile").await;
    let [line] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(
        (&line["method"], &line["status"]),
        (&json!("GET"), &json!(200))
    );
    assert_eq!(line["route"], "/api/profile");
    assert_eq!(
        (&line["request_id"], &line["user"]),
        (&json!("trace-me"), &json!(User::named("alice").uuid))
    );
    assert!(line["ms"].is_u64());
}

#[actix_web::test]
async fn users_without_a_uuid_are_warned_of_once_with_the_remedy_of_their_credential() {
    let auth = MockAuth::start().await;
    let database = TestDatabase::migrated().await;
    let audience = "https://api.example.test";
    let program = Program::serve(&[
        ("LOG_FORMAT", "json"),
        ("DATABASE_URL", database.url()),
        ("BETTER_AUTH_URL", &auth.origin()),
        ("SESSION_VERIFICATION", "http"),
        ("OAUTH_AUDIENCE", audience),
        ("USER_UUID_CLAIM", "missing"),
    ]);
    let alice = User::named("alice");
    for credential in [
        auth.sign_in(&alice),
        auth.sign_in(&alice),
        auth.access_token(&alice, audience, "app", "openid").sign(),
    ] {
        let request = Client::new().get(program.url("/api/me"));
        let answer = request.bearer_auth(credential).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    program.signal(Signal::SIGTERM);
    let (_, log) = program.wait();
    let warnings: Vec<_> = log
        .lines()
        .filter(|line| line.contains("usable uuid"))
        .collect();
    assert_eq!(warnings.len(), 2, "{log}");
    assert!(warnings[0].contains("a valid session"), "{log}");
    assert!(warnings[1].contains("customAccessTokenClaims"), "{log}");
}

#[actix_web::test]
async fn while_better_auth_is_down_one_warning_stands_for_many_requests() {
    let auth = MockAuth::start().await;
    let database = TestDatabase::migrated().await;
    let program = Program::serve(&[
        ("LOG_FORMAT", "json"),
        ("DATABASE_URL", database.url()),
        ("BETTER_AUTH_URL", &auth.origin()),
        ("SESSION_VERIFICATION", "http"),
    ]);
    auth.stop().await;
    for number in 0..5 {
        let request = Client::new().get(program.url("/api/me"));
        let answer = request.bearer_auth(format!("session{number}")).send().await;
        assert_eq!(answer.unwrap().status(), 503);
    }
    program.signal(Signal::SIGTERM);
    let (_, log) = program.wait();
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    let count = |level: &str, code: &str| {
        let found = |line: &&Value| line["level"] == level && line["code"] == code;
        lines.iter().filter(found).count()
    };
    assert_eq!(count("ERROR", "auth_unavailable"), 0, "{log}");
    assert_eq!(count("WARN", "auth_unavailable"), 1, "{log}");
}
