use std::{ops::Deref, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Map, Value};

use super::{
    claims::{Claims, ClaimsFault, Members, is_banned},
    key_set::{KeySet, VerificationKey, name_of},
};
use crate::config::AuthSettings;

/// How far `nbf` and `iat` may lie in the future, in seconds: clocks differ.
const CLOCK_SKEW: f64 = 60.0;

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Not a JWT: parts, encoding or JSON.
    #[error("not a JWT: {0}")]
    Malformed(&'static str),
    /// The key set has no key for it; another one may.
    #[error("no key of the key set fits the token")]
    UnknownKey,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// USER_UUID_CLAIM is missing or no usable UUID, and nothing else is wrong.
    #[error("the token has no usable uuid claim")]
    NoUuid,
    /// Anything else.
    #[error("{0}")]
    Invalid(&'static str),
}

/// A JWS in compact serialization (RFC 7515 section 7.1), taken apart, of which nothing is
/// believed yet; its payload may be anything.
pub struct Jws<'a> {
    algorithm: Algorithm,
    kid: Option<String>,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Jws<'a> {
    /// The longest token that is looked at, in bytes.
    const MAX_BYTES: usize = 8 * 1024;

    /// Comes before all work that grows with the length.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] above 8 KiB.
    pub fn check_length(text: &str) -> Result<(), Rejection> {
        match text.len() > Self::MAX_BYTES {
            true => Err(Rejection::Malformed("longer than 8 KiB")),
            false => Ok(()),
        }
    }

    /// Reads the three parts and the header.
    ///
    /// Strict unpadded base64url; `crit` and `b64` are refused (RFC 7515 section 4.1.11, RFC 7797),
    /// `typ` is absent, `JWT` or `at+jwt` (RFC 8725 section 3.11, RFC 9068 section 4); jku, jwk,
    /// x5u and x5c are never looked at.
    ///
    /// # Errors
    /// [`Rejection::Malformed`], or [`Rejection::Invalid`] for a header that is not acceptable.
    pub fn parse(text: &'a str) -> Result<Self, Rejection> {
        Parts::split(text)?.read_header()
    }

    /// The algorithm that the header names.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key id that the header names.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }
}

/// A JWS whose payload is a JSON object (RFC 7519), of which nothing is believed yet.
pub struct Token<'a> {
    jws: Jws<'a>,
    claims: Map<String, Value>,
}

impl<'a> Token<'a> {
    /// Reads header and claims; see [`Jws::parse`] for the rules.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] for what is no JWT, whatever its header says; then
    /// [`Rejection::Invalid`] for a header that is not acceptable.
    pub fn parse(text: &'a str) -> Result<Self, Rejection> {
        let parts = Parts::split(text)?;
        let claims = object(&parts.payload)?;
        Ok(Self {
            jws: parts.read_header()?,
            claims,
        })
    }

    /// The claims as they stand, believed or not.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}

impl<'a> Deref for Token<'a> {
    type Target = Jws<'a>;

    fn deref(&self) -> &Jws<'a> {
        &self.jws
    }
}

/// The decoded parts of what is shaped like a JWS.
struct Parts<'a> {
    header: Map<String, Value>,
    payload: Vec<u8>,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, Rejection> {
        Jws::check_length(text)?;
        let (signed, signature) = text
            .rsplit_once('.')
            .ok_or(Rejection::Malformed("no dots"))?;
        let (header, payload) = signed
            .split_once('.')
            .ok_or(Rejection::Malformed("one dot"))?;
        if payload.contains('.') {
            return Err(Rejection::Malformed("more than three parts"));
        }
        decode(signature)?;
        Ok(Self {
            header: object(&decode(header)?)?,
            payload: decode(payload)?,
            signed,
            signature,
        })
    }

    fn read_header(self) -> Result<Jws<'a>, Rejection> {
        let (algorithm, kid) = read_header(&self.header)?;
        Ok(Jws {
            algorithm,
            kid,
            signed: self.signed,
            signature: self.signature,
        })
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Rejection> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Rejection::Malformed("a part is not unpadded base64url"))
}

fn object(json: &[u8]) -> Result<Map<String, Value>, Rejection> {
    let members: Members = serde_json::from_slice(json)
        .map_err(|_| Rejection::Malformed("a part is not a JSON object"))?;
    match members.repeated {
        true => Err(Rejection::Invalid("a name appears twice")),
        false => Ok(members.map),
    }
}

fn read_header(header: &Map<String, Value>) -> Result<(Algorithm, Option<String>), Rejection> {
    if header.contains_key("crit") || header.contains_key("b64") {
        return Err(Rejection::Invalid("the header holds crit or b64"));
    }
    match header.get("typ") {
        None => {}
        Some(Value::String(typ))
            if ["jwt", "at+jwt"].contains(&typ.to_ascii_lowercase().as_str()) => {}
        Some(_) => return Err(Rejection::Invalid("typ is not JWT or at+jwt")),
    }
    let kid = match header.get("kid") {
        None => None,
        Some(Value::String(kid)) => Some(kid.clone()),
        Some(_) => return Err(Rejection::Invalid("kid is not text")),
    };
    let known = [
        Algorithm::EdDSA,
        Algorithm::ES256,
        Algorithm::RS256,
        Algorithm::PS256,
    ];
    let named = header.get("alg").and_then(Value::as_str);
    let algorithm = known
        .into_iter()
        .find(|algorithm| Some(name_of(*algorithm)) == named);
    Ok((
        algorithm.ok_or(Rejection::Invalid("alg is not allowed"))?,
        kid,
    ))
}

/// When a token is good (RFC 7519 sections 4.1.4 and 4.1.5), in seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lifetime {
    /// `exp`.
    pub expires_at: f64,
    /// `nbf`, or long ago.
    pub not_before: f64,
}

/// What makes a token good: synchronous, free of I/O; keys in, verdict out.
#[derive(Clone, Debug)]
pub struct Verifier {
    issuer: String,
    audience: String,
    leeway: f64,
    algorithms: Vec<Algorithm>,
    uuid_claim: String,
}

impl Verifier {
    /// A verifier with these rules.
    #[must_use]
    pub fn new(settings: &AuthSettings) -> Self {
        Self {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            leeway: settings.leeway.as_secs_f64(),
            algorithms: settings.algorithms.clone(),
            uuid_claim: settings.uuid_claim.clone(),
        }
    }

    /// Checks the signature and then the claims at `now`, the time since 1970.
    ///
    /// # Errors
    /// The first rule that the token breaks; the missing uuid claim comes last, so that it is
    /// named only where nothing else is wrong.
    pub fn verify(
        &self,
        token: Token<'_>,
        keys: &KeySet,
        now: Duration,
    ) -> Result<Claims, Rejection> {
        self.check_signature(&token, keys)?;
        self.check_claims(token.claims, now)
    }

    /// Checks the signature alone, whatever the payload.
    ///
    /// # Errors
    /// Those of [`Verifier::key_for`], and [`Rejection::Invalid`] for a wrong signature.
    pub fn check_signature(&self, jws: &Jws<'_>, keys: &KeySet) -> Result<(), Rejection> {
        let key = self.key_for(jws, keys)?;
        let signed = jws.signed.as_bytes();
        match crypto::verify(jws.signature, signed, key.decoding(), jws.algorithm) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Rejection::Invalid("the signature is wrong")),
        }
    }

    /// The key that must have signed the token.
    ///
    /// # Errors
    /// [`Rejection::UnknownKey`] when another key set may hold it, [`Rejection::Invalid`] when
    /// none can.
    pub fn key_for<'k>(
        &self,
        jws: &Jws<'_>,
        keys: &'k KeySet,
    ) -> Result<&'k VerificationKey, Rejection> {
        if !self.algorithms.contains(&jws.algorithm) {
            return Err(Rejection::Invalid("alg is not allowed"));
        }
        let key = match &jws.kid {
            Some(kid) => keys.named(kid),
            None => keys.only(jws.algorithm),
        };
        let key = key.ok_or(Rejection::UnknownKey)?;
        match key.allows(jws.algorithm) {
            true => Ok(key),
            false => Err(Rejection::Invalid("alg is not the key's")),
        }
    }

    fn check_claims(&self, claims: Map<String, Value>, now: Duration) -> Result<Claims, Rejection> {
        let expires_at = number(&claims, "exp")?.ok_or(Rejection::Invalid("exp is missing"))?;
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(Rejection::Invalid("iss is not JWT_ISSUER"));
        }
        if !claims
            .get("aud")
            .is_some_and(|audience| self.is_audience(audience))
        {
            return Err(Rejection::Invalid("aud does not hold JWT_AUDIENCE"));
        }
        let not_before = number(&claims, "nbf")?.unwrap_or(0.0);
        let issued_at = number(&claims, "iat")?.unwrap_or(0.0);
        if issued_at > now.as_secs_f64() + CLOCK_SKEW {
            return Err(Rejection::Invalid("iat lies in the future"));
        }
        let lifetime = Lifetime {
            expires_at,
            not_before,
        };
        if is_banned(&claims) {
            return Err(Rejection::Invalid("the user is banned"));
        }
        self.is_current(lifetime, now)?;
        Claims::from_members(claims, lifetime, &self.uuid_claim).map_err(|fault| match fault {
            ClaimsFault::Subject => Rejection::Invalid("sub is missing or empty"),
            ClaimsFault::Uuid => Rejection::NoUuid,
        })
    }

    /// Whether a token is good at `now`, the time since 1970.
    ///
    /// # Errors
    /// [`Rejection::Invalid`] before its time, [`Rejection::Expired`] after it.
    pub fn is_current(&self, lifetime: Lifetime, now: Duration) -> Result<(), Rejection> {
        let now = now.as_secs_f64();
        if lifetime.not_before > now + CLOCK_SKEW {
            return Err(Rejection::Invalid("nbf lies in the future"));
        }
        match now >= lifetime.expires_at + self.leeway {
            true => Err(Rejection::Expired),
            false => Ok(()),
        }
    }

    /// A string, or an array of strings that holds ours (RFC 7519 section 4.1.3).
    fn is_audience(&self, audience: &Value) -> bool {
        match audience {
            Value::String(one) => *one == self.audience,
            Value::Array(many) => {
                many.iter().all(Value::is_string) && many.iter().any(|one| *one == *self.audience)
            }
            _ => false,
        }
    }
}

/// A NumericDate (RFC 7519 section 2): seconds, perhaps with a fraction.
fn number(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, Rejection> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let number = value.as_f64().ok_or(Rejection::Invalid(match name {
        "exp" => "exp is not a number",
        "nbf" => "nbf is not a number",
        _ => "iat is not a number",
    }))?;
    Ok(Some(number))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::Ed25519KeyPair;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::config::Settings;

    const NOW: Duration = Duration::from_secs(1_800_000_000);
    /// RFC 8037 appendix A.1 and A.2.
    const D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn keys() -> KeySet {
        let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": X}]});
        let parsed = KeySet::parse(set.to_string().as_bytes(), &[Algorithm::EdDSA]);
        parsed.expect("a key set").0
    }

    fn verifier() -> Verifier {
        let settings =
            Settings::from_lookup(|name| (name == "USER_UUID_CLAIM").then(|| "uuid".to_owned()));
        let settings = settings.expect("good settings");
        Verifier::new(&settings.auth)
    }

    fn sign(header: &str, payload: &str) -> String {
        let bytes = |text| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let pair = Ed25519KeyPair::from_seed_and_public_key(&bytes(D), &bytes(X));
        let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = pair.expect("a key pair").sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn verdict(token: &str) -> Result<Claims, Rejection> {
        verifier().verify(Token::parse(token)?, &keys(), NOW)
    }

    const HEADER: &str = r#"{"alg":"EdDSA","kid":"k"}"#;

    fn claims(changes: Value) -> String {
        let mut claims = json!({
            "iss": "http://localhost:3000", "aud": "http://localhost:3000", "sub": "u",
            "exp": NOW.as_secs() + 60, "uuid": "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90",
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims.to_string()
    }

    fn with(changes: Value) -> Result<Claims, Rejection> {
        verdict(&sign(HEADER, &claims(changes)))
    }

    #[test]
    fn other_claims_are_kept() {
        let claims = with(json!({"team": {"name": "blue"}})).expect("a good token");
        assert_eq!(claims.extra["team"]["name"], "blue");
        assert_eq!(claims.extra.len(), 1);
    }

    #[test]
    fn exp_is_over_at_the_leeway_and_not_a_moment_before() {
        let exp = |seconds: f64| with(json!({"exp": NOW.as_secs_f64() + seconds})).map(drop);
        assert_eq!(exp(-30.0), Err(Rejection::Expired));
        assert_eq!(exp(-29.5), Ok(()));
        assert_eq!(exp(1e300), Ok(()));
        assert_eq!(exp(-1e300), Err(Rejection::Expired));
    }

    #[test]
    fn nbf_and_iat_may_lie_a_minute_ahead_and_no_more() {
        for name in ["nbf", "iat"] {
            let at = |time: Value| with(json!({name: time})).is_ok();
            let ahead = |seconds: u64| at(json!(NOW.as_secs() + seconds));
            assert!(ahead(60) && !ahead(61), "{name}");
            assert!(
                at(json!(-1)) && at(json!(0.5)) && !at(json!(1e300)),
                "{name}"
            );
        }
    }

    #[test]
    fn a_number_that_is_no_number_is_named() {
        for (name, reason) in [
            ("exp", "exp is not a number"),
            ("nbf", "nbf is not a number"),
            ("iat", "iat is not a number"),
        ] {
            for value in [json!("1"), json!(null), json!([1]), json!(true)] {
                let refused = with(json!({name: value})).map(drop);
                assert_eq!(refused, Err(Rejection::Invalid(reason)));
            }
        }
    }

    #[test]
    fn what_is_no_jwt_is_malformed_whatever_its_header_says() {
        let none = r#"{"alg":"none"}"#;
        for (token, reason) in [
            (String::new(), "no dots"),
            ("a.b".to_owned(), "one dot"),
            ("a.b.c.d".to_owned(), "more than three parts"),
            ("e30=.e30.".to_owned(), "a part is not unpadded base64url"),
            ("e30.e31.".to_owned(), "a part is not unpadded base64url"),
            (sign(none, "[]"), "a part is not a JSON object"),
            (sign(none, "{} {}"), "a part is not a JSON object"),
            (sign("", "{}"), "a part is not a JSON object"),
            (sign(none, "\u{feff}{}"), "a part is not a JSON object"),
            (
                sign(none, r#"{"exp":1e999}"#),
                "a part is not a JSON object",
            ),
            (sign(none, &"[".repeat(5000)), "a part is not a JSON object"),
            ("x".repeat(8193), "longer than 8 KiB"),
        ] {
            let refused = Token::parse(&token).map(drop);
            assert_eq!(refused, Err(Rejection::Malformed(reason)), "{token}");
        }
    }

    #[test]
    fn a_signature_is_checked_alone_whatever_the_payload() {
        let check = |token: &str| verifier().check_signature(&Jws::parse(token)?, &keys());
        for payload in ["", "foo", "[]", r#"{"exp":0}"#] {
            let token = sign(HEADER, payload);
            assert_eq!(check(&token), Ok(()));
            let other = token.replacen(".", ".QQ", 1);
            assert!(check(&other).is_err(), "{other}");
        }
    }

    #[test]
    fn only_a_named_key_or_an_unrivalled_one_is_used() {
        let with_header = |header: &str| verdict(&sign(header, &claims(json!({})))).map(drop);
        assert_eq!(with_header(r#"{"alg":"EdDSA"}"#), Ok(()));
        let unknown = with_header(r#"{"alg":"EdDSA","kid":""}"#);
        assert_eq!(unknown, Err(Rejection::UnknownKey));
        let other = with_header(r#"{"alg":"ES256","kid":"k"}"#);
        assert_eq!(other, Err(Rejection::Invalid("alg is not the key's")));
    }

    proptest! {
        #[test]
        fn a_token_with_one_other_character_is_refused(place: prop::sample::Index, other in any::<char>()) {
            let token = sign(HEADER, &claims(json!({})));
            let place = place.index(token.len());
            let mut changed: Vec<char> = token.chars().collect();
            prop_assume!(changed[place] != other);
            changed[place] = other;
            let changed: String = changed.into_iter().collect();
            prop_assert!(verdict(&changed).is_err(), "{}", changed);
        }

        #[test]
        fn a_token_with_something_cut_or_put_in_is_refused(
            from: prop::sample::Index, to: prop::sample::Index, put in "[A-Za-z0-9_.=+/ -]{0,4}",
        ) {
            let token = sign(HEADER, &claims(json!({})));
            let (from, to) = (from.index(token.len() + 1), to.index(token.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            prop_assume!(token[from..to] != put);
            let changed = format!("{}{put}{}", &token[..from], &token[to..]);
            prop_assert!(verdict(&changed).is_err(), "{}", changed);
        }

        #[test]
        fn no_text_panics(text in ".{0,200}") {
            prop_assert!(verdict(&text).is_err());
        }

        #[test]
        fn no_signed_bytes_panic(header in ".{0,60}", payload in ".{0,60}") {
            prop_assert!(verdict(&sign(&header, &payload)).is_err());
        }

        #[test]
        fn no_key_set_panics(document: Vec<u8>, member in "(kty|crv|alg|kid|x|y|n|e|use|key_ops)", value in ".{0,50}") {
            let _ = KeySet::parse(&document, &[Algorithm::EdDSA]);
            let mut key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": X});
            key[member] = value.into();
            let set = json!({"keys": [key]}).to_string();
            prop_assert!(KeySet::parse(set.as_bytes(), &[Algorithm::EdDSA]).is_ok());
        }
    }
}
