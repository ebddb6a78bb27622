use std::sync::Arc;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::id;

/// A signature algorithm: `keyPairConfig.alg` of Better Auth's jwt plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519, Better Auth's default.
    EdDSA,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSA of 2048 bits, PKCS #1 v1.5 with SHA-256.
    Rs256,
    /// RSA of 2048 bits, PSS with SHA-256.
    Ps256,
    /// ECDSA on P-521 with SHA-512.
    Es512,
}

impl Algorithm {
    /// The `alg` of headers and key sets.
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDSA => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es512 => "ES512",
        }
    }
}

enum KeyPair {
    Ed25519(Ed25519KeyPair),
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// A key pair and its kid.
pub(crate) struct Key {
    kid: String,
    algorithm: Algorithm,
    pair: KeyPair,
}

impl Key {
    pub(crate) fn generate(algorithm: Algorithm) -> Self {
        let pair = match algorithm {
            Algorithm::EdDSA => Ed25519KeyPair::generate().map(KeyPair::Ed25519),
            Algorithm::Es256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(KeyPair::Ecdsa)
            }
            Algorithm::Es512 => {
                EcdsaKeyPair::generate(&ECDSA_P521_SHA512_FIXED_SIGNING).map(KeyPair::Ecdsa)
            }
            Algorithm::Rs256 | Algorithm::Ps256 => {
                RsaKeyPair::generate(KeySize::Rsa2048).map(KeyPair::Rsa)
            }
        };
        Self {
            kid: id::new_row_id(),
            algorithm,
            pair: pair.expect("the system has randomness"),
        }
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            KeyPair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            KeyPair::Ecdsa(pair) => pair
                .sign(&random, message)
                .expect("the system has randomness")
                .as_ref()
                .to_vec(),
            KeyPair::Rsa(pair) => {
                let padding = if self.algorithm == Algorithm::Ps256 {
                    &RSA_PSS_SHA256
                } else {
                    &RSA_PKCS1_SHA256
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut signature)
                    .expect("the buffer has the length of the modulus");
                signature
            }
        }
    }

    /// The entry of the key set. Better Auth writes no `use`.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            KeyPair::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref())})
            }
            KeyPair::Ecdsa(pair) => self.ec_fields(pair.public_key().as_ref()),
            KeyPair::Rsa(pair) => {
                let public = pair.public_key();
                json!({
                    "kty": "RSA",
                    "n": base64url(public.modulus().big_endian_without_leading_zero()),
                    "e": base64url(public.exponent().big_endian_without_leading_zero()),
                })
            }
        };
        jwk["kid"] = self.kid.as_str().into();
        jwk["alg"] = self.algorithm.name().into();
        jwk
    }

    fn ec_fields(&self, uncompressed_point: &[u8]) -> Value {
        let is_p521 = self.algorithm == Algorithm::Es512;
        let curve = if is_p521 { "P-521" } else { "P-256" };
        let (x, y) = uncompressed_point[1..].split_at(uncompressed_point.len() / 2);
        json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)})
    }
}

/// The published keys and the one that signs.
pub(crate) struct KeyRing {
    /// Published verbatim before the keys.
    extra_entries: Vec<Value>,
    /// The other published keys, oldest first.
    others: Vec<Arc<Key>>,
    signing: Arc<Key>,
}

impl KeyRing {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self {
            extra_entries: Vec::new(),
            others: Vec::new(),
            signing: Arc::new(Key::generate(algorithm)),
        }
    }

    pub(crate) fn rotate(&mut self, algorithm: Algorithm) -> String {
        let new = Arc::new(Key::generate(algorithm));
        let old = std::mem::replace(&mut self.signing, new);
        self.others.push(old);
        self.signing.kid.clone()
    }

    pub(crate) fn add(&mut self, algorithm: Algorithm) -> String {
        let key = Key::generate(algorithm);
        let kid = key.kid.clone();
        self.others.push(Arc::new(key));
        kid
    }

    pub(crate) fn retire_old(&mut self) {
        self.others.clear();
    }

    pub(crate) fn set_extra_entries(&mut self, entries: Vec<Value>) {
        self.extra_entries = entries;
    }

    pub(crate) fn signing(&self) -> Arc<Key> {
        self.signing.clone()
    }

    pub(crate) fn find(&self, kid: &str) -> Arc<Key> {
        self.published()
            .find(|key| key.kid == kid)
            .unwrap_or_else(|| panic!("no published key has the kid {kid}"))
            .clone()
    }

    pub(crate) fn jwks(&self) -> Value {
        let own = self.published().map(|key| key.jwk());
        let keys: Vec<Value> = self.extra_entries.iter().cloned().chain(own).collect();
        json!({ "keys": keys })
    }

    fn published(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.others.iter().chain([&self.signing])
    }
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
