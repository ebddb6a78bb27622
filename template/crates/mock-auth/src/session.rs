use std::collections::HashMap;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{id, user::User};

/// The `BETTER_AUTH_SECRET` that signs its session cookies. It is public: never use it elsewhere.
pub const SECRET: &str = "mock-auth-signs-its-cookies-with-this";

/// The name of the session cookie over http.
pub const SESSION_COOKIE: &str = "better-auth.session_token";

/// The end of the cookie's name, whatever its prefix (over https also `__Secure-`).
const COOKIE_SUFFIX: &str = ".session_token";

/// How long a session is open: Better Auth's default.
const LIFETIME: TimeDelta = TimeDelta::days(7);

/// The age from which a look-up renews a session: Better Auth's default `updateAge`.
const UPDATE_AGE: TimeDelta = TimeDelta::days(1);

/// Escapes like JavaScript's encodeURIComponent.
const COOKIE_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

struct Session {
    id: String,
    user: User,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// The open sessions by their tokens.
#[derive(Default)]
pub(crate) struct Sessions(HashMap<String, Session>);

impl Sessions {
    pub(crate) fn open(&mut self, user: User, lifetime: Option<TimeDelta>) -> String {
        let token = id::random();
        let created_at = Utc::now();
        let session = Session {
            id: id::new_row_id(),
            user,
            created_at,
            expires_at: created_at + lifetime.unwrap_or(LIFETIME),
        };
        self.0.insert(token.clone(), session);
        token
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        self.0.remove(token);
    }

    fn get(&self, token: &str) -> Option<&Session> {
        let session = self.0.get(token);
        session.filter(|session| session.expires_at > Utc::now())
    }

    /// Lets the session live for [`LIFETIME`] again, unless it was renewed within [`UPDATE_AGE`].
    pub(crate) fn renew(&mut self, token: &str) {
        let now = Utc::now();
        let session = self.0.get_mut(token);
        let due = session.filter(|session| session.expires_at - LIFETIME + UPDATE_AGE <= now);
        if let Some(session) = due.filter(|session| session.expires_at > now) {
            session.expires_at = now + LIFETIME;
        }
    }

    pub(crate) fn user(&self, token: &str) -> Option<&User> {
        Some(&self.get(token)?.user)
    }

    /// The response of get-session: `{"session":...,"user":...}`, or `null` for an unknown or
    /// expired token.
    pub(crate) fn to_json(&self, token: &str) -> Value {
        let session = self.get(token);
        session.map_or(Value::Null, |session| session.to_json(token))
    }
}

impl Session {
    fn to_json(&self, token: &str) -> Value {
        let user = &self.user;
        let created_at = rfc3339(self.created_at);
        json!({
            "session": {
                "id": self.id,
                "token": token,
                "userId": user.id,
                "expiresAt": rfc3339(self.expires_at),
                "createdAt": created_at,
                "updatedAt": created_at,
                "ipAddress": "",
                "userAgent": "",
                "activeOrganizationId": user.organization_id,
                "impersonatedBy": user.impersonated_by,
            },
            "user": user_json(user, self.created_at),
        })
    }
}

/// A user as Better Auth's endpoints describe them.
pub(crate) fn user_json(user: &User, created_at: DateTime<Utc>) -> Value {
    let created_at = rfc3339(created_at);
    json!({
        "id": user.id,
        "uuid": user.uuid,
        "name": user.name,
        "email": user.email,
        "emailVerified": false,
        "image": null,
        "role": user.role,
        "banned": user.banned,
        "createdAt": created_at,
        "updatedAt": created_at,
    })
}

/// `NAME=VALUE` with the signed token as value.
pub(crate) fn cookie(token: &str) -> String {
    let signed = format!("{token}.{}", signature(token));
    let value = utf8_percent_encode(&signed, COOKIE_VALUE);
    format!("{SESSION_COOKIE}={value}")
}

/// The session token in the `Cookie` header, or else in `Authorization`. A token with a wrong
/// signature counts as missing.
pub(crate) fn session_token(cookies: Option<&str>, authorization: Option<&str>) -> Option<String> {
    let credential = cookies
        .and_then(session_cookie)
        .or_else(|| authorization.and_then(bearer))?;
    let credential = percent_decode_str(credential).decode_utf8().ok()?;
    match credential.split_once('.') {
        Some((token, signed)) => (signed == signature(token)).then(|| token.to_owned()),
        None => Some(credential.into_owned()),
    }
}

fn session_cookie(header: &str) -> Option<&str> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| name.ends_with(COOKIE_SUFFIX).then_some(value))
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn signature(token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    STANDARD.encode(hmac::sign(&key, token.as_bytes()))
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
