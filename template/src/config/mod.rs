//! The settings: read from the environment, checked, and reported all at once when wrong.

mod auth;
mod cors;
mod database;
mod network;
mod reader;
mod sessions;

pub use auth::{AuthSettings, KeyStoreSettings};
pub use cors::CorsSettings;
pub use database::{DatabaseSettings, Synchronous};
pub use network::Network;
pub use sessions::{SessionSettings, SessionVerification};

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    thread::available_parallelism,
    time::Duration,
};

use url::Url;

use reader::{Reader, parse, web_url};

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
    /// USER_PROVISIONING: whether a good token creates its user's row.
    pub user_provisioning: bool,
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
            user_provisioning: read.choice("USER_PROVISIONING", &[("off", false), ("on", true)]),
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

fn default_better_auth_url() -> Url {
    Url::parse("http://localhost:3000").expect("the default is a URL")
}

fn log_filter(value: &str) -> Option<String> {
    tracing_subscriber::EnvFilter::try_new(value)
        .ok()
        .map(|_| value.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        collections::{BTreeSet, HashMap},
    };

    use super::*;

    pub(super) fn settings(given: &[(&str, &str)]) -> Result<Settings, String> {
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
        let listed: BTreeSet<_> = include_str!("../../.env.example")
            .lines()
            .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='))
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(listed, read.into_inner());
    }
}
