//! The mock behaves like Better Auth until it is told otherwise.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{io, io::Read as _, time::Duration};

use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::Jwk};
use mock_auth::{Algorithm, Behaviour, MockAuth, SESSION_COOKIE, User};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

const JWKS: &str = "/api/auth/jwks";
const GET_SESSION: &str = "/api/auth/get-session";
const TOKEN: &str = "/api/auth/token";

struct Response {
    head: String,
    body: Vec<u8>,
}

impl Response {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

async fn request(auth: &MockAuth, path: &str, header: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", auth.port())).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n");
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

async fn get(auth: &MockAuth, path: &str, header: &str) -> io::Result<Response> {
    let mut stream = request(auth, path, header).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(Response {
        head: String::from_utf8(answer[..end].to_vec()).unwrap(),
        body: answer[end + 4..].to_vec(),
    })
}

async fn fetch_keys(auth: &MockAuth) -> Vec<Value> {
    let response = get(auth, JWKS, "").await.unwrap();
    assert!(response.head.starts_with("HTTP/1.1 200"));
    response.json()["keys"].as_array().unwrap().clone()
}

fn kids(keys: &[Value]) -> Vec<&str> {
    keys.iter().filter_map(|key| key["kid"].as_str()).collect()
}

/// Verifies as a resource server would: the key by its kid, the algorithm from the key.
async fn verify(auth: &MockAuth, token: &str) -> jsonwebtoken::errors::Result<Value> {
    let header = decode_header(token)?;
    let keys = fetch_keys(auth).await;
    let entry = keys.iter().find(|key| key["kid"] == json!(header.kid));
    let jwk: Jwk = serde_json::from_value(entry.unwrap().clone()).unwrap();
    let mut validation = Validation::new(jwk.common.key_algorithm.unwrap().to_string().parse()?);
    validation.set_issuer(&[auth.origin()]);
    validation.set_audience(&[auth.origin()]);
    decode(token, &DecodingKey::from_jwk(&jwk)?, &validation).map(|data| data.claims)
}

#[actix_web::test]
async fn a_tampered_signature_does_not_verify() {
    let auth = MockAuth::start().await;
    for algorithm in [Algorithm::EdDSA, Algorithm::Es256, Algorithm::Rs256] {
        auth.rotate(algorithm);
        let token = auth
            .token(&User::named("alice"))
            .tampered_signature()
            .sign();
        assert!(verify(&auth, &token).await.is_err(), "{algorithm:?}");
    }
}

#[actix_web::test]
async fn an_expired_token_does_not_verify() {
    let auth = MockAuth::start().await;
    let token = auth.token(&User::named("alice")).expires_in(-120).sign();
    assert!(verify(&auth, &token).await.is_err());
}

#[actix_web::test]
async fn a_token_verifies_under_the_published_key_of_its_algorithm() {
    let auth = MockAuth::start().await;
    let alice = User::named("alice");
    for algorithm in [
        Algorithm::EdDSA,
        Algorithm::Es256,
        Algorithm::Rs256,
        Algorithm::Ps256,
    ] {
        let kid = auth.rotate(algorithm);
        let token = auth.token(&alice).sign();
        assert_eq!(decode_header(&token).unwrap().kid, Some(kid));
        assert_eq!(verify(&auth, &token).await.unwrap()["sub"], alice.id);
    }
}

#[actix_web::test]
async fn an_es512_token_verifies_under_its_published_key() {
    let auth = MockAuth::start().await;
    auth.rotate(Algorithm::Es512);
    let token = auth.token(&User::named("alice")).sign();
    let key = fetch_keys(&auth).await.pop().unwrap();
    let field = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let point = [vec![4], field("x"), field("y")].concat();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point)
        .verify(message.as_bytes(), &signature)
        .unwrap();
}

#[actix_web::test]
async fn a_token_has_the_header_and_claims_of_better_auth() {
    let auth = MockAuth::start().await;
    let alice = User {
        role: "admin".to_owned(),
        permissions: vec!["books:delete".to_owned()],
        ..User::named("alice")
    };
    let token = auth.token(&alice).sign();
    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&header).unwrap(),
        json!({"alg": "EdDSA", "kid": auth.signing_kid()}),
    );
    let claims = verify(&auth, &token).await.unwrap();
    let iat = claims["iat"].as_i64().unwrap();
    assert_eq!(
        claims,
        json!({
            "uuid": alice.uuid, "email": "alice@example.test", "name": "alice", "role": "admin",
            "permissions": ["books:delete"], "sub": alice.id, "iss": auth.origin(), "aud": auth.origin(),
            "iat": iat, "exp": iat + 900,
        }),
    );
}

#[actix_web::test]
async fn invalid_headers_and_payloads_are_signed_unchanged() {
    let auth = MockAuth::start().await;
    let payload = r#"{"sub":"a","sub":"b"}"#;
    let token = auth
        .token(&User::named("alice"))
        .kid(None)
        .algorithm_header("none")
        .raw_payload(payload)
        .sign();
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(
        URL_SAFE_NO_PAD.decode(parts[0]).unwrap(),
        br#"{"alg":"none"}"#
    );
    assert_eq!(
        URL_SAFE_NO_PAD.decode(parts[1]).unwrap(),
        payload.as_bytes()
    );
}

#[actix_web::test]
async fn rotation_keeps_the_old_key_published_until_it_is_retired() {
    let auth = MockAuth::start().await;
    let old = auth.signing_kid();
    let old_token = auth.token(&User::named("alice")).sign();
    let new = auth.rotate(Algorithm::EdDSA);
    assert_eq!(kids(&fetch_keys(&auth).await), [&old, &new]);
    verify(&auth, &old_token).await.unwrap();

    auth.retire_old_keys();
    assert_eq!(kids(&fetch_keys(&auth).await), [&new]);
}

#[actix_web::test]
async fn an_added_key_signs_only_when_it_is_named() {
    let auth = MockAuth::start().await;
    let alice = User::named("alice");
    let added = auth.add_key(Algorithm::Es256);
    let by_default = decode_header(auth.token(&alice).sign()).unwrap();
    assert_eq!(by_default.kid, Some(auth.signing_kid()));
    let token = auth.token_signed_by(&added, &alice).sign();
    assert_eq!(decode_header(&token).unwrap().kid, Some(added));
    verify(&auth, &token).await.unwrap();
}

#[actix_web::test]
async fn published_entries_come_verbatim_before_the_good_keys() {
    let auth = MockAuth::start().await;
    auth.publish(vec![Value::Null, json!({"kid": 5})]);
    let keys = fetch_keys(&auth).await;
    assert_eq!(keys[..2], [Value::Null, json!({"kid": 5})]);
    assert_eq!(keys[2]["kid"], auth.signing_kid());
    assert_eq!(keys[2].get("use"), None);
}

#[actix_web::test]
async fn a_stopped_server_refuses_connections_and_comes_back_with_its_keys() {
    let auth = MockAuth::start().await;
    let before = fetch_keys(&auth).await;
    auth.stop().await;
    let refused = get(&auth, JWKS, "").await.err().unwrap();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);

    auth.restart().await;
    assert_eq!(fetch_keys(&auth).await, before);
}

#[actix_web::test]
async fn stopping_closes_waiting_connections() {
    let auth = MockAuth::start().await;
    auth.behave(Behaviour::Stall);
    let stop_once_it_waits = async {
        while auth.jwks_fetches() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        auth.stop().await;
    };
    let (answer, ()) = timeout(Duration::from_secs(5), async {
        tokio::join!(get(&auth, JWKS, ""), stop_once_it_waits)
    })
    .await
    .unwrap();
    assert!(answer.is_err());
}

#[actix_web::test]
async fn a_dropped_server_frees_its_port() {
    let auth = MockAuth::start().await;
    let port = auth.port();
    drop(auth);
    timeout(Duration::from_secs(5), async {
        while MockAuth::bind(port).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
}

#[actix_web::test]
async fn a_taken_port_is_an_error() {
    let auth = MockAuth::start().await;
    let error = MockAuth::bind(auth.port()).await.err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
}

#[actix_web::test]
async fn get_session_answers_null_without_an_open_session() {
    let auth = MockAuth::start().await;
    let revoked = auth.sign_in(&User::named("alice"));
    auth.sign_out(&revoked);
    let open = auth.sign_in(&User::named("alice"));
    for header in [
        String::new(),
        format!("Cookie: {SESSION_COOKIE}=unknown\r\n"),
        format!("Cookie: {SESSION_COOKIE}={open}.forged\r\n"),
        format!("Cookie: other={open}\r\n"),
        format!("Cookie: {}\r\n", auth.session_cookie(&revoked)),
        format!("Authorization: Basic {open}\r\n"),
    ] {
        let response = get(&auth, GET_SESSION, &header).await.unwrap();
        assert!(response.head.starts_with("HTTP/1.1 200"), "{header}");
        assert_eq!(response.json(), Value::Null, "{header}");
    }
}

#[actix_web::test]
async fn get_session_knows_the_user_by_cookie_and_by_bearer_token() {
    let auth = MockAuth::start().await;
    let alice = User::named("alice");
    let token = auth.sign_in(&alice);
    for header in [
        format!("Cookie: a=b; {}\r\n", auth.session_cookie(&token)),
        format!("Cookie: {SESSION_COOKIE}={token}\r\n"),
        format!("Authorization: bearer {token}\r\n"),
    ] {
        let body = get(&auth, GET_SESSION, &header).await.unwrap().json();
        assert_eq!(body["session"]["token"], token, "{header}");
        assert_eq!(body["session"]["userId"], alice.id);
        assert_eq!(body["user"]["uuid"], json!(alice.uuid));
    }
}

#[actix_web::test]
async fn a_token_is_given_only_for_a_session() {
    let auth = MockAuth::start().await;
    let refused = get(&auth, TOKEN, "").await.unwrap();
    assert!(refused.head.starts_with("HTTP/1.1 401"));

    let session = auth.sign_in(&User::named("alice"));
    let header = format!("Authorization: Bearer {session}\r\n");
    let body = get(&auth, TOKEN, &header).await.unwrap().json();
    let claims = verify(&auth, body["token"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(claims["email"], "alice@example.test");
}

#[actix_web::test]
async fn the_key_set_is_at_one_path_only() {
    let auth = MockAuth::start().await;
    let response = get(&auth, "/.well-known/jwks.json", "").await.unwrap();
    assert!(response.head.starts_with("HTTP/1.1 404"));
    assert_eq!(auth.jwks_fetches(), 0);
}

#[actix_web::test]
async fn a_stalled_key_set_sends_nothing_and_counts_as_a_fetch() {
    let auth = MockAuth::start().await;
    auth.behave(Behaviour::Stall);
    let mut stream = request(&auth, JWKS, "").await.unwrap();
    let answer = timeout(Duration::from_millis(500), stream.read_u8()).await;
    assert!(answer.is_err());
    assert_eq!(auth.jwks_fetches(), 1);
}

#[actix_web::test]
async fn a_dripping_key_set_keeps_coming_but_does_not_end() {
    let auth = MockAuth::start().await;
    auth.behave(Behaviour::Drip);
    let mut stream = request(&auth, JWKS, "").await.unwrap();
    let mut answer = Vec::new();
    let whole = timeout(Duration::from_secs(1), stream.read_to_end(&mut answer)).await;
    assert!(whole.is_err());
    let chunks = String::from_utf8(answer)
        .unwrap()
        .matches("\r\n1\r\n")
        .count();
    assert!((2..=6).contains(&chunks), "{chunks} bytes in a second");
}

#[actix_web::test]
async fn errors_have_their_status_and_headers() {
    let auth = MockAuth::start().await;
    auth.behave(Behaviour::Status(500));
    assert!(head(&auth).await.starts_with("http/1.1 500"));

    auth.behave(Behaviour::RetryAfter {
        status: 429,
        seconds: 7,
    });
    let limited = head(&auth).await;
    assert!(limited.starts_with("http/1.1 429"));
    assert!(limited.contains("\r\nretry-after: 7"));

    auth.behave(Behaviour::Redirect("http://127.0.0.1:9/jwks".to_owned()));
    let redirected = head(&auth).await;
    assert!(redirected.starts_with("http/1.1 302"));
    assert!(redirected.contains("\r\nlocation: http://127.0.0.1:9/jwks"));
}

async fn head(auth: &MockAuth) -> String {
    get(auth, JWKS, "").await.unwrap().head.to_lowercase()
}

#[actix_web::test]
async fn a_body_is_sent_as_given() {
    let auth = MockAuth::start().await;
    auth.behave(Behaviour::Body {
        content_type: "text/html".to_owned(),
        bytes: b"<html>".to_vec(),
    });
    let response = get(&auth, JWKS, "").await.unwrap();
    assert!(response.head.contains("text/html"));
    assert_eq!(response.body, b"<html>");
}

#[actix_web::test]
async fn a_huge_key_set_does_not_announce_its_size() {
    let auth = MockAuth::start().await;
    auth.behave(Behaviour::Huge { bytes: 1_000_000 });
    let response = get(&auth, JWKS, "").await.unwrap();
    assert!(response.head.contains("transfer-encoding: chunked"));
    assert!(response.body.len() >= 1_000_000);
}

#[actix_web::test]
async fn a_compressed_key_set_holds_the_good_keys() {
    let auth = MockAuth::start().await;
    auth.behave(Behaviour::Gzip);
    let response = get(&auth, JWKS, "").await.unwrap();
    assert!(response.head.contains("content-encoding: gzip"));
    let mut plain = String::new();
    flate2::read::GzDecoder::new(response.body.as_slice())
        .read_to_string(&mut plain)
        .unwrap();
    assert_eq!(plain, auth.jwks().to_string());
}

#[test]
fn a_named_user_is_the_same_in_every_run() {
    let alice = User::named("alice");
    let uuid = "2bd806c9-7f0e-40af-9a1f-c3328fa763a9";
    assert_eq!(alice.uuid.to_string(), uuid);
    let id = if cfg!(feature = "native-ids") {
        uuid
    } else {
        "REgpdoaZAFjYtRLTMBJoHtWrxZZHyVWu"
    };
    assert_eq!(alice.id, id);
    assert_ne!(alice.uuid, User::named("bob").uuid);
}
