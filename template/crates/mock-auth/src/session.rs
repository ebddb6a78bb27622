use std::collections::HashMap;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{id, user::User};

/// The `BETTER_AUTH_SECRET` that signs its session cookies: fixed, public and good for nothing else.
pub const SECRET: &str = "mock-auth-signs-its-cookies-with-this";

/// The name of the session cookie on http.
pub const SESSION_COOKIE: &str = "better-auth.session_token";

/// What its name ends with under every prefix, `__Secure-` on https included.
const COOKIE_ENDING: &str = ".session_token";

/// Days a session lives: Better Auth's default.
const LIFETIME_DAYS: i64 = 7;

/// What JavaScript's encodeURIComponent leaves as it is.
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
        let lifetime = lifetime.unwrap_or(TimeDelta::days(LIFETIME_DAYS));
        let session = Session {
            id: id::of_row(),
            user,
            created_at,
            expires_at: created_at + lifetime,
        };
        self.0.insert(token.clone(), session);
        token
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        self.0.remove(token);
    }

    pub(crate) fn user(&self, token: &str) -> Option<&User> {
        let session = self.0.get(token)?;
        (session.expires_at > Utc::now()).then_some(&session.user)
    }

    /// What get-session answers: `{"session":...,"user":...}`, or `null` for an unknown or expired token.
    pub(crate) fn describe(&self, token: &str) -> Value {
        let open = self.0.get(token);
        open.filter(|session| session.expires_at > Utc::now())
            .map_or(Value::Null, |session| session.describe(token))
    }
}

impl Session {
    fn describe(&self, token: &str) -> Value {
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
            },
            "user": {
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
            },
        })
    }
}

/// `NAME=VALUE` with the signed token.
pub(crate) fn cookie(token: &str) -> String {
    let signed = format!("{token}.{}", signature(token));
    let value = utf8_percent_encode(&signed, COOKIE_VALUE);
    format!("{SESSION_COOKIE}={value}")
}

/// The session token that a request carries in its `Cookie` or else its `Authorization` header.
pub(crate) fn presented_token(
    cookies: Option<&str>,
    authorization: Option<&str>,
) -> Option<String> {
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
        .find_map(|(name, value)| name.ends_with(COOKIE_ENDING).then_some(value))
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
