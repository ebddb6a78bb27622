use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::claims::Members;

/// A public key that passed every check of [`KeySet::parse`].
pub struct VerificationKey {
    algorithms: HashSet<Algorithm>,
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
        self.identity == other.identity && self.algorithms == other.algorithms
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
    named: HashMap<String, VerificationKey>,
    unnamed: Vec<VerificationKey>,
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
    /// The entries of a JWK set as they stand. Each is read by itself, so that one bad entry never
    /// spoils the others.
    ///
    /// # Errors
    /// [`NotAKeySet`] when the document has no list of keys.
    pub fn entries(document: &[u8]) -> Result<Vec<&RawValue>, NotAKeySet> {
        #[derive(Deserialize)]
        struct Document<'a> {
            #[serde(borrow)]
            keys: Vec<&'a RawValue>,
        }

        // serde takes a list for a struct too.
        if !document.trim_ascii_start().starts_with(b"{") {
            return Err(NotAKeySet);
        }
        let document: Document = serde_json::from_slice(document).map_err(|_| NotAKeySet)?;
        Ok(document.keys)
    }

    /// Reads a JWK set entry by entry.
    ///
    /// A key is refused unless its type, curve and algorithm are allowed, `use` is absent or
    /// `sig`, `key_ops` absent or holding `verify` (RFC 7517 sections 4.2 and 4.3), no private
    /// member is there, no member appears twice, and the key itself is sound. A kid that stands
    /// for two different keys stands for neither; the same key under two algorithms is good for
    /// both.
    ///
    /// # Errors
    /// [`NotAKeySet`] when the document has no list of keys.
    pub fn parse(
        document: &[u8],
        allowed: &[Algorithm],
    ) -> Result<(Self, Vec<RefusedKey>), NotAKeySet> {
        let mut keys: BTreeMap<_, VerificationKey> = BTreeMap::new();
        let mut refused = Vec::new();
        for entry in Self::entries(document)? {
            match import(entry, allowed) {
                Ok((kid, key)) => {
                    let algorithms = key.algorithms.clone();
                    let known = keys.entry((kid, key.identity.clone())).or_insert(key);
                    known.algorithms.extend(algorithms);
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        let mut set = Self::default();
        let mut ambiguous = BTreeSet::new();
        for ((kid, _), key) in keys {
            match kid {
                None => set.unnamed.push(key),
                Some(kid) if set.named.insert(kid.clone(), key).is_none() => {}
                Some(kid) => drop(ambiguous.insert(kid)),
            }
        }
        for kid in ambiguous {
            set.named.remove(&kid);
            refused.push(RefusedKey {
                kid: Some(kid),
                reason: "the kid stands for two different keys",
            });
        }
        Ok((set, refused))
    }

    fn keys(&self) -> impl Iterator<Item = &VerificationKey> {
        self.named.values().chain(&self.unnamed)
    }

    /// How many keys are usable.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys().count()
    }

    /// Whether no key is usable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of this id.
    #[must_use]
    pub fn named(&self, kid: &str) -> Option<&VerificationKey> {
        self.named.get(kid)
    }

    /// Whether every key of `other` is here too, unchanged: then whatever `other` verified still
    /// stands.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let named = |(kid, key): (&String, &VerificationKey)| {
            self.named(kid).is_some_and(|known| known.is_same(key))
        };
        let unnamed = |key: &VerificationKey| self.unnamed.iter().any(|known| known.is_same(key));
        other.named.iter().all(named) && other.unnamed.iter().all(unnamed)
    }

    /// The only key of this algorithm, for a token without kid.
    #[must_use]
    pub fn only(&self, algorithm: Algorithm) -> Option<&VerificationKey> {
        let mut fitting = self.keys().filter(|key| key.allows(algorithm));
        let first = fitting.next();
        first.filter(|_| fitting.next().is_none())
    }
}

type Refusal = &'static str;

fn import(
    entry: &RawValue,
    allowed: &[Algorithm],
) -> Result<(Option<String>, VerificationKey), RefusedKey> {
    let members = serde_json::from_str(entry.get());
    let Members { map, repeated } = members.map_err(|_| RefusedKey {
        kid: None,
        reason: "not a JSON object",
    })?;
    let kid = map.get("kid").and_then(Value::as_str).map(str::to_owned);
    let key = match repeated {
        true => Err("a member appears twice"),
        false => read(&map, allowed),
    };
    match key {
        Ok(key) => Ok((kid, key)),
        Err(reason) => Err(RefusedKey { kid, reason }),
    }
}

fn read(entry: &Map<String, Value>, allowed: &[Algorithm]) -> Result<VerificationKey, Refusal> {
    optional_text(entry, "kid")?;
    check_purpose(entry)?;
    let (possible, decoding, identity) = match text(entry, "kty")? {
        "OKP" => ed25519(entry)?,
        "EC" => p256(entry)?,
        "RSA" => rsa(entry)?,
        _ => return Err("kty is not OKP, EC or RSA"),
    };
    let named = optional_text(entry, "alg")?;
    let algorithms: HashSet<_> = possible
        .iter()
        .filter(|algorithm| named.is_none_or(|name| name == name_of(**algorithm)))
        .filter(|algorithm| allowed.contains(algorithm))
        .copied()
        .collect();
    match algorithms.is_empty() {
        true => Err("alg is not allowed for this key"),
        false => Ok(VerificationKey {
            algorithms,
            decoding,
            identity,
        }),
    }
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
    let identity = [&[e.len() as u8][..], e, n].concat();
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
        for document in [
            "",
            "null",
            "[]",
            "[[]]",
            "{}",
            r#"{"keys":{}}"#,
            r#"{"keys":[],"keys":[]}"#,
            "{\"keys\":[]} x",
            "<html>",
        ] {
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
    fn an_entry_that_no_reader_takes_never_spoils_the_others() {
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        for entry in [r#"{"x":1e999}"#, r#"{"kid":"\ud800"}"#, deep.as_str()] {
            let document = format!(r#"{{"keys":[{entry},{}]}}"#, ed(json!({})));
            let (set, refused) = KeySet::parse(document.as_bytes(), &ALL).expect("a key set");
            assert_eq!((set.len(), refused.len()), (1, 1), "{entry}");
        }
    }

    #[test]
    fn a_key_with_a_member_that_appears_twice_is_refused() {
        for member in [r#""use":"enc","use":"sig""#, r#""crv":"Ed25519""#] {
            let entry = ed(json!({}))
                .to_string()
                .replacen('{', &format!("{{{member},"), 1);
            let document = format!(r#"{{"keys":[{entry}]}}"#);
            let (set, refused) = KeySet::parse(document.as_bytes(), &ALL).expect("a key set");
            assert!(set.is_empty(), "{member}");
            assert_eq!(refused[0].reason, "a member appears twice");
        }
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
            json!({"alg": null}),
            json!({"crv": "X25519"}),
            json!({"crv": "Ed448"}),
            json!({"kty": "okp"}),
            json!({"kty": "EC"}),
            json!({"kid": 7}),
            json!({"use": null}),
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
        let unnamed = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
        assert_eq!(parse(json!([unnamed, unnamed])).0.len(), 1);
    }

    /// Some servers publish an RSA key once for each algorithm.
    #[test]
    fn the_same_key_under_two_algorithms_is_good_for_both() {
        let key = |alg: &str| {
            let n = URL_SAFE_NO_PAD.encode([0xff; 256]);
            json!({"kty": "RSA", "kid": "k", "alg": alg, "n": n, "e": "AQAB"})
        };
        for order in [["RS256", "PS256"], ["PS256", "RS256"]] {
            let (set, refused) = parse(json!(order.map(key)));
            let found = set.named("k").expect("the key");
            assert!(found.allows(Algorithm::RS256) && found.allows(Algorithm::PS256));
            assert!(refused.is_empty());
        }
        let (set, _) = parse(json!([key("RS256")]));
        let alone = set.named("k").expect("the key");
        assert!(alone.allows(Algorithm::RS256) && !alone.allows(Algorithm::PS256));
    }

    #[test]
    fn only_an_unchanged_key_is_covered() {
        let set = |entries| parse(entries).0;
        let (key, other) = (
            ed(json!({})),
            ed(json!({"kid": "other", "x": encoded([9; 32])})),
        );
        let both = set(json!([key, other]));
        assert!(both.covers(&set(json!([key]))) && both.covers(&set(json!([other, key]))));
        assert!(!set(json!([key])).covers(&both));
        let changed = ed(json!({"x": encoded([9; 32])}));
        assert!(!set(json!([changed])).covers(&set(json!([key]))));
        let unnamed = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
        assert!(!both.covers(&set(json!([unnamed]))));
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
