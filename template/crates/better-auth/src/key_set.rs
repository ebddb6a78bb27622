use std::collections::{BTreeMap, BTreeSet, HashMap};

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::jwk::{RejectedKey, VerificationKey};

/// The usable keys of one JWK set (RFC 7517). Immutable.
#[derive(Default)]
pub struct KeySet {
    by_kid: HashMap<String, VerificationKey>,
    without_kid: Vec<VerificationKey>,
}

/// The document is not a JWK set at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JWK set: expected an object with a list `keys`")]
pub struct NotAKeySet;

impl KeySet {
    /// The entries of a JWK set, unparsed, so that an invalid entry never affects the others.
    ///
    /// # Errors
    /// [`NotAKeySet`] when the document has no list of keys.
    pub(crate) fn entries(document: &[u8]) -> Result<Vec<&RawValue>, NotAKeySet> {
        #[derive(Deserialize)]
        struct Document<'a> {
            #[serde(borrow)]
            keys: Vec<&'a RawValue>,
        }

        // serde would accept a JSON array for the struct, too.
        if !document.trim_ascii_start().starts_with(b"{") {
            return Err(NotAKeySet);
        }
        let document: Document = serde_json::from_slice(document).map_err(|_| NotAKeySet)?;
        Ok(document.keys)
    }

    /// Reads a JWK set entry by entry; returns the usable keys and why the others are not used.
    ///
    /// A key is rejected unless its type, curve and algorithm are allowed, `use` is absent or
    /// `sig`, `key_ops` absent or holding `verify` (RFC 7517 sections 4.2 and 4.3), it has no
    /// private field and none twice, and the key itself is sound. A kid that two different keys
    /// share matches neither; a key that is listed once per algorithm works with each of them.
    ///
    /// # Errors
    /// [`NotAKeySet`] when the document has no list of keys.
    pub fn parse(
        document: &[u8],
        allowed: &[Algorithm],
    ) -> Result<(Self, Vec<RejectedKey>), NotAKeySet> {
        let mut keys: BTreeMap<_, VerificationKey> = BTreeMap::new();
        let mut rejected = Vec::new();
        for entry in Self::entries(document)? {
            match VerificationKey::from_jwk(entry, allowed) {
                Ok((kid, key)) => {
                    let algorithms = key.algorithms.clone();
                    let known = keys.entry((kid, key.public_key.clone())).or_insert(key);
                    known.algorithms.extend(algorithms);
                }
                Err(error) => rejected.push(error),
            }
        }
        let mut set = Self::default();
        let mut ambiguous = BTreeSet::new();
        for ((kid, _), key) in keys {
            match kid {
                None => set.without_kid.push(key),
                Some(kid) if set.by_kid.insert(kid.clone(), key).is_none() => {}
                Some(kid) => drop(ambiguous.insert(kid)),
            }
        }
        for kid in ambiguous {
            set.by_kid.remove(&kid);
            rejected.push(RejectedKey {
                kid: Some(kid),
                reason: "two different keys have this kid",
            });
        }
        Ok((set, rejected))
    }

    fn keys(&self) -> impl Iterator<Item = &VerificationKey> {
        self.by_kid.values().chain(&self.without_kid)
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

    /// The key with this id.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&VerificationKey> {
        self.by_kid.get(kid)
    }

    /// The key for a token without kid: the only one of this algorithm (RFC 7515 section 4.1.4).
    #[must_use]
    pub fn only(&self, algorithm: Algorithm) -> Option<&VerificationKey> {
        let mut matching = self.keys().filter(|key| key.allows(algorithm));
        let first = matching.next();
        first.filter(|_| matching.next().is_none())
    }

    /// Whether this set has every key of `other`, unchanged: then every token that `other` verified
    /// is still valid.
    pub(crate) fn contains_all(&self, other: &Self) -> bool {
        let by_kid = |(kid, key): (&String, &VerificationKey)| {
            self.get(kid).is_some_and(|known| known.is_same(key))
        };
        let without_kid =
            |key: &VerificationKey| self.without_kid.iter().any(|known| known.is_same(key));
        other.by_kid.iter().all(by_kid) && other.without_kid.iter().all(without_kid)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;
    use crate::algorithm::SUPPORTED;

    /// RFC 8037 appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn key(kid: &str) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": X})
    }

    fn other_key(kid: &str) -> Value {
        let x = URL_SAFE_NO_PAD.encode([9; 32]);
        json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x})
    }

    fn key_without_kid() -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": X})
    }

    fn parse(document: &str) -> (KeySet, Vec<RejectedKey>) {
        KeySet::parse(document.as_bytes(), &SUPPORTED).expect("a key set")
    }

    fn set(keys: &[Value]) -> KeySet {
        parse(&json!({ "keys": keys }).to_string()).0
    }

    #[test]
    fn a_document_that_is_not_a_key_set_is_rejected() {
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
            let parsed = KeySet::parse(document.as_bytes(), &SUPPORTED);
            assert!(parsed.is_err(), "{document}");
        }
    }

    #[test]
    fn one_bad_entry_never_spoils_the_others() {
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        for entry in [
            "null",
            "5",
            r#"{"kid":5}"#,
            r#"{"kty":"oct","k":"AA"}"#,
            r#"{"kty":"OKP","crv":"Ed25519","alg":5}"#,
            r#"{"x":1e999}"#,
            r#"{"kid":"\ud800"}"#,
            deep.as_str(),
        ] {
            let (set, rejected) = parse(&format!(r#"{{"keys":[{entry},{}]}}"#, key("k")));
            assert_eq!((set.len(), rejected.len()), (1, 1), "{entry}");
        }
    }

    #[test]
    fn a_kid_that_two_different_keys_share_matches_neither() {
        let (set, rejected) = parse(&json!({"keys": [key("k"), other_key("k")]}).to_string());
        assert!(set.get("k").is_none());
        assert_eq!(rejected[0].reason, "two different keys have this kid");
    }

    #[test]
    fn the_same_key_twice_is_one_key() {
        assert_eq!(set(&[key("k"), key("k")]).len(), 1);
        assert_eq!(set(&[key_without_kid(), key_without_kid()]).len(), 1);
    }

    /// Some servers publish an RSA key once for each algorithm.
    #[test]
    fn the_same_key_under_two_algorithms_is_good_for_both() {
        let rsa = |alg: &&str| {
            let n = URL_SAFE_NO_PAD.encode([0xff; 256]);
            json!({"kty": "RSA", "kid": "k", "alg": alg, "n": n, "e": "AQAB"})
        };
        let allows = |keys: &[&str]| {
            let set = set(&keys.iter().map(rsa).collect::<Vec<_>>());
            let key = set.get("k").expect("the key");
            [Algorithm::RS256, Algorithm::PS256].map(|algorithm| key.allows(algorithm))
        };
        assert_eq!(allows(&["RS256", "PS256"]), [true, true]);
        assert_eq!(allows(&["PS256", "RS256"]), [true, true]);
        assert_eq!(allows(&["RS256"]), [true, false]);
    }

    #[test]
    fn only_an_unchanged_key_is_contained() {
        let both = set(&[key("k"), other_key("l")]);
        assert!(both.contains_all(&set(&[key("k")])));
        assert!(both.contains_all(&set(&[other_key("l"), key("k")])));
        assert!(!set(&[key("k")]).contains_all(&both));
        assert!(!set(&[other_key("k")]).contains_all(&set(&[key("k")])));
        assert!(!both.contains_all(&set(&[key_without_kid()])));
    }

    #[test]
    fn a_token_without_kid_finds_a_key_only_if_it_is_the_only_one() {
        assert!(set(&[key("k")]).only(Algorithm::EdDSA).is_some());
        let two = set(&[key("k"), other_key("l")]);
        assert!(two.only(Algorithm::EdDSA).is_none());
    }
}
