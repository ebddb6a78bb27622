//! The connection pool, and the one way to write.

use std::{
    io::ErrorKind,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::OptionFuture;
use migration::MigrateError;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, RuntimeErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use secrecy::ExposeSecret;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    config::DatabaseSettings,
    error::{AppError, Code, Constraint},
    repositories::users,
    types::{Engine, EngineConflict, GivenUp, UserUuid},
};

/// How long a request waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// A connection that was used within this time is taken to be alive: asking costs a round trip.
#[cfg(feature = "postgres")]
const ALIVE_FOR: Duration = Duration::from_secs(1);

/// The pool together with the queue that SQLite's writers stand in.
#[derive(Clone)]
pub struct Database {
    pool: DatabaseConnection,
    write_queue: Option<Arc<Semaphore>>,
    given_up: GivenUp,
}

/// Why the database cannot be used; never shows the URL or the password in it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The process already uses another engine.
    #[error(transparent)]
    Engine(#[from] EngineConflict),
    /// The program was built without this engine.
    #[error(
        "DATABASE_URL is for {0}, which is not built in: name another database, or build with the cargo feature {0}"
    )]
    NotBuilt(&'static str),
    /// The server or the file cannot be reached.
    #[error("the database cannot be opened: {0}")]
    Connect(String),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
}

impl Database {
    /// Opens the pool; makes a SQLite file where its URL asks for that.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(settings: &DatabaseSettings) -> Result<Self, OpenError> {
        settings.engine.choose()?;
        let given_up = GivenUp::default();
        let pool = connect(settings, &given_up).await?;
        let write_queue = (settings.engine == Engine::Sqlite).then(|| Arc::new(Semaphore::new(1)));
        Ok(Self {
            pool,
            write_queue,
            given_up,
        })
    }

    /// Brings the schema up to date; returns the names of the migrations applied.
    ///
    /// # Errors
    /// [`MigrateError`].
    pub async fn migrate(settings: &DatabaseSettings) -> Result<Vec<String>, MigrateError> {
        migration::up(settings.url.expose_secret(), settings.migrate_lock_timeout).await
    }

    /// What requests that use this database are watched by: a connection comes back from one that
    /// was given up while its peer still owes an answer.
    #[must_use]
    pub fn given_up(&self) -> GivenUp {
        self.given_up.clone()
    }

    /// For reading: each statement stands alone.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// For reading what must fit together: every statement of `work` sees the same moment.
    ///
    /// # Errors
    /// Those of `work`; `database_unavailable` when there is no connection to be had.
    pub async fn snapshot<T, E: From<DbErr>>(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
    ) -> Result<T, E> {
        let isolation = match self.pool.get_database_backend() {
            DbBackend::Postgres => Some(IsolationLevel::RepeatableRead),
            // One transaction sees one moment anyway.
            _ => None,
        };
        let options = TransactionOptions {
            isolation_level: isolation,
            ..TransactionOptions::default()
        };
        let transaction = self.pool.begin_with_options(options).await?;
        work(&transaction).await
    }

    /// Runs `work` in one transaction: all of it happens, or nothing. On SQLite writers queue
    /// here in order of arrival instead of fighting over the file's lock.
    ///
    /// # Errors
    /// Those of `work`; `database_unavailable` when there is no connection to be had.
    pub async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let _turn = self.turn().await?;
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.pool.begin_with_options(immediate).await?;
        let done = work(&transaction).await?;
        transaction.commit().await?;
        Ok(done)
    }

    /// [`Database::write`] to rows of `owner`. Where one that is needed is not there, a look-up
    /// tells whether it is the owner's own.
    ///
    /// # Errors
    /// `user_unknown` when the owner's row is gone; `not_found` when `work` refers to another
    /// row that is; else those of [`Database::write`].
    pub async fn write_as<T>(
        &self,
        owner: UserUuid,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        match self.write(work).await {
            Err(error) if misses_a_row(&error) => Err(self.missing(owner, error).await?),
            outcome => outcome,
        }
    }

    /// [`Database::write_as`] for `work` that is a single statement: it is all or nothing by itself,
    /// and a transaction would cost two round trips more. It must be one that is executed to its end,
    /// not one whose first row is awaited: that comes before the commit, which can still fail.
    ///
    /// # Errors
    /// Those of [`Database::write_as`].
    pub async fn write_once_as<T>(
        &self,
        owner: UserUuid,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let outcome = {
            let _turn = self.turn().await?;
            work(&self.pool).await
        };
        match outcome {
            Err(error) if misses_a_row(&error) => Err(self.missing(owner, error).await?),
            outcome => outcome,
        }
    }

    async fn turn(&self) -> Result<Option<SemaphorePermit<'_>>, AppError> {
        let turn = OptionFuture::from(self.write_queue.as_deref().map(Semaphore::acquire));
        let turn = turn.await.transpose();
        turn.map_err(|closed| AppError::new(Code::NotReady).because(closed))
    }

    /// What is missing when a row is.
    async fn missing(&self, owner: UserUuid, error: AppError) -> Result<AppError, AppError> {
        let code = match users::find(owner, self.reader()).await? {
            None => Code::UserUnknown,
            Some(_) if error.constraint().is_some() => Code::NotFound,
            Some(_) => return Ok(error),
        };
        Ok(AppError::new(code).because(error))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.pool.execute_unprepared("SELECT 1").await.map(drop)
    }

    /// Closes every connection; SQLite folds its write-ahead log into the file.
    ///
    /// # Errors
    /// When a connection does not close.
    pub async fn close(self) -> Result<(), DbErr> {
        self.pool.close().await
    }
}

fn misses_a_row(error: &AppError) -> bool {
    matches!(error.code(), Code::NotFound | Code::ValidationFailed)
        || error.constraint() == Some(Constraint::ForeignKey)
}

/// Waits as long as for any connection while SQLite's file is locked: to switch it to its write-ahead
/// log takes the whole file, and SQLite itself does not wait for that.
async fn connect(
    settings: &DatabaseSettings,
    given_up: &GivenUp,
) -> Result<DatabaseConnection, OpenError> {
    let began = Instant::now();
    loop {
        match sea_orm::Database::connect(options(settings, given_up)?).await {
            Err(error) if is_locked(&error) && began.elapsed() < ACQUIRE_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome.map_err(|error| redacted(&error)),
        }
    }
}

fn options(settings: &DatabaseSettings, given_up: &GivenUp) -> Result<ConnectOptions, OpenError> {
    let url = settings.url.expose_secret();
    let mut options = ConnectOptions::new(url.replacen("postgresql:", "postgres:", 1));
    options
        .sqlx_logging(false)
        .test_before_acquire(false)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(ACQUIRE_TIMEOUT);
    match settings.engine {
        Engine::Sqlite => sqlite(&mut options, settings)?,
        Engine::Postgres => postgres(&mut options, settings, given_up)?,
    }
    Ok(options)
}

#[cfg(feature = "sqlite")]
fn sqlite(options: &mut ConnectOptions, settings: &DatabaseSettings) -> Result<(), OpenError> {
    use crate::config::Synchronous;
    use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

    let synchronous = match settings.synchronous {
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Full => SqliteSynchronous::Full,
    };
    options
        .max_connections(settings.max_connections.unwrap_or(8))
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(synchronous)
                .foreign_keys(true)
                .busy_timeout(ACQUIRE_TIMEOUT)
        });
    Ok(())
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &mut ConnectOptions, _: &DatabaseSettings) -> Result<(), OpenError> {
    Err(OpenError::NotBuilt("sqlite"))
}

#[cfg(feature = "postgres")]
fn postgres(
    options: &mut ConnectOptions,
    settings: &DatabaseSettings,
    given_up: &GivenUp,
) -> Result<(), OpenError> {
    let timeout = settings.statement_timeout.as_millis().to_string();
    let given_up = given_up.clone();
    options.max_connections(settings.max_connections.unwrap_or(20));
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let timeout = timeout.clone();
        // After connecting: poolers such as PgBouncer refuse it among the start-up options.
        let pool = pool.after_connect(move |connection, _| {
            let set = sqlx::query("SELECT set_config('statement_timeout', $1, false)")
                .bind(timeout.clone());
            Box::pin(async move { set.execute(connection).await.map(drop) })
        });
        let pool = pool.before_acquire(|connection, past| {
            let rested = past.idle_for >= ALIVE_FOR;
            Box::pin(async move { Ok(!rested || answers(connection).await.is_ok()) })
        });
        // A connection whose peer is silent would keep its place in the pool until TCP gives up. Where
        // all work came to its end, all peers have answered.
        let given_up = given_up.clone();
        pool.after_release(move |connection, _| {
            let doubtful = given_up.within(ACQUIRE_TIMEOUT);
            Box::pin(async move {
                match doubtful {
                    true => answers(connection).await.map(|()| true),
                    false => Ok(true),
                }
            })
        })
    });
    Ok(())
}

#[cfg(feature = "postgres")]
async fn answers(connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
    use sqlx::Connection;

    tokio::time::timeout(ACQUIRE_TIMEOUT, connection.ping())
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &mut ConnectOptions, _: &DatabaseSettings, _: &GivenUp) -> Result<(), OpenError> {
    Err(OpenError::NotBuilt("postgres"))
}

/// What may be told of a failed connection: a driver's or a server's own text can hold the URL and
/// its password.
fn redacted(error: &DbErr) -> OpenError {
    let Some(cause) = driver_error(error) else {
        return OpenError::Connect("DATABASE_URL cannot be read".to_owned());
    };
    OpenError::Connect(match cause {
        // rustls's own errors come as this kind.
        sqlx::Error::Io(cause) if cause.kind() != ErrorKind::InvalidData => cause.to_string(),
        sqlx::Error::Database(cause) => refusal(cause.code().as_deref()),
        sqlx::Error::PoolTimedOut => format!("no answer within {} s", ACQUIRE_TIMEOUT.as_secs()),
        sqlx::Error::Tls(_) | sqlx::Error::Io(_) => "no TLS connection could be made".to_owned(),
        _ => "DATABASE_URL cannot be read".to_owned(),
    })
}

fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            Some(cause)
        }
        _ => None,
    }
}

fn is_locked(error: &DbErr) -> bool {
    let code = driver_error(error)
        .and_then(|cause| cause.as_database_error())
        .and_then(|error| error.code());
    matches!(code.as_deref(), Some("5" | "261"))
}

fn refusal(code: Option<&str>) -> String {
    match code {
        Some("28P01" | "28000") => "the user or the password was refused".to_owned(),
        Some("3D000") => "there is no database of that name".to_owned(),
        Some("8" | "776" | "1032") => "the file is read-only".to_owned(),
        Some("14") => "the file cannot be opened".to_owned(),
        Some("26") => "the file is not a database".to_owned(),
        Some("5" | "261") => "the file is locked by another process".to_owned(),
        Some(code) => format!("refused with code {code}"),
        None => "refused".to_owned(),
    }
}
