use serde_json::{Map, Value};

use crate::claims::{Claims, Lifetime};

/// An access token of Better Auth's OAuth provider (RFC 9068), verified.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessToken {
    /// The client that the token was issued to, and what it may do.
    pub client: OAuthClient,
    /// The user whom the client acts for; `None` where it acts for itself (`client_credentials`).
    pub user: Option<Claims>,
    /// `exp` and `nbf`.
    pub lifetime: Lifetime,
}

/// An OAuth client, as its access token describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthClient {
    /// `client_id`.
    pub id: String,
    /// `scope`: what the token may be used for.
    pub scopes: Vec<String>,
    /// `cnf.jkt`: the thumbprint of the key that the token is bound to (RFC 9449 section 6).
    pub key_thumbprint: Option<String>,
}

impl OAuthClient {
    /// `client_id` and `scope` (RFC 9068 section 2.2); `None` unless both are usable.
    pub(crate) fn from_claims(claims: &Map<String, Value>) -> Option<Self> {
        let id = claims.get("client_id")?.as_str()?;
        let scopes = claims.get("scope")?.as_str()?;
        (!id.trim().is_empty()).then(|| Self {
            id: id.to_owned(),
            scopes: scopes.split_ascii_whitespace().map(str::to_owned).collect(),
            key_thumbprint: claims.get("cnf").and_then(thumbprint).map(str::to_owned),
        })
    }

    /// Whether the token has this scope. Scopes are compared exactly (RFC 6749 section 3.3).
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }
}

/// The thumbprint in `cnf`, if it confirms a DPoP key and nothing else: a SHA-256 in base64url
/// (RFC 9449 section 6.1).
pub(crate) fn thumbprint(cnf: &Value) -> Option<&str> {
    let cnf = cnf.as_object().filter(|cnf| cnf.len() == 1)?;
    let thumbprint = cnf.get("jkt")?.as_str()?;
    (thumbprint.len() == 43).then_some(thumbprint)
}
