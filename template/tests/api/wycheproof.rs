//! The public test vectors of the project C2SP/wycheproof, through the program that operators run.
//! They are not part of this project: WYCHEPROOF_DIR names the folder `testvectors_v1` of a copy.

use std::{fs, path::PathBuf};

use app::auth::KeySet;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Value, json};

use crate::support::run_with_input;

fn vectors(file: &str) -> Value {
    let folder = std::env::var("WYCHEPROOF_DIR").expect("WYCHEPROOF_DIR names the vectors");
    let path = PathBuf::from(folder).join(file);
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap()
}

/// A vector as it goes through `verify-token`.
struct Case {
    name: String,
    jwks: Value,
    token: Value,
    valid: bool,
    /// Its keys or its header are of an algorithm that this API never accepts: HMAC, encryption,
    /// SHA-384 and SHA-512.
    rejected_by_policy: bool,
}

fn cases(file: &str) -> Vec<Case> {
    let vectors = vectors(file);
    let groups = vectors["testGroups"].as_array().unwrap();
    let in_group = |group: &Value| -> Vec<Case> {
        let keys = group.get("public").unwrap_or(&group["private"]);
        let keys = keys.get("keys").cloned().unwrap_or_else(|| json!([keys]));
        let case = |test: &Value| Case {
            name: format!("{file} {} {}", test["tcId"], test["comment"]),
            jwks: json!({ "keys": keys }),
            token: test.get("jws").unwrap_or(&test["jwe"]).clone(),
            valid: test["result"] == "valid",
            rejected_by_policy: !(keys.as_array().unwrap().iter().any(is_ours)
                && is_ours(&header(test))),
        };
        group["tests"]
            .as_array()
            .unwrap()
            .iter()
            .map(case)
            .collect()
    };
    groups.iter().flat_map(in_group).collect()
}

fn header(test: &Value) -> Value {
    let token = test["jws"].as_str().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap());
    serde_json::from_slice(&header.unwrap_or_default()).unwrap_or_default()
}

fn is_ours(key: &Value) -> bool {
    key["kty"] != "oct"
        && key
            .get("alg")
            .is_none_or(|alg| ["EdDSA", "ES256", "RS256", "PS256"].contains(&alg.as_str().unwrap()))
}

#[test]
#[ignore = "needs WYCHEPROOF_DIR"]
fn every_jws_vector_gets_the_expected_result() {
    let files = [
        "json_web_signature_test.json",
        "json_web_crypto_test.json",
        "json_web_key_test.json",
    ];
    let cases: Vec<_> = files.into_iter().flat_map(cases).collect();
    let lines: Vec<_> = cases
        .iter()
        .map(|case| json!({"jwks": case.jwks, "token": case.token}).to_string())
        .collect();
    let output = run_with_input(
        &["verify-token", "--jsonl", "--signature-only"],
        &[],
        lines.join("\n").as_bytes(),
    );
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let verdicts: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(verdicts.len(), cases.len());

    let (mut agreed, mut by_policy, mut unlike) = (0, 0, Vec::new());
    for (case, verdict) in cases.iter().zip(&verdicts) {
        let accepted = verdict["valid"] == true;
        if accepted == case.valid {
            agreed += 1;
        } else if case.rejected_by_policy && !accepted {
            by_policy += 1;
        } else {
            unlike.push((&case.name, verdict));
        }
    }
    println!(
        "{} vectors: {agreed} agreed, {by_policy} valid ones rejected by policy, unlike: {unlike:#?}",
        cases.len()
    );
    assert_eq!(cases.len(), 510, "the vectors have changed: look at them");
    assert!(unlike.len() <= 2, "{unlike:#?}");
    // RSA keys whose primes were made in a predictable way (ROCA): a signature does not show it.
    assert!(
        unlike
            .iter()
            .all(|(name, _)| name.contains("roca") || name.contains("Roca")),
        "{unlike:#?}"
    );
}

/// Key import and signature check alone, as the verifier does them.
fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let jwks = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": URL_SAFE_NO_PAD.encode(key)}]});
    let (keys, _) = KeySet::parse(jwks.to_string().as_bytes(), &[Algorithm::EdDSA]).unwrap();
    let signature = URL_SAFE_NO_PAD.encode(signature);
    keys.get("k").is_some_and(|key| {
        crypto::verify(&signature, message, key.decoding_key(), Algorithm::EdDSA).unwrap_or(false)
    })
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap().as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.chunks(2).map(byte).collect()
}

#[test]
#[ignore = "needs WYCHEPROOF_DIR"]
fn every_ed25519_vector_gets_the_expected_result() {
    let vectors = vectors("ed25519_test.json");
    let mut seen = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = bytes(&group["publicKey"]["pk"]);
        for test in group["tests"].as_array().unwrap() {
            let accepted = ed25519(&key, &bytes(&test["msg"]), &bytes(&test["sig"]));
            assert_eq!(accepted, test["result"] == "valid", "{test}");
            seen += 1;
        }
    }
    assert_eq!(seen, 151, "the vectors have changed: look at them");
}

/// The twelve edge cases of "Taming the many EdDSAs" (github.com/novifinancial/ed25519-speccheck).
/// Keys of low order (0, 1) and not canonical (10, 11), S not below L (6, 7) and non-canonical R
/// (8, 9) are rejected; 4 and 5 hold for the cofactored equation alone. What stays, 2 and 3, needs a
/// key with a torsion part, which only its owner can make.
#[test]
#[ignore = "needs WYCHEPROOF_DIR"]
fn edge_cases_of_ed25519_that_allow_forgery_are_rejected() {
    let cases = vectors("ed25519_speccheck_cases.json");
    let accepted = |case: &Value| {
        ed25519(
            &bytes(&case["pub_key"]),
            &bytes(&case["message"]),
            &bytes(&case["signature"]),
        )
    };
    let accepted: Vec<_> = cases.as_array().unwrap().iter().map(accepted).collect();
    let places: Vec<_> = (0..accepted.len())
        .filter(|place| accepted[*place])
        .collect();
    assert_eq!((accepted.len(), places), (12, vec![2, 3]));
}
