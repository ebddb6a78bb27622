use std::time::Duration;

use database::EnvReader;
use secrecy::SecretString;
use url::Url;

use crate::config::auth_server::AuthServer;

/// The length of the shortest accepted secret, in characters: below it Better Auth warns.
const SECRET_CHARS: usize = 32;

/// The settings that start with SESSION_, and those of Better Auth's cookies.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// SESSION_VERIFICATION.
    pub verification: SessionVerification,
    /// The secret that signs session cookies: the first of BETTER_AUTH_SECRETS, or else
    /// BETTER_AUTH_SECRET, or else AUTH_SECRET.
    pub secret: Option<SecretString>,
    /// The names of the session cookie, the one that Better Auth uses at its origin first; none
    /// with [`SessionVerification::Off`].
    pub cookie_names: Vec<String>,
    /// SESSION_CACHE_TTL: how long a look-up is cached; a sign-out takes effect after it at the
    /// latest.
    pub cache_ttl: Duration,
    /// SESSION_MAX_LOOKUPS: how many look-ups of one client address may find no session within 10
    /// s; further ones are not sent.
    pub max_lookups: usize,
    /// The URL of Better Auth's `/get-session`.
    pub get_session_url: Url,
}

/// How sessions are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionVerification {
    /// Sessions are not accepted, only JWTs.
    Off,
    /// By a request to Better Auth.
    Http,
    /// By a query of the database that is shared with Better Auth.
    Database,
}

impl SessionSettings {
    pub(super) fn read(env: &mut EnvReader<'_>, server: &AuthServer) -> Self {
        let verification = env.choice(
            "SESSION_VERIFICATION",
            &[
                ("off", SessionVerification::Off),
                ("http", SessionVerification::Http),
                ("database", SessionVerification::Database),
            ],
        );
        let is_off = verification == SessionVerification::Off;
        let secret = secret(env, is_off);
        if verification == SessionVerification::Database && secret.is_none() {
            let expected =
                "off or http, or BETTER_AUTH_SECRET too: it verifies the signature of cookies";
            env.problem("SESSION_VERIFICATION", "database", expected);
        }
        if verification == SessionVerification::Http {
            let danger = "sessions sent over plain http can be stolen on the way";
            server.check_secure(env, "BETTER_AUTH_URL", &server.url, danger);
        }
        let mut get_session_url = server.endpoint("/get-session");
        // Without disableRefresh, a look-up extends the session, and the new cookie never reaches
        // the browser.
        get_session_url.set_query(Some("disableCookieCache=true&disableRefresh=true"));
        let cookie_names = cookie_names(env, server);
        Self {
            verification,
            secret,
            cookie_names: if is_off { Vec::new() } else { cookie_names },
            cache_ttl: env.seconds("SESSION_CACHE_TTL", 10, 1..=300),
            max_lookups: env.number("SESSION_MAX_LOOKUPS", 50, 1..=10_000) as usize,
            get_session_url,
        }
    }
}

/// The secret that Better Auth 1.7 signs with, in its own order of precedence.
fn secret(env: &mut EnvReader<'_>, is_off: bool) -> Option<SecretString> {
    const NAME: &str = "BETTER_AUTH_SECRETS";
    if let Some(secrets) = env.raw(NAME) {
        let current = secrets
            .split(',')
            .next()
            .and_then(|entry| entry.split_once(':'));
        let is_version = |text: &str| text.trim().parse::<u32>().is_ok();
        let current = current.filter(|(version, _)| is_version(version));
        let current = current.map(|(_, secret)| secret.trim());
        let current = current.filter(|secret| secret.chars().count() >= SECRET_CHARS);
        if current.is_none() {
            let expected = format!(
                "VERSION:SECRET,..., the current one first, with at least {SECRET_CHARS} characters"
            );
            env.problem(NAME, "(hidden)", expected);
        }
        return Some(current.unwrap_or_default().into());
    }
    env.secret("BETTER_AUTH_SECRET", SECRET_CHARS).or_else(|| {
        // Other programs use this name too: while sessions are off, a short secret is no error.
        let shortest = if is_off { 0 } else { SECRET_CHARS };
        env.secret("AUTH_SECRET", shortest)
    })
}

/// Better Auth adds `__Secure-` where its URL is https, unless `useSecureCookies` says otherwise or
/// its own URL differs from ours: so both names are read, and the one of this origin comes first.
fn cookie_names(env: &mut EnvReader<'_>, server: &AuthServer) -> Vec<String> {
    const EXPECTED: &str = "letters, digits, hyphens, dots and underscores";
    let prefix = env.parsed("BETTER_AUTH_COOKIE_PREFIX", EXPECTED, cookie_name);
    let name = env.parsed("BETTER_AUTH_SESSION_COOKIE", EXPECTED, cookie_name);
    let name = name.unwrap_or_else(|| {
        let prefix = prefix.as_deref().unwrap_or("better-auth");
        format!("{prefix}.session_token")
    });
    if name.starts_with("__") {
        return vec![name];
    }
    let mut names = vec![format!("__Secure-{name}"), name];
    if server.url.scheme() == "http" {
        names.reverse();
    }
    names
}

fn cookie_name(value: &str) -> Option<String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    value.chars().all(is_allowed).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use crate::config::settings;

    #[test]
    fn session_verification_by_database_needs_the_secret_which_is_never_shown() {
        let database = ("SESSION_VERIFICATION", "database");
        let error = settings(&[database]).expect_err("no secret");
        assert!(error.contains("BETTER_AUTH_SECRET"), "{error}");
        let short = ("BETTER_AUTH_SECRET", "hunter2-hunter2");
        let error = settings(&[database, short]).expect_err("a short secret");
        assert!(error.contains("at least 32 characters"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let secret = ("BETTER_AUTH_SECRET", "0123456789abcdef0123456789abcdef");
        let settings = settings(&[database, secret]).expect("valid settings");
        assert!(!format!("{settings:?}").contains("0123456789abcdef"));
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

    #[test]
    fn the_secret_is_the_one_that_better_auth_signs_with() {
        let [newest, older, single, other] = ["n", "o", "s", "t"].map(|c| c.repeat(32));
        let list = format!("2:{newest}, 1:{older}");
        let (list, single) = (
            ("BETTER_AUTH_SECRETS", list.as_str()),
            ("BETTER_AUTH_SECRET", single.as_str()),
        );
        let other = ("AUTH_SECRET", other.as_str());
        let secret = |given: &[_]| {
            let settings = settings(given).expect("valid settings");
            settings
                .sessions
                .secret
                .map(|secret| secret.expose_secret().to_owned())
        };
        assert_eq!(secret(&[other, single, list]), Some(newest));
        assert_eq!(secret(&[other, single]).as_deref(), Some(single.1));
        assert_eq!(secret(&[other]).as_deref(), Some(other.1));
        assert_eq!(secret(&[]), None);
    }

    #[test]
    fn a_secret_that_cannot_be_used_is_named_and_not_shown() {
        let http = ("SESSION_VERIFICATION", "http");
        let long = "hunter2".repeat(10);
        for (name, value) in [
            ("BETTER_AUTH_SECRETS", long.as_str()),
            ("BETTER_AUTH_SECRETS", "1:hunter2"),
            (
                "BETTER_AUTH_SECRETS",
                "new:hunter2hunter2hunter2hunter2hunter2",
            ),
            ("BETTER_AUTH_SECRET", "hunter2"),
            ("AUTH_SECRET", "hunter2"),
        ] {
            let error = settings(&[http, (name, value)]).expect_err(name);
            assert!(error.contains(&format!("  {name}=")), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(settings(&[("AUTH_SECRET", "of another program")]).is_ok());
    }

    #[test]
    fn the_cookie_of_better_auths_origin_comes_first() {
        let names = |given: &[_]| {
            let given = [given, &[("SESSION_VERIFICATION", "http")]].concat();
            settings(&given)
                .expect("valid settings")
                .sessions
                .cookie_names
        };
        let https = ("BETTER_AUTH_URL", "https://app.example.com");
        let prefix = ("BETTER_AUTH_COOKIE_PREFIX", "shop");
        let sid = ("BETTER_AUTH_SESSION_COOKIE", "sid");
        let host = ("BETTER_AUTH_SESSION_COOKIE", "__Host-sid");
        assert_eq!(
            names(&[https]),
            [
                "__Secure-better-auth.session_token",
                "better-auth.session_token"
            ]
        );
        assert_eq!(
            names(&[prefix]),
            ["shop.session_token", "__Secure-shop.session_token"]
        );
        assert_eq!(names(&[https, prefix, sid]), ["__Secure-sid", "sid"]);
        assert_eq!(names(&[https, host]), ["__Host-sid"]);
        assert!(settings(&[("BETTER_AUTH_SESSION_COOKIE", "a=b;")]).is_err());
    }
}
