use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use actix_web::{HttpRequest, http::StatusCode};
use rest::{AppError, Code, telemetry::RareWarning};

use crate::{
    access_token::AccessToken,
    claims::{Identity, Lifetime},
    config::TokenSettings,
    dpop::{self, DpopProofs},
    fingerprint::Fingerprint,
    key_store::{KeySnapshot, KeyStore},
    principal::Principal,
    token::{Jws, Rejection, Token},
    token_cache::{TokenCache, VerifiedToken},
    token_kind::TokenKind,
    trouble::Trouble,
    verifier::{Verified, Verifier},
};

/// The error for an access token that is not a JWT.
pub(crate) const OPAQUE: &str = "An OAuth client needs an access token for this API: send its URL as `resource` when you ask for one";

/// The scheme of an Authorization header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Bearer,
    /// The scheme of DPoP (RFC 9449 section 7.1).
    Dpop,
}

impl Scheme {
    /// The error with the challenge of this scheme.
    pub(crate) fn challenge(self, error: AppError) -> AppError {
        if self == Self::Dpop && error.code().status() == StatusCode::UNAUTHORIZED {
            error.challenge_by(dpop::challenge("invalid_token"))
        } else {
            error
        }
    }
}

/// Turns a bearer token into an identity.
pub struct Authenticator {
    keys: Arc<KeyStore>,
    verifier: Verifier,
    token_cache: TokenCache,
    missing_uuid: RareWarning,
    missing_uuid_of_client: RareWarning,
    too_long: RareWarning,
    /// `None` if access tokens of OAuth clients are rejected.
    proofs: Option<DpopProofs>,
}

impl Authenticator {
    /// An authenticator that fetches its key set in the background. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is broken.
    pub fn start(settings: &TokenSettings) -> Result<Self, reqwest::Error> {
        Ok(Self {
            keys: KeyStore::start(settings)?,
            verifier: Verifier::new(settings),
            token_cache: TokenCache::new(settings.token_cache_capacity),
            missing_uuid: RareWarning::default(),
            missing_uuid_of_client: RareWarning::default(),
            too_long: RareWarning::default(),
            proofs: settings.oauth.as_ref().map(DpopProofs::new),
        })
    }

    /// The key set.
    #[must_use]
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// Whether access tokens of OAuth clients are accepted.
    pub(crate) fn accepts_access_tokens(&self) -> bool {
        self.proofs.is_some()
    }

    /// Verifies a token, or finds it among those that were verified before.
    ///
    /// # Errors
    /// 401 with a code and no details, which would help an attacker; 503 `jwks_unavailable` when
    /// there are no keys to verify with.
    pub async fn authenticate(&self, token: &str) -> Result<Principal, AppError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        Jws::check_length(token).map_err(|rejection| self.unauthorized(rejection))?;
        let snapshot = self.keys.current();
        let fingerprint = Fingerprint::of(token);
        if let Some(verified) = self.token_cache.get(&fingerprint, snapshot.generation()) {
            let valid = self.verifier.check_lifetime(verified.lifetime, now);
            valid.map_err(|rejection| self.unauthorized(rejection))?;
            return Ok(verified.principal.clone());
        }
        let token = Token::parse(token).map_err(|rejection| self.unauthorized(rejection))?;
        let snapshot = Box::pin(self.find_key(&token, snapshot)).await?;
        let kind = token.kind();
        let verified = self.verifier.verify_any(token, &snapshot.keys, now);
        let verified = verified.map_err(|rejection| {
            if rejection == Rejection::NoUuid {
                self.warn_of_missing_uuid(kind);
            }
            self.unauthorized(rejection)
        })?;
        let (principal, lifetime) = principal_of(verified);
        let verified = VerifiedToken {
            principal: principal.clone(),
            lifetime,
            generation: snapshot.generation(),
        };
        self.token_cache.insert(fingerprint, verified);
        Ok(principal)
    }

    /// Checks that the token was sent with the scheme that it requires: a token that is bound to a
    /// key needs DPoP and a proof (RFC 9449 section 7), any other is a bearer token.
    ///
    /// # Errors
    /// `token_invalid`.
    pub(crate) fn check_scheme(
        &self,
        scheme: Scheme,
        token: &str,
        principal: &Principal,
        request: &HttpRequest,
    ) -> Result<(), AppError> {
        let client = principal.client();
        let thumbprint = client.and_then(|client| client.key_thumbprint.as_deref());
        match (scheme, thumbprint, &self.proofs) {
            (Scheme::Bearer, None, _) => Ok(()),
            (Scheme::Dpop, Some(thumbprint), Some(proofs)) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                let now = now.unwrap_or_default();
                proofs.check(request, token, thumbprint, principal, now)
            }
            _ => {
                let rejection = Rejection::Invalid("the scheme is not the token's");
                Err(scheme.challenge(self.unauthorized(rejection)))
            }
        }
    }

    /// A snapshot that has the token's key. Waits for a fetch only if the current one lacks it.
    async fn find_key(
        &self,
        token: &Token<'_>,
        mut snapshot: KeySnapshot,
    ) -> Result<KeySnapshot, AppError> {
        while let Err(Rejection::UnknownKey) = self.verifier.key_for(token, &snapshot.keys) {
            let newer = self.keys.refetch_for(snapshot).await;
            let newer = newer.map_err(|unavailable| {
                AppError::new(Code::JWKS_UNAVAILABLE)
                    .retry_after(unavailable.retry_after)
                    .with_source(unavailable)
            })?;
            snapshot = newer.ok_or_else(|| self.unauthorized(Rejection::UnknownKey))?;
        }
        Ok(snapshot)
    }

    fn unauthorized(&self, rejection: Rejection) -> AppError {
        tracing::debug!(reason = %rejection, "token rejected");
        match rejection {
            Rejection::Malformed(Jws::NO_DOTS) if self.accepts_access_tokens() => {
                AppError::new(Code::TOKEN_MALFORMED).detail(OPAQUE)
            }
            Rejection::Malformed(Jws::TOO_LONG) => {
                if self.too_long.is_due() {
                    tracing::warn!(
                        "a token is longer than 8 KiB: {}",
                        Trouble::TOKEN_TOO_LONG.remedy
                    );
                }
                AppError::new(Code::TOKEN_MALFORMED).detail("Token is longer than 8 KiB")
            }
            Rejection::Malformed(_) => AppError::new(Code::TOKEN_MALFORMED),
            Rejection::Expired => AppError::new(Code::TOKEN_EXPIRED),
            Rejection::NoUuid => {
                AppError::new(Code::TOKEN_INVALID).detail("Token has no usable uuid claim")
            }
            Rejection::UnknownKey | Rejection::Kind(_) | Rejection::Invalid(_) => {
                AppError::new(Code::TOKEN_INVALID)
            }
        }
    }

    fn warn_of_missing_uuid(&self, kind: TokenKind) {
        let (warning, tokens, remedy) = match kind {
            TokenKind::Session => (
                &self.missing_uuid,
                "tokens",
                Trouble::UUID_CLAIM_MISSING.remedy,
            ),
            _ => (
                &self.missing_uuid_of_client,
                "access tokens",
                Trouble::ACCESS_TOKEN_WITHOUT_UUID.remedy,
            ),
        };
        if warning.is_due() {
            tracing::warn!("valid {tokens} have no usable uuid claim: {remedy}");
        }
    }
}

fn principal_of(verified: Verified) -> (Principal, Lifetime) {
    match verified {
        Verified::Session(claims) => {
            let lifetime = claims.lifetime;
            (Principal::User(Arc::new(claims.into())), lifetime)
        }
        Verified::Access(AccessToken {
            client,
            user,
            lifetime,
        }) => {
            let client = Arc::new(client);
            let principal = match user {
                Some(claims) => Principal::Delegate(Arc::new(Identity::from(claims)), client),
                None => Principal::Machine(client),
            };
            (principal, lifetime)
        }
    }
}
