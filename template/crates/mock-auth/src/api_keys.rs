use std::collections::HashMap;

use chrono::Utc;
use serde_json::{Value, json};

use crate::{id, session::user_json, user::User};

/// The API keys, and how many times one was checked.
#[derive(Default)]
pub(crate) struct ApiKeys {
    keys: HashMap<String, Value>,
    pub(crate) checks: usize,
}

impl ApiKeys {
    /// Issues a key that belongs to `owner`: its user's id, or an organization's.
    pub(crate) fn issue(&mut self, user: &User, owner: &str, permissions: Value) -> String {
        let secret = id::random();
        let response = json!({
            "user": user_json(user, Utc::now()),
            "key": {"referenceId": owner, "permissions": permissions, "expiresAt": null},
        });
        self.keys.insert(secret.clone(), response);
        secret
    }

    pub(crate) fn revoke(&mut self, key: &str) {
        self.keys.remove(key);
    }

    /// The response of the endpoint that docs/credentials.md shows: `null` for an unknown key.
    pub(crate) fn check(&mut self, key: &str) -> Value {
        self.checks += 1;
        self.keys.get(key).cloned().unwrap_or_default()
    }
}
