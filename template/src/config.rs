//! The settings: read from the environment, checked, and reported all at once when wrong.

use std::{
    collections::BTreeSet,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    thread::available_parallelism,
    time::Duration,
};

use jsonwebtoken::Algorithm;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::types::Engine;

/// Every setting of the API. Names and defaults are those of `.env.example`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// HOST: the IP address to listen on.
    pub host: IpAddr,
    /// PORT: the TCP port; 0 takes a free one.
    pub port: u16,
    /// Where the rows are.
    pub database: DatabaseSettings,
    /// Where tokens come from and what makes one good.
    pub auth: AuthSettings,
    /// Whether session cookies open the API too, and how they are checked.
    pub sessions: SessionSettings,
    /// TRUSTED_PROXIES: whose X-Forwarded-For counts.
    pub trusted_proxies: Vec<Network>,
    /// Which web pages may call.
    pub cors: CorsSettings,
    /// MAX_BODY_BYTES: the largest request body, in bytes.
    pub max_body_bytes: usize,
    /// REQUEST_TIMEOUT: the longest a request may take.
    pub request_timeout: Duration,
    /// LOG_FORMAT: how log lines look.
    pub log_format: LogFormat,
    /// RUST_LOG: which log lines are written.
    pub log_filter: String,
    /// METRICS_ADDR: a listener of its own for `/metrics`; unset = on the main one.
    pub metrics_addr: Option<SocketAddr>,
    /// SHUTDOWN_TIMEOUT: how long requests under way may take to finish.
    pub shutdown_timeout: Duration,
    /// WORKERS: threads that answer requests.
    pub workers: usize,
}

/// The settings that start with DATABASE_ and MIGRATE_.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// DATABASE_URL: it may hold a password.
    pub url: SecretString,
    /// The engine that the URL names.
    pub engine: Engine,
    /// DATABASE_MAX_CONNECTIONS: unset = by engine.
    pub max_connections: Option<u32>,
    /// DATABASE_STATEMENT_TIMEOUT: PostgreSQL only.
    pub statement_timeout: Duration,
    /// DATABASE_SYNCHRONOUS: SQLite only.
    pub synchronous: Synchronous,
    /// MIGRATE_ON_START: whether `serve` brings the schema up to date.
    pub migrate_on_start: bool,
    /// MIGRATE_LOCK_TIMEOUT: how long to wait for another process that migrates.
    pub migrate_lock_timeout: Duration,
}

impl DatabaseSettings {
    /// Which database it is, for the log: the file's absolute path, or host and name on a server.
    #[must_use]
    pub fn place(&self) -> String {
        let url = self.url.expose_secret();
        match self.engine {
            Engine::Sqlite => {
                let file = url.trim_start_matches("sqlite:").trim_start_matches("//");
                let file = file.split('?').next().unwrap_or_default();
                std::path::absolute(file)
                    .map_or_else(|_| file.to_owned(), |path| path.display().to_string())
            }
            Engine::Postgres => Url::parse(url).map_or_else(
                |_| "PostgreSQL".to_owned(),
                |url| format!("{}{}", url.host_str().unwrap_or_default(), url.path()),
            ),
        }
    }
}

/// How hard SQLite pushes a commit to the disk (PRAGMA synchronous).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// A power cut may take the last commits; a crash of the process takes none.
    Normal,
    /// A commit outlives a power cut.
    Full,
}

/// The settings that start with BETTER_AUTH_, JWKS_ and JWT_.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    /// JWKS_URL: where the key set is.
    pub jwks_url: Url,
    /// Where it may be instead when JWKS_URL is not set: `jwksPath` of Better Auth's jwt plugin
    /// is often `/.well-known/jwks.json`, below the base path.
    pub jwks_fallback: Option<Url>,
    /// JWKS_FILE: a file with the key set; then none is fetched.
    pub jwks_file: Option<PathBuf>,
    /// JWT_ISSUER: the only `iss` accepted.
    pub issuer: String,
    /// JWT_AUDIENCE: what `aud` must hold.
    pub audience: String,
    /// JWT_ALGORITHMS: what a token may be signed with.
    pub algorithms: Vec<Algorithm>,
    /// JWT_LEEWAY: how long after `exp` a token still counts.
    pub leeway: Duration,
    /// USER_UUID_CLAIM: the claim that holds the user's UUID.
    pub uuid_claim: String,
    /// TOKEN_CACHE_CAPACITY: how many good tokens are remembered; 0 = none.
    pub token_cache_capacity: usize,
    /// How the key set is kept.
    pub keys: KeyStoreSettings,
}

/// How long keys are kept and how often the auth server is asked.
#[derive(Clone, Copy, Debug)]
pub struct KeyStoreSettings {
    /// JWKS_CACHE_TTL: the age at which a key set is old; renewal starts at 80 % of it.
    pub ttl: Duration,
    /// JWKS_MAX_STALE: how long an old set serves while the auth server does not answer.
    pub max_stale: Duration,
    /// JWKS_COOLDOWN: at most two fetches for unknown keys in this time.
    pub cooldown: Duration,
}

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

/// The addresses that start with the same bits, such as 10.0.0.0/8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether the address lies in it.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        let host = |bits: u32| bits.saturating_sub(self.prefix);
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (u32::from(own) ^ u32::from(other)).checked_shr(host(32)) == Some(0)
                    || self.prefix == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (u128::from(own) ^ u128::from(other)).checked_shr(host(128)) == Some(0)
                    || self.prefix == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = ();

    /// Reads `10.0.0.0/8`, `fd00::/8`, or an address alone.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(bits), str::parse).map_err(|_| ())?;
        (prefix <= bits)
            .then_some(Self { address, prefix })
            .ok_or(())
    }
}

/// The settings that start with CORS_.
#[derive(Clone, Debug)]
pub struct CorsSettings {
    /// CORS_ALLOWED_ORIGINS: exact origins; `*` for all.
    pub allowed_origins: Vec<String>,
    /// CORS_ALLOW_CREDENTIALS: whether browsers may send cookies.
    pub allow_credentials: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Every bad setting, its value (secrets hidden) and what would be right.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used:\n{}", if .0.len() == 1 { "a setting" } else { "some settings" }, .0.join("\n"))]
pub struct SettingsError(Vec<String>);

impl Settings {
    /// Reads the process environment.
    ///
    /// # Errors
    /// [`SettingsError`] with every setting that is wrong.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads settings from wherever `lookup` finds them; empty values count as unset.
    ///
    /// # Errors
    /// [`SettingsError`] with every setting that is wrong.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut read = Reader {
            lookup: &lookup,
            problems: Vec::new(),
        };
        let insecure_http = read.boolean("ALLOW_INSECURE_HTTP", false);
        let better_auth = read.parsed(
            "BETTER_AUTH_URL",
            "an http or https URL such as https://app.example.com",
            web_url,
        );
        let better_auth = better_auth.unwrap_or_else(default_better_auth_url);
        let origin = better_auth.origin().ascii_serialization();
        let sessions = read.sessions(better_auth.clone(), insecure_http);
        let with_cookies = sessions.verification != SessionVerification::Off;
        let settings = Self {
            host: read
                .parsed("HOST", "an IP address such as 0.0.0.0", parse)
                .unwrap_or(Ipv4Addr::LOCALHOST.into()),
            port: read.parsed("PORT", "a port number", parse).unwrap_or(8000),
            database: read.database(),
            auth: read.auth(better_auth, &origin, insecure_http),
            sessions,
            trusted_proxies: read.networks("TRUSTED_PROXIES"),
            cors: read.cors(&origin, with_cookies),
            max_body_bytes: read.number("MAX_BODY_BYTES", 262_144, 1..=1 << 30) as usize,
            request_timeout: read.seconds("REQUEST_TIMEOUT", 30, 1..=3600),
            log_format: read.choice(
                "LOG_FORMAT",
                &[("pretty", LogFormat::Pretty), ("json", LogFormat::Json)],
            ),
            log_filter: read
                .parsed(
                    "RUST_LOG",
                    "a log filter such as info,sqlx=warn",
                    log_filter,
                )
                .unwrap_or("info".into()),
            metrics_addr: read.parsed(
                "METRICS_ADDR",
                "an IP address and port such as 127.0.0.1:9000",
                parse,
            ),
            shutdown_timeout: read.seconds("SHUTDOWN_TIMEOUT", 30, 0..=3600),
            workers: read.number(
                "WORKERS",
                available_parallelism().map_or(1, |n| n.get() as u64),
                1..=1024,
            ) as usize,
        };
        if read.problems.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(read.problems))
        }
    }
}

struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn raw(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn problem(&mut self, name: &str, value: &str, expected: impl fmt::Display) {
        self.problems
            .push(format!("  {name}={value:?}: expected {expected}"));
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.raw(name)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.problem(name, &value, expected);
        }
        parsed
    }

    fn boolean(&mut self, name: &str, default: bool) -> bool {
        self.parsed(name, "true or false", parse).unwrap_or(default)
    }

    fn number(&mut self, name: &str, default: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.parsed(name, &expected, |value| {
            parse(value).filter(|n| range.contains(n))
        })
        .unwrap_or(default)
    }

    fn seconds(
        &mut self,
        name: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Duration {
        let expected = format!("whole seconds from {} to {}", range.start(), range.end());
        let seconds = self.parsed(name, &expected, |value| {
            parse(value).filter(|n| range.contains(n))
        });
        Duration::from_secs(seconds.unwrap_or(default))
    }

    /// One of `choices`; the first is the default.
    fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> T {
        let expected = choices
            .iter()
            .map(|(word, _)| *word)
            .collect::<Vec<_>>()
            .join(" or ");
        let find = |value: &str| {
            choices
                .iter()
                .find(|(word, _)| *word == value)
                .map(|(_, choice)| *choice)
        };
        self.parsed(name, &expected, find).unwrap_or(choices[0].1)
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        let items = |value: String| {
            value
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect()
        };
        self.raw(name)
            .map(items)
            .filter(|items: &Vec<_>| !items.is_empty())
    }

    fn database(&mut self) -> DatabaseSettings {
        let url = self
            .raw("DATABASE_URL")
            .unwrap_or_else(|| "sqlite://app.db?mode=rwc".to_owned());
        let engine = Engine::of_url(&url);
        if engine.is_none() {
            self.problem(
                "DATABASE_URL",
                "(hidden)",
                "a URL that starts with sqlite:, postgres: or postgresql:",
            );
        }
        DatabaseSettings {
            url: url.into(),
            engine: engine.unwrap_or(Engine::Sqlite),
            max_connections: self.parsed(
                "DATABASE_MAX_CONNECTIONS",
                "a whole number from 1 to 1000",
                |value| parse(value).filter(|n| (1..=1000).contains(n)),
            ),
            statement_timeout: self.seconds("DATABASE_STATEMENT_TIMEOUT", 5, 1..=3600),
            synchronous: self.choice(
                "DATABASE_SYNCHRONOUS",
                &[("normal", Synchronous::Normal), ("full", Synchronous::Full)],
            ),
            migrate_on_start: self.boolean("MIGRATE_ON_START", true),
            migrate_lock_timeout: self.seconds("MIGRATE_LOCK_TIMEOUT", 60, 1..=3600),
        }
    }

    fn auth(&mut self, better_auth: Url, origin: &str, insecure_http: bool) -> AuthSettings {
        let jwks_file = self.raw("JWKS_FILE").map(PathBuf::from);
        let fetched = jwks_file.is_none();
        let (jwks_url, jwks_fallback) = self.jwks_urls(better_auth, insecure_http || !fetched);
        AuthSettings {
            jwks_url,
            jwks_fallback,
            jwks_file,
            issuer: self.raw("JWT_ISSUER").unwrap_or_else(|| origin.to_owned()),
            audience: self
                .raw("JWT_AUDIENCE")
                .unwrap_or_else(|| origin.to_owned()),
            algorithms: self.algorithms(),
            leeway: self.seconds("JWT_LEEWAY", 30, 0..=60),
            uuid_claim: self
                .raw("USER_UUID_CLAIM")
                .unwrap_or_else(|| "uuid".to_owned()),
            token_cache_capacity: self.number("TOKEN_CACHE_CAPACITY", 10_000, 0..=10_000_000)
                as usize,
            keys: KeyStoreSettings {
                ttl: self.seconds("JWKS_CACHE_TTL", 300, 1..=86_400),
                max_stale: self.seconds("JWKS_MAX_STALE", 86_400, 0..=2_592_000),
                cooldown: self.seconds("JWKS_COOLDOWN", 10, 1..=3600),
            },
        }
    }

    fn sessions(&mut self, better_auth: Url, insecure_http: bool) -> SessionSettings {
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

    /// A text that is shown to nobody.
    fn secret(&mut self, name: &str, shortest: usize) -> Option<SecretString> {
        let value = self.raw(name)?;
        if value.chars().count() < shortest {
            let expected = format!("at least {shortest} characters");
            self.problem(name, "(hidden)", expected);
        }
        Some(value.into())
    }

    fn networks(&mut self, name: &str) -> Vec<Network> {
        let mut networks = Vec::new();
        for item in self.list(name).unwrap_or_default() {
            match item.parse() {
                Ok(network) => networks.push(network),
                Err(()) => self.problem(name, &item, "networks such as 10.0.0.0/8 or addresses"),
            }
        }
        networks
    }

    /// The address of the key set, and the one to try when it answers 404.
    fn jwks_urls(&mut self, better_auth: Url, insecure_http: bool) -> (Url, Option<Url>) {
        let base = self.parsed(
            "BETTER_AUTH_BASE_PATH",
            "a path such as /api/auth",
            base_path,
        );
        let below = |path: &str| {
            let mut url = better_auth.clone();
            url.set_query(None);
            url.set_path(&format!("{}{path}", base.as_deref().unwrap_or("/api/auth")));
            url
        };
        let (name, url, fallback) = match self.parsed("JWKS_URL", "an http or https URL", web_url) {
            Some(given) => ("JWKS_URL", given, None),
            None => (
                "BETTER_AUTH_URL",
                below("/jwks"),
                Some(below("/.well-known/jwks.json")),
            ),
        };
        if is_exposed(&url) && !insecure_http {
            let host = url.host_str().unwrap_or_default();
            self.problem(name, host, "https (or ALLOW_INSECURE_HTTP=true): keys fetched over plain http can be forged on the way");
        }
        (url, fallback)
    }

    fn algorithms(&mut self) -> Vec<Algorithm> {
        const NAME: &str = "JWT_ALGORITHMS";
        let names = self.list(NAME).unwrap_or_else(|| {
            ["EdDSA", "ES256", "RS256", "PS256"]
                .map(str::to_owned)
                .into()
        });
        let mut algorithms = Vec::new();
        for name in names.into_iter().collect::<BTreeSet<_>>() {
            match name.as_str() {
                "EdDSA" => algorithms.push(Algorithm::EdDSA),
                "ES256" => algorithms.push(Algorithm::ES256),
                "RS256" => algorithms.push(Algorithm::RS256),
                "PS256" => algorithms.push(Algorithm::PS256),
                "ES512" => self.problem(NAME, &name, "EdDSA, ES256, RS256 or PS256: ES512 is not supported by the signature library; choose another keyPairConfig.alg in Better Auth"),
                _ => self.problem(NAME, &name, "a list of EdDSA, ES256, RS256 and PS256"),
            }
        }
        algorithms
    }

    fn cors(&mut self, origin: &str, with_cookies: bool) -> CorsSettings {
        const NAME: &str = "CORS_ALLOWED_ORIGINS";
        let allow_credentials = self.boolean("CORS_ALLOW_CREDENTIALS", with_cookies);
        let allowed_origins = self.list(NAME).unwrap_or_else(|| vec![origin.to_owned()]);
        for allowed in &allowed_origins {
            if allowed == "*" && allow_credentials {
                self.problem(
                    NAME,
                    allowed,
                    "exact origins, because CORS_ALLOW_CREDENTIALS is true (as it is with SESSION_VERIFICATION)",
                );
            } else if allowed != "*" && !is_origin(allowed) {
                self.problem(
                    NAME,
                    allowed,
                    "exact origins such as https://app.example.com, without a path",
                );
            }
        }
        CorsSettings {
            allowed_origins,
            allow_credentials,
        }
    }
}

fn parse<T: FromStr>(value: &str) -> Option<T> {
    value.parse().ok()
}

/// An http(s) URL without credentials; a fragment is dropped.
fn web_url(value: &str) -> Option<Url> {
    let mut url = Url::parse(value).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none();
    url.set_fragment(None);
    plain.then_some(url)
}

fn default_better_auth_url() -> Url {
    Url::parse("http://localhost:3000").expect("the default is a URL")
}

fn base_path(value: &str) -> Option<String> {
    let path = value.trim_end_matches('/');
    let clean = path.is_empty() || path.starts_with('/') && !path.contains(['?', '#', ' ']);
    clean.then(|| path.to_owned())
}

fn cookie_prefix(value: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    value.chars().all(fits).then(|| value.to_owned())
}

fn log_filter(value: &str) -> Option<String> {
    tracing_subscriber::EnvFilter::try_new(value)
        .ok()
        .map(|_| value.to_owned())
}

fn is_origin(value: &str) -> bool {
    Url::parse(value)
        .is_ok_and(|url| url.origin().is_tuple() && url.origin().ascii_serialization() == value)
}

/// Plain http to another machine.
fn is_exposed(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::HashMap};

    use super::*;

    fn settings(given: &[(&str, &str)]) -> Result<Settings, String> {
        let given: HashMap<_, _> = given.iter().copied().collect();
        Settings::from_lookup(|name| given.get(name).map(|value| (*value).to_owned()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_bad_setting_is_reported_in_one_message() {
        let error = settings(&[
            ("PORT", "http"),
            ("JWT_LEEWAY", "61"),
            ("LOG_FORMAT", "xml"),
            ("MIGRATE_ON_START", "yes"),
            ("METRICS_ADDR", "localhost:9000"),
        ])
        .expect_err("five bad settings");
        for part in [
            "PORT=\"http\"",
            "JWT_LEEWAY=\"61\"",
            "pretty or json",
            "true or false",
            "METRICS_ADDR=\"localhost:9000\"",
        ] {
            assert!(error.contains(part), "{part} is not in: {error}");
        }
    }

    #[test]
    fn a_bad_database_url_is_not_shown() {
        let error = settings(&[("DATABASE_URL", "mysql://root:hunter2@db/app")])
            .expect_err("not our engine");
        assert!(
            !error.contains("hunter2") && error.contains("sqlite:, postgres: or postgresql:"),
            "{error}"
        );
    }

    #[test]
    fn plain_http_to_another_host_stops_the_start_unless_allowed() {
        let url = ("BETTER_AUTH_URL", "http://auth.internal:3000");
        assert!(
            settings(&[url])
                .expect_err("plain http")
                .contains("ALLOW_INSECURE_HTTP")
        );
        assert!(settings(&[url, ("ALLOW_INSECURE_HTTP", "true")]).is_ok());
        assert!(settings(&[url, ("JWKS_FILE", "jwks.json")]).is_ok());
        assert!(settings(&[("BETTER_AUTH_URL", "http://127.0.0.1:3000")]).is_ok());
    }

    #[test]
    fn es512_is_refused_with_its_reason() {
        let error = settings(&[("JWT_ALGORITHMS", "EdDSA,ES512")]).expect_err("no ES512");
        assert!(error.contains("ES512 is not supported"), "{error}");
    }

    #[test]
    fn any_origin_together_with_credentials_is_refused() {
        let any = ("CORS_ALLOWED_ORIGINS", "*");
        assert!(settings(&[any, ("CORS_ALLOW_CREDENTIALS", "true")]).is_err());
        assert!(settings(&[any]).is_ok());
        assert!(settings(&[("CORS_ALLOWED_ORIGINS", "https://app.example.com/")]).is_err());
    }

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

    #[test]
    fn with_sessions_browsers_may_send_cookies_unless_told_otherwise() {
        let http = ("SESSION_VERIFICATION", "http");
        let cors = |given: &[(&str, &str)]| settings(given).expect("good settings").cors;
        assert!(!cors(&[]).allow_credentials);
        assert!(cors(&[http]).allow_credentials);
        assert!(!cors(&[http, ("CORS_ALLOW_CREDENTIALS", "false")]).allow_credentials);
        assert!(settings(&[http, ("CORS_ALLOWED_ORIGINS", "*")]).is_err());
    }

    #[test]
    fn a_network_holds_the_addresses_that_start_with_its_bits() {
        let holds = |network: &str, address: &str| {
            let network: Network = network.parse().expect("a network");
            network.contains(address.parse().expect("an address"))
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.1.2.3", "10.1.2.3") && !holds("10.1.2.3", "10.1.2.4"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("0.0.0.0/0", "192.0.2.1") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1"));
        for bad in ["10.0.0.0/33", "10.0.0.0/", "10.0.0", "::/129", "proxy"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn issuer_audience_and_key_set_follow_the_origin_of_better_auth() {
        let settings = settings(&[("BETTER_AUTH_URL", "https://app.example.com/some/path/")])
            .expect("good settings");
        assert_eq!(settings.auth.issuer, "https://app.example.com");
        assert_eq!(settings.auth.audience, "https://app.example.com");
        assert_eq!(
            settings.auth.jwks_url.as_str(),
            "https://app.example.com/api/auth/jwks"
        );
        assert_eq!(settings.cors.allowed_origins, ["https://app.example.com"]);
    }

    #[test]
    fn only_a_key_set_address_of_ones_own_has_no_second_path() {
        let fallback = |given: &[_]| {
            let settings = settings(given).expect("good settings");
            settings.auth.jwks_fallback.map(String::from)
        };
        let base_path = ("BETTER_AUTH_BASE_PATH", "/auth");
        assert_eq!(
            fallback(&[base_path]).as_deref(),
            Some("http://localhost:3000/auth/.well-known/jwks.json")
        );
        let own = ("JWKS_URL", "http://localhost:3000/auth/jwks");
        assert_eq!(fallback(&[base_path, own]), None);
    }

    #[test]
    fn the_log_names_the_database_without_its_password() {
        let place = |url| {
            settings(&[("DATABASE_URL", url)])
                .expect("good settings")
                .database
                .place()
        };
        assert_eq!(
            place("postgres://root:hunter2@db.internal:5432/app"),
            "db.internal/app"
        );
        assert_eq!(
            place("sqlite:///var/lib/app.db?mode=rwc"),
            "/var/lib/app.db"
        );
        let relative = place("sqlite://app.db?mode=rwc");
        assert!(
            std::path::Path::new(&relative).is_absolute() && relative.ends_with("app.db"),
            "{relative}"
        );
    }

    #[test]
    fn an_empty_value_counts_as_unset() {
        assert_eq!(settings(&[("PORT", "")]).expect("good settings").port, 8000);
    }

    #[test]
    fn env_example_lists_every_setting_and_no_other() {
        let read = RefCell::new(BTreeSet::new());
        let lookup = |name: &str| {
            read.borrow_mut().insert(name.to_owned());
            None
        };
        Settings::from_lookup(lookup).expect("the defaults are good");
        read.borrow_mut().insert("TEST_DATABASE_URL".to_owned());
        let listed: BTreeSet<_> = include_str!("../.env.example")
            .lines()
            .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='))
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(listed, read.into_inner());
    }
}
