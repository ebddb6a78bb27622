//! Row tables, lists, transactions and migrations, the same on SQLite and PostgreSQL.
//!
//! A table implements [`rows::Table`] by [`row_table!`]; then [`rows`] reads, writes,
//! soft-deletes and restores its rows, always for their owner, and [`keyset`] lists them in pages,
//! with rows of another table by [`related`].
//! [`Database::write`] runs a transaction: all of it happens, or nothing.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use database::{Database, DatabaseSettings, read_settings};
//!
//! let url = |name: &str| (name == "DATABASE_URL").then(|| "sqlite::memory:".to_owned());
//! let database = Database::open(&read_settings(url, DatabaseSettings::read)?).await?;
//! database.ping().await?;
//! # Ok(())
//! # }
//! ```

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("choose an engine: feature postgres, sqlite or both");

pub mod audit;
mod config;
mod dot_env;
mod env_reader;
mod error;
pub mod export;
pub mod idempotency_key_entity;
pub mod idempotency_keys;
pub mod keyset;
pub mod migration;
mod pool;
mod pool_state;
#[cfg(feature = "postgres")]
mod pooler;
pub mod purge;
pub mod related;
pub mod rows;
mod search_path;
pub mod search_query;
mod sql_name;
#[cfg(feature = "postgres")]
mod stale_plans;
mod types;

pub use config::{DatabaseSettings, Synchronous};
pub use dot_env::load_dot_env;
pub use env_reader::{EnvReader, SettingsError, parse, read_settings};
pub use error::{Constraint, Error};
pub use pool::{Database, OpenError, StatementHook};
pub use pool_state::PoolState;
pub use sql_name::quoted;
pub use types::{
    CancellationTracker, Cursor, Decimal, Engine, EngineConflict, IdempotencyKey, InvalidDateTime,
    ListRequest, Operator, Page, PageRequest, Patch, RangedInt, SearchQuery, SearchText,
    SecretText, SortOrder, StoredResponse, UserUuid, UtcDateTime, VersionPrecondition, ids,
    not_null, set_if_present, text,
};
