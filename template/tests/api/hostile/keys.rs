//! Keys that did not sign the token.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_auth::{Algorithm, MockAuth};
use serde_json::{Value, json};

use super::{INVALID, assert_rejected, encoded, token};
use crate::support::TestApp;

#[actix_web::test]
async fn tokens_that_no_key_of_ours_signed_are_rejected() {
    let app = TestApp::start_after(&[], async |auth: &MockAuth| {
        auth.add_key(Algorithm::Rs256);
    })
    .await;
    let forger = MockAuth::start().await;
    let forged = || {
        let token = token(&forger)
            .claim("iss", app.origin())
            .claim("aud", app.origin());
        token.kid(Some(&app.signing_kid()))
    };
    let key = forger.jwks()["keys"][0].clone();
    let rsa = app.jwks()["keys"][0].clone();
    let url = format!("{}/api/auth/jwks", forger.origin());
    let tokens = [
        ("another server's signature", forged().sign()),
        (
            "another server's key in jwk",
            forged().header("jwk", key).sign(),
        ),
        (
            "another server's key set in jku",
            forged().header("jku", url.clone()).sign(),
        ),
        (
            "a certificate in x5c",
            forged().header("x5c", json!(["MIIB"])).sign(),
        ),
        ("a certificate by x5u", forged().header("x5u", url).sign()),
        (
            "the kid of another of our keys",
            token(&app.auth).kid(rsa["kid"].as_str()).sign(),
        ),
        (
            "that and its alg",
            token(&app.auth)
                .kid(rsa["kid"].as_str())
                .algorithm_header("RS256")
                .sign(),
        ),
        ("HMAC under a public key", hmac_under(&rsa, &app.origin())),
        (
            "HMAC under the key's n",
            hmac_with(rsa["n"].as_str().unwrap().as_bytes(), &rsa, &app.origin()),
        ),
        ("no key id, and none fits alone", forged().kid(None).sign()),
    ];
    assert_rejected(&app, INVALID, tokens).await;
    assert_eq!(forger.jwks_fetches(), 0);
}

/// The classic confusion: the public key taken for an HMAC secret (RFC 8725 section 2.1).
fn hmac_under(key: &Value, origin: &str) -> String {
    hmac_with(key.to_string().as_bytes(), key, origin)
}

fn hmac_with(secret: &[u8], key: &Value, origin: &str) -> String {
    let header = json!({"alg": "HS256", "kid": key["kid"]}).to_string();
    let claims = json!({"iss": origin, "aud": origin, "sub": "x", "exp": 9_999_999_999_u64, "uuid": "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90"});
    let signed = format!("{}.{}", encoded(&header), encoded(&claims.to_string()));
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, secret),
        signed.as_bytes(),
    );
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}
