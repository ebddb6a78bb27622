//! Poolers such as PgBouncer between the API and PostgreSQL.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, Connection, Error, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    query_as, raw_sql,
};
use tokio::time::timeout;
use uuid::Uuid;

use crate::search_path::split_schema;

/// How long a connection waits for a server process that another one holds.
const TURN: Duration = Duration::from_secs(1);

/// What connections share with other clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// Nothing: each connection has its own server process.
    None,
    /// Server processes, which change between transactions: session settings reach other clients.
    Transactions,
    /// Prepared statements too: the statement of another client may run.
    Statements,
}

/// How to connect to the server that `url` names.
///
/// # Errors
/// When it is not a URL of PostgreSQL.
pub(crate) fn connect_options(url: &str) -> Result<PgConnectOptions, Error> {
    let (url, _) = split_schema(url);
    Ok(without_start_options(url.parse()?))
}

/// PgBouncer rejects options that it does not know. This one only affects text results, and sqlx
/// reads binary ones.
pub(crate) fn without_start_options(options: PgConnectOptions) -> PgConnectOptions {
    options.extra_float_digits(None)
}

/// Waits for the server up to `connect_timeout`, and finds out what two connections share.
///
/// # Errors
/// When there is no connection, or no second one, unless a limit of PostgreSQL is the reason.
pub(crate) async fn examine(url: &str, connect_timeout: Duration) -> Result<Pooling, Error> {
    let options = connect_options(url)?;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(connect_timeout)
        .connect_with(options.clone())
        .await?;
    let mut first = pool.acquire().await?;
    let second = timeout(connect_timeout, PgConnection::connect_with(&options)).await;
    let examined = match second.unwrap_or(Err(Error::PoolTimedOut)) {
        // Only PostgreSQL itself returns this code, for example if a role may have one connection.
        // A pooler lets its clients wait, or has another code for its own limits.
        Err(error) if has_code(&error, TOO_MANY_CONNECTIONS) => Ok(Pooling::None),
        Err(error) => Err(error),
        Ok(mut second) => {
            let examined = compare(&mut first, &mut second).await;
            second.close().await.ok();
            examined
        }
    };
    drop(first);
    pool.close().await;
    match examined {
        Err(error) if has_code(&error, MIXED_UP) => Ok(Pooling::Statements),
        examined => examined,
    }
}

/// The SQLSTATEs for a prepared statement that exists already, and for one that does not exist.
const MIXED_UP: &[&str] = &["42P05", "26000"];
const TOO_MANY_CONNECTIONS: &[&str] = &["53300"];

fn has_code(error: &Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| codes.contains(&code.as_ref()))
}

async fn compare(first: &mut PgConnection, second: &mut PgConnection) -> Result<Pooling, Error> {
    let (probe, other) = (Uuid::new_v4(), Uuid::new_v4());
    let Some(process) = server_process(first, probe).await? else {
        return Ok(Pooling::Statements);
    };
    if server_process(second, other).await?.is_none() {
        return Ok(Pooling::Statements);
    }
    // Occupies the server process that the first connection used last, unless it has its own.
    raw_sql("BEGIN").execute(&mut *second).await?;
    let again = timeout(TURN, server_process(first, probe)).await;
    raw_sql("ROLLBACK").execute(&mut *second).await?;
    match again {
        Ok(again) => Ok(match again? {
            Some(again) if again == process => Pooling::None,
            Some(_) => Pooling::Transactions,
            None => Pooling::Statements,
        }),
        // There is only one server process, and the second connection holds it.
        Err(_) => Ok(Pooling::Transactions),
    }
}

/// The id of the server process, from a prepared statement with a unique text; `None` if another
/// statement was run instead.
async fn server_process(connection: &mut PgConnection, probe: Uuid) -> Result<Option<i32>, Error> {
    let statement = AssertSqlSafe(format!("SELECT pg_backend_pid(), '{probe}'"));
    let answer = query_as::<_, (i32, String)>(statement)
        .fetch_one(connection)
        .await;
    match answer {
        Ok((process, answer)) => Ok((answer == probe.to_string()).then_some(process)),
        Err(
            Error::ColumnDecode { .. } | Error::ColumnIndexOutOfBounds { .. } | Error::RowNotFound,
        ) => Ok(None),
        Err(error) => Err(error),
    }
}
