//! Hostile tokens, each over HTTP to a server that accepts a good one in the same state.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_auth::{Algorithm, MockAuth, TokenBuilder, User};
use serde_json::{Value, json};

use crate::support::TestApp;

const INVALID: &str = "token_invalid";
const MALFORMED: &str = "token_malformed";
const EXPIRED: &str = "token_expired";

fn token(auth: &MockAuth) -> TokenBuilder {
    auth.token(&User::named("alice"))
}

/// Sends each token, and after it a good one: what refused it was the token, not the server.
async fn refused(app: &TestApp, rows: Vec<(&str, &str, String)>) {
    let good = app.bearer(&token(&app.auth).sign());
    good.get("/api/me").await.ok();
    for (name, code, hostile) in rows {
        let answer = app.bearer(&hostile).get("/api/me").await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (401, &json!(code)),
            "{name}"
        );
        assert!(
            answer
                .header("www-authenticate")
                .contains(r#"error="invalid_token""#),
            "{name}"
        );
        let signature = hostile.rsplit('.').next().unwrap();
        assert!(
            signature.len() < 8 || !answer.text.contains(signature),
            "{name} is echoed"
        );
        assert_eq!(
            good.get("/api/me").await.status,
            200,
            "the good token after {name}"
        );
    }
}

#[actix_web::test]
async fn headers_that_ask_for_too_much() {
    let app = TestApp::start().await;
    let header = |name: &str, value: Value| token(&app.auth).header(name, value).sign();
    let raw = |text: &str| {
        token(&app.auth)
            .raw_header(text.replace("KID", &app.signing_kid()))
            .sign()
    };
    refused(
        &app,
        vec![
            ("alg none", INVALID, header("alg", json!("none"))),
            ("alg None", INVALID, header("alg", json!("None"))),
            ("alg empty", INVALID, header("alg", json!(""))),
            ("alg null", INVALID, header("alg", Value::Null)),
            ("alg a list", INVALID, header("alg", json!(["EdDSA"]))),
            (
                "alg Ed25519, another name of EdDSA",
                INVALID,
                header("alg", json!("Ed25519")),
            ),
            (
                "alg in small letters",
                INVALID,
                header("alg", json!("eddsa")),
            ),
            ("alg with a blank", INVALID, header("alg", json!("EdDSA "))),
            (
                "alg of another key type",
                INVALID,
                header("alg", json!("RS256")),
            ),
            ("alg HS512", INVALID, header("alg", json!("HS512"))),
            ("alg ES512", INVALID, header("alg", json!("ES512"))),
            ("alg of encryption", INVALID, header("alg", json!("dir"))),
            ("no alg", INVALID, raw(r#"{"kid":"KID"}"#)),
            ("crit empty", INVALID, header("crit", json!([]))),
            ("crit null", INVALID, header("crit", Value::Null)),
            (
                "crit of a known name",
                INVALID,
                header("crit", json!(["alg"])),
            ),
            ("b64 true", INVALID, header("b64", json!(true))),
            (
                "b64 false and crit",
                INVALID,
                raw(r#"{"alg":"EdDSA","kid":"KID","b64":false,"crit":["b64"]}"#),
            ),
            (
                "typ of another token",
                INVALID,
                header("typ", json!("dpop+jwt")),
            ),
            (
                "typ of an id token",
                INVALID,
                header("typ", json!("id_token+jwt")),
            ),
            (
                "typ of a cookie cache",
                INVALID,
                header("typ", json!("better-auth.session-cache+jwt")),
            ),
            (
                "typ a media type in full",
                INVALID,
                header("typ", json!("application/at+jwt+x")),
            ),
            ("typ a number", INVALID, header("typ", json!(1))),
            ("kid null", INVALID, header("kid", Value::Null)),
            (
                "kid a list",
                INVALID,
                header("kid", json!([app.signing_kid()])),
            ),
            (
                "kid a path",
                INVALID,
                header("kid", json!("../../dev/null")),
            ),
            (
                "kid an injection",
                INVALID,
                header("kid", json!("' OR '1'='1")),
            ),
            (
                "kid with a NUL",
                INVALID,
                header("kid", json!(format!("{}\0", app.signing_kid()))),
            ),
            (
                "kid in other letters",
                INVALID,
                header("kid", json!(swapped(&app.signing_kid()))),
            ),
            (
                "alg twice",
                INVALID,
                raw(r#"{"alg":"none","alg":"EdDSA","kid":"KID"}"#),
            ),
            (
                "kid twice",
                INVALID,
                raw(r#"{"alg":"EdDSA","kid":"x","kid":"KID"}"#),
            ),
            (
                "alg twice, once escaped",
                INVALID,
                raw(r#"{"alg":"EdDSA","\u0061lg":"EdDSA","kid":"KID"}"#),
            ),
            ("header a list", MALFORMED, raw("[]")),
            ("header text", MALFORMED, raw("\"EdDSA\"")),
            ("header null", MALFORMED, raw("null")),
            (
                "header with something after it",
                MALFORMED,
                raw(r#"{"alg":"EdDSA","kid":"KID"} x"#),
            ),
            (
                "header with a comment",
                MALFORMED,
                raw(r#"{"alg":"EdDSA"/**/,"kid":"KID"}"#),
            ),
            (
                "header with a comma too many",
                MALFORMED,
                raw(r#"{"alg":"EdDSA","kid":"KID",}"#),
            ),
            (
                "header after a byte order mark",
                MALFORMED,
                raw("\u{feff}{\"alg\":\"EdDSA\",\"kid\":\"KID\"}"),
            ),
        ],
    )
    .await;
}

#[actix_web::test]
async fn encodings_that_others_read_with_a_wink() {
    let app = TestApp::start().await;
    let good = token(&app.auth).sign();
    let parts: Vec<_> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts")
    };
    refused(
        &app,
        vec![
            (
                "padding",
                MALFORMED,
                format!("{header}.{payload}.{signature}=="),
            ),
            (
                "padded header",
                MALFORMED,
                format!("{header}=.{payload}.{signature}"),
            ),
            (
                "standard base64",
                MALFORMED,
                format!("{header}.{payload}.{}", standard(signature)),
            ),
            ("a dot at the end", MALFORMED, format!("{good}.")),
            ("a dot in front", MALFORMED, format!(".{good}")),
            (
                "five parts",
                MALFORMED,
                format!("{good}.{payload}.{signature}"),
            ),
            (
                "a line break inside",
                MALFORMED,
                format!("{header}.{payload}.\t{signature}"),
            ),
            ("no signature", INVALID, format!("{header}.{payload}.")),
            ("no payload", MALFORMED, format!("{header}..{signature}")),
            ("no header", MALFORMED, format!(".{payload}.{signature}")),
            ("bits that say nothing", MALFORMED, loose_bits(&good)),
            ("a signature cut by a byte", INVALID, cut(&good)),
            (
                "a signature with a byte more",
                INVALID,
                format!("{header}.{payload}.{}", lengthened(signature)),
            ),
            (
                "a signature of zeros",
                INVALID,
                format!("{header}.{payload}.{}", "A".repeat(86)),
            ),
            (
                "the signature of another token",
                INVALID,
                format!("{header}.{}.{signature}", encoded(r#"{"sub":"x"}"#)),
            ),
            (
                "JSON serialization",
                MALFORMED,
                json!({"protected": header, "payload": payload, "signature": signature})
                    .to_string(),
            ),
            (
                "longer than 8 KiB",
                MALFORMED,
                token(&app.auth).claim("pad", "x".repeat(8192)).sign(),
            ),
            (
                "a session token",
                MALFORMED,
                app.sign_in(&User::named("alice")),
            ),
        ],
    )
    .await;
}

#[actix_web::test]
async fn claims_that_mean_something_else() {
    let app = TestApp::start().await;
    let origin = app.origin();
    let claim = |name: &str, value: Value| token(&app.auth).claim(name, value).sign();
    let raw = |payload: &str| token(&app.auth).raw_payload(payload.as_bytes()).sign();
    refused(
        &app,
        vec![
            (
                "iss with a slash",
                INVALID,
                claim("iss", json!(format!("{origin}/"))),
            ),
            (
                "iss in capitals",
                INVALID,
                claim("iss", json!(origin.to_uppercase())),
            ),
            (
                "iss longer than ours",
                INVALID,
                claim("iss", json!(format!("{origin}.evil.test"))),
            ),
            (
                "iss a list of ours and another",
                INVALID,
                claim("iss", json!([origin, "x"])),
            ),
            ("iss an object", INVALID, claim("iss", json!({"0": origin}))),
            (
                "aud longer than ours",
                INVALID,
                claim("aud", json!(format!("{origin} x"))),
            ),
            (
                "aud a list in a list",
                INVALID,
                claim("aud", json!([[origin]])),
            ),
            (
                "aud an object",
                INVALID,
                claim("aud", json!({"aud": origin})),
            ),
            ("aud null", INVALID, claim("aud", Value::Null)),
            (
                "aud of a cookie cache",
                INVALID,
                claim("aud", json!("better-auth:session-cache")),
            ),
            ("exp text", INVALID, claim("exp", json!("9999999999"))),
            (
                "exp a list",
                INVALID,
                claim("exp", json!([9_999_999_999_u64])),
            ),
            ("exp false", INVALID, claim("exp", json!(false))),
            ("exp zero", EXPIRED, claim("exp", json!(0))),
            ("exp below zero", EXPIRED, claim("exp", json!(-1))),
            (
                "exp too large for a number",
                MALFORMED,
                raw(r#"{"exp":1e400}"#),
            ),
            ("exp no JSON number", MALFORMED, raw(r#"{"exp":NaN}"#)),
            ("nbf text", INVALID, claim("nbf", json!("1"))),
            ("nbf null", INVALID, claim("nbf", Value::Null)),
            ("nbf in the far future", INVALID, claim("nbf", json!(1e300))),
            (
                "iat in the far future",
                INVALID,
                claim("iat", json!(u64::MAX)),
            ),
            ("iat a list", INVALID, claim("iat", json!([1]))),
            ("sub null", INVALID, claim("sub", Value::Null)),
            ("sub a list", INVALID, claim("sub", json!(["x"]))),
            (
                "uuid without hyphens",
                INVALID,
                claim("uuid", json!("018f3c1a7b6e7c3d9f2a4b5c6d7e8f90")),
            ),
            (
                "uuid in braces",
                INVALID,
                claim("uuid", json!("{018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90}")),
            ),
            (
                "uuid a list of bytes",
                INVALID,
                claim("uuid", json!([1, 143])),
            ),
            (
                "uuid with a blank",
                INVALID,
                claim("uuid", json!(" 018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90")),
            ),
            ("banned", INVALID, claim("banned", json!(true))),
            ("payload a list", MALFORMED, raw("[]")),
            (
                "payload no UTF-8",
                MALFORMED,
                token(&app.auth)
                    .raw_payload(vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}'])
                    .sign(),
            ),
            (
                "payload half a surrogate",
                MALFORMED,
                raw(r#"{"sub":"\ud800"}"#),
            ),
            (
                "payload nested a thousand deep",
                MALFORMED,
                raw(&format!("{{\"a\":{}", "[".repeat(1000))),
            ),
            ("payload empty", MALFORMED, raw("")),
            ("exp twice", INVALID, raw(r#"{"exp":1,"exp":9999999999}"#)),
        ],
    )
    .await;
}

#[actix_web::test]
async fn keys_that_did_not_sign_the_token() {
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
    refused(
        &app,
        vec![
            ("another server's signature", INVALID, forged().sign()),
            (
                "another server's key in jwk",
                INVALID,
                forged().header("jwk", key).sign(),
            ),
            (
                "another server's key set in jku",
                INVALID,
                forged().header("jku", url.clone()).sign(),
            ),
            (
                "a certificate in x5c",
                INVALID,
                forged().header("x5c", json!(["MIIB"])).sign(),
            ),
            (
                "a certificate by x5u",
                INVALID,
                forged().header("x5u", url).sign(),
            ),
            (
                "the kid of another of our keys",
                INVALID,
                token(&app.auth).kid(rsa["kid"].as_str()).sign(),
            ),
            (
                "that and its alg",
                INVALID,
                token(&app.auth)
                    .kid(rsa["kid"].as_str())
                    .algorithm_header("RS256")
                    .sign(),
            ),
            (
                "HMAC under a public key",
                INVALID,
                hmac_under(&rsa, &app.origin()),
            ),
            (
                "HMAC under the key's n",
                INVALID,
                hmac_with(rsa["n"].as_str().unwrap().as_bytes(), &rsa, &app.origin()),
            ),
            (
                "no key id, and none fits alone",
                INVALID,
                forged().kid(None).sign(),
            ),
        ],
    )
    .await;
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

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn swapped(text: &str) -> String {
    let swap = |c: char| {
        if c.is_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

/// The same bytes with `+` and `/`: as text where they have neither, with one put in.
fn standard(part: &str) -> String {
    let text = part.replace('-', "+").replace('_', "/");
    if text == part {
        format!("+{}", &part[1..])
    } else {
        text
    }
}

fn lengthened(signature: &str) -> String {
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes.push(0);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn cut(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&bytes[1..]))
}

/// 64 bytes take 86 characters, whose last four bits must be zero (RFC 4648 section 3.5).
fn loose_bits(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    format!("{rest}{next}")
}
