//! The settings: read from the environment, checked, and reported all at once when wrong.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    thread::available_parallelism,
    time::Duration,
};

use better_auth::config::{BetterAuthSettings, SessionVerification};
use database::{DatabaseSettings, EnvReader, SettingsError, parse, read_settings};
use rest::{CorsSettings, Limits, RateLimitSettings, TrustedProxies, telemetry::LogSettings};

/// Every setting of the API. Names and defaults are those of `.env.example`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// HOST: the IP address to listen on.
    pub host: IpAddr,
    /// PORT: the TCP port; 0 takes a free one.
    pub port: u16,
    pub database: DatabaseSettings,
    pub better_auth: BetterAuthSettings,
    pub cors: CorsSettings,
    pub trusted_proxies: TrustedProxies,
    pub limits: Limits,
    pub rate_limits: RateLimitSettings,
    pub logs: LogSettings,
    /// METRICS_ADDR: a listener of its own for `/metrics`; unset = on the main one.
    pub metrics_addr: Option<SocketAddr>,
    /// KEEP_ALIVE: how long an idle connection stays open.
    pub keep_alive: Duration,
    /// AUDIT_RETENTION_DAYS: how long a purge keeps the audit trail; `None` = for ever.
    pub audit_retention_days: Option<i64>,
    /// SHUTDOWN_DELAY: how long requests are still accepted after readiness has turned 503.
    pub shutdown_delay: Duration,
    /// SHUTDOWN_TIMEOUT: how long requests in progress may take to finish.
    pub shutdown_timeout: Duration,
    /// WORKERS: threads that answer requests.
    pub workers: usize,
}

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
        read_settings(lookup, Self::read)
    }

    fn read(env: &mut EnvReader<'_>) -> Self {
        let better_auth = BetterAuthSettings::read(env);
        let reads_cookies = better_auth.sessions.verification != SessionVerification::Off;
        let cores = available_parallelism().map_or(1, |n| n.get() as u64);
        let host = env.parsed("HOST", "an IP address such as 0.0.0.0", parse);
        let metrics = "an IP address and port such as 127.0.0.1:9000";
        Self {
            host: host.unwrap_or(Ipv4Addr::LOCALHOST.into()),
            port: env.parsed("PORT", "a port number", parse).unwrap_or(8000),
            database: DatabaseSettings::read(env),
            cors: CorsSettings::read(env, &better_auth.origin, reads_cookies),
            better_auth,
            trusted_proxies: TrustedProxies::read(env),
            limits: Limits::read(env),
            rate_limits: RateLimitSettings::read(env),
            logs: LogSettings::read(env),
            metrics_addr: env.parsed("METRICS_ADDR", metrics, parse),
            keep_alive: env.seconds("KEEP_ALIVE", 75, 0..=3600),
            audit_retention_days: env.days("AUDIT_RETENTION_DAYS", 365),
            shutdown_delay: env.seconds("SHUTDOWN_DELAY", 0, 0..=3600),
            shutdown_timeout: env.seconds("SHUTDOWN_TIMEOUT", 30, 0..=3600),
            workers: env.number("WORKERS", cores, 1..=1024) as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        collections::{BTreeSet, HashMap},
    };

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
            .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
            .collect();
        assert_eq!(listed, read.into_inner());
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
}
