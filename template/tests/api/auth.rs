use mock_auth::{Algorithm, MockAuth, User};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, eventually};

#[actix_web::test]
async fn without_credentials_the_challenge_names_no_error() {
    let app = TestApp::start().await;
    let answer = app.anonymous().get("/api/me").await;
    answer.refused(401, "token_missing");
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="api""#);
}

#[actix_web::test]
async fn another_scheme_counts_as_no_credentials() {
    let app = TestApp::start().await;
    let request = app
        .anonymous()
        .request(Method::GET, "/api/me")
        .basic_auth("alice", Some("secret"));
    Answer::of(request).await.refused(401, "token_missing");
    for (value, code) in [
        ("", "token_missing"),
        ("Negotiate", "token_missing"),
        ("Bearer", "token_malformed"),
        ("Bearer\ta.b.c", "token_missing"),
        ("Bearer a.b.c, Bearer d.e.f", "token_malformed"),
    ] {
        let request = app.anonymous().request(Method::GET, "/api/me");
        let answer = Answer::of(request.header("authorization", value)).await;
        answer.refused(401, code);
    }
}

#[actix_web::test]
async fn two_authorization_headers_are_a_contradiction() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let request = alice
        .request(Method::GET, "/api/me")
        .header("authorization", "Bearer other");
    let answer = Answer::of(request).await;
    answer.refused(400, "invalid_request");
    assert!(
        answer
            .header("www-authenticate")
            .contains(r#"error="invalid_request""#)
    );
}

#[actix_web::test]
async fn what_is_not_a_jwt_is_malformed_even_while_no_keys_are_loaded() {
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
        answer.refused(401, "token_malformed");
        assert!(
            answer
                .header("www-authenticate")
                .contains(r#"error="invalid_token""#)
        );
    }
}

#[actix_web::test]
async fn an_expired_token_is_told_apart() {
    let app = TestApp::start().await;
    let token = app.token(&User::named("alice")).expires_in(-120).sign();
    let answer = app.bearer(&token).get("/api/me").await;
    answer.refused(401, "token_expired");
    assert!(
        answer
            .header("www-authenticate")
            .contains(r#"error="invalid_token""#)
    );
}

#[actix_web::test]
async fn the_leeway_counts_for_exp_alone() {
    let app = TestApp::start_with(&[("JWT_LEEWAY", "30")]).await;
    let alice = User::named("alice");
    let just_expired = app.token(&alice).expires_in(-10).sign();
    app.bearer(&just_expired).get("/api/me").await.ok();
    let long_expired = app.token(&alice).expires_in(-40).sign();
    app.bearer(&long_expired)
        .get("/api/me")
        .await
        .refused(401, "token_expired");
}

#[actix_web::test]
async fn a_token_that_was_good_expires_all_the_same() {
    let app = TestApp::start_with(&[("JWT_LEEWAY", "0")]).await;
    let token = app.token(&User::named("alice")).expires_in(2).sign();
    let alice = app.bearer(&token);
    alice.get("/api/me").await.ok();
    eventually(async || alice.get("/api/me").await.status == 401).await;
    alice.get("/api/me").await.refused(401, "token_expired");
}

#[actix_web::test]
async fn tokens_open_without_being_remembered() {
    let app = TestApp::start_with(&[("TOKEN_CACHE_CAPACITY", "0")]).await;
    let alice = app.user("alice").await;
    alice.get("/api/me").await.ok();
    alice.get("/api/me").await.ok();
}

/// Every way in which the claims can be wrong, on a token that is good otherwise.
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
            .refused(401, "token_invalid");
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
        without.refused(401, "token_invalid")["detail"],
        "Token has no usable uuid claim"
    );
    let expired_too = app.token(&alice).without("uuid").expires_in(-120).sign();
    app.bearer(&expired_too)
        .get("/api/me")
        .await
        .refused(401, "token_expired");
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
        .refused(401, "token_invalid");
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
            .refused(401, "token_invalid");
    }
    assert_eq!(forger.jwks_fetches(), 0);
}

#[actix_web::test]
async fn each_algorithm_opens_and_its_tampered_signature_does_not() {
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
            .refused(401, "token_invalid");
    }
}

#[actix_web::test]
async fn an_algorithm_that_is_not_listed_is_refused() {
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
        .refused(401, "token_invalid");
}

#[actix_web::test]
async fn the_algorithm_is_the_keys_and_not_the_tokens() {
    let app = TestApp::start().await;
    app.rotate(Algorithm::Rs256);
    let token = app.token(&User::named("alice"));
    app.bearer(&token.algorithm_header("PS256").sign())
        .get("/api/me")
        .await
        .refused(401, "token_invalid");
    app.bearer(&app.token(&User::named("alice")).sign())
        .get("/api/me")
        .await
        .ok();
}

#[actix_web::test]
async fn a_token_without_kid_needs_an_unrivalled_key() {
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
        .refused(401, "token_invalid");
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
        .refused(401, "token_missing");
    let cookie = app
        .anonymous()
        .request(Method::GET, "/api/me")
        .header("cookie", format!("token={token}"));
    Answer::of(cookie).await.refused(401, "token_missing");
}

#[actix_web::test]
async fn a_bad_token_comes_before_everything_else_that_is_wrong() {
    let app = TestApp::start().await;
    let stranger = app.bearer("not.a.token");
    stranger
        .raw(Method::POST, "/api/me/anything", "{broken")
        .await
        .refused(401, "token_malformed");
    stranger
        .raw(Method::PUT, "/api/nobody/nothing", "x".repeat(300_000))
        .await
        .refused(401, "token_malformed");
    stranger
        .get("/api/admin/users?page=x")
        .await
        .refused(401, "token_malformed");
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
