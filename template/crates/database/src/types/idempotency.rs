use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A request that was sent under an Idempotency-Key. The key identifies the attempt; the
/// fingerprint shows whether a later request with the same key is a repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    key: String,
    fingerprint: String,
}

impl IdempotencyKey {
    /// The most characters of a key.
    pub const MAX_KEY_LENGTH: usize = 255;

    /// A request with this key and these parts: method, path and body. `None` unless the key is 1
    /// to [`Self::MAX_KEY_LENGTH`] visible ASCII characters.
    #[must_use]
    pub fn new(key: &[u8], parts: [&[u8]; 3]) -> Option<Self> {
        let length_fits = (1..=Self::MAX_KEY_LENGTH).contains(&key.len());
        let visible = key.iter().all(|byte| matches!(byte, b'!'..=b'~'));
        (length_fits && visible).then(|| Self {
            key: key.iter().copied().map(char::from).collect(),
            fingerprint: fingerprint(parts),
        })
    }

    /// The key that the client chose.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The SHA-256 of its parts.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

fn fingerprint(parts: [&[u8]; 3]) -> String {
    let mut hash = Context::new(&SHA256);
    for part in parts {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finish())
}

/// A response that can be stored and sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct StoredResponse {
    /// The HTTP status.
    pub status: u16,
    /// The path of the new row.
    pub location: Option<String>,
    /// The row's version, as in the header ETag.
    pub etag: Option<String>,
    /// JSON.
    pub body: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(key: &str, parts: [&str; 3]) -> Option<IdempotencyKey> {
        IdempotencyKey::new(key.as_bytes(), parts.map(str::as_bytes))
    }

    #[test]
    fn a_key_is_1_to_255_visible_ascii_characters() {
        for key in ["", "é", "a b", "a\tb", "a\u{7f}", &"x".repeat(256)] {
            assert_eq!(keyed(key, ["POST", "/", ""]), None, "{key:?}");
        }
        for key in ["k", "\"8e03978e-40d5\"", &"x".repeat(255)] {
            assert!(keyed(key, ["POST", "/", ""]).is_some(), "{key:?}");
        }
    }

    #[test]
    fn each_part_of_a_request_counts_for_its_fingerprint() {
        let requests = [
            ["POST", "/a", "{}"],
            ["PUT", "/a", "{}"],
            ["POST", "/b", "{}"],
            ["POST", "/a", "{ }"],
            ["POST", "/a{", "}"],
            ["POST/", "a", "{}"],
        ];
        let fingerprints = requests.map(|parts| fingerprint(parts.map(str::as_bytes)));
        let different: std::collections::HashSet<_> = fingerprints.iter().collect();
        assert_eq!(different.len(), requests.len());
        assert_eq!(fingerprints[0], fingerprint([b"POST", b"/a", b"{}"]));
    }
}
