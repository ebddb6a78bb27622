use std::time::Duration;

use actix_web::{HttpRequest, http::header::HeaderName};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    crypto,
    jwk::{Jwk, ThumbprintHash},
};
use reqwest::Url;
use rest::{AppError, Code, sent_method};
use serde_json::{Map, Value};

use crate::{
    algorithm,
    config::OAuthSettings,
    fingerprint::Fingerprint,
    jwk::VerificationKey,
    principal::Principal,
    token::{Rejection, Token},
    used_proofs::{NotTaken, UsedProofs},
};

/// The header that holds a proof.
const DPOP: HeaderName = HeaderName::from_static("dpop");
/// How far the `iat` of a proof may lie in the past or in the future.
const MAX_AGE: Duration = Duration::from_secs(60);

/// Checks that the sender of an access token has the key that the token is bound to (RFC 9449).
///
/// Each process remembers only its own proofs: within [`MAX_AGE`], a proof can be used once in each
/// process.
pub(crate) struct DpopProofs {
    /// OAUTH_AUDIENCE: the URL by which clients know the API.
    base: Url,
    used: UsedProofs,
}

impl DpopProofs {
    pub(crate) fn new(settings: &OAuthSettings) -> Self {
        Self {
            base: settings.url().clone(),
            used: UsedProofs::new(MAX_AGE * 2),
        }
    }

    /// Checks the proof of `caller` for an access token that is bound to the key with this
    /// `thumbprint`; `now` is the time since 1970.
    ///
    /// # Errors
    /// `token_invalid` with the challenge of RFC 9449 section 7.1; `rate_limited` while there is no
    /// room to remember the proof.
    pub(crate) fn check(
        &self,
        request: &HttpRequest,
        token: &str,
        thumbprint: &str,
        caller: &Principal,
        now: Duration,
    ) -> Result<(), AppError> {
        let invalid = |rejection| {
            tracing::debug!(reason = %rejection, "DPoP proof rejected");
            AppError::new(Code::TOKEN_INVALID).challenge_by(challenge("invalid_dpop_proof"))
        };
        let proof = self.check_proof(request, token, thumbprint, now);
        // Last, so that only good proofs are remembered.
        let caller = Fingerprint::of(&caller.caller_id());
        let taken = self.used.take(caller, proof.map_err(invalid)?, now);
        taken.map_err(|reason| match reason {
            NotTaken::UsedBefore => invalid(Rejection::Invalid("the proof was used before")),
            NotTaken::Full(wait) => AppError::new(Code::RATE_LIMITED)
                .detail("Too many DPoP proofs in two minutes")
                .retry_after(wait),
        })
    }

    /// The checks of RFC 9449 section 4.3. Returns the proof's unique id, for replay detection.
    fn check_proof(
        &self,
        request: &HttpRequest,
        token: &str,
        thumbprint: &str,
        now: Duration,
    ) -> Result<Fingerprint, Rejection> {
        let mut proofs = request.headers().get_all(DPOP);
        let (Some(proof), None) = (proofs.next(), proofs.next()) else {
            return Err(Rejection::Invalid("there is not exactly one proof"));
        };
        let proof = proof.to_str().unwrap_or_default();
        let (proof, jwk) = Token::parse_proof(proof)?;
        check_key(&proof, jwk, thumbprint)?;
        let claims = proof.claims();
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("htm") != Some(sent_method(request).as_str()) {
            return Err(Rejection::Invalid("htm is another method"));
        }
        if !text("htu").is_some_and(|url| self.is_address(url, request.uri().path())) {
            return Err(Rejection::Invalid("htu is another address"));
        }
        if !is_of_now(claims, now.as_secs_f64()) {
            return Err(Rejection::Invalid("iat, exp or nbf is not about now"));
        }
        if text("ath") != Some(&hash(token)) {
            return Err(Rejection::Invalid("ath is of another token"));
        }
        let id = text("jti").filter(|id| !id.is_empty());
        let id = id.ok_or(Rejection::Invalid("jti is missing"))?;
        Ok(Fingerprint::of(&format!("{thumbprint}{id}")))
    }

    /// Whether `htu` is the URL of this path: below OAUTH_AUDIENCE, or below its origin if the
    /// proxy does not strip the prefix. Query and fragment are ignored.
    fn is_address(&self, htu: &str, path: &str) -> bool {
        let Ok(mut htu) = Url::parse(htu) else {
            return false;
        };
        htu.set_query(None);
        htu.set_fragment(None);
        let at = |prefix: &str| {
            let mut url = self.base.clone();
            url.set_path(&format!("{prefix}{path}"));
            url
        };
        htu == at("") || htu == at(self.base.path().trim_end_matches('/'))
    }
}

/// Whether `iat` is young, and `exp` and `nbf`, which a proof need not have, allow `now`, in seconds
/// since 1970 (RFC 7519 sections 4.1.4 and 4.1.5).
fn is_of_now(claims: &Map<String, Value>, now: f64) -> bool {
    let tolerance = MAX_AGE.as_secs_f64();
    // What is no number compares as false.
    let time = |name: &str| Some(claims.get(name)?.as_f64().unwrap_or(f64::NAN));
    time("iat").is_some_and(|at| (now - at).abs() <= tolerance)
        && time("exp").is_none_or(|end| now < end)
        && time("nbf").is_none_or(|start| start <= now + tolerance)
}

/// Checks that the proof is signed by the key in its header, and that the token is bound to that
/// key.
fn check_key(
    proof: &Token<'_>,
    jwk: Map<String, Value>,
    thumbprint: &str,
) -> Result<(), Rejection> {
    let wrong = Rejection::Invalid("jwk is not a public key for signatures");
    let key = VerificationKey::from_fields(&jwk, &algorithm::SUPPORTED).map_err(|_| wrong)?;
    if !key.allows(proof.algorithm) {
        return Err(Rejection::Invalid("alg is not the key's"));
    }
    let signed = crypto::verify(
        proof.signature,
        proof.signing_input.as_bytes(),
        key.decoding_key(),
        proof.algorithm,
    );
    if !matches!(signed, Ok(true)) {
        return Err(Rejection::Invalid("the signature is wrong"));
    }
    let jwk: Jwk = serde_json::from_value(jwk.into()).map_err(|_| wrong)?;
    let own = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| wrong)?;
    if own != thumbprint {
        return Err(Rejection::Invalid("the token is bound to another key"));
    }
    Ok(())
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// A challenge (RFC 9449 section 7.1).
pub(crate) fn challenge(error: &str) -> String {
    format!(r#"DPoP error="{error}", algs="{}""#, names())
}

/// The algorithms of proofs, as challenges and metadata name them.
pub(crate) fn names() -> String {
    algorithm::NAMES.join(" ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::test::TestRequest;
    use serde_json::json;

    use super::*;
    use crate::{
        access_token::OAuthClient,
        claims::Identity,
        config::settings,
        ids::BetterAuthId,
        verifier::tests::{X, sign},
    };

    const NOW: u64 = 1_800_000_000;
    const ALICE: &str = "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90";
    const BOB: &str = "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f91";
    const TOKEN: &str = "the token";
    /// The thumbprint of the key [`X`] (RFC 8037 appendix A.3).
    const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    fn user(uuid: &str) -> Principal {
        let uuid = uuid.parse().expect("a UUID");
        let user = Identity::new(BetterAuthId::new("x"), uuid);
        Principal::Delegate(Arc::new(user), client())
    }

    fn client() -> Arc<OAuthClient> {
        Arc::new(OAuthClient {
            id: "app".to_owned(),
            scopes: Vec::new(),
            key_thumbprint: Some(THUMBPRINT.to_owned()),
        })
    }

    fn proofs() -> DpopProofs {
        let settings = settings(&[("OAUTH_AUDIENCE", "https://api.example.test")]);
        let tokens = settings.expect("valid settings").tokens;
        DpopProofs::new(&tokens.oauth.expect("an audience"))
    }

    fn proof(made_at: u64) -> String {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
        let header = json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk});
        let url = "https://api.example.test/notes";
        let claims =
            json!({"htm": "GET", "htu": url, "iat": made_at, "jti": "1", "ath": hash(TOKEN)});
        sign(&header.to_string(), &claims.to_string())
    }

    fn check(proofs: &DpopProofs, caller: &Principal, proof: &str, now: u64) -> Result<(), Code> {
        let request = TestRequest::get().uri("/notes");
        let request = request.insert_header((DPOP, proof)).to_http_request();
        let now = Duration::from_secs(now);
        let checked = proofs.check(&request, TOKEN, THUMBPRINT, caller, now);
        checked.map_err(|error| error.code())
    }

    #[test]
    fn a_proof_may_differ_by_a_minute_from_the_clock() {
        for (made_at, accepted) in [
            (NOW - 61, false),
            (NOW - 60, true),
            (NOW + 60, true),
            (NOW + 61, false),
        ] {
            let found = check(&proofs(), &user(ALICE), &proof(made_at), NOW);
            assert_eq!(found.is_ok(), accepted, "{made_at}");
        }
    }

    #[test]
    fn a_used_proof_is_remembered_for_as_long_as_it_is_young() {
        let (proofs, proof) = (proofs(), proof(NOW + 60));
        assert_eq!(check(&proofs, &user(ALICE), &proof, NOW), Ok(()));
        for later in [0, 60, 119, 120] {
            let again = check(&proofs, &user(ALICE), &proof, NOW + later);
            assert_eq!(again, Err(Code::TOKEN_INVALID), "{later}");
        }
    }

    #[test]
    fn a_proof_that_cannot_be_remembered_is_not_accepted() {
        let proofs = proofs();
        for number in 0..10_000 {
            let proof = Fingerprint::of(&number.to_string());
            let now = Duration::from_secs(NOW);
            let taken = proofs.used.take(Fingerprint::of(ALICE), proof, now);
            assert_eq!(taken, Ok(()));
        }
        let alices = check(&proofs, &user(ALICE), &proof(NOW), NOW);
        assert_eq!(alices, Err(Code::RATE_LIMITED));
        for (other, made_at) in [(user(BOB), NOW), (Principal::Machine(client()), NOW - 1)] {
            assert_eq!(check(&proofs, &other, &proof(made_at), NOW), Ok(()));
        }
    }
}
