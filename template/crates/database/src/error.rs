//! Errors of reading and writing rows, independent of HTTP.

use std::{borrow::Cow, io, time::Duration};

use sea_orm::{DbErr, RuntimeErr};
use sqlx::error::ErrorKind;

#[cfg(feature = "postgres")]
use crate::stale_plans;

/// Why rows could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such row, or the caller may not see it.
    #[error("there is no such row")]
    NotFound,
    /// The row is in another version than the caller expects.
    #[error("the row has changed")]
    VersionMismatch,
    /// The cursor was not made for this list.
    #[error("the cursor does not belong to this list")]
    InvalidCursor,
    /// A statement violated a constraint of the schema.
    #[error("a constraint was violated: {1}")]
    Constraint(Constraint, #[source] DbErr),
    /// The database does not answer, or cannot serve at the moment.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] DbErr),
    /// Anything else: an error in the program.
    #[error(transparent)]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// A constraint of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// A unique constraint.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A CHECK.
    Check,
}

impl Error {
    /// The constraint that was violated, if that is the error.
    #[must_use]
    pub fn constraint(&self) -> Option<Constraint> {
        match self {
            Self::Constraint(constraint, _) => Some(*constraint),
            _ => None,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match violated(&error) {
            Some(constraint) => Self::Constraint(constraint, error),
            None if is_unavailable(&error) => Self::Unavailable(error),
            None => Self::Internal(error.into()),
        }
    }
}

fn violated(error: &DbErr) -> Option<Constraint> {
    match driver_error(error)?.as_database_error()?.kind() {
        ErrorKind::UniqueViolation => Some(Constraint::Unique),
        ErrorKind::ForeignKeyViolation => Some(Constraint::ForeignKey),
        ErrorKind::CheckViolation => Some(Constraint::Check),
        _ => None,
    }
}

/// The driver's error, if the driver caused this one.
pub(crate) fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// PostgreSQL's SQLSTATE, or SQLite's extended code.
pub(crate) fn code(error: &DbErr) -> Option<Cow<'_, str>> {
    driver_error(error)?.as_database_error()?.code()
}

#[cfg(feature = "postgres")]
fn has_stale_plan(cause: &sqlx::Error) -> bool {
    stale_plans::noticed(cause)
}

#[cfg(not(feature = "postgres"))]
fn has_stale_plan(_: &sqlx::Error) -> bool {
    false
}

fn is_unavailable(error: &DbErr) -> bool {
    match driver_error(error) {
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed,
        ) => true,
        Some(cause) => {
            has_stale_plan(cause) || code(error).is_some_and(|code| is_unavailable_state(&code))
        }
        None => matches!(error, DbErr::ConnectionAcquire(_)),
    }
}

/// SQLSTATEs of PostgreSQL (classes 08, 40, 53 and 57) and result codes of SQLite (BUSY, LOCKED,
/// READONLY, IOERR, FULL, CANTOPEN, with their extended forms) that mean: temporarily unavailable.
fn is_unavailable_state(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => matches!(sqlite & 0xff, 5 | 6 | 8 | 10 | 13 | 14),
        // 55P03: a lock was not free within lock_timeout.
        _ => ["08", "40", "53", "55P03", "57"]
            .iter()
            .any(|class| code.starts_with(class)),
    }
}

/// Why a connection failed. Never repeats the message of the driver or the server, which may hold
/// parts of the URL: a password with a `/` in it is taken for the name of a database.
pub(crate) fn connection_failure(error: &sqlx::Error, timeout: Duration) -> String {
    let reason = match error {
        // rustls reports its own errors as this kind.
        sqlx::Error::Io(error) if error.kind() != io::ErrorKind::InvalidData => {
            return error.kind().to_string();
        }
        sqlx::Error::Tls(_) | sqlx::Error::Io(_) => "no TLS connection could be made",
        sqlx::Error::PoolTimedOut => return format!("no answer within {} s", timeout.as_secs()),
        sqlx::Error::Database(error) => return rejected_connection(error.code().as_deref()),
        _ => "its URL cannot be read",
    };
    reason.to_owned()
}

fn rejected_connection(code: Option<&str>) -> String {
    let reason = match code {
        Some("28P01" | "28000") => "the user or the password was rejected",
        Some("08P01") => {
            "a pooler does not know an option of the connection: remove `options` from the URL, or name it in PgBouncer's ignore_startup_parameters; or it has no connection left: PgBouncer's max_client_conn"
        }
        Some("53300") => "the server or its pooler has no connection left",
        Some("57P03") => "the server is starting or stopping",
        Some("42P05" | "26000") => {
            "a pooler runs the prepared statements of one client for another: with PgBouncer, set max_prepared_statements or pool_mode = session"
        }
        Some("3D000") => "there is no database of that name",
        Some("8" | "776" | "1032") => "the file is read-only",
        Some("14") => "the file cannot be opened",
        Some("26") => "the file is not a database",
        Some("5" | "261") => "the file is locked by another process",
        Some(code) => return format!("rejected with code {code}"),
        None => "rejected",
    };
    reason.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_passes_is_told_apart_from_an_internal_one() {
        for code in [
            "5", "517", "6", "8", "10", "13", "14", "08006", "40P01", "53300", "55P03", "57014",
            "57P01",
        ] {
            assert!(is_unavailable_state(code), "{code}");
        }
        for code in ["1", "19", "2067", "787", "42P01", "23505", "22001", "05000"] {
            assert!(!is_unavailable_state(code), "{code}");
        }
    }
}
