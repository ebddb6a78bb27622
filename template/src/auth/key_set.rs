use std::collections::HashMap;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A public key that passed every check of [`KeySet::parse`].
pub struct VerificationKey {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    decoding: DecodingKey,
    identity: Vec<u8>,
}

impl VerificationKey {
    /// Whether the key may verify tokens of this algorithm. The key decides, not the token
    /// (RFC 8725 section 3.1).
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    fn is_same(&self, other: &Self) -> bool {
        self.kid == other.kid
            && self.identity == other.identity
            && self.algorithms == other.algorithms
    }

    /// The key in jsonwebtoken's form.
    #[must_use]
    pub fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

/// The usable keys of one JWK set (RFC 7517); never changes once made.
#[derive(Default)]
pub struct KeySet {
    keys: Vec<VerificationKey>,
}

/// The document is not a JWK set at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JWK set: expected an object with a list `keys`")]
pub struct NotAKeySet;

/// An entry of the set that is not used, and why.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct RefusedKey {
    /// Its key id, where it has one.
    pub kid: Option<String>,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl KeySet {
    /// Reads a JWK set entry by entry: one bad entry never spoils the others.
    ///
    /// A key is refused unless its type, curve and algorithm are allowed, `use` is absent or
    /// `sig`, `key_ops` absent or holding `verify` (RFC 7517 sections 4.2 and 4.3), no private
    /// member is there, and the key itself is sound. A kid that stands for two different keys
    /// stands for neither.
    ///
    /// # Errors
    /// [`NotAKeySet`] when the document has no list of keys.
    pub fn parse(
        document: &[u8],
        allowed: &[Algorithm],
    ) -> Result<(Self, Vec<RefusedKey>), NotAKeySet> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }

        let document: Document = serde_json::from_slice(document).map_err(|_| NotAKeySet)?;
        let mut keys: Vec<VerificationKey> = Vec::new();
        let mut refused = Vec::new();
        for entry in document.keys {
            match import(&entry, allowed) {
                Ok(key)
                    if keys
                        .iter()
                        .any(|known| known.kid == key.kid && known.identity == key.identity) => {}
                Ok(key) => keys.push(key),
                Err(reason) => refused.push(RefusedKey {
                    kid: kid_of(&entry),
                    reason,
                }),
            }
        }
        refused.extend(remove_ambiguous(&mut keys));
        Ok((Self { keys }, refused))
    }

    /// How many keys are usable.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key is usable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of this id.
    #[must_use]
    pub fn named(&self, kid: &str) -> Option<&VerificationKey> {
        self.keys.iter().find(|key| key.kid.as_deref() == Some(kid))
    }

    /// Whether every key of `other` is here too, unchanged: then whatever `other` verified still
    /// stands.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let here = |key: &VerificationKey| self.keys.iter().any(|known| known.is_same(key));
        other.keys.iter().all(here)
    }

    /// The only key of this algorithm, for a token without kid.
    #[must_use]
    pub fn only(&self, algorithm: Algorithm) -> Option<&VerificationKey> {
        let mut fitting = self.keys.iter().filter(|key| key.allows(algorithm));
        let first = fitting.next();
        first.filter(|_| fitting.next().is_none())
    }
}

fn remove_ambiguous(keys: &mut Vec<VerificationKey>) -> Vec<RefusedKey> {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for kid in keys.iter().filter_map(|key| key.kid.clone()) {
        *uses.entry(kid).or_default() += 1;
    }
    uses.retain(|_, count| *count > 1);
    keys.retain(|key| key.kid.as_ref().is_none_or(|kid| !uses.contains_key(kid)));
    uses.into_keys()
        .map(|kid| RefusedKey {
            kid: Some(kid),
            reason: "the kid stands for two different keys",
        })
        .collect()
}

fn kid_of(entry: &Value) -> Option<String> {
    entry.get("kid").and_then(Value::as_str).map(str::to_owned)
}

type Refusal = &'static str;

fn import(entry: &Value, allowed: &[Algorithm]) -> Result<VerificationKey, Refusal> {
    let entry = entry.as_object().ok_or("not an object")?;
    let kid = optional_text(entry, "kid")?;
    check_purpose(entry)?;
    let (possible, decoding, identity) = match text(entry, "kty")? {
        "OKP" => ed25519(entry)?,
        "EC" => p256(entry)?,
        "RSA" => rsa(entry)?,
        _ => return Err("kty is not OKP, EC or RSA"),
    };
    let named = optional_text(entry, "alg")?;
    let algorithms: Vec<_> = possible
        .iter()
        .filter(|algorithm| named.is_none_or(|name| name == name_of(**algorithm)))
        .filter(|algorithm| allowed.contains(algorithm))
        .copied()
        .collect();
    if algorithms.is_empty() {
        return Err("alg is not allowed for this key");
    }
    Ok(VerificationKey {
        kid: kid.map(str::to_owned),
        algorithms,
        decoding,
        identity,
    })
}

/// The name of an algorithm that we verify (RFC 7518 section 3.1, RFC 8037 section 3.1).
pub(super) fn name_of(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::EdDSA => "EdDSA",
        Algorithm::ES256 => "ES256",
        Algorithm::RS256 => "RS256",
        Algorithm::PS256 => "PS256",
        _ => "",
    }
}

fn check_purpose(entry: &Map<String, Value>) -> Result<(), Refusal> {
    if optional_text(entry, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err("use is not sig");
    }
    let verifies = |operations: &Value| {
        operations
            .as_array()
            .is_some_and(|list| list.iter().any(|op| op == "verify"))
    };
    if entry
        .get("key_ops")
        .is_some_and(|operations| !verifies(operations))
    {
        return Err("key_ops does not hold verify");
    }
    let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    match private.iter().any(|member| entry.contains_key(*member)) {
        true => Err("it holds a private key"),
        false => Ok(()),
    }
}

fn optional_text<'a>(
    entry: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a str>, Refusal> {
    match entry.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err("a member that must be text is not"),
    }
}

fn text<'a>(entry: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    optional_text(entry, name)?.ok_or("a member is missing")
}

fn bytes(entry: &Map<String, Value>, name: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD
        .decode(text(entry, name)?)
        .map_err(|_| "a member is not unpadded base64url")
}

type Imported = (&'static [Algorithm], DecodingKey, Vec<u8>);

fn ed25519(entry: &Map<String, Value>) -> Result<Imported, Refusal> {
    if text(entry, "crv")? != "Ed25519" {
        return Err("crv is not Ed25519");
    }
    let x: [u8; 32] = bytes(entry, "x")?
        .try_into()
        .map_err(|_| "an Ed25519 key has 32 bytes")?;
    check_edwards_point(&x)?;
    let key =
        DecodingKey::from_ed_components(text(entry, "x")?).map_err(|_| "the key cannot be read")?;
    Ok((&[Algorithm::EdDSA], key, x.into()))
}

/// Refuses encodings with y >= p, and the points of order 1, 2, 4 and 8: under those, anybody
/// can sign (RFC 8032 section 5.1.7 leaves the check to the verifier).
fn check_edwards_point(x: &[u8; 32]) -> Result<(), Refusal> {
    const P: [u8; 32] = edge(0xed);
    const LOW_ORDER: [[u8; 32]; 5] = [
        small(0),
        small(1),
        edge(0xec),
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
    match LOW_ORDER.contains(&y) {
        true => Err("the Ed25519 key is of low order"),
        false => Ok(()),
    }
}

const fn small(value: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = value;
    bytes
}

/// 2^255 - 256 + `lowest`, little-endian.
const fn edge(lowest: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = lowest;
    bytes[31] = 0x7f;
    bytes
}

fn p256(entry: &Map<String, Value>) -> Result<Imported, Refusal> {
    if text(entry, "crv")? != "P-256" {
        return Err("crv is not P-256");
    }
    let (x, y) = (bytes(entry, "x")?, bytes(entry, "y")?);
    if x.len() != 32 || y.len() != 32 {
        return Err("a P-256 coordinate has 32 bytes");
    }
    let point = [&[4][..], &x, &y].concat();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)
        .map_err(|_| "the point is not on P-256")?;
    let key = DecodingKey::from_ec_components(text(entry, "x")?, text(entry, "y")?)
        .map_err(|_| "the key cannot be read")?;
    Ok((&[Algorithm::ES256], key, point))
}

fn rsa(entry: &Map<String, Value>) -> Result<Imported, Refusal> {
    let (n, e) = (bytes(entry, "n")?, bytes(entry, "e")?);
    let (n, e) = (significant(&n), significant(&e));
    if !(2048..=8192).contains(&bits(n)) || n.last().is_none_or(|low| low % 2 == 0) {
        return Err("an RSA modulus is odd and has 2048 to 8192 bits");
    }
    if e.last().is_none_or(|low| low % 2 == 0) || e == [1] || bits(e) > 33 {
        return Err("an RSA exponent is odd, at least 3 and at most 33 bits long");
    }
    let identity = [n, e].concat();
    Ok((
        &[Algorithm::RS256, Algorithm::PS256],
        DecodingKey::from_rsa_raw_components(n, e),
        identity,
    ))
}

fn significant(number: &[u8]) -> &[u8] {
    &number[number.iter().take_while(|byte| **byte == 0).count()..]
}

fn bits(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |top| number.len() * 8 - top.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALL: [Algorithm; 4] = [
        Algorithm::EdDSA,
        Algorithm::ES256,
        Algorithm::RS256,
        Algorithm::PS256,
    ];
    /// RFC 8037 appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn ed(changes: Value) -> Value {
        let mut key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "alg": "EdDSA", "x": X});
        for (name, value) in changes.as_object().expect("an object") {
            key[name] = value.clone();
        }
        key
    }

    fn parse(entries: Value) -> (KeySet, Vec<&'static str>) {
        let document = json!({ "keys": entries }).to_string();
        let (set, refused) = KeySet::parse(document.as_bytes(), &ALL).expect("a key set");
        (
            set,
            refused.into_iter().map(|refused| refused.reason).collect(),
        )
    }

    fn encoded(bytes: [u8; 32]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    #[test]
    fn what_is_not_a_key_set_is_refused_whole() {
        for document in ["", "null", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            assert!(
                KeySet::parse(document.as_bytes(), &ALL).is_err(),
                "{document}"
            );
        }
    }

    #[test]
    fn one_bad_entry_never_spoils_the_others() {
        let (set, refused) = parse(
            json!([null, 5, {"kid": 5}, {"kty": "oct", "k": "AA"}, ed(json!({"alg": 5})), ed(json!({}))]),
        );
        assert_eq!((set.len(), refused.len()), (1, 5));
    }

    #[test]
    fn a_key_for_another_purpose_is_refused() {
        for change in [
            json!({"use": "enc"}),
            json!({"key_ops": ["sign"]}),
            json!({"key_ops": "verify"}),
            json!({"d": "AA"}),
            json!({"alg": "HS256"}),
            json!({"alg": "ES256"}),
            json!({"crv": "X25519"}),
        ] {
            assert!(parse(json!([ed(change.clone())])).0.is_empty(), "{change}");
        }
        assert_eq!(
            parse(json!([ed(json!({"use": "sig", "key_ops": ["verify"]}))]))
                .0
                .len(),
            1
        );
    }

    #[test]
    fn low_order_and_non_canonical_ed25519_keys_are_refused() {
        let mut identity_with_sign = small(1);
        identity_with_sign[31] = 0x80;
        for bad in [
            small(0),
            small(1),
            identity_with_sign,
            edge(0xec),
            edge(0xed),
            edge(0xee),
            [0xff; 32],
        ] {
            assert!(
                parse(json!([ed(json!({"x": encoded(bad)}))])).0.is_empty(),
                "{bad:?}"
            );
        }
        assert!(
            parse(json!([ed(json!({"x": URL_SAFE_NO_PAD.encode([7; 31])}))]))
                .0
                .is_empty()
        );
        assert!(parse(json!([ed(json!({"x": ""}))])).0.is_empty());
    }

    #[test]
    fn a_point_off_its_curve_is_refused() {
        let key =
            json!({"kty": "EC", "crv": "P-256", "x": encoded([1; 32]), "y": encoded([1; 32])});
        assert_eq!(parse(json!([key])).1, ["the point is not on P-256"]);
    }

    #[test]
    fn weak_rsa_keys_are_refused() {
        let key = |n: &[u8], e: &[u8]| json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e)});
        for (n, e) in [
            (vec![0xff; 128], vec![1, 0, 1]),
            (vec![0xff; 2048], vec![1, 0, 1]),
            (vec![0xff; 256], vec![1]),
            (vec![0xff; 256], vec![2]),
            (vec![0xff; 256], vec![]),
            (vec![], vec![3]),
        ] {
            assert!(
                parse(json!([key(&n, &e)])).0.is_empty(),
                "n of {} bytes, e {e:?}",
                n.len()
            );
        }
    }

    #[test]
    fn a_kid_that_stands_for_two_keys_stands_for_neither() {
        let other = ed(json!({"x": encoded([9; 32])}));
        let (set, refused) = parse(json!([ed(json!({})), other]));
        assert!(set.named("k").is_none());
        assert_eq!(refused, ["the kid stands for two different keys"]);
    }

    #[test]
    fn the_same_key_twice_is_one_key() {
        assert_eq!(parse(json!([ed(json!({})), ed(json!({}))])).0.len(), 1);
    }

    #[test]
    fn a_token_without_kid_finds_only_an_unrivalled_key() {
        let second = ed(json!({"kid": "other", "x": encoded([9; 32])}));
        assert!(
            parse(json!([ed(json!({}))]))
                .0
                .only(Algorithm::EdDSA)
                .is_some()
        );
        assert!(
            parse(json!([ed(json!({})), second]))
                .0
                .only(Algorithm::EdDSA)
                .is_none()
        );
    }
}
