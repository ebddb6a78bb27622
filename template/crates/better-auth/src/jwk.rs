use std::collections::HashSet;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value, value::RawValue};

use crate::{algorithm, json_object::JsonObject};

/// A public key that passed every check of [`KeySet::parse`](crate::KeySet::parse).
pub struct VerificationKey {
    pub(crate) algorithms: HashSet<Algorithm>,
    /// The raw public key, by which entries with the same key are recognized.
    pub(crate) public_key: Vec<u8>,
    decoding_key: DecodingKey,
}

/// An entry of the set that is not used, and why.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct RejectedKey {
    /// Its key id, where it has one.
    pub kid: Option<String>,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl VerificationKey {
    /// Reads one entry of a JWK set (RFC 7517 section 4): its key id and the key.
    pub(crate) fn from_jwk(
        jwk: &RawValue,
        allowed: &[Algorithm],
    ) -> Result<(Option<String>, Self), RejectedKey> {
        let rejected = |kid, reason| RejectedKey { kid, reason };
        let JsonObject {
            fields,
            has_duplicate_names,
        } = serde_json::from_str(jwk.get()).map_err(|_| rejected(None, "not a JSON object"))?;
        let kid = fields.get("kid").and_then(Value::as_str).map(str::to_owned);
        if has_duplicate_names {
            return Err(rejected(kid, "a field appears twice"));
        }
        match Self::from_fields(&fields, allowed) {
            Ok(key) => Ok((kid, key)),
            Err(reason) => Err(rejected(kid, reason)),
        }
    }

    /// The key from the parsed fields, or the reason why it is rejected.
    pub(crate) fn from_fields(jwk: &Jwk, allowed: &[Algorithm]) -> Result<Self, Reason> {
        optional_text(jwk, "kid")?;
        check_purpose(jwk)?;
        let (possible, decoding_key, public_key) = match text(jwk, "kty")? {
            "OKP" => ed25519(jwk)?,
            "EC" => p256(jwk)?,
            "RSA" => rsa(jwk)?,
            _ => return Err("kty is not OKP, EC or RSA"),
        };
        let alg = optional_text(jwk, "alg")?.map(algorithm::by_name);
        let fits = |it: &Algorithm| allowed.contains(it) && alg.is_none_or(|alg| alg == Some(*it));
        let algorithms: HashSet<_> = possible.iter().copied().filter(fits).collect();
        if algorithms.is_empty() {
            return Err("alg is not allowed for this key");
        }
        Ok(Self {
            algorithms,
            public_key,
            decoding_key,
        })
    }

    /// Whether the key may verify tokens of this algorithm. The key decides, not the token
    /// (RFC 8725 section 3.1).
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// The key in jsonwebtoken's form.
    #[must_use]
    pub fn decoding_key(&self) -> &DecodingKey {
        &self.decoding_key
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.public_key == other.public_key && self.algorithms == other.algorithms
    }
}

type Reason = &'static str;
type Jwk = Map<String, Value>;

/// Checks that the key is public and for signatures (RFC 7517 sections 4.2 and 4.3).
fn check_purpose(jwk: &Jwk) -> Result<(), Reason> {
    const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    if optional_text(jwk, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err("use is not sig");
    }
    let verifies = |operations: &Value| {
        let operations = operations.as_array();
        operations.is_some_and(|list| list.iter().any(|operation| operation == "verify"))
    };
    if !jwk.get("key_ops").is_none_or(verifies) {
        return Err("key_ops does not hold verify");
    }
    if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
        return Err("it holds a private key");
    }
    Ok(())
}

fn optional_text<'a>(jwk: &'a Jwk, name: &str) -> Result<Option<&'a str>, Reason> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err("a field that must be text is not"),
    }
}

fn text<'a>(jwk: &'a Jwk, name: &str) -> Result<&'a str, Reason> {
    optional_text(jwk, name)?.ok_or("a field is missing")
}

fn bytes(jwk: &Jwk, name: &str) -> Result<Vec<u8>, Reason> {
    let bytes = URL_SAFE_NO_PAD.decode(text(jwk, name)?);
    bytes.map_err(|_| "a field is not unpadded base64url")
}

/// The algorithms of a key type, the key in jsonwebtoken's form, and its raw bytes.
type PublicKey = (&'static [Algorithm], DecodingKey, Vec<u8>);

fn ed25519(jwk: &Jwk) -> Result<PublicKey, Reason> {
    if text(jwk, "crv")? != "Ed25519" {
        return Err("crv is not Ed25519");
    }
    let x: [u8; 32] = bytes(jwk, "x")?
        .try_into()
        .map_err(|_| "an Ed25519 key has 32 bytes")?;
    check_edwards_point(&x)?;
    let key =
        DecodingKey::from_ed_components(text(jwk, "x")?).map_err(|_| "the key cannot be read")?;
    Ok((&[Algorithm::EdDSA], key, x.into()))
}

/// Rejects encodings with y >= p, and the points of order 1, 2, 4 and 8: for those, anyone can
/// forge signatures (RFC 8032 section 5.1.7 leaves the check to the verifier).
fn check_edwards_point(x: &[u8; 32]) -> Result<(), Reason> {
    const P: [u8; 32] = near_2_to_255(0xed);
    const LOW_ORDER: [[u8; 32]; 5] = [
        small(0),
        small(1),
        near_2_to_255(0xec),
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
    ];
    let mut y = *x;
    y[31] &= 0x7f;
    if y.iter().rev().ge(P.iter().rev()) {
        return Err("the Ed25519 key is not canonical");
    }
    if LOW_ORDER.contains(&y) {
        return Err("the Ed25519 key is of low order");
    }
    Ok(())
}

const fn small(value: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = value;
    bytes
}

/// 2^255 - 256 + `lowest_byte`, little-endian.
const fn near_2_to_255(lowest_byte: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = lowest_byte;
    bytes[31] = 0x7f;
    bytes
}

fn p256(jwk: &Jwk) -> Result<PublicKey, Reason> {
    if text(jwk, "crv")? != "P-256" {
        return Err("crv is not P-256");
    }
    let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
    if x.len() != 32 || y.len() != 32 {
        return Err("a P-256 coordinate has 32 bytes");
    }
    let point = [&[4][..], &x, &y].concat();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
        .map_err(|_| "the point is not on P-256")?;
    let key = DecodingKey::from_ec_components(text(jwk, "x")?, text(jwk, "y")?)
        .map_err(|_| "the key cannot be read")?;
    Ok((&[Algorithm::ES256], key, point))
}

fn rsa(jwk: &Jwk) -> Result<PublicKey, Reason> {
    let (n, e) = (bytes(jwk, "n")?, bytes(jwk, "e")?);
    let (n, e) = (without_leading_zeros(&n), without_leading_zeros(&e));
    if !(2048..=8192).contains(&bits(n)) || n.last().is_none_or(|low| low % 2 == 0) {
        return Err("an RSA modulus is odd and has 2048 to 8192 bits");
    }
    if e.last().is_none_or(|low| low % 2 == 0) || e == [1] || bits(e) > 33 {
        return Err("an RSA exponent is odd, at least 3 and at most 33 bits long");
    }
    let public_key = [&[e.len() as u8][..], e, n].concat();
    let key = DecodingKey::from_rsa_raw_components(n, e);
    Ok((&[Algorithm::RS256, Algorithm::PS256], key, public_key))
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    &number[number.iter().take_while(|byte| **byte == 0).count()..]
}

fn bits(number: &[u8]) -> usize {
    let top = number.first();
    top.map_or(0, |top| number.len() * 8 - top.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::algorithm::SUPPORTED;

    /// RFC 8037 appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    /// An Ed25519 key with one field added or changed.
    fn ed25519_with(field: &str, value: impl Into<Value>) -> String {
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "alg": "EdDSA", "x": X});
        key[field] = value.into();
        key.to_string()
    }

    fn check(jwk: &str) -> Result<(), &'static str> {
        let jwk: &RawValue = serde_json::from_str(jwk).expect("JSON");
        let key = VerificationKey::from_jwk(jwk, &SUPPORTED);
        key.map(drop).map_err(|rejected| rejected.reason)
    }

    fn base64(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    #[test]
    fn a_key_with_a_field_that_appears_twice_is_rejected() {
        for field in [r#""use":"enc","use":"sig""#, r#""crv":"Ed25519""#] {
            let jwk = ed25519_with("kid", "k").replacen('{', &format!("{{{field},"), 1);
            assert_eq!(check(&jwk), Err("a field appears twice"), "{jwk}");
        }
    }

    #[test]
    fn a_key_for_another_purpose_is_rejected() {
        for (field, value) in [
            ("use", json!("enc")),
            ("use", json!(null)),
            ("key_ops", json!(["sign"])),
            ("key_ops", json!("verify")),
            ("d", json!("AA")),
            ("alg", json!("HS256")),
            ("alg", json!("ES256")),
            ("alg", json!(null)),
            ("crv", json!("X25519")),
            ("crv", json!("Ed448")),
            ("kty", json!("okp")),
            ("kty", json!("EC")),
            ("kid", json!(7)),
        ] {
            let jwk = ed25519_with(field, value);
            assert!(check(&jwk).is_err(), "{jwk}");
        }
        assert_eq!(check(&ed25519_with("use", "sig")), Ok(()));
        assert_eq!(check(&ed25519_with("key_ops", json!(["verify"]))), Ok(()));
    }

    #[test]
    fn low_order_and_non_canonical_ed25519_keys_are_rejected() {
        let mut one_with_sign = small(1);
        one_with_sign[31] = 0x80;
        for x in [
            &small(0)[..],
            &small(1),
            &one_with_sign,
            &near_2_to_255(0xec),
            &near_2_to_255(0xed),
            &near_2_to_255(0xee),
            &[0xff; 32],
            &[7; 31],
            &[],
        ] {
            assert!(check(&ed25519_with("x", base64(x))).is_err(), "{x:?}");
        }
    }

    #[test]
    fn a_point_off_its_curve_is_rejected() {
        let (x, y) = (base64([1; 32]), base64([1; 32]));
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}).to_string();
        assert_eq!(check(&jwk), Err("the point is not on P-256"));
    }

    #[test]
    fn weak_rsa_keys_are_rejected() {
        for (n, e) in [
            (&[0xff; 128][..], &[1, 0, 1][..]),
            (&[0xff; 2048], &[1, 0, 1]),
            (&[0xff; 256], &[1]),
            (&[0xff; 256], &[2]),
            (&[0xff; 256], &[]),
            (&[], &[3]),
        ] {
            let jwk = json!({"kty": "RSA", "n": base64(n), "e": base64(e)}).to_string();
            assert!(check(&jwk).is_err(), "n of {} bytes, e {e:?}", n.len());
        }
        let strong = json!({"kty": "RSA", "n": base64([0xff; 256]), "e": "AQAB"}).to_string();
        assert_eq!(check(&strong), Ok(()));
    }
}
