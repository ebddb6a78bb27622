use aws_lc_rs::digest::{SHA256, digest};
use chrono::Utc;
use serde_json::{Value, json};

use crate::{
    id,
    keys::{Algorithm, Key, base64url},
    token::TokenBuilder,
};

/// A key of an OAuth client, for tokens that are bound to it (RFC 9449).
pub struct ClientKey(std::sync::Arc<Key>);

impl ClientKey {
    /// A new key.
    #[must_use]
    pub fn generate(algorithm: Algorithm) -> Self {
        Self(Key::generate(algorithm).into())
    }

    /// The claim `cnf` of a token that is bound to the key.
    #[must_use]
    pub fn confirmation(&self) -> Value {
        let mut jwk = self.public();
        if let Value::Object(fields) = &mut jwk {
            fields.remove("alg");
        }
        // Its fields are in alphabetical order, as RFC 7638 requires.
        let hash = digest(&SHA256, jwk.to_string().as_bytes());
        json!({"jkt": base64url(hash)})
    }

    /// The public key, as in the header of proofs.
    #[must_use]
    pub fn public(&self) -> Value {
        let mut jwk = self.0.jwk();
        if let Value::Object(fields) = &mut jwk {
            fields.remove("kid");
        }
        jwk
    }

    /// A valid proof for a request with this access token; the builder can change it.
    pub fn proof(&self, method: &str, url: &str, token: &str) -> TokenBuilder {
        let claims = json!({
            "jti": id::random(),
            "htm": method,
            "htu": url,
            "iat": Utc::now().timestamp(),
            "ath": base64url(digest(&SHA256, token.as_bytes())),
        });
        TokenBuilder::with_claims(self.0.clone(), claims)
            .kid(None)
            .header("typ", "dpop+jwt")
            .header("jwk", self.public())
    }
}
