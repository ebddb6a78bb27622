//! The connection of its own on which migrations run.
//!
//! It is opened through sqlx because SeaORM knows one spelling of PostgreSQL's scheme only and
//! repeats the whole URL, password included, in its errors and traces.

use std::{io::ErrorKind, time::Duration};

use sea_orm_migration::sea_orm::DatabaseConnection;
use sqlx::{Connection, Pool, error::Error, pool::PoolOptions};

use crate::MigrateError;

// A server that refuses or is starting up is asked again until this is over.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the database that `url` names.
pub(crate) async fn open(url: &str) -> Result<DatabaseConnection, MigrateError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") if url.contains(":memory:") || url.contains("mode=memory") => {
            Err(MigrateError::InMemory)
        }
        #[cfg(feature = "sqlite")]
        Some("sqlite") => Ok(connect::<sqlx::Sqlite>(url).await?.into()),
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => Ok(connect::<sqlx::Postgres>(url).await?.into()),
        #[cfg(not(feature = "sqlite"))]
        Some("sqlite") => Err(MigrateError::EngineNotBuilt("sqlite")),
        #[cfg(not(feature = "postgres"))]
        Some("postgres" | "postgresql") => Err(MigrateError::EngineNotBuilt("postgres")),
        _ => Err(MigrateError::UnsupportedUrl),
    }
}

async fn connect<DB: sqlx::Database>(url: &str) -> Result<Pool<DB>, MigrateError> {
    let options = url
        .parse::<<DB::Connection as Connection>::Options>()
        .map_err(refusal)?;
    PoolOptions::new()
        .max_connections(1)
        .acquire_timeout(TIMEOUT)
        .connect_with(options)
        .await
        .map_err(refusal)
}

/// Says why a connection failed without a word of the driver's or the server's, which may
/// repeat parts of the URL: a password with a `/` in it becomes the name of a database.
fn refusal(error: Error) -> MigrateError {
    MigrateError::Connect(match &error {
        Error::Configuration(_) => "its URL cannot be read".to_owned(),
        // rustls's own errors come as this kind.
        Error::Io(error) if error.kind() != ErrorKind::InvalidData => error.kind().to_string(),
        Error::Tls(_) | Error::Io(_) => "no TLS connection could be made".to_owned(),
        Error::PoolTimedOut => format!("no answer within {} s", TIMEOUT.as_secs()),
        Error::Database(error) => match error.code().as_deref() {
            Some("28P01" | "28000") => "the user or the password was refused".to_owned(),
            Some("3D000") => "there is no database of that name".to_owned(),
            Some("14") => "the file cannot be opened".to_owned(),
            Some(code) => format!("refused with code {code}"),
            None => "refused".to_owned(),
        },
        _ => "the connection broke".to_owned(),
    })
}
