use std::fmt;

use serde_json::{Map, Value};

/// What a token is for. Better Auth signs several kinds with the same keys, and none may pass for
/// another (RFC 8725 section 3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A token of a session, which the jwt plugin issues at `GET /token`.
    Session,
    /// A token that is bound to a key: it has `cnf` (RFC 7800 section 3.1).
    Bound,
    /// An access token of the OAuth provider for a machine: `sub` is the client (RFC 9068
    /// section 2.2).
    Machine,
    /// An access token of the OAuth provider for a client that acts for a user: it has `typ`
    /// `at+jwt` (RFC 9068 section 2.1), `client_id` (section 2.2) or `azp` (OpenID Connect Core
    /// section 2).
    Access,
    /// An ID token, which tells a client who signed in: it has `at_hash` or `c_hash` (OpenID Connect
    /// Core sections 3.1.3.6 and 3.3.2.11).
    Id,
}

impl TokenKind {
    /// The presence of a claim decides, whatever its value, so that no unexpected value makes a
    /// token pass as a session's.
    pub(crate) fn of(is_access_token: bool, claims: &Map<String, Value>) -> Self {
        let client = claims.get("client_id").or_else(|| claims.get("azp"));
        if claims.contains_key("cnf") {
            Self::Bound
        } else if client.is_some() && client == claims.get("sub") {
            Self::Machine
        } else if client.is_some() || is_access_token {
            Self::Access
        } else if claims.contains_key("at_hash") || claims.contains_key("c_hash") {
            Self::Id
        } else {
            Self::Session
        }
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session => "the JWT of a session",
            Self::Bound => "bound to a key (cnf)",
            Self::Machine => "a machine's OAuth access token (sub is client_id)",
            Self::Access => "an OAuth access token (typ at+jwt, client_id or azp)",
            Self::Id => "an ID token (at_hash), which is for the client alone",
        })
    }
}
