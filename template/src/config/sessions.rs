use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::reader::{Reader, base_path, is_exposed};

/// The settings that start with SESSION_, and what Better Auth signs its cookies with.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// SESSION_VERIFICATION: how a session is checked.
    pub verification: SessionVerification,
    /// BETTER_AUTH_SECRET: what session cookies are signed with.
    pub secret: Option<SecretString>,
    /// BETTER_AUTH_COOKIE_PREFIX: what the names of cookies start with (`advanced.cookiePrefix`).
    pub cookie_prefix: String,
    /// SESSION_CACHE_TTL: how long an answer counts; a sign-out takes so long to be noticed.
    pub cache_ttl: Duration,
    /// SESSION_MAX_LOOKUPS: how many sessions Better Auth is asked for in 10 s.
    pub max_lookups: usize,
    /// Better Auth's get-session.
    pub get_session_url: Url,
}

impl SessionSettings {
    /// What Better Auth may call its session cookie, the name for https first; none where sessions
    /// are not looked at.
    #[must_use]
    pub fn cookie_names(&self) -> Vec<String> {
        if self.verification == SessionVerification::Off {
            return Vec::new();
        }
        let name = format!("{}.session_token", self.cookie_prefix);
        vec![format!("__Secure-{name}"), name]
    }
}

/// How a session is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionVerification {
    /// Not at all: tokens alone open the API.
    Off,
    /// Better Auth is asked.
    Http,
    /// The shared database is asked.
    Database,
}

impl Reader<'_> {
    pub(super) fn sessions(&mut self, better_auth: Url, insecure_http: bool) -> SessionSettings {
        let verification = self.choice(
            "SESSION_VERIFICATION",
            &[
                ("off", SessionVerification::Off),
                ("http", SessionVerification::Http),
                ("database", SessionVerification::Database),
            ],
        );
        let secret = self.secret("BETTER_AUTH_SECRET", 32);
        if verification == SessionVerification::Database && secret.is_none() {
            let expected = "off or http, or BETTER_AUTH_SECRET too: cookies are checked with it";
            self.problem("SESSION_VERIFICATION", "database", expected);
        }
        let host = better_auth.host_str().unwrap_or_default().to_owned();
        if verification == SessionVerification::Http && is_exposed(&better_auth) && !insecure_http {
            let expected = "https (or ALLOW_INSECURE_HTTP=true): sessions sent over plain http can be stolen on the way";
            self.problem("BETTER_AUTH_URL", &host, expected);
        }
        let base = self.raw("BETTER_AUTH_BASE_PATH");
        let base = base.as_deref().and_then(base_path);
        let mut get_session_url = better_auth;
        get_session_url.set_query(Some("disableCookieCache=true"));
        get_session_url.set_path(&format!(
            "{}/get-session",
            base.as_deref().unwrap_or("/api/auth")
        ));
        SessionSettings {
            verification,
            secret,
            cookie_prefix: self
                .parsed(
                    "BETTER_AUTH_COOKIE_PREFIX",
                    "letters, digits, hyphens, dots and underscores",
                    cookie_prefix,
                )
                .unwrap_or_else(|| "better-auth".to_owned()),
            cache_ttl: self.seconds("SESSION_CACHE_TTL", 10, 1..=300),
            max_lookups: self.number("SESSION_MAX_LOOKUPS", 50, 1..=10_000) as usize,
            get_session_url,
        }
    }
}

fn cookie_prefix(value: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    value.chars().all(fits).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;

    #[test]
    fn sessions_in_the_database_need_the_secret_and_it_is_never_shown() {
        let database = ("SESSION_VERIFICATION", "database");
        let error = settings(&[database]).expect_err("no secret");
        assert!(error.contains("BETTER_AUTH_SECRET"), "{error}");
        let short = ("BETTER_AUTH_SECRET", "hunter2-hunter2");
        let error = settings(&[database, short]).expect_err("a short secret");
        assert!(error.contains("at least 32 characters"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let secret = ("BETTER_AUTH_SECRET", "0123456789abcdef0123456789abcdef");
        let good = settings(&[database, secret]).expect("good settings");
        assert!(!format!("{good:?}").contains("0123456789abcdef"));
    }

    #[test]
    fn sessions_are_not_sent_over_plain_http_to_another_host() {
        let http = ("SESSION_VERIFICATION", "http");
        let url = ("BETTER_AUTH_URL", "http://auth.internal:3000");
        let keys = ("JWKS_URL", "https://auth.internal/jwks");
        let error = settings(&[http, url, keys]).expect_err("plain http");
        assert!(error.contains("can be stolen"), "{error}");
        assert!(settings(&[http, url, keys, ("ALLOW_INSECURE_HTTP", "true")]).is_ok());
        assert!(settings(&[url, keys]).is_ok());
    }
}
