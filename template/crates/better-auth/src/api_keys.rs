use std::sync::Arc;

use actix_web::{
    HttpRequest,
    http::header::{HeaderName, HeaderValue},
};
use rest::{AppError, Code, TrustedProxies, client_address};
use serde_json::{Map, Value};

use crate::{
    auth_client::AuthClient,
    claims::{Identity, permissions},
    config::{ApiKeySettings, BetterAuthSettings},
    fingerprint::Fingerprint,
    look_ups::{Holder, LookUpError, LookUps},
};

/// The header that holds an API key, as Better Auth's own routes expect it.
pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// The length of the longest accepted key, in bytes.
const MAX_KEY_BYTES: usize = 512;

/// Verifies keys of Better Auth's apiKey plugin by asking an endpoint on Better Auth's side.
/// Unknown keys count against SESSION_MAX_LOOKUPS.
pub struct ApiKeys {
    /// `None` where keys are not accepted.
    client: Option<AuthClient>,
    look_ups: LookUps,
    uuid_claim: String,
    trusted_proxies: TrustedProxies,
}

impl ApiKeys {
    /// Accepts keys if the settings say so. Better Auth gets the client's address, determined with
    /// `trusted_proxies`.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is broken.
    pub fn new(
        settings: &BetterAuthSettings,
        trusted_proxies: TrustedProxies,
    ) -> Result<Self, reqwest::Error> {
        let sessions = &settings.sessions;
        let client =
            |keys: &ApiKeySettings| AuthClient::new(keys.url.clone(), sessions.max_lookups);
        Ok(Self {
            client: settings.api_keys.as_ref().map(client).transpose()?,
            look_ups: LookUps::new("API key", sessions.cache_ttl),
            uuid_claim: settings.tokens.uuid_claim.clone(),
            trusted_proxies,
        })
    }

    /// The key in the request, if keys are accepted.
    ///
    /// # Errors
    /// `invalid_request` for two keys in one request.
    pub(crate) fn key<'a>(
        &self,
        request: &'a HttpRequest,
    ) -> Result<Option<&'a HeaderValue>, AppError> {
        if self.client.is_none() {
            return Ok(None);
        }
        let mut keys = request.headers().get_all(API_KEY);
        match (keys.next(), keys.next()) {
            (key, None) => Ok(key),
            _ => Err(AppError::new(Code::INVALID_REQUEST).detail("More than one x-api-key header")),
        }
    }

    /// The user whose key it is, with the key's permissions and no roles.
    ///
    /// # Errors
    /// 401 unless the key is valid and a user's, 503 when it cannot be looked up.
    pub(crate) async fn identify(
        &self,
        request: &HttpRequest,
        key: &HeaderValue,
    ) -> Result<Arc<Identity>, AppError> {
        let key = key.to_str().ok().map(str::trim);
        let key = key.filter(|key| !key.is_empty() && key.len() <= MAX_KEY_BYTES);
        let key = key.ok_or_else(|| AppError::new(Code::TOKEN_MALFORMED))?;
        let look_up = self.look_up(key, request);
        let user = self.look_ups.find(Fingerprint::of(key), look_up).await?;
        user.ok_or_else(|| AppError::new(Code::TOKEN_INVALID))
    }

    async fn look_up(&self, key: &str, request: &HttpRequest) -> Result<Holder, LookUpError> {
        let Some(client) = &self.client else {
            return Ok(Holder::Nobody);
        };
        let address = client_address(request, &self.trusted_proxies);
        let response = client.check_key(key, address).await;
        let response = response.map_err(LookUpError::upstream)?;
        if response.is_null() {
            return Ok(Holder::Nobody);
        }
        let holder = self.read_response(&response);
        holder.ok_or_else(|| LookUpError::upstream("the response does not describe a key"))
    }

    /// Reads `{"user":{...},"key":{"referenceId":...,"permissions":...,"expiresAt":...}}`. A key
    /// whose `referenceId` is not the user's id belongs to an organization and is rejected.
    fn read_response(&self, response: &Value) -> Option<Holder> {
        let user = response.get("user")?.as_object()?;
        let key = response.get("key")?.as_object()?;
        if key.get("referenceId")?.as_str()? != user.get("id")?.as_str()? {
            return Some(Holder::Nobody);
        }
        let expires_at = match key.get("expiresAt") {
            None | Some(Value::Null) => None,
            Some(at) => Some(at.as_str()?.parse().ok()?),
        };
        Holder::of_user(user, &self.uuid_claim, expires_at, |user| Identity {
            roles: Vec::new(),
            permissions: key_permissions(key),
            ..user
        })
    }
}

/// Turns the plugin's permissions, such as `{"notes":["delete"]}`, into `notes:delete`.
fn key_permissions(key: &Map<String, Value>) -> Vec<String> {
    let Some(Value::Object(resources)) = key.get("permissions") else {
        return Vec::new();
    };
    let named = |(resource, actions): (&String, &Value)| {
        let actions = permissions(Some(actions)).into_iter();
        actions
            .map(|action| format!("{resource}:{action}"))
            .collect::<Vec<_>>()
    };
    resources.iter().flat_map(named).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn permissions_of_a_key_are_named_by_resource_and_action() {
        let named = |permissions: Value| {
            let key = json!({ "permissions": permissions });
            key_permissions(key.as_object().expect("an object"))
        };
        let all = named(json!({"notes": ["delete", "read"], "orders": ["read"]}));
        assert_eq!(all, ["notes:delete", "notes:read", "orders:read"]);
        for none in [json!(null), json!({}), json!("notes:delete"), json!(["x"])] {
            assert!(named(none).is_empty());
        }
    }

    #[test]
    fn a_key_ends_when_it_expires() {
        let given = [("API_KEYS", "http"), ("USER_UUID_CLAIM", "uuid")];
        let settings = crate::config::settings(&given).expect("valid settings");
        let keys = ApiKeys::new(&settings, TrustedProxies::default()).expect("TLS");
        let end = |expires_at: Value| {
            let user = json!({"id": "alice", "uuid": "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90"});
            let key = json!({"referenceId": "alice", "expiresAt": expires_at});
            match keys.read_response(&json!({"user": user, "key": key})) {
                Some(Holder::User(_, end)) => Ok(end.map(|end| end.to_string())),
                _ => Err(()),
            }
        };
        let time = "2026-12-01T00:00:00.000Z";
        assert_eq!(end(json!(time)), Ok(Some(time.to_owned())));
        assert_eq!(end(Value::Null), Ok(None));
        for unreadable in [json!("soon"), json!(7)] {
            assert_eq!(end(unreadable), Err(()));
        }
    }
}
