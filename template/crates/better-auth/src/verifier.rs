use std::time::Duration;

use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Map, Value};

use crate::{
    access_token::{AccessToken, OAuthClient, thumbprint},
    claims::{Claims, ClaimsError, Lifetime, is_banned},
    config::{OAuthSettings, TokenSettings},
    jwk::VerificationKey,
    key_set::KeySet,
    token::{Jws, Rejection, Token, Typ},
    token_kind::TokenKind,
};

/// How far `nbf` and `iat` may be in the future, in seconds, because clocks differ.
const CLOCK_SKEW: f64 = 60.0;

/// The rules for tokens. Synchronous and without I/O: the caller brings the keys and the time.
#[derive(Clone, Debug)]
pub struct Verifier {
    session: Parties,
    /// For access tokens; `None` if they are rejected.
    access: Option<Parties>,
    leeway: f64,
    algorithms: Vec<Algorithm>,
    uuid_claim: String,
}

/// A verified token, by its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Verified {
    /// The token of a session.
    Session(Claims),
    /// The access token of an OAuth client.
    Access(AccessToken),
}

/// The accepted issuers and audiences of one kind of token.
#[derive(Clone, Debug)]
struct Parties {
    issuers: Vec<String>,
    audiences: Vec<String>,
    wrong_issuer: &'static str,
    wrong_audience: &'static str,
}

impl Verifier {
    /// A verifier with these rules.
    #[must_use]
    pub fn new(settings: &TokenSettings) -> Self {
        Self {
            session: Parties {
                issuers: settings.issuers.clone(),
                audiences: settings.audiences.clone(),
                wrong_issuer: "iss is not JWT_ISSUER",
                wrong_audience: "aud does not hold JWT_AUDIENCE",
            },
            access: settings.oauth.as_ref().map(Parties::of_access_tokens),
            leeway: settings.leeway.as_secs_f64(),
            algorithms: settings.algorithms.clone(),
            uuid_claim: settings.uuid_claim.clone(),
        }
    }

    /// Checks a token by the rules of its own kind.
    ///
    /// # Errors
    /// Those of [`Verifier::verify`] and [`Verifier::verify_access_token`].
    pub fn verify_any(
        &self,
        token: Token<'_>,
        keys: &KeySet,
        now: Duration,
    ) -> Result<Verified, Rejection> {
        if token.kind() == TokenKind::Session {
            return self.verify(token, keys, now).map(Verified::Session);
        }
        let token = self.verify_access_token(token, keys, now)?;
        Ok(Verified::Access(token))
    }

    /// Checks the token of a session: its kind, the signature and then the claims at `now`, the time
    /// since 1970.
    ///
    /// # Errors
    /// The first rule that the token breaks. The kind is checked first, so that [`Rejection::Kind`]
    /// is reported first; the uuid claim is checked last, so that it is reported only if nothing
    /// else is wrong.
    pub fn verify(
        &self,
        token: Token<'_>,
        keys: &KeySet,
        now: Duration,
    ) -> Result<Claims, Rejection> {
        match token.kind() {
            TokenKind::Session => {}
            other => return Err(Rejection::Kind(other)),
        }
        self.check_signature(&token, keys)?;
        let claims = token.into_claims();
        let lifetime = self.check_claims(&claims, &self.session, now)?;
        self.user(claims, lifetime)
    }

    /// Checks the access token of an OAuth client (RFC 9068 section 4) in the same order. The caller
    /// must check that the sender has the key of its [`OAuthClient::key_thumbprint`], if it has one.
    ///
    /// # Errors
    /// The first rule that the token breaks. [`Rejection::Kind`] for a token of another kind, for
    /// one that is bound to a key by other means than DPoP, and for every token if OAUTH_AUDIENCE
    /// is not set.
    pub fn verify_access_token(
        &self,
        token: Token<'_>,
        keys: &KeySet,
        now: Duration,
    ) -> Result<AccessToken, Rejection> {
        let kind = token.kind();
        let parties = match (kind, &self.access) {
            (TokenKind::Access | TokenKind::Machine, Some(parties)) => parties,
            (TokenKind::Bound, Some(parties)) if is_bound_by_dpop(&token) => parties,
            _ => return Err(Rejection::Kind(kind)),
        };
        if token.typ != Typ::AccessToken {
            return Err(Rejection::Invalid("typ is not at+jwt"));
        }
        self.check_signature(&token, keys)?;
        let claims = token.into_claims();
        let lifetime = self.check_claims(&claims, parties, now)?;
        let client = OAuthClient::from_claims(&claims)
            .ok_or(Rejection::Invalid("client_id or scope is missing"))?;
        if claims.get("azp").is_some_and(|azp| *azp != *client.id) {
            return Err(Rejection::Invalid("azp is not client_id"));
        }
        let is_machine = claims.get("sub").is_some_and(|sub| *sub == *client.id);
        let user = (!is_machine).then(|| self.user(claims, lifetime));
        Ok(AccessToken {
            client,
            user: user.transpose()?,
            lifetime,
        })
    }

    /// Checks the signature alone, whatever the payload.
    ///
    /// # Errors
    /// Errors of [`Verifier::key_for`], and [`Rejection::Invalid`] for a wrong signature.
    pub fn check_signature(&self, jws: &Jws<'_>, keys: &KeySet) -> Result<(), Rejection> {
        let key = self.key_for(jws, keys)?.decoding_key();
        match crypto::verify(
            jws.signature,
            jws.signing_input.as_bytes(),
            key,
            jws.algorithm,
        ) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Rejection::Invalid("the signature is wrong")),
        }
    }

    /// The key that must have signed the token.
    ///
    /// # Errors
    /// [`Rejection::UnknownKey`] when a newer key set may have the key, [`Rejection::Invalid`] when
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
            Some(kid) => keys.get(kid),
            None => keys.only(jws.algorithm),
        };
        let key = key.ok_or(Rejection::UnknownKey)?;
        if !key.allows(jws.algorithm) {
            return Err(Rejection::Invalid("alg is not the key's"));
        }
        Ok(key)
    }

    /// Checks the claims by the rules for every kind of token.
    fn check_claims(
        &self,
        claims: &Map<String, Value>,
        parties: &Parties,
        now: Duration,
    ) -> Result<Lifetime, Rejection> {
        let expires_at = number(claims, "exp")?.ok_or(Rejection::Invalid("exp is missing"))?;
        parties.check(claims)?;
        let not_before = number(claims, "nbf")?.unwrap_or(0.0);
        let issued_at = number(claims, "iat")?.unwrap_or(0.0);
        if issued_at > now.as_secs_f64() + CLOCK_SKEW {
            return Err(Rejection::Invalid("iat lies in the future"));
        }
        if is_banned(claims) {
            return Err(Rejection::Invalid("the user is banned"));
        }
        let lifetime = Lifetime {
            expires_at,
            not_before,
            issued_at,
        };
        self.check_lifetime(lifetime, now)?;
        Ok(lifetime)
    }

    fn user(&self, claims: Map<String, Value>, lifetime: Lifetime) -> Result<Claims, Rejection> {
        Claims::from_json(claims, lifetime, &self.uuid_claim).map_err(|error| match error {
            ClaimsError::Subject => Rejection::Invalid("sub is missing or empty"),
            ClaimsError::Uuid => Rejection::NoUuid,
        })
    }

    /// Checks that a token is valid at `now`, the time since 1970.
    pub(crate) fn check_lifetime(
        &self,
        lifetime: Lifetime,
        now: Duration,
    ) -> Result<(), Rejection> {
        let now = now.as_secs_f64();
        if lifetime.not_before > now + CLOCK_SKEW {
            return Err(Rejection::Invalid("nbf lies in the future"));
        }
        if now >= lifetime.expires_at + self.leeway {
            return Err(Rejection::Expired);
        }
        Ok(())
    }
}

impl Parties {
    fn of_access_tokens(settings: &OAuthSettings) -> Self {
        Self {
            issuers: vec![settings.issuer.clone()],
            audiences: vec![settings.audience.clone()],
            wrong_issuer: "iss is not OAUTH_ISSUER",
            wrong_audience: "aud does not hold OAUTH_AUDIENCE",
        }
    }

    fn check(&self, claims: &Map<String, Value>) -> Result<(), Rejection> {
        let issuer = claims.get("iss").and_then(Value::as_str);
        if !issuer.is_some_and(|issuer| self.issuers.iter().any(|own| own == issuer)) {
            return Err(Rejection::Invalid(self.wrong_issuer));
        }
        if !claims.get("aud").is_some_and(|aud| self.is_audience(aud)) {
            return Err(Rejection::Invalid(self.wrong_audience));
        }
        Ok(())
    }

    /// Whether `aud` is an accepted audience, or an array of strings that contains one (RFC 7519
    /// section 4.1.3).
    fn is_audience(&self, audience: &Value) -> bool {
        match audience {
            Value::String(one) => self.audiences.contains(one),
            Value::Array(many) => {
                let is_ours = |one: &Value| self.audiences.iter().any(|own| one == own);
                many.iter().all(Value::is_string) && many.iter().any(is_ours)
            }
            _ => false,
        }
    }
}

/// Whether it is an access token that is bound to a key by DPoP.
fn is_bound_by_dpop(token: &Token<'_>) -> bool {
    token.typ == Typ::AccessToken && token.claims().get("cnf").and_then(thumbprint).is_some()
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
pub(crate) mod tests {
    use aws_lc_rs::signature::Ed25519KeyPair;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::config::settings;

    const NOW: Duration = Duration::from_secs(1_800_000_000);
    /// RFC 8037 appendix A.1 and A.2.
    const D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    pub(crate) const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn keys() -> KeySet {
        let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": X}]});
        let parsed = KeySet::parse(set.to_string().as_bytes(), &[Algorithm::EdDSA]);
        parsed.expect("a key set").0
    }

    fn verifier() -> Verifier {
        let settings = settings(&[("USER_UUID_CLAIM", "uuid")]).expect("valid settings");
        Verifier::new(&settings.tokens)
    }

    /// Signs with the private key of [`X`].
    pub(crate) fn sign(header: &str, payload: &str) -> String {
        let bytes = |text| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let pair = Ed25519KeyPair::from_seed_and_public_key(&bytes(D), &bytes(X));
        let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = pair.expect("a key pair").sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn verify(token: &str) -> Result<Claims, Rejection> {
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
        verify(&sign(HEADER, &claims(changes)))
    }

    #[test]
    fn other_claims_are_kept() {
        let claims = with(json!({"team": {"name": "blue"}})).expect("a valid token");
        assert_eq!(claims.extra["team"]["name"], "blue");
        assert_eq!(claims.extra.len(), 1);
    }

    #[test]
    fn a_token_expires_exactly_when_exp_plus_the_leeway_is_reached() {
        let exp = |seconds: f64| with(json!({"exp": NOW.as_secs_f64() + seconds})).map(drop);
        assert_eq!(exp(-30.0), Err(Rejection::Expired));
        assert_eq!(exp(-29.5), Ok(()));
        assert_eq!(exp(1e300), Ok(()));
        assert_eq!(exp(-1e300), Err(Rejection::Expired));
    }

    #[test]
    fn nbf_and_iat_may_be_at_most_a_minute_ahead() {
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
    fn a_time_that_is_not_a_number_is_named() {
        for (name, reason) in [
            ("exp", "exp is not a number"),
            ("nbf", "nbf is not a number"),
            ("iat", "iat is not a number"),
        ] {
            for value in [json!("1"), json!(null), json!([1]), json!(true)] {
                let result = with(json!({name: value})).map(drop);
                assert_eq!(result, Err(Rejection::Invalid(reason)));
            }
        }
    }

    #[test]
    fn anything_but_a_jwt_is_malformed_whatever_its_header_says() {
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
            let result = Token::parse(&token).map(drop);
            assert_eq!(result, Err(Rejection::Malformed(reason)), "{token}");
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
    fn a_token_without_kid_is_verified_only_if_one_key_fits() {
        let with_header = |header: &str| verify(&sign(header, &claims(json!({})))).map(drop);
        assert_eq!(with_header(r#"{"alg":"EdDSA"}"#), Ok(()));
        let unknown = with_header(r#"{"alg":"EdDSA","kid":""}"#);
        assert_eq!(unknown, Err(Rejection::UnknownKey));
        let other = with_header(r#"{"alg":"ES256","kid":"k"}"#);
        assert_eq!(other, Err(Rejection::Invalid("alg is not the key's")));
    }

    proptest! {
        #[test]
        fn a_token_with_one_changed_character_is_rejected(place: prop::sample::Index, other in any::<char>()) {
            let token = sign(HEADER, &claims(json!({})));
            let place = place.index(token.len());
            let mut changed: Vec<char> = token.chars().collect();
            prop_assume!(changed[place] != other);
            changed[place] = other;
            let changed: String = changed.into_iter().collect();
            prop_assert!(verify(&changed).is_err(), "{}", changed);
        }

        #[test]
        fn a_token_with_text_removed_or_inserted_is_rejected(
            from: prop::sample::Index, to: prop::sample::Index, put in "[A-Za-z0-9_.=+/ -]{0,4}",
        ) {
            let token = sign(HEADER, &claims(json!({})));
            let (from, to) = (from.index(token.len() + 1), to.index(token.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            prop_assume!(token[from..to] != put);
            let changed = format!("{}{put}{}", &token[..from], &token[to..]);
            prop_assert!(verify(&changed).is_err(), "{}", changed);
        }

        #[test]
        fn no_text_panics(text in ".{0,200}") {
            prop_assert!(verify(&text).is_err());
        }

        #[test]
        fn no_signed_bytes_panic(header in ".{0,60}", payload in ".{0,60}") {
            prop_assert!(verify(&sign(&header, &payload)).is_err());
        }

        #[test]
        fn no_key_set_panics(document: Vec<u8>, field in "(kty|crv|alg|kid|x|y|n|e|use|key_ops)", value in ".{0,50}") {
            let _ = KeySet::parse(&document, &[Algorithm::EdDSA]);
            let mut key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": X});
            key[field] = value.into();
            let set = json!({"keys": [key]}).to_string();
            prop_assert!(KeySet::parse(set.as_bytes(), &[Algorithm::EdDSA]).is_ok());
        }
    }
}
