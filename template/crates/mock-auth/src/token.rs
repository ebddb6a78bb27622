use std::sync::Arc;

use chrono::Utc;
use serde_json::{Map, Value, json};

use crate::{
    keys::{Key, base64url},
    user::User,
};

/// Seconds a token lives: the jwt plugin's default.
const LIFETIME: i64 = 15 * 60;

/// A token in the making: good as it is, or spoilt in exactly one way.
///
/// Whatever is changed, the signature is made over the bytes that are sent.
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
        Self {
            header: members(json!({"alg": key.algorithm().name(), "kid": key.kid()})),
            claims: claims(origin, user),
            raw_header: None,
            raw_payload: None,
            tampered: false,
            key,
        }
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

    /// Sets a member of the header.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Sets `exp` so many seconds from now; below zero it has expired, and `iat` lies a lifetime before it.
    pub fn expires_in(self, seconds: i64) -> Self {
        let now = Utc::now().timestamp();
        let exp = now + seconds;
        self.claim("exp", exp).claim("iat", now.min(exp - LIFETIME))
    }

    /// Names another key in the header than the one that signs; `None` leaves the kid out.
    pub fn kid(mut self, kid: Option<&str>) -> Self {
        self.header.remove("kid");
        match kid {
            Some(kid) => self.header("kid", kid),
            None => self,
        }
    }

    /// Names another algorithm in the header than the one that signs.
    pub fn algorithm_header(self, name: &str) -> Self {
        self.header("alg", name)
    }

    /// Signs these bytes in place of the claims: for what a JSON object cannot hold, such as duplicate names.
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
    let mut claims = members(json!({
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
    claims
}

fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => unreachable!("only called with objects"),
    }
}
