use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{
    claims::Identity,
    keys::{KeyStore, Look},
    verdicts::{Fingerprint, Verdict, Verdicts},
    verifier::{Jws, Rejection, Token, Verifier},
};
use crate::{
    config::AuthSettings,
    error::{AppError, Code},
};

/// Turns a bearer token into an identity.
pub struct Authenticator {
    keys: Arc<KeyStore>,
    verifier: Verifier,
    verdicts: Verdicts,
    warned_at: Mutex<Option<Instant>>,
}

const WARN_AGAIN_AFTER: Duration = Duration::from_secs(60);

impl Authenticator {
    /// An authenticator; its key set is fetched in the background.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is broken.
    pub fn start(settings: &AuthSettings) -> Result<Self, reqwest::Error> {
        Ok(Self {
            keys: KeyStore::start(settings)?,
            verifier: Verifier::new(settings),
            verdicts: Verdicts::new(settings.token_cache_capacity),
            warned_at: Mutex::default(),
        })
    }

    /// The key set.
    #[must_use]
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// Verifies a token, or remembers that it did.
    ///
    /// # Errors
    /// The problem to answer with; it says nothing about the token that its sender could use.
    pub async fn authenticate(&self, token: &str) -> Result<Arc<Identity>, AppError> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Jws::check_length(token).map_err(|rejection| self.problem(rejection))?;
        let look = self.keys.look();
        let fingerprint = Fingerprint::of(token);
        if let Some(verdict) = self.verdicts.get(&fingerprint, look.generation()) {
            let current = self.verifier.is_current(verdict.lifetime, now);
            return current
                .map(|()| verdict.identity.clone())
                .map_err(|rejection| self.problem(rejection));
        }
        let token = Token::parse(token).map_err(|rejection| self.problem(rejection))?;
        let look = Box::pin(self.look_for(&token, look)).await?;
        let claims = self
            .verifier
            .verify(token, &look.keys, now)
            .map_err(|rejection| self.problem(rejection))?;
        let (lifetime, identity) = (claims.lifetime, Arc::new(Identity::from(claims)));
        let verdict = Verdict {
            identity: identity.clone(),
            lifetime,
            generation: look.generation(),
        };
        self.verdicts.insert(fingerprint, verdict);
        Ok(identity)
    }

    /// A look at keys that hold the token's. Waits only when those at hand do not.
    async fn look_for(&self, token: &Token<'_>, mut look: Look) -> Result<Look, AppError> {
        while let Err(Rejection::UnknownKey) = self.verifier.key_for(token, &look.keys) {
            let newer = self.keys.look_again(look).await.map_err(|unavailable| {
                AppError::new(Code::JwksUnavailable)
                    .retry_after(unavailable.retry_after)
                    .because(unavailable)
            })?;
            look = newer.ok_or_else(|| self.problem(Rejection::UnknownKey))?;
        }
        Ok(look)
    }

    fn problem(&self, rejection: Rejection) -> AppError {
        tracing::debug!(reason = %rejection, "token refused");
        match rejection {
            Rejection::Malformed(_) => AppError::new(Code::TokenMalformed),
            Rejection::Expired => AppError::new(Code::TokenExpired),
            Rejection::NoUuid => {
                self.warn_of_missing_uuid();
                AppError::new(Code::TokenInvalid).detail("Token has no usable uuid claim")
            }
            Rejection::UnknownKey | Rejection::Invalid(_) => AppError::new(Code::TokenInvalid),
        }
    }

    /// Names the remedy to the operator, but not once a request.
    fn warn_of_missing_uuid(&self) {
        let mut warned_at = self
            .warned_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if warned_at.is_none_or(|at| at.elapsed() >= WARN_AGAIN_AFTER) {
            *warned_at = Some(Instant::now());
            tracing::warn!(
                "good tokens have no usable uuid claim: add it in definePayload of Better Auth's jwt plugin, or set USER_UUID_CLAIM"
            );
        }
    }
}
