use std::sync::OnceLock;

use sea_orm::DbBackend;

/// The database engine of this process.
///
/// UUIDs and times are stored natively on PostgreSQL and as text on SQLite (what Better Auth
/// writes there), so a value must know the engine when it turns into SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite: UUIDs and times are fixed-width text.
    Sqlite,
    /// PostgreSQL: `uuid` and `timestamptz(3)`.
    Postgres,
}

/// A second engine was asked for in a process that already uses the other one.
#[derive(Debug, thiserror::Error)]
#[error("this process already uses {in_use:?}: it cannot open a {asked:?} database too")]
pub struct EngineConflict {
    in_use: Engine,
    asked: Engine,
}

static CURRENT: OnceLock<Engine> = OnceLock::new();

impl Engine {
    /// Reads the engine from a `sqlite:`, `postgres:` or `postgresql:` URL.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// Makes this the engine of the process.
    ///
    /// # Errors
    /// [`EngineConflict`] when the process already uses the other engine.
    pub fn choose(self) -> Result<(), EngineConflict> {
        let in_use = *CURRENT.get_or_init(|| self);
        if in_use == self {
            Ok(())
        } else {
            Err(EngineConflict {
                in_use,
                asked: self,
            })
        }
    }

    /// The engine of the process; SQLite, the default, before a database was opened.
    #[must_use]
    pub fn current() -> Self {
        CURRENT.get().copied().unwrap_or(Self::Sqlite)
    }
}

impl From<Engine> for DbBackend {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite,
            Engine::Postgres => Self::Postgres,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_engine_in_one_process_is_rejected() {
        assert!(Engine::Sqlite.choose().is_ok() && Engine::Sqlite.choose().is_ok());
        assert!(Engine::Postgres.choose().is_err());
        assert_eq!(Engine::current(), Engine::Sqlite);
    }

    #[test]
    fn the_engine_is_read_from_the_scheme() {
        assert_eq!(Engine::of_url("sqlite::memory:"), Some(Engine::Sqlite));
        assert_eq!(
            Engine::of_url("postgresql://db/app"),
            Some(Engine::Postgres)
        );
        assert_eq!(Engine::of_url("mysql://db/app"), None);
    }
}
