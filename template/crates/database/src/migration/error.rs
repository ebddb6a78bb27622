//! Errors of migrations.

use sea_orm_migration::sea_orm::DbErr;

use super::BrokenReference;
use crate::error::code;

/// Why the schema was not changed. No message holds any part of the database's URL.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The scheme of the URL is unknown.
    #[error("the database URL must begin with sqlite:, postgres: or postgresql:")]
    UnsupportedUrl,
    /// A database in memory ends with the connection that made it.
    #[error("an in-memory SQLite database cannot be migrated: name a file instead")]
    InMemory,
    /// The program was compiled without the engine's feature, which is named here.
    #[error(
        "DATABASE_URL is for {0}, which is not built in: name another database, or build with the cargo feature {0}"
    )]
    EngineNotBuilt(&'static str),
    /// There is no connection; the text says why.
    #[error("cannot connect to the database: {0}")]
    Connect(String),
    /// `?schema=` of the URL names a schema that does not exist.
    #[error("there is no schema {0}, which DATABASE_URL names: create it by CREATE SCHEMA")]
    NoSchema(String),
    /// Another process held a lock for longer than this run may wait.
    #[error("the database was locked for {seconds} s by {}", named(.holder))]
    LockTimeout {
        /// How long this run waited.
        seconds: u64,
        /// Who holds the lock; known on PostgreSQL, not on SQLite.
        holder: Option<String>,
    },
    /// [`super::Migrations::examine`] found the database unfit; nothing was changed.
    #[error(transparent)]
    Unfit(Box<dyn std::error::Error + Send + Sync>),
    /// The database has migrations of a newer version of this program.
    #[error(
        "the database was migrated by a newer version of this program, which knows {}",
        .0.join(", ")
    )]
    UnknownMigrations(Vec<String>),
    /// A migration that the database rejected.
    #[error("migration {migration} failed and nothing was changed: {cause}{}", remedy(.cause))]
    Failed {
        /// Its name.
        migration: String,
        /// The error of the database.
        cause: DbErr,
    },
    /// On SQLite, rows would refer to rows that do not exist.
    #[error("nothing was changed, because rows would refer to rows that are gone:{}", listed(.0))]
    BrokenReferences(Vec<BrokenReference>),
    /// Any other error of the database.
    #[error("the schema could not be read or changed: {}{}", .0, remedy(.0))]
    Database(#[from] DbErr),
}

impl MigrateError {
    pub(crate) fn is_lock_timeout(&self) -> bool {
        let (Self::Database(cause) | Self::Failed { cause, .. }) = self else {
            return false;
        };
        // PostgreSQL: lock_not_available. SQLite: BUSY and its extended codes.
        matches!(
            code(cause).as_deref(),
            Some("55P03" | "5" | "261" | "517" | "773")
        )
    }
}

/// The remedy, if one is known.
fn remedy(error: &DbErr) -> &'static str {
    match code(error).as_deref() {
        // duplicate_table, which is any relation, and duplicate_object
        Some("42P07" | "42710") => NAME_TAKEN,
        _ if error.to_string().contains("already exists") => NAME_TAKEN,
        // insufficient_privilege
        Some("42501") => {
            ". Run `migrate up` by a role that owns the table of users and may create tables, and \
             the API with MIGRATE_ON_START=false"
        }
        // invalid_schema_name
        Some("3F000") => ". The search_path of the role names no schema in which it may create",
        // feature_not_supported, dependent_objects_still_exist
        Some("0A000" | "2BP01") => {
            ". Drop what depends on it, such as a view, and create that again afterwards"
        }
        _ => "",
    }
}

const NAME_TAKEN: &str = ". Another program has something of that name: rename it, or give the API a \
     database or a schema of its own";

fn listed(references: &[BrokenReference]) -> String {
    let lines = references
        .iter()
        .map(|reference| format!("\n- {reference}"));
    lines.collect()
}

fn named(holder: &Option<String>) -> &str {
    holder
        .as_deref()
        .unwrap_or("another process (the database does not tell which)")
}
