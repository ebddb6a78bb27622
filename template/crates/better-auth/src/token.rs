use std::ops::Deref;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use crate::{algorithm, json_object::JsonObject, token_kind::TokenKind};

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Not a JWT: parts, encoding or JSON.
    #[error("not a JWT: {0}")]
    Malformed(&'static str),
    /// The key set has no key for it; another key set may have one.
    #[error("no key of the key set fits the token")]
    UnknownKey,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// The claim that USER_UUID_CLAIM names is missing or not a usable UUID; everything else is
    /// valid.
    #[error("the token has no usable uuid claim")]
    NoUuid,
    /// A token of a kind that is not accepted, whatever else it says.
    #[error("the token is {0}, not the JWT of a session")]
    Kind(TokenKind),
    /// Anything else.
    #[error("{0}")]
    Invalid(&'static str),
}

/// An unverified JWS in compact serialization (RFC 7515 section 7.1), with any payload.
pub struct Jws<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    pub(crate) typ: Typ,
    /// Header and payload as they were sent: what the signature covers.
    pub(crate) signing_input: &'a str,
    pub(crate) signature: &'a str,
}

/// The kinds of JWS that `typ` tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typ {
    /// None, or `JWT`.
    Jwt,
    /// `at+jwt` (RFC 9068 section 2.1).
    AccessToken,
    /// `dpop+jwt` (RFC 9449 section 4.2).
    DpopProof,
}

impl<'a> Jws<'a> {
    /// The length of the longest accepted token, in bytes.
    const MAX_BYTES: usize = 8 * 1024;
    /// The reason for rejecting a longer one.
    pub(crate) const TOO_LONG: &'static str = "longer than 8 KiB";
    /// The reason for rejecting what is no JWT at all, such as a session token or an opaque access
    /// token.
    pub(crate) const NO_DOTS: &'static str = "no dots";

    /// Rejects a token that is too long. Call it before any work that grows with the length.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] above 8 KiB.
    pub(crate) fn check_length(text: &str) -> Result<(), Rejection> {
        if text.len() > Self::MAX_BYTES {
            return Err(Rejection::Malformed(Self::TOO_LONG));
        }
        Ok(())
    }

    /// Reads the three parts and the header.
    ///
    /// Base64url is strict and unpadded; `crit` and `b64` are rejected (RFC 7515 section 4.1.11,
    /// RFC 7797), `typ` is absent, `JWT` or `at+jwt` (RFC 8725 section 3.11; which of them a payload
    /// needs is a rule of [`Verifier`](crate::Verifier)); jku, jwk, x5u and x5c are ignored.
    ///
    /// # Errors
    /// [`Rejection::Malformed`], or [`Rejection::Invalid`] for a header that is not acceptable.
    pub fn parse(text: &'a str) -> Result<Self, Rejection> {
        Parts::split(text)?.read_header()?.unless_proof()
    }

    fn unless_proof(self) -> Result<Self, Rejection> {
        match self.typ {
            Typ::DpopProof => Err(Rejection::Invalid("typ is not JWT")),
            Typ::Jwt | Typ::AccessToken => Ok(self),
        }
    }
}

/// An unverified JWS whose payload is a JSON object: a JWT (RFC 7519).
pub struct Token<'a> {
    jws: Jws<'a>,
    claims: Map<String, Value>,
}

impl<'a> Token<'a> {
    /// Reads header and claims by the rules of [`Jws::parse`].
    ///
    /// # Errors
    /// [`Rejection::Malformed`] for anything but a JWT, whatever its header says; then
    /// [`Rejection::Invalid`] for a header that is not acceptable.
    pub fn parse(text: &'a str) -> Result<Self, Rejection> {
        let parts = Parts::split(text)?;
        let claims = object(&parts.payload)?;
        Ok(Self {
            jws: parts.read_header()?.unless_proof()?,
            claims,
        })
    }

    /// Reads a DPoP proof (RFC 9449 section 4.2), with the key in its header.
    ///
    /// # Errors
    /// Those of [`Token::parse`], and [`Rejection::Invalid`] for any other JWT.
    pub(crate) fn parse_proof(text: &'a str) -> Result<(Self, Map<String, Value>), Rejection> {
        let mut parts = Parts::split(text)?;
        let claims = object(&parts.payload)?;
        let jwk = parts.header.remove("jwk");
        let jws = parts.read_header()?;
        match (jws.typ, jwk) {
            (Typ::DpopProof, Some(Value::Object(jwk))) => Ok((Self { jws, claims }, jwk)),
            _ => Err(Rejection::Invalid("typ is not dpop+jwt, or jwk is missing")),
        }
    }

    /// The claims, unverified.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The kind of the token, unverified: Better Auth signs several kinds with the same keys.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        TokenKind::of(self.jws.typ == Typ::AccessToken, &self.claims)
    }

    pub(crate) fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

impl<'a> Deref for Token<'a> {
    type Target = Jws<'a>;

    fn deref(&self) -> &Jws<'a> {
        &self.jws
    }
}

/// The decoded parts of a JWS.
struct Parts<'a> {
    header: Map<String, Value>,
    payload: Vec<u8>,
    signing_input: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, Rejection> {
        Jws::check_length(text)?;
        let (signing_input, signature) = text
            .rsplit_once('.')
            .ok_or(Rejection::Malformed(Jws::NO_DOTS))?;
        let (header, payload) = signing_input
            .split_once('.')
            .ok_or(Rejection::Malformed("one dot"))?;
        if payload.contains('.') {
            return Err(Rejection::Malformed("more than three parts"));
        }
        decode(signature)?;
        Ok(Self {
            header: object(&decode(header)?)?,
            payload: decode(payload)?,
            signing_input,
            signature,
        })
    }

    fn read_header(self) -> Result<Jws<'a>, Rejection> {
        let header = self.header;
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(Rejection::Invalid("the header holds crit or b64"));
        }
        let typ = read_typ(header.get("typ"))?;
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(Rejection::Invalid("kid is not text")),
        };
        let alg = header.get("alg").and_then(Value::as_str);
        let algorithm = alg.and_then(algorithm::by_name);
        Ok(Jws {
            algorithm: algorithm.ok_or(Rejection::Invalid("alg is not allowed"))?,
            kid,
            typ,
            signing_input: self.signing_input,
            signature: self.signature,
        })
    }
}

/// Reads `typ`. Case does not matter, and an access token may have the prefix `application/` (RFC
/// 7515 section 4.1.9, RFC 9068 section 4).
fn read_typ(typ: Option<&Value>) -> Result<Typ, Rejection> {
    let Some(typ) = typ else {
        return Ok(Typ::Jwt);
    };
    let typ = typ.as_str().map(str::to_ascii_lowercase);
    match typ.as_deref() {
        Some("jwt") => Ok(Typ::Jwt),
        Some("at+jwt" | "application/at+jwt") => Ok(Typ::AccessToken),
        Some("dpop+jwt") => Ok(Typ::DpopProof),
        _ => Err(Rejection::Invalid("typ is not JWT")),
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Rejection> {
    let bytes = URL_SAFE_NO_PAD.decode(part);
    bytes.map_err(|_| Rejection::Malformed("a part is not unpadded base64url"))
}

fn object(json: &[u8]) -> Result<Map<String, Value>, Rejection> {
    let object: JsonObject = serde_json::from_slice(json)
        .map_err(|_| Rejection::Malformed("a part is not a JSON object"))?;
    if object.has_duplicate_names {
        return Err(Rejection::Invalid("a name appears twice"));
    }
    Ok(object.fields)
}
