//! Access tokens of Better Auth's OAuth provider: what they open, and what they never do.

mod routes;

use mock_auth::{TokenBuilder, User};
use reqwest::Method;
use serde_json::{Value, json};

use self::routes::more_routes;
use crate::support::{Answer, TestApp};

const AUDIENCE: &str = "https://api.example.test/v1";
const METADATA: &str = "/.well-known/oauth-protected-resource";

async fn started() -> TestApp {
    TestApp::start_with_settings_and_routes(&[("OAUTH_AUDIENCE", AUDIENCE)], more_routes).await
}

/// Alice's token for the client `app`, to be spoilt.
fn token(app: &TestApp) -> TokenBuilder {
    app.access_token(&User::named("alice"), AUDIENCE, "app", "notes:read")
}

fn scoped(app: &TestApp, scope: &str) -> String {
    token(app).claim("scope", scope).sign()
}

/// Sends each token to a route that is open to a good one, and after it the good one.
async fn assert_rejected(app: &TestApp, tokens: impl IntoIterator<Item = (String, TokenBuilder)>) {
    let good = app.bearer(&token(app).sign());
    good.get("/more/users").await.ok();
    for (name, hostile) in tokens {
        let answer = app.bearer(&hostile.sign()).get("/more/users").await;
        let found = (answer.status, answer.json()["code"].clone());
        assert_eq!(found, (401, json!("token_invalid")), "{name}");
        good.get("/more/users").await.ok();
    }
}

#[actix_web::test]
async fn without_an_audience_access_tokens_are_rejected() {
    let app = TestApp::start().await;
    // Not even where everything else is as in a session's token.
    let sessions = token(&app).claim("iss", app.origin());
    let sessions = sessions.claim("aud", app.origin());
    for token in [token(&app), sessions] {
        let answer = app.bearer(&token.sign()).get("/api/me").await;
        answer.rejected(401, "token_invalid");
    }
    app.anonymous()
        .get(METADATA)
        .await
        .rejected(404, "not_found");
}

#[actix_web::test]
async fn an_access_token_with_a_wrong_claim_is_invalid() {
    let app = started().await;
    let origin = app.origin();
    let wrong: [(&str, Value); 19] = [
        ("iss", json!(origin)),
        ("iss", json!(format!("{origin}/api/auth/"))),
        ("iss", json!([format!("{origin}/api/auth")])),
        ("aud", json!(origin)),
        ("aud", json!(format!("{AUDIENCE}/"))),
        ("aud", json!([AUDIENCE, 7])),
        ("client_id", json!("")),
        ("client_id", json!(" ")),
        ("client_id", json!(7)),
        ("azp", json!("another")),
        ("azp", Value::Null),
        ("scope", json!(["notes:read"])),
        ("scope", Value::Null),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("exp", json!("2099-01-01")),
        ("nbf", json!(4_000_000_000_u64)),
        ("uuid", json!("alice")),
        ("banned", json!(true)),
    ];
    let wrong = wrong.map(|(name, value)| {
        let spoilt = token(&app).claim(name, value.clone());
        (format!("{name} {value}"), spoilt)
    });
    assert_rejected(&app, wrong).await;
    let missing = ["iss", "aud", "exp", "client_id", "sub", "scope", "uuid"];
    let missing = missing.map(|name| (format!("no {name}"), token(&app).without(name)));
    assert_rejected(&app, missing).await;
    let nobodys = ["", " "].map(|client| {
        let spoilt = token(&app).without("azp").claim("client_id", client);
        (format!("client_id {client:?} alone"), spoilt)
    });
    assert_rejected(&app, nobodys).await;
}

#[actix_web::test]
async fn an_access_token_of_another_type_is_invalid() {
    let app = started().await;
    for typ in ["JWT", "jwt", "logout+jwt"] {
        let spoilt = token(&app).header("typ", typ);
        assert_rejected(&app, [(typ.to_owned(), spoilt)]).await;
    }
    let untyped = token(&app).raw_header(format!(
        r#"{{"alg":"EdDSA","kid":"{}"}}"#,
        app.signing_kid()
    ));
    assert_rejected(&app, [("no typ".to_owned(), untyped)]).await;
    let tampered = token(&app).tampered_signature();
    assert_rejected(&app, [("tampered".to_owned(), tampered)]).await;
}

#[actix_web::test]
async fn a_session_and_an_access_token_are_never_taken_for_each_other() {
    let app = started().await;
    let alice = User::named("alice");
    let typed = app.token(&alice).header("typ", "at+jwt");
    let untyped = token(&app).header("typ", "JWT");
    for token in [typed, untyped] {
        let answer = app.bearer(&token.sign()).get("/api/me").await;
        answer.rejected(401, "token_invalid");
    }
    app.bearer(&app.token(&alice).sign())
        .get("/api/me")
        .await
        .ok();
}

#[actix_web::test]
async fn an_expired_access_token_has_a_code_of_its_own() {
    let app = started().await;
    let answer = app.bearer(&token(&app).expires_in(-120).sign());
    let answer = answer.get("/more/users").await;
    answer.rejected(401, "token_expired");
}

#[actix_web::test]
async fn routes_without_a_scope_are_closed_to_access_tokens() {
    let app = started().await;
    let admin = User {
        role: "admin".to_owned(),
        ..User::named("root")
    };
    app.add_row(&admin).await;
    let token = app.access_token(&admin, AUDIENCE, "app", "openid notes:read admin");
    let client = app.bearer(&token.sign());
    for path in ["/api/me", "/api/profile", "/api/whoami", "/api/admin/users"] {
        let answer = client.get(path).await;
        let problem = answer.rejected(403, "forbidden");
        assert_eq!(problem["detail"], "This route is closed to OAuth clients");
        let session = app.bearer(&app.token(&admin).sign());
        session.get(path).await.ok();
    }
}

#[actix_web::test]
async fn a_machine_opens_no_users_route() {
    let app = started().await;
    let token = app.machine_token(AUDIENCE, "robot", "notes:read");
    let machine = app.bearer(&token.sign());
    for path in [
        "/api/me",
        "/more/users",
        "/api/profile",
        "/api/whoami",
        "/api/admin/users",
    ] {
        machine.get(path).await.rejected(403, "forbidden");
    }
}

#[actix_web::test]
async fn a_machine_whose_id_is_a_uuid_never_becomes_a_users_row() {
    let settings = [
        ("OAUTH_AUDIENCE", AUDIENCE),
        ("USER_PROVISIONING", "on"),
        ("USER_UUID_CLAIM", "sub"),
    ];
    let app = TestApp::start_with_settings_and_routes(&settings, more_routes).await;
    let id = User::named("robot").uuid.to_string();
    let machine = app.machine_token(AUDIENCE, &id, "notes:read").sign();
    let answer = app.bearer(&machine).get("/more/users").await;
    answer.rejected(403, "forbidden");
    let count = r#"SELECT count(*) AS users FROM "user""#;
    let users = async || app.row(count).await.try_get::<i64>("", "users").unwrap();
    assert_eq!(users().await, 0);
    let alice = User::named("alice").uuid.to_string();
    let token = token(&app).claim("sub", alice).sign();
    app.bearer(&token).get("/more/users").await.ok();
    assert_eq!(users().await, 1);
}

#[actix_web::test]
async fn a_route_without_any_guard_is_for_users_alone() {
    let app = started().await;
    let machine = app.machine_token(AUDIENCE, "robot", "notes:read").sign();
    for token in [scoped(&app, "notes:read"), machine] {
        let client = app.bearer(&token);
        for path in ["/more/unguarded", "/undocumented", "/more/nothing"] {
            for method in [Method::GET, Method::HEAD] {
                let answer = Answer::of(client.request(method, path)).await;
                assert_eq!(answer.status, 403, "{path}");
            }
        }
    }
    let alice = app.bearer(&app.token(&User::named("alice")).sign());
    for path in ["/more/unguarded", "/undocumented"] {
        alice.get(path).await.ok();
    }
}

#[actix_web::test]
async fn a_closed_route_is_not_taken_for_an_open_one_beside_it() {
    let app = started().await;
    let client = app.bearer(&scoped(&app, "notes:read"));
    for path in ["secret", "%73ecret", "secre%74"] {
        let path = format!("/more/items/{path}");
        let answer = client.post(&path, json!({})).await;
        answer.rejected(403, "forbidden");
    }
    client.post("/more/items/1", json!({})).await.ok();
    client.get("/more/items/1").await.ok();
    assert_eq!(client.get("/more/files/a/b").await.ok(), "a/b");
}

#[actix_web::test]
async fn a_route_is_not_taken_for_one_beside_it_with_another_scope() {
    let app = started().await;
    let reads = app.bearer(&scoped(&app, "notes:read"));
    for path in ["export", "%65xport"] {
        let answer = reads.get(&format!("/more/items/{path}")).await;
        answer.rejected(403, "forbidden");
    }
    let exports = app.bearer(&scoped(&app, "notes:export"));
    exports.get("/more/items/export").await.ok();
    exports
        .get("/more/items/1")
        .await
        .rejected(403, "forbidden");
}

#[actix_web::test]
async fn a_documented_scope_counts_also_where_no_guard_asks_for_it() {
    let app = started().await;
    let answer = app.bearer(&scoped(&app, "openid"));
    let problem = answer.get("/more/documented").await;
    let problem = problem.rejected(403, "forbidden");
    assert_eq!(problem["detail"], "Requires the scope notes:read");
    let client = app.bearer(&scoped(&app, "notes:read"));
    client.get("/more/documented").await.ok();
    let head = client.request(Method::HEAD, "/more/documented");
    assert_eq!(Answer::of(head).await.status, 200);
}

#[actix_web::test]
async fn a_route_for_machines_takes_no_user_and_needs_a_scope_too() {
    let app = started().await;
    let machine = |scope: &str| {
        let token = app.machine_token(AUDIENCE, "robot", scope);
        app.bearer(&token.sign())
    };
    let answer = machine("notes:read").get("/more/robots").await;
    assert_eq!(answer.ok(), "robot");
    let answer = machine("openid").get("/more/robots").await;
    answer.rejected(403, "forbidden");
    let answer = machine("notes:read").get("/more/unscoped").await;
    answer.rejected(403, "forbidden");
    let answer = machine("notes:read").get("/more/users").await;
    answer.rejected(403, "forbidden");
    let users = [
        scoped(&app, "notes:read"),
        app.token(&User::named("alice")).sign(),
    ];
    for token in users {
        let answer = app.bearer(&token).get("/more/robots").await;
        answer.rejected(403, "forbidden");
    }
    let answer = app.anonymous().get("/more/robots").await;
    answer.rejected(401, "token_missing");
}

#[actix_web::test]
async fn a_scope_opens_a_route_beside_every_guard_and_adds_no_rights() {
    let app = started().await;
    app.add_row(&User::named("alice")).await;
    for path in ["/more/users", "/more/rows", "/visitors"] {
        let client = app.bearer(&scoped(&app, "notes:read"));
        assert_eq!(client.get(path).await.status, 200, "{path}");
        let client = app.bearer(&scoped(&app, "openid notes NOTES:READ notes:*"));
        let answer = client.get(path).await;
        let problem = answer.rejected(403, "forbidden");
        assert_eq!(problem["detail"], "Requires the scope notes:read");
        let challenge = answer.header("www-authenticate");
        let expected = r#"error="insufficient_scope", scope="notes:read""#;
        assert!(challenge.contains(expected), "{challenge}");
    }
    let client = app.bearer(&scoped(&app, "notes:read"));
    client.get("/more/admins").await.rejected(403, "forbidden");
    let admin = User {
        role: "admin".to_owned(),
        ..User::named("root")
    };
    let token = app.access_token(&admin, AUDIENCE, "app", "notes:read");
    app.bearer(&token.sign()).get("/more/admins").await.ok();
    let anonymous = app.anonymous();
    assert_eq!(anonymous.get("/visitors").await.ok(), json!(false));
    anonymous
        .get("/more/users")
        .await
        .rejected(401, "token_missing");
}

#[actix_web::test]
async fn an_opaque_access_token_is_told_about_resource() {
    let opaque = "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEf";
    for (settings, code) in [
        (&[("OAUTH_AUDIENCE", AUDIENCE)][..], "token_malformed"),
        (
            &[
                ("OAUTH_AUDIENCE", AUDIENCE),
                ("SESSION_VERIFICATION", "http"),
            ],
            "token_invalid",
        ),
    ] {
        let app = TestApp::start_with(settings).await;
        let problem = app.bearer(opaque).get("/api/me").await.rejected(401, code);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("`resource`"), "{detail}");
    }
    let app = TestApp::start().await;
    let answer = app.bearer(opaque).get("/api/me").await;
    assert!(answer.rejected(401, "token_malformed")["detail"].is_null());
}

#[actix_web::test]
async fn a_sessions_token_is_not_told_about_resource() {
    let settings = [
        ("OAUTH_AUDIENCE", AUDIENCE),
        ("SESSION_VERIFICATION", "http"),
        ("USER_UUID_CLAIM", "missing"),
    ];
    let app = TestApp::start_with(&settings).await;
    let session = app.sign_in(&User::named("alice"));
    let answer = app.bearer(&session).get("/api/me").await;
    let problem = answer.rejected(401, "token_invalid");
    let expected = "The user of the session has no usable uuid";
    assert_eq!(problem["detail"], expected);
}

#[actix_web::test]
async fn the_resource_describes_itself_and_every_challenge_leads_there() {
    let app = started().await;
    let anonymous = app.anonymous();
    for path in [METADATA.to_owned(), format!("{METADATA}/v1")] {
        let metadata = anonymous.get(&path).await.ok();
        assert_eq!(metadata["resource"], AUDIENCE);
        let issuer = format!("{}/api/auth", app.origin());
        assert_eq!(metadata["authorization_servers"], json!([issuer]));
        assert_eq!(metadata["bearer_methods_supported"], json!(["header"]));
        assert!(metadata["scopes_supported"].is_array());
    }
    let other = anonymous.get(&format!("{METADATA}/v2")).await;
    other.rejected(404, "not_found");
    let pointer =
        r#"resource_metadata="https://api.example.test/.well-known/oauth-protected-resource/v1""#;
    let answers: [Answer; 3] = [
        anonymous.get("/api/me").await,
        app.bearer("a.b.c").get("/api/me").await,
        app.bearer(&scoped(&app, "openid")).get("/more/users").await,
    ];
    for answer in answers {
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
        assert!(challenge.ends_with(pointer), "{challenge}");
    }
}

/// Every operation of the document, with tokens of no scope and of its own.
#[actix_web::test]
async fn each_route_is_open_to_access_tokens_with_its_documented_scope_alone() {
    let app = started().await;
    let root = User {
        role: "admin".to_owned(),
        ..User::named("root")
    };
    let with_scope = |scope: &str| {
        let token = app.access_token(&root, AUDIENCE, "app", scope);
        app.bearer(&token.sign())
    };
    let document = app.anonymous().get("/openapi.json").await.ok();
    let all = "openid profile email offline_access admin";
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let ways = operation["security"].as_array().unwrap();
            if ways.is_empty() {
                continue;
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let place = format!("{method} {path}");
            let path = path.replace("{user_id}", "me");
            let closed = with_scope(all).raw(method.clone(), &path, "{broken").await;
            closed.rejected(403, "forbidden");
            let scopes = ways.iter().find_map(|way| way["oauth"].as_array());
            if let Some(scopes) = scopes {
                let scope = scopes[0].as_str().unwrap();
                let open = with_scope(scope).raw(method, &path, "{broken").await;
                assert_ne!(open.status, 403, "{place}: {}", open.text);
            }
        }
    }
}
