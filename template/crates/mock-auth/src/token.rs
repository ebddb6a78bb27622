use std::sync::Arc;

use chrono::Utc;
use serde_json::{Map, Value, json};

use crate::{
    keys::{Key, base64url},
    user::User,
};

/// How long a token is valid, in seconds: the jwt plugin's default.
const LIFETIME: i64 = 15 * 60;

/// Builds a token: a valid one unless something is changed.
///
/// Whatever is changed, the signature covers the bytes that are sent.
#[must_use = "nothing is signed before `sign`"]
pub struct TokenBuilder {
    key: Arc<Key>,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    raw_header: Option<Vec<u8>>,
    raw_payload: Option<Vec<u8>>,
    tampered: bool,
}

impl TokenBuilder {
    pub(crate) fn new(key: Arc<Key>, origin: &str, user: &User) -> Self {
        Self::with_claims(key, Value::Object(claims(origin, user)))
    }

    pub(crate) fn with_claims(key: Arc<Key>, claims: Value) -> Self {
        Self {
            header: object(json!({"alg": key.algorithm().name(), "kid": key.kid()})),
            claims: object(claims),
            raw_header: None,
            raw_payload: None,
            tampered: false,
            key,
        }
    }

    /// Makes it an access token of the OAuth provider (RFC 9068) for `client`, which acts for the
    /// user.
    pub(crate) fn access(self, origin: &str, resource: &str, client: &str, scope: &str) -> Self {
        self.header("typ", "at+jwt")
            .claim("iss", format!("{origin}/api/auth"))
            .claim("aud", resource)
            .claim("client_id", client)
            .claim("azp", client)
            .claim("scope", scope)
    }

    /// Sets a claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Removes a claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a field of the header.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Sets `exp` to this many seconds from now. Below zero the token has expired, and `iat` is
    /// moved to 15 minutes before `exp`.
    pub fn expires_in(self, seconds: i64) -> Self {
        let now = Utc::now().timestamp();
        let exp = now + seconds;
        self.claim("exp", exp).claim("iat", now.min(exp - LIFETIME))
    }

    /// Sets the kid of the header, which need not be the key that signs; `None` removes it.
    pub fn kid(mut self, kid: Option<&str>) -> Self {
        self.header.remove("kid");
        match kid {
            Some(kid) => self.header("kid", kid),
            None => self,
        }
    }

    /// Sets the `alg` of the header, which need not be the algorithm that signs.
    pub fn algorithm_header(self, name: &str) -> Self {
        self.header("alg", name)
    }

    /// Signs these bytes in place of the claims, for example JSON with duplicate names.
    pub fn raw_payload(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.raw_payload = Some(bytes.into());
        self
    }

    /// Signs these bytes in place of the header.
    pub fn raw_header(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.raw_header = Some(bytes.into());
        self
    }

    /// Flips one bit of the signature.
    pub fn tampered_signature(mut self) -> Self {
        self.tampered = true;
        self
    }

    /// The token in compact form.
    pub fn sign(self) -> String {
        let header = self
            .raw_header
            .unwrap_or_else(|| Value::from(self.header).to_string().into_bytes());
        let payload = self
            .raw_payload
            .unwrap_or_else(|| Value::from(self.claims).to_string().into_bytes());
        let message = format!("{}.{}", base64url(header), base64url(payload));
        let mut signature = self.key.sign(message.as_bytes());
        if self.tampered {
            signature[0] ^= 1;
        }
        format!("{message}.{}", base64url(signature))
    }
}

fn claims(origin: &str, user: &User) -> Map<String, Value> {
    let iat = Utc::now().timestamp();
    let mut claims = object(json!({
        "uuid": user.uuid,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "permissions": user.permissions,
        "iat": iat,
        "sub": user.id,
        "exp": iat + LIFETIME,
        "iss": origin,
        "aud": origin,
    }));
    if let Some(id) = &user.organization_id {
        claims.insert("organization_id".to_owned(), id.as_str().into());
    }
    if let Some(id) = &user.impersonated_by {
        claims.insert("impersonatedBy".to_owned(), id.as_str().into());
    }
    claims
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => unreachable!("only called with objects"),
    }
}
