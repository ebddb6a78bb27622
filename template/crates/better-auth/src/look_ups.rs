use std::{sync::Arc, time::Duration};

use database::UtcDateTime;
use moka::future::Cache;
use rest::{AppError, Code, telemetry::RareWarning};
use serde_json::{Map, Value};

use crate::{
    claims::{Identity, is_banned_at, permissions, roles, usable_uuid},
    fingerprint::Fingerprint,
    ids::BetterAuthId,
};

/// How many credentials are remembered.
const CAPACITY: u64 = 10_000;

/// Looks up the users of credentials: of sessions, or of API keys.
///
/// Every outcome, rejections too, is cached for SESSION_CACHE_TTL and shared by requests that arrive
/// at the same time.
pub(crate) struct LookUps {
    cache: Cache<Fingerprint, Holder>,
    /// What is looked up, for messages.
    credential: &'static str,
    missing_uuid: RareWarning,
}

/// The owner of a credential.
#[derive(Clone)]
pub(crate) enum Holder {
    /// A user; the credential expires at this time, if ever.
    User(Arc<Identity>, Option<UtcDateTime>),
    /// A user without a usable UUID.
    NoUuid,
    Nobody,
}

/// Why a look-up has no outcome; shared by all requests that waited for it.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub(crate) struct LookUpError {
    code: Code,
    cause: String,
}

impl LookUps {
    pub(crate) fn new(credential: &'static str, ttl: Duration) -> Self {
        Self {
            cache: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(ttl)
                .build(),
            credential,
            missing_uuid: RareWarning::new(),
        }
    }

    /// The user of the credential; `None` if it is unknown or no longer valid.
    ///
    /// # Errors
    /// 401 for a user without a UUID, 503 when the credential cannot be looked up.
    pub(crate) async fn find(
        &self,
        credential: Fingerprint,
        look_up: impl Future<Output = Result<Holder, LookUpError>>,
    ) -> Result<Option<Arc<Identity>>, AppError> {
        let holder = self.cache.try_get_with(credential, look_up).await;
        let holder =
            holder.map_err(|error| AppError::new(error.code).with_source(error.to_string()))?;
        match holder {
            Holder::User(identity, end) if end.is_none_or(|end| end > UtcDateTime::now()) => {
                Ok(Some(identity))
            }
            Holder::User(..) | Holder::Nobody => Ok(None),
            Holder::NoUuid => {
                let credential = self.credential;
                if self.missing_uuid.is_due() {
                    tracing::warn!(
                        "the user of a valid {credential} has no usable uuid: declare it in user.additionalFields of Better Auth"
                    );
                }
                let error = AppError::new(Code::TOKEN_INVALID);
                Err(error.detail(format!("The user of the {credential} has no usable uuid")))
            }
        }
    }
}

impl Holder {
    /// A user as Better Auth's own endpoints describe them, with what the credential adds; `None`
    /// without an id.
    pub(crate) fn of_user(
        user: &Map<String, Value>,
        uuid_claim: &str,
        end: Option<UtcDateTime>,
        complete: impl FnOnce(Identity) -> Identity,
    ) -> Option<Self> {
        let id = user.get("id")?.as_str()?;
        if is_banned_at(user, UtcDateTime::now()) {
            return Some(Self::Nobody);
        }
        let identity = describe_user(id, user, uuid_claim).map(complete);
        Some(identity.map_or(Self::NoUuid, |identity| Self::User(Arc::new(identity), end)))
    }
}

impl LookUpError {
    pub(crate) fn upstream(cause: impl Into<String>) -> Self {
        Self {
            code: Code::AUTH_UNAVAILABLE,
            cause: cause.into(),
        }
    }
}

impl From<AppError> for LookUpError {
    fn from(error: AppError) -> Self {
        let cause = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
        Self {
            code: error.code(),
            cause,
        }
    }
}

/// The identity of a user; `None` without a usable UUID.
fn describe_user(id: &str, user: &Map<String, Value>, uuid_claim: &str) -> Option<Identity> {
    let uuid = match uuid_claim {
        "sub" => usable_uuid(id),
        claim => usable_uuid(user.get(claim)?.as_str()?),
    };
    Some(Identity {
        email: text(user.get("email")),
        name: text(user.get("name")),
        roles: roles(user.get("role")),
        permissions: permissions(user.get("permissions")),
        ..Identity::new(BetterAuthId::new(id), uuid?)
    })
}

pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    Some(value?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_user_whose_ban_has_ended_is_a_holder() {
        let holder = |end: &str| {
            let uuid = "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90";
            let user = json!({"id": "alice", "uuid": uuid, "banned": true, "banExpires": end});
            let user = user.as_object().expect("an object");
            Holder::of_user(user, "uuid", None, |user| user)
        };
        let banned = holder("2999-01-01T00:00:00.000Z");
        assert!(matches!(banned, Some(Holder::Nobody)));
        let free = holder("2026-01-01T00:00:00.000Z");
        assert!(matches!(free, Some(Holder::User(..))));
    }
}
