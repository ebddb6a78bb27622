//! Fuzzes the verifier: no bytes panic, nothing unsigned is accepted, and what is accepted keeps
//! the rules. The first byte of the input chooses what the rest is.
#![no_main]

use std::{sync::LazyLock, time::Duration};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use better_auth::{
    Claims, Jws, KeySet, Rejection, Token, Verifier,
    config::{BetterAuthSettings, TokenSettings},
};
use database::read_settings;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const NOW: Duration = Duration::from_secs(1_800_000_000);
const HEADER: &str = r#"{"alg":"EdDSA","kid":"k"}"#;

static SETTINGS: LazyLock<TokenSettings> = LazyLock::new(|| {
    read_settings(|_| None, BetterAuthSettings::read)
        .expect("the defaults are good")
        .tokens
});
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| Verifier::new(&SETTINGS));
static PAIR: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed"));
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let x = URL_SAFE_NO_PAD.encode(PAIR.public_key());
    let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}]});
    KeySet::parse(set.to_string().as_bytes(), &SETTINGS.algorithms)
        .expect("a key set")
        .0
});
static GOOD: LazyLock<String> = LazyLock::new(|| {
    let claims = json!({
        "iss": SETTINGS.issuer, "aud": SETTINGS.audience, "sub": "u", "exp": NOW.as_secs() + 60,
        "uuid": "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90",
    });
    sign(HEADER.as_bytes(), claims.to_string().as_bytes())
});

fuzz_target!(|input: &[u8]| {
    let Some((mode, rest)) = input.split_first() else {
        return;
    };
    match mode % 5 {
        0 => any_text(&String::from_utf8_lossy(rest)),
        1 => changed_token(rest),
        2 => signed_payload(rest),
        3 => signed_header(rest),
        _ => key_set(rest),
    }
});

fn verdict(token: &str) -> Result<Claims, Rejection> {
    VERIFIER.verify(Token::parse(token)?, &KEYS, NOW)
}

fn any_text(text: &str) {
    let accepted = verdict(text).is_ok();
    assert!(!accepted || text == *GOOD);
    if let Ok(jws) = Jws::parse(text) {
        let _ = VERIFIER.check_signature(&jws, &KEYS);
    }
}

/// The good token with bytes of it replaced: pairs of place and byte.
fn changed_token(changes: &[u8]) {
    let mut token = GOOD.clone().into_bytes();
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % token.len();
        token[place] = change[2];
    }
    any_text(&String::from_utf8_lossy(&token));
}

fn signed_payload(payload: &[u8]) {
    if verdict(&sign(HEADER.as_bytes(), payload)).is_ok() {
        let claims: Value = serde_json::from_slice(payload).expect("accepted claims are JSON");
        assert_eq!(claims["iss"], *SETTINGS.issuer);
        assert!(claims["aud"] == *SETTINGS.audience || claims["aud"].is_array());
        assert!(claims["exp"].as_f64().expect("a number") > NOW.as_secs_f64() - 30.0);
        assert!(claims["sub"].as_str().is_some_and(|sub| !sub.is_empty()));
        assert_eq!(claims["uuid"].as_str().map(str::len), Some(36));
        assert_ne!(claims["banned"], true);
    }
}

fn signed_header(header: &[u8]) {
    let (_, rest) = GOOD.split_once('.').expect("a token");
    let (payload, _) = rest.split_once('.').expect("a token");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    if verdict(&sign(header, &payload)).is_ok() {
        let header: Value = serde_json::from_slice(header).expect("an accepted header is JSON");
        assert_eq!(header["alg"], "EdDSA");
        assert!(header.get("crit").is_none() && header.get("b64").is_none());
        assert!(header.get("kid").is_none_or(|kid| kid == "k"));
    }
}

fn key_set(document: &[u8]) {
    if let Ok((keys, _)) = KeySet::parse(document, &SETTINGS.algorithms) {
        let _ = VERIFIER.verify(Token::parse(&GOOD).expect("a token"), &keys, NOW);
    }
}

fn sign(header: &[u8], payload: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let signature = URL_SAFE_NO_PAD.encode(PAIR.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}
