//! Tokens of Better Auth's own that are for something else.

use mock_auth::User;
use serde_json::{Value, json};

use super::{INVALID, assert_rejected, token};
use crate::support::{TestApp, run};

async fn users(app: &TestApp) -> i64 {
    let row = app.row(r#"SELECT count(*) AS users FROM "user""#).await;
    row.try_get("", "users").unwrap()
}

#[actix_web::test]
async fn an_oauth_access_token_never_passes_for_a_session() {
    let app = TestApp::start().await;
    let typs = ["at+jwt", "AT+JWT", "application/at+jwt"].map(|typ| {
        let token = token(&app.auth).header("typ", typ).sign();
        (format!("typ {typ}"), token)
    });
    assert_rejected(&app, INVALID, typs).await;
    let values = [json!("app"), json!(""), Value::Null, json!(7), json!(["x"])];
    for name in ["client_id", "azp"] {
        let with = |value: &Value| {
            let token = token(&app.auth).header("typ", "JWT");
            let token = token.claim(name, value.clone()).sign();
            (format!("{name} {value}"), token)
        };
        assert_rejected(&app, INVALID, values.iter().map(with)).await;
    }
}

#[actix_web::test]
async fn a_token_bound_to_a_key_never_passes_as_a_bearer_token() {
    let app = TestApp::start().await;
    let thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let with = |cnf: Value| (format!("cnf {cnf}"), token(&app.auth).claim("cnf", cnf));
    let tokens = [
        json!({"jkt": thumbprint}),
        json!({"x5t#S256": thumbprint}),
        json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": thumbprint}}),
        json!({"kid": "x"}),
        json!({}),
        json!(""),
        Value::Null,
    ]
    .map(with)
    .map(|(name, token)| (name, token.sign()));
    assert_rejected(&app, INVALID, tokens).await;
}

#[actix_web::test]
async fn an_id_token_never_passes_for_a_session() {
    let app = TestApp::start().await;
    let tokens = ["at_hash", "c_hash"].map(|name| (name, token(&app.auth).claim(name, "x").sign()));
    assert_rejected(&app, INVALID, tokens).await;
}

#[actix_web::test]
async fn another_kind_of_token_is_named_before_anything_else_that_is_wrong() {
    let app = TestApp::start().await;
    let access = || token(&app.auth).header("typ", "at+jwt");
    let tokens = [
        ("expired", access().expires_in(-120)),
        ("without uuid", access().without("uuid")),
        (
            "of the provider",
            access().claim("iss", app.origin() + "/api/auth"),
        ),
        ("unsigned", access().tampered_signature()),
        (
            "bound and expired",
            token(&app.auth).claim("cnf", json!({})).expires_in(-120),
        ),
    ];
    let tokens = tokens.map(|(name, token)| (name, token.sign()));
    assert_rejected(&app, INVALID, tokens).await;
}

#[actix_web::test]
async fn a_machine_never_becomes_a_users_row() {
    let provisioned = [("USER_PROVISIONING", "on"), ("USER_UUID_CLAIM", "sub")];
    let app = TestApp::start_with(&provisioned).await;
    let alice = User::named("alice");
    let sub = alice.uuid.to_string();
    let machine = app
        .token(&alice)
        .claim("sub", &*sub)
        .claim("client_id", &*sub);
    let azp = app.token(&alice).claim("sub", &*sub).claim("azp", &*sub);
    let typed = app
        .token(&alice)
        .claim("sub", &*sub)
        .header("typ", "at+jwt");
    for token in [machine, azp, typed] {
        let answer = app.bearer(&token.sign()).get("/api/me").await;
        answer.rejected(401, INVALID);
    }
    assert_eq!(users(&app).await, 0);
    let session = app.token(&alice).claim("sub", &*sub);
    app.bearer(&session.sign()).get("/api/me").await.ok();
    assert_eq!(users(&app).await, 1);
}

#[actix_web::test]
async fn verify_token_and_doctor_say_which_kind_of_token_was_sent() {
    let app = TestApp::start().await;
    let said = |command: &[&str], token: String| {
        let settings = [
            ("BETTER_AUTH_URL", app.origin()),
            ("DATABASE_URL", app.database_url().to_owned()),
            ("USER_UUID_CLAIM", "uuid".to_owned()),
        ];
        let settings = settings.each_ref().map(|(name, value)| (*name, &**value));
        let output = run(&[command, &[&*token]].concat(), &settings);
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let commands = [&["verify-token"][..], &["doctor", "--token"]];
    let sub = User::named("alice").id;
    for (token, kind) in [
        (
            token(&app.auth).header("typ", "at+jwt").expires_in(-120),
            "the token is an OAuth access token",
        ),
        (
            token(&app.auth).claim("azp", "app"),
            "the token is an OAuth access token",
        ),
        (
            token(&app.auth).claim("client_id", sub),
            "the token is a machine's OAuth access token",
        ),
        (
            token(&app.auth).claim("cnf", json!({"jkt": "x"})),
            "the token is bound to a key",
        ),
        (
            token(&app.auth).claim("at_hash", "x"),
            "the token is an ID token",
        ),
    ] {
        let token = token.sign();
        for command in commands {
            let (is_valid, text) = said(command, token.clone());
            assert!(!is_valid && text.contains(kind), "{kind} is not in {text}");
            assert!(!text.contains(&token), "{text}");
        }
    }
    for command in commands {
        let (is_valid, text) = said(command, token(&app.auth).sign());
        // The doctor also says what else it finds.
        let is_good = is_valid || text.contains("ok       token      valid");
        assert!(is_good, "{text}");
    }
}
