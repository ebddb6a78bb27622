use mock_auth::{Algorithm, MockAuth, User};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, eventually};

#[actix_web::test]
async fn without_credentials_the_challenge_names_no_error() {
    let app = TestApp::start().await;
    let answer = app.anonymous().get("/api/me").await;
    answer.rejected(401, "token_missing");
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="api""#);
}

#[actix_web::test]
async fn another_scheme_counts_as_no_credentials() {
    let app = TestApp::start().await;
    let request = app
        .anonymous()
        .request(Method::GET, "/api/me")
        .basic_auth("alice", Some("secret"));
    Answer::of(request).await.rejected(401, "token_missing");
    for (value, code) in [
        ("", "token_missing"),
        ("Negotiate", "token_missing"),
        ("Bearer", "token_malformed"),
        ("Bearer\ta.b.c", "token_missing"),
        ("Bearer a.b.c, Bearer d.e.f", "token_malformed"),
    ] {
        let request = app.anonymous().request(Method::GET, "/api/me");
        let answer = Answer::of(request.header("authorization", value)).await;
        answer.rejected(401, code);
    }
}

#[actix_web::test]
async fn two_authorization_headers_are_an_invalid_request() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let request = alice
        .request(Method::GET, "/api/me")
        .header("authorization", "Bearer other");
    let answer = Answer::of(request).await;
    answer.rejected(400, "invalid_request");
    assert!(
        answer
            .header("www-authenticate")
            .contains(r#"error="invalid_request""#)
    );
}

#[actix_web::test]
async fn a_token_that_is_not_a_jwt_is_malformed_even_without_keys() {
    let app = TestApp::start_after(&[], async |auth: &MockAuth| auth.stop().await).await;
    for token in [
        "x",
        "a.b",
        "a.b.c",
        "e30=.e30.e30",
        ".e30.e30",
        "e30.W10.e30",
        "e30.e30.e30.e30",
        &"x".repeat(9000),
    ] {
        let answer = app.bearer(token).get("/api/me").await;
        answer.rejected(401, "token_malformed");
        assert!(
            answer
                .header("www-authenticate")
                .contains(r#"error="invalid_token""#)
        );
    }
}

#[actix_web::test]
async fn an_expired_token_has_a_code_of_its_own() {
    let app = TestApp::start().await;
    let token = app.token(&User::named("alice")).expires_in(-120).sign();
    let answer = app.bearer(&token).get("/api/me").await;
    answer.rejected(401, "token_expired");
    assert!(
        answer
            .header("www-authenticate")
            .contains(r#"error="invalid_token""#)
    );
}

#[actix_web::test]
async fn the_leeway_applies_to_exp_only() {
    let app = TestApp::start_with(&[("JWT_LEEWAY", "30")]).await;
    let alice = User::named("alice");
    let just_expired = app.token(&alice).expires_in(-10).sign();
    app.bearer(&just_expired).get("/api/me").await.ok();
    let long_expired = app.token(&alice).expires_in(-40).sign();
    app.bearer(&long_expired)
        .get("/api/me")
        .await
        .rejected(401, "token_expired");
}

#[actix_web::test]
async fn a_cached_token_still_expires() {
    let app = TestApp::start_with(&[("JWT_LEEWAY", "0")]).await;
    let token = app.token(&User::named("alice")).expires_in(2).sign();
    let alice = app.bearer(&token);
    alice.get("/api/me").await.ok();
    eventually(async || alice.get("/api/me").await.status == 401).await;
    alice.get("/api/me").await.rejected(401, "token_expired");
}

#[actix_web::test]
async fn tokens_are_accepted_without_a_cache() {
    let app = TestApp::start_with(&[("TOKEN_CACHE_CAPACITY", "0")]).await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    alice.get("/api/me").await.ok();
}

/// Tokens with a valid signature and one wrong claim.
#[actix_web::test]
async fn a_token_with_a_wrong_claim_is_invalid() {
    let app = TestApp::start().await;
    let origin = app.origin();
    let future = now() + 120;
    let wrong: [(&str, Value); 24] = [
        ("iss", json!("https://evil.test")),
        ("iss", json!(format!("{origin}/"))),
        ("iss", json!([origin])),
        ("iss", Value::Null),
        ("aud", json!("https://evil.test")),
        ("aud", json!(["https://evil.test"])),
        ("aud", json!([])),
        ("aud", json!([origin, 7])),
        ("aud", json!("better-auth:session-cache")),
        ("sub", json!("")),
        ("sub", json!(" \t")),
        ("sub", json!(7)),
        ("exp", json!("2099-01-01")),
        ("exp", Value::Null),
        ("nbf", json!(future)),
        ("nbf", json!("0")),
        ("iat", json!(future)),
        ("iat", json!(true)),
        ("uuid", json!("alice")),
        ("uuid", json!("00000000-0000-0000-0000-000000000000")),
        ("uuid", json!("ffffffff-ffff-ffff-ffff-ffffffffffff")),
        ("uuid", json!(7)),
        ("banned", json!(true)),
        ("banned", json!("true")),
    ];
    for (claim, value) in wrong {
        let token = app
            .token(&User::named("alice"))
            .claim(claim, value.clone())
            .sign();
        let answer = app.bearer(&token).get("/api/me").await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (401, &json!("token_invalid")),
            "{claim}: {value}"
        );
    }
    app.bearer(&app.token(&User::named("alice")).sign())
        .get("/api/me")
        .await
        .ok();
}

#[actix_web::test]
async fn a_token_without_a_required_claim_is_invalid() {
    let app = TestApp::start().await;
    for claim in ["iss", "aud", "sub", "exp", "uuid"] {
        let token = app.token(&User::named("alice")).without(claim).sign();
        app.bearer(&token)
            .get("/api/me")
            .await
            .rejected(401, "token_invalid");
    }
}

#[actix_web::test]
async fn only_a_missing_uuid_claim_is_named() {
    let app = TestApp::start().await;
    let alice = User::named("alice");
    let without = app
        .bearer(&app.token(&alice).without("uuid").sign())
        .get("/api/me")
        .await;
    assert_eq!(
        without.rejected(401, "token_invalid")["detail"],
        "Token has no usable uuid claim"
    );
    let expired_too = app.token(&alice).without("uuid").expires_in(-120).sign();
    app.bearer(&expired_too)
        .get("/api/me")
        .await
        .rejected(401, "token_expired");
}

#[actix_web::test]
async fn a_claim_that_appears_twice_is_invalid() {
    let app = TestApp::start().await;
    let alice = User::named("alice");
    let (origin, exp) = (app.origin(), now() + 60);
    let claims =
        json!({"iss": origin, "aud": origin, "sub": alice.id, "exp": exp, "uuid": alice.uuid})
            .to_string();
    let sign = |payload: String| app.token(&alice).raw_payload(payload).sign();
    app.bearer(&sign(claims.clone())).get("/api/me").await.ok();
    let twice = claims.replacen('{', r#"{"sub":"somebody","#, 1);
    app.bearer(&sign(twice))
        .get("/api/me")
        .await
        .rejected(401, "token_invalid");
}

#[actix_web::test]
async fn a_token_with_a_wrong_header_is_invalid() {
    let app = TestApp::start().await;
    let wrong = [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("alg", json!("eddsa")),
        ("alg", json!(1)),
        ("typ", json!("better-auth.session-cache+jwt")),
        ("typ", json!("logout+jwt")),
        ("typ", Value::Null),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("kid", json!(7)),
    ];
    for (name, value) in wrong {
        let token = app
            .token(&User::named("alice"))
            .header(name, value.clone())
            .sign();
        let answer = app.bearer(&token).get("/api/me").await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (401, &json!("token_invalid")),
            "{name}: {value}"
        );
    }
}

#[actix_web::test]
async fn a_key_inside_the_token_is_never_used() {
    let app = TestApp::start().await;
    let forger = MockAuth::start().await;
    let key = forger.jwks()["keys"][0].clone();
    let alice = User::named("alice");
    for (name, value) in [
        ("jwk", key),
        ("jku", json!(format!("{}/api/auth/jwks", forger.origin()))),
    ] {
        let token = forger
            .token(&alice)
            .header(name, value)
            .claim("iss", app.origin())
            .claim("aud", app.origin());
        app.bearer(&token.sign())
            .get("/api/me")
            .await
            .rejected(401, "token_invalid");
    }
    assert_eq!(forger.jwks_fetches(), 0);
}

#[actix_web::test]
async fn each_algorithm_is_accepted_and_its_tampered_signature_rejected() {
    let mut kids = Vec::new();
    let app = TestApp::start_after(&[], async |auth: &MockAuth| {
        kids = ALGORITHMS.map(|algorithm| auth.add_key(algorithm)).to_vec();
    })
    .await;
    for kid in kids {
        let token = || app.token_signed_by(&kid, &User::named("alice"));
        app.bearer(&token().sign()).get("/api/me").await.ok();
        app.bearer(&token().tampered_signature().sign())
            .get("/api/me")
            .await
            .rejected(401, "token_invalid");
    }
}

#[actix_web::test]
async fn an_algorithm_that_is_not_listed_is_rejected() {
    let app = TestApp::start_with(&[("JWT_ALGORITHMS", "ES256")]).await;
    app.rotate(Algorithm::Es256);
    app.bearer(&app.token(&User::named("alice")).sign())
        .get("/api/me")
        .await
        .ok();
    app.rotate(Algorithm::EdDSA);
    app.bearer(&app.token(&User::named("alice")).sign())
        .get("/api/me")
        .await
        .rejected(401, "token_invalid");
}

#[actix_web::test]
async fn the_algorithm_comes_from_the_key_and_not_from_the_token() {
    let app = TestApp::start().await;
    app.rotate(Algorithm::Rs256);
    let token = app.token(&User::named("alice"));
    app.bearer(&token.algorithm_header("PS256").sign())
        .get("/api/me")
        .await
        .rejected(401, "token_invalid");
    app.bearer(&app.token(&User::named("alice")).sign())
        .get("/api/me")
        .await
        .ok();
}

#[actix_web::test]
async fn a_token_without_kid_needs_the_only_key_of_its_algorithm() {
    let app = TestApp::start().await;
    let token = app.token(&User::named("alice")).kid(None).sign();
    app.bearer(&token).get("/api/me").await.ok();
    let rivals = TestApp::start_after(&[], async |auth: &MockAuth| {
        auth.add_key(Algorithm::EdDSA);
    })
    .await;
    let token = rivals.token(&User::named("alice")).kid(None).sign();
    rivals
        .bearer(&token)
        .get("/api/me")
        .await
        .rejected(401, "token_invalid");
}

#[actix_web::test]
async fn the_scheme_is_case_insensitive_and_a_token_is_read_from_the_header_alone() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let token = alice.token();
    let with = |value: String| {
        app.anonymous()
            .request(Method::GET, "/api/me")
            .header("authorization", value)
    };
    Answer::of(with(format!("bEaReR {token}"))).await.ok();
    app.anonymous()
        .get(&format!("/api/me?access_token={token}"))
        .await
        .rejected(401, "token_missing");
    let cookie = app
        .anonymous()
        .request(Method::GET, "/api/me")
        .header("cookie", format!("token={token}"));
    Answer::of(cookie).await.rejected(401, "token_missing");
}

/// Requests that are also wrong in another way: body, size, route or parameter.
async fn wrong_requests(client: &Client, user: &str) -> Vec<Answer> {
    let path = format!("/api/{user}/nothing");
    vec![
        client.raw(Method::POST, &path, "{broken").await,
        client.raw(Method::PUT, &path, "x".repeat(300_000)).await,
        client.get(&format!("{path}/x?page=x")).await,
        client.get("/api/admin/users?page=x").await,
        client
            .raw(Method::POST, "/api/admin/users", "{broken")
            .await,
    ]
}

#[actix_web::test]
async fn a_bad_token_is_rejected_before_anything_else_that_is_wrong() {
    let app = TestApp::start().await;
    for answer in wrong_requests(&app.anonymous(), "me").await {
        answer.rejected(401, "token_missing");
    }
    for answer in wrong_requests(&app.bearer("not.a.token"), "nobody").await {
        answer.rejected(401, "token_malformed");
    }
}

#[actix_web::test]
async fn what_is_forbidden_is_rejected_before_anything_else_that_is_wrong() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    for answer in wrong_requests(&bob, &alice.uuid().to_string()).await {
        answer.rejected(403, "forbidden");
    }
}

const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::EdDSA,
    Algorithm::Es256,
    Algorithm::Rs256,
    Algorithm::Ps256,
];

fn now() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}
