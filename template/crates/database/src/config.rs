//! The settings that start with DATABASE_ and MIGRATE_.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;
use url::Url;

use crate::{Engine, EnvReader};

/// The settings that start with DATABASE_ and MIGRATE_.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// DATABASE_URL: it may hold a password.
    url: SecretString,
    /// The engine that the URL names.
    pub engine: Engine,
    /// DATABASE_MAX_CONNECTIONS: how many the pool may have.
    pub max_connections: u32,
    /// DATABASE_CONNECT_TIMEOUT: how long a request waits for a connection, and how long the start
    /// waits for PostgreSQL.
    pub connect_timeout: Duration,
    /// DATABASE_STATEMENT_TIMEOUT: PostgreSQL only.
    pub statement_timeout: Duration,
    /// DATABASE_SYNCHRONOUS: SQLite only.
    pub synchronous: Synchronous,
    /// MIGRATE_ON_START: whether `serve` brings the schema up to date.
    pub migrate_on_start: bool,
    /// MIGRATE_LOCK_TIMEOUT: how long to wait for another process that migrates.
    pub migrate_lock_timeout: Duration,
    /// Whether a connection keeps its session settings; known once the server was examined.
    pub(crate) keeps_session: Arc<OnceCell<bool>>,
}

impl DatabaseSettings {
    /// DATABASE_URL with its password, for connecting.
    #[must_use]
    pub fn expose_url(&self) -> &str {
        self.url.expose_secret()
    }

    /// Which database it is, for the log: the file's absolute path, or host and name on a server.
    #[must_use]
    pub fn redacted_url(&self) -> String {
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

/// When SQLite forces a commit to the disk (PRAGMA synchronous).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// A power cut may lose the last commits; a crash of the process loses none.
    Normal,
    /// A commit survives a power cut.
    Full,
}

impl DatabaseSettings {
    /// Reads the settings; wrong ones are noted in `env`.
    pub fn read(env: &mut EnvReader<'_>) -> Self {
        let url = env
            .raw("DATABASE_URL")
            .unwrap_or_else(|| "sqlite://app.db?mode=rwc".to_owned());
        let engine = Engine::of_url(&url);
        if engine.is_none() {
            env.problem(
                "DATABASE_URL",
                "(hidden)",
                "a URL that starts with sqlite:, postgres: or postgresql:",
            );
        }
        let engine = engine.unwrap_or(Engine::Sqlite);
        let usual_connections = match engine {
            Engine::Sqlite => 8,
            Engine::Postgres => 20,
        };
        let most = env.number("DATABASE_MAX_CONNECTIONS", usual_connections, 1..=1000);
        Self {
            url: url.into(),
            engine,
            max_connections: u32::try_from(most).unwrap_or(u32::MAX),
            connect_timeout: env.seconds("DATABASE_CONNECT_TIMEOUT", 3, 1..=300),
            statement_timeout: env.seconds("DATABASE_STATEMENT_TIMEOUT", 5, 1..=3600),
            synchronous: env.choice(
                "DATABASE_SYNCHRONOUS",
                &[("normal", Synchronous::Normal), ("full", Synchronous::Full)],
            ),
            migrate_on_start: env.boolean("MIGRATE_ON_START", true),
            migrate_lock_timeout: env.seconds("MIGRATE_LOCK_TIMEOUT", 60, 1..=3600),
            keeps_session: Arc::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_settings;

    fn settings(url: &str) -> Result<DatabaseSettings, String> {
        let lookup = |name: &str| (name == "DATABASE_URL").then(|| url.to_owned());
        read_settings(lookup, DatabaseSettings::read).map_err(|error| error.to_string())
    }

    #[test]
    fn a_bad_database_url_is_not_shown() {
        let error = settings("mysql://root:hunter2@db/app").expect_err("not our engine");
        assert!(
            !error.contains("hunter2") && error.contains("sqlite:, postgres: or postgresql:"),
            "{error}"
        );
    }

    #[test]
    fn the_log_names_the_database_without_its_password() {
        let place = |url| settings(url).expect("good settings").redacted_url();
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
}
