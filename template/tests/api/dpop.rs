//! Access tokens that are bound to a key of their client (RFC 9449).

use actix_web::{
    get,
    web::{Json, ServiceConfig},
};
use app::auth::{AuthUser, RequireScope, define_roles, signed_in_scope};
use mock_auth::{Algorithm, ClientKey, TokenBuilder, User};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, add_documented};

define_roles! {
    Scope NotesRead = "notes:read";
}

const AUDIENCE: &str = "https://api.example.test/v1";
const PATH: &str = "/notes/1";
/// Where clients believe the route to be.
const URL: &str = "https://api.example.test/v1/notes/1";

#[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
#[get("/1")]
async fn note(_: RequireScope<NotesRead>, user: AuthUser) -> Json<Value> {
    Json(json!(user.uuid))
}

fn routes(config: &mut ServiceConfig) {
    add_documented(config, |config| {
        config.service(signed_in_scope("/notes").service(note));
    });
}

async fn started() -> TestApp {
    TestApp::start_with_settings_and_routes(&[("OAUTH_AUDIENCE", AUDIENCE)], routes).await
}

/// Alice's token for a client, bound to its key.
fn bound(app: &TestApp, key: &ClientKey) -> String {
    let token = app.access_token(&User::named("alice"), AUDIENCE, "app", "notes:read");
    token.claim("cnf", key.confirmation()).sign()
}

async fn send(app: &TestApp, scheme: &str, token: &str, proofs: &[String]) -> Answer {
    let request = app.anonymous().request(Method::GET, PATH);
    let request = request.header("authorization", format!("{scheme} {token}"));
    let request = proofs
        .iter()
        .fold(request, |request, proof| request.header("dpop", proof));
    Answer::of(request).await
}

/// Sends a spoilt proof, and after it a good one.
async fn assert_rejected(name: &str, spoil: impl FnOnce(TokenBuilder) -> TokenBuilder) {
    let app = started().await;
    let key = ClientKey::generate(Algorithm::Es256);
    let token = bound(&app, &key);
    let proof = spoil(key.proof("GET", URL, &token)).sign();
    let answer = send(&app, "DPoP", &token, &[proof]).await;
    assert_eq!(answer.status, 401, "{name}");
    answer.rejected(401, "token_invalid");
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.starts_with(r#"DPoP error="invalid_dpop_proof", algs="EdDSA ES256"#),
        "{challenge}"
    );
    let good = key.proof("GET", URL, &token).sign();
    send(&app, "DPoP", &token, &[good]).await.ok();
}

#[actix_web::test]
async fn a_bound_token_without_a_proof_of_its_key_is_rejected() {
    let app = started().await;
    let key = ClientKey::generate(Algorithm::EdDSA);
    let token = bound(&app, &key);
    let proof = || key.proof("GET", URL, &token).sign();
    for (scheme, proofs) in [
        ("Bearer", vec![]),
        ("Bearer", vec![proof()]),
        ("DPoP", vec![]),
        ("DPoP", vec![proof(), proof()]),
        ("DPoP", vec!["x".to_owned()]),
    ] {
        let answer = send(&app, scheme, &token, &proofs).await;
        answer.rejected(401, "token_invalid");
    }
    send(&app, "dpop", &token, &[proof()]).await.ok();
}

#[actix_web::test]
async fn a_bearer_token_is_not_accepted_as_a_bound_one() {
    let app = started().await;
    let key = ClientKey::generate(Algorithm::EdDSA);
    let alice = User::named("alice");
    let session = app.token(&alice).sign();
    let access = app
        .access_token(&alice, AUDIENCE, "app", "notes:read")
        .sign();
    for token in [session, access] {
        let proof = key.proof("GET", URL, &token).sign();
        let answer = send(&app, "DPoP", &token, &[proof]).await;
        answer.rejected(401, "token_invalid");
        send(&app, "Bearer", &token, &[]).await.ok();
    }
}

#[actix_web::test]
async fn a_rejected_token_is_challenged_in_the_scheme_that_it_came_by() {
    let app = started().await;
    let key = ClientKey::generate(Algorithm::Es256);
    let expired = app.access_token(&User::named("alice"), AUDIENCE, "app", "notes:read");
    let expired = expired.claim("cnf", key.confirmation()).expires_in(-60);
    let session = app.token(&User::named("alice")).sign();
    for token in [expired.sign(), session, "x".to_owned()] {
        let proof = key.proof("GET", URL, &token).sign();
        let answer = send(&app, "DPoP", &token, &[proof]).await;
        assert_eq!(answer.status, 401);
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with(r#"DPoP error="invalid_token", algs="EdDSA ES256"#),
            "{challenge}"
        );
    }
    let token = app.access_token(&User::named("alice"), AUDIENCE, "app", "other");
    let token = token.claim("cnf", key.confirmation()).sign();
    let proof = key.proof("GET", URL, &token).sign();
    let forbidden = send(&app, "DPoP", &token, &[proof]).await;
    let challenge = forbidden.header("www-authenticate");
    assert!(
        challenge.starts_with(r#"DPoP error="insufficient_scope""#)
            && challenge.contains(r#"scope="notes:read""#),
        "{challenge}"
    );
    forbidden.rejected(403, "forbidden");
    let bearer = send(&app, "Bearer", "x", &[]).await;
    let challenge = bearer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer "), "{challenge}");
}

#[actix_web::test]
async fn a_token_that_is_bound_in_another_way_is_rejected() {
    let app = started().await;
    let key = ClientKey::generate(Algorithm::Es256);
    let jkt = key.confirmation()["jkt"].clone();
    for cnf in [
        json!({"x5t#S256": jkt}),
        json!({"jkt": jkt, "x5t#S256": jkt}),
        json!({"jwk": key.public()}),
        json!({"jkt": [jkt]}),
        json!({"jkt": ""}),
        json!({}),
        Value::Null,
    ] {
        let token = app.access_token(&User::named("alice"), AUDIENCE, "app", "notes:read");
        let token = token.claim("cnf", cnf.clone()).sign();
        for scheme in ["Bearer", "DPoP"] {
            let proof = key.proof("GET", URL, &token).sign();
            let answer = send(&app, scheme, &token, &[proof]).await;
            assert_eq!(answer.status, 401, "{scheme} {cnf}");
        }
    }
    let session = app.token(&User::named("alice"));
    let session = session.claim("cnf", key.confirmation()).sign();
    let proof = key.proof("GET", URL, &session).sign();
    let answer = send(&app, "DPoP", &session, &[proof]).await;
    answer.rejected(401, "token_invalid");
}

#[actix_web::test]
async fn a_proof_is_for_one_request_with_one_token() {
    for (claim, value) in [
        ("htm", json!("POST")),
        ("htm", json!("get")),
        ("htu", json!("https://api.example.test/v1/notes/2")),
        ("htu", json!("https://evil.example.test/v1/notes/1")),
        ("htu", json!("http://api.example.test/v1/notes/1")),
        ("htu", json!("/notes/1")),
        ("ath", json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")),
        ("jti", json!("")),
        ("jti", json!(7)),
        ("iat", json!("now")),
        ("iat", json!(1)),
        ("iat", json!(4_000_000_000_u64)),
        ("exp", json!(1)),
        ("exp", json!("later")),
        ("nbf", json!(4_000_000_000_u64)),
    ] {
        assert_rejected(&format!("{claim} {value}"), |proof| {
            proof.claim(claim, value)
        })
        .await;
    }
    for claim in ["htm", "htu", "ath", "jti", "iat"] {
        assert_rejected(claim, |proof| proof.without(claim)).await;
    }
}

#[actix_web::test]
async fn a_proof_is_signed_by_the_key_in_its_header_to_which_the_token_is_bound() {
    let other = ClientKey::generate(Algorithm::Es256);
    let swapped = other.public();
    assert_rejected("another key", |proof| proof.header("jwk", swapped)).await;
    assert_rejected("no signature", TokenBuilder::tampered_signature).await;
    assert_rejected("another type", |proof| proof.header("typ", "JWT")).await;
    assert_rejected("another algorithm", |proof| proof.header("alg", "EdDSA")).await;
    assert_rejected("none", |proof| proof.header("alg", "none")).await;
    assert_rejected("no key", |proof| proof.header("jwk", Value::Null)).await;
    let secret = json!({"kty": "oct", "k": "AA"});
    assert_rejected("a secret", |proof| proof.header("jwk", secret)).await;
    let app = started().await;
    let key = ClientKey::generate(Algorithm::EdDSA);
    let token = bound(&app, &key);
    let thief = other.proof("GET", URL, &token).sign();
    let answer = send(&app, "DPoP", &token, &[thief]).await;
    answer.rejected(401, "token_invalid");
}

#[actix_web::test]
async fn a_proof_for_head_is_not_one_for_get() {
    let app = started().await;
    let key = ClientKey::generate(Algorithm::Es256);
    let token = bound(&app, &key);
    for (method, htm, status) in [
        (Method::HEAD, "GET", 401),
        (Method::GET, "HEAD", 401),
        (Method::HEAD, "HEAD", 200),
    ] {
        let request = app.anonymous().request(method.clone(), PATH);
        let request = request.header("authorization", format!("DPoP {token}"));
        let request = request.header("dpop", key.proof(htm, URL, &token).sign());
        assert_eq!(Answer::of(request).await.status, status, "{method} {htm}");
    }
}

#[actix_web::test]
async fn a_proof_is_accepted_once() {
    let app = started().await;
    let key = ClientKey::generate(Algorithm::Es256);
    let token = bound(&app, &key);
    let proof = key.proof("GET", URL, &token).sign();
    send(&app, "DPoP", &token, std::slice::from_ref(&proof))
        .await
        .ok();
    let again = send(&app, "DPoP", &token, &[proof]).await;
    again.rejected(401, "token_invalid");
}

#[actix_web::test]
async fn a_proof_names_the_public_address_without_its_query() {
    let app = started().await;
    for algorithm in [
        Algorithm::EdDSA,
        Algorithm::Es256,
        Algorithm::Rs256,
        Algorithm::Ps256,
    ] {
        let key = ClientKey::generate(algorithm);
        let token = bound(&app, &key);
        for url in [
            URL,
            "https://api.example.test/v1/notes/1?page=2#top",
            "HTTPS://API.example.test:443/v1/notes/1",
            // Where the proxy leaves the path alone.
            "https://api.example.test/notes/1",
        ] {
            let proof = key.proof("GET", url, &token).sign();
            send(&app, "DPoP", &token, &[proof]).await.ok();
        }
    }
}
