//! The separate connection on which migrations run.
//!
//! It is opened through sqlx because SeaORM knows one spelling of PostgreSQL's scheme only and
//! repeats the whole URL, password included, in its errors and traces.

use std::time::Duration;

use sea_orm_migration::sea_orm::DatabaseConnection;
use sqlx::{Connection, Pool, error::Error, pool::PoolOptions};

use super::MigrateError;
use crate::error::connection_failure;
#[cfg(feature = "postgres")]
use crate::{
    pooler::connect_options,
    search_path::{set_search_path, split_schema},
};

// How long to retry while a server rejects connections or is starting up.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the database that `url` names, with a single connection.
///
/// # Errors
/// [`MigrateError`]; its text holds no part of the URL.
pub async fn open(url: &str) -> Result<DatabaseConnection, MigrateError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") if url.contains(":memory:") || url.contains("mode=memory") => {
            Err(MigrateError::InMemory)
        }
        #[cfg(feature = "sqlite")]
        Some("sqlite") => {
            let options = url.parse().map_err(failure)?;
            Ok(connect::<sqlx::Sqlite>(options, PoolOptions::new())
                .await?
                .into())
        }
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => Ok(connect_postgres(url).await?.into()),
        #[cfg(not(feature = "sqlite"))]
        Some("sqlite") => Err(MigrateError::EngineNotBuilt("sqlite")),
        #[cfg(not(feature = "postgres"))]
        Some("postgres" | "postgresql") => Err(MigrateError::EngineNotBuilt("postgres")),
        _ => Err(MigrateError::UnsupportedUrl),
    }
}

#[cfg(feature = "postgres")]
async fn connect_postgres(url: &str) -> Result<Pool<sqlx::Postgres>, MigrateError> {
    let options = connect_options(url).map_err(failure)?;
    let (_, schema) = split_schema(url);
    let Some(schema) = schema else {
        return connect(options, PoolOptions::new()).await;
    };
    let path = schema.clone();
    let pool = PoolOptions::new().after_connect(move |connection, _| {
        let path = path.clone();
        Box::pin(async move { set_search_path(connection, &path).await })
    });
    let pool = connect(options, pool).await?;
    let exists = sqlx::query_scalar("SELECT current_schema() IS NOT NULL");
    if exists.fetch_one(&pool).await.map_err(failure)? {
        Ok(pool)
    } else {
        Err(MigrateError::NoSchema(schema))
    }
}

async fn connect<DB: sqlx::Database>(
    options: <DB::Connection as Connection>::Options,
    pool: PoolOptions<DB>,
) -> Result<Pool<DB>, MigrateError> {
    pool.max_connections(1)
        .acquire_timeout(TIMEOUT)
        .connect_with(options)
        .await
        .map_err(failure)
}

fn failure(error: Error) -> MigrateError {
    MigrateError::Connect(connection_failure(&error, TIMEOUT))
}
