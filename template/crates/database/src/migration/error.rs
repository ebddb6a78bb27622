//! What can stop a migration.

use sea_orm_migration::sea_orm::{DbErr, RuntimeErr};

/// Why the schema was not changed. No message holds any part of the database's URL.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The URL's scheme is none that is known.
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
    /// No connection, and the kind of reason.
    #[error("cannot connect to the database: {0}")]
    Connect(String),
    /// Someone else held a lock for all the time that this run may wait.
    #[error("the database was locked for {seconds} s by {}", named(.holder))]
    LockTimeout {
        /// How long this run waited.
        seconds: u64,
        /// Who holds it, where the engine can tell: PostgreSQL does, SQLite does not.
        holder: Option<String>,
    },
    /// Tables that Better Auth made cannot be taken over safely; a sentence for each reason.
    #[error(
        "the tables of Better Auth that are in the database cannot be adopted, and nothing was \
         changed:\n- {}",
        .0.join("\n- ")
    )]
    CannotAdopt(Vec<String>),
    /// Migrations of a newer version of this program.
    #[error(
        "the database was migrated by a newer version of this program, which knows {}",
        .0.join(", ")
    )]
    UnknownMigrations(Vec<String>),
    /// A migration that the database refused.
    #[error("migration {migration} failed and nothing was changed: {cause}")]
    Failed {
        /// Its name.
        migration: String,
        /// What the database said.
        cause: DbErr,
    },
    /// Tables (of SQLite) with rows that would refer to rows that are gone.
    #[error("nothing was changed: rows of {} would refer to rows that are gone", .0.join(", "))]
    BrokenReferences(Vec<String>),
    /// Any other error of the database.
    #[error("the schema could not be read or changed: {0}")]
    Database(#[from] DbErr),
}

impl MigrateError {
    pub(crate) fn is_lock_timeout(&self) -> bool {
        let (Self::Database(cause) | Self::Failed { cause, .. }) = self else {
            return false;
        };
        let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = cause else {
            return false;
        };
        let RuntimeErr::SqlxError(cause) = cause else {
            return false;
        };
        let code = cause.as_database_error().and_then(|error| error.code());
        // PostgreSQL: lock_not_available. SQLite: BUSY and its extended codes.
        matches!(code.as_deref(), Some("55P03" | "5" | "261" | "517" | "773"))
    }
}

fn named(holder: &Option<String>) -> &str {
    holder
        .as_deref()
        .unwrap_or("another process (the database does not tell which)")
}
