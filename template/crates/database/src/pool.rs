//! The connection pool; all writes go through it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::{
    CancellationTracker, DatabaseSettings, Engine, EngineConflict, Error,
    error::{code, connection_failure, driver_error},
    migration::{self, MigrateError, Migrations},
    pool_state::{Counted, PoolState, state_of},
    search_path::split_schema,
};
#[cfg(feature = "postgres")]
use crate::{
    pooler::{self, Pooling, without_start_options},
    search_path::set_search_path,
    stale_plans,
};

/// How long to wait for SQLite's lock, and for a connection that does not answer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a writer of SQLite waits for its turn: as long as a request may take at most.
const WRITER_TIMEOUT: Duration = Duration::from_secs(3600);
/// A connection that was used within this time is assumed to be alive, because a check costs a
/// round trip.
#[cfg(feature = "postgres")]
const ALIVE_FOR: Duration = Duration::from_secs(1);

/// How many rows SQLite's thread may read ahead: enough for a page with its related rows. With
/// sqlx's default of 50, it stops in the middle of a page and has to be woken.
#[cfg(feature = "sqlite")]
const ROW_BUFFER: usize = 1_000;

/// The pool, and the connection of SQLite's writers.
#[derive(Clone)]
pub struct Database {
    pool: DatabaseConnection,
    /// On SQLite, a pool of one connection for which writers wait in order of arrival; its page
    /// cache stays valid, because no other connection writes. On PostgreSQL, the same pool.
    writer: DatabaseConnection,
    writes: Arc<AtomicUsize>,
    cancellations: CancellationTracker,
}

/// Called after each statement with its SQL (placeholders, no values), how long it took, and
/// whether it failed.
pub type StatementHook = fn(&str, Duration, bool);

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
    /// Opens the pool; creates a SQLite file if the URL asks for that.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(settings: &DatabaseSettings) -> Result<Self, OpenError> {
        Self::open_observed(settings, None).await
    }

    /// Like [`Self::open`]; `observe` is called after each statement.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_observed(
        settings: &DatabaseSettings,
        observe: Option<StatementHook>,
    ) -> Result<Self, OpenError> {
        settings.engine.choose()?;
        let cancellations = CancellationTracker::default();
        let sets_session = Database::check_server(settings).await?;
        if !sets_session {
            tracing::warn!(
                "a pooler shares the connections to PostgreSQL: DATABASE_STATEMENT_TIMEOUT is not set, since it would reach other clients; ALTER ROLE ... SET statement_timeout does"
            );
        }
        let mut options = options(settings, &cancellations, sets_session)?;
        let pool = connect(options.clone(), settings, observe).await?;
        let writer = match settings.engine {
            Engine::Sqlite => connect(for_writer(&mut options), settings, observe).await?,
            Engine::Postgres => pool.clone(),
        };
        Ok(Self {
            pool,
            writer,
            writes: Arc::default(),
            cancellations,
        })
    }

    /// Waits for the server up to DATABASE_CONNECT_TIMEOUT, because one that sleeps takes time to
    /// wake, and checks that no pooler in between mixes up the prepared statements of its clients.
    /// Returns whether a connection keeps its session settings: behind a pooler that shares
    /// connections it does not. A server that passed is not examined again with the same settings.
    ///
    /// # Errors
    /// [`OpenError::Connect`].
    pub async fn check_server(settings: &DatabaseSettings) -> Result<bool, OpenError> {
        match settings.engine {
            Engine::Sqlite => Ok(true),
            Engine::Postgres => {
                let checked = settings
                    .keeps_session
                    .get_or_try_init(|| check_pooler(settings));
                checked.await.copied()
            }
        }
    }

    /// Brings the schema up to date; returns the names of the migrations applied.
    ///
    /// # Errors
    /// [`MigrateError`].
    pub async fn migrate<M: Migrations>(
        settings: &DatabaseSettings,
    ) -> Result<Vec<String>, MigrateError> {
        let checked = Self::check_server(settings).await;
        checked.map_err(|error| match error {
            OpenError::Connect(reason) => MigrateError::Connect(reason),
            other => MigrateError::Unfit(other.into()),
        })?;
        migration::up::<M>(settings.expose_url(), None, settings.migrate_lock_timeout).await
    }

    /// The tracker for requests that use this database: after a cancelled one, a connection may
    /// return to the pool before its server has responded.
    #[must_use]
    pub fn cancellations(&self) -> CancellationTracker {
        self.cancellations.clone()
    }

    /// For reading, without a transaction.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// For reading a consistent snapshot: every statement of `work` sees the same state.
    ///
    /// # Errors
    /// Errors of `work`; [`Error::Unavailable`] when no connection is free.
    pub async fn snapshot<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
    ) -> Result<T, E> {
        let isolation = match self.pool.get_database_backend() {
            DbBackend::Postgres => Some(IsolationLevel::RepeatableRead),
            // On SQLite, every transaction sees one state.
            _ => None,
        };
        let options = TransactionOptions {
            isolation_level: isolation,
            ..TransactionOptions::default()
        };
        let transaction = self
            .pool
            .begin_with_options(options)
            .await
            .map_err(Error::from)?;
        work(&transaction).await
    }

    /// Runs `work` in one transaction, completely or not at all. On SQLite, writers queue for their
    /// one connection in order of arrival instead of competing for the file's lock.
    ///
    /// # Errors
    /// Errors of `work`; [`Error::Unavailable`] when no connection is free.
    pub async fn write<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
    ) -> Result<T, E> {
        let _counted = Counted::one(&self.writes);
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self
            .writer
            .begin_with_options(immediate)
            .await
            .map_err(Error::from)?;
        let done = work(&transaction).await?;
        transaction.commit().await.map_err(Error::from)?;
        Ok(done)
    }

    /// Runs `work`, a single statement, without a transaction: it is all or nothing by itself, and
    /// a transaction would cost two more round trips. The statement must be executed to its end:
    /// its first row arrives before the commit, which can still fail.
    ///
    /// # Errors
    /// Errors of `work`.
    pub async fn write_once<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let _counted = Counted::one(&self.writes);
        work(&self.writer).await
    }

    /// How busy the pool is at this moment.
    #[must_use]
    pub fn pool_state(&self) -> PoolState {
        let writes = self.writes.load(Ordering::Relaxed);
        match self.pool.get_database_backend() {
            #[cfg(feature = "postgres")]
            DbBackend::Postgres => {
                let state = state_of(self.pool.get_postgres_connection_pool());
                let waiting = writes.saturating_sub(state.max as usize);
                PoolState { waiting, ..state }
            }
            #[cfg(feature = "sqlite")]
            DbBackend::Sqlite => {
                let readers = state_of(self.pool.get_sqlite_connection_pool());
                let writer = state_of(self.writer.get_sqlite_connection_pool());
                PoolState {
                    in_use: readers.in_use + writer.in_use,
                    idle: readers.idle + writer.idle,
                    max: readers.max + writer.max,
                    waiting: writes.saturating_sub(1),
                }
            }
            _ => PoolState::default(),
        }
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
        self.writer.close().await?;
        self.pool.close().await
    }
}

/// Opens a pool. Retries while SQLite's file is locked: switching to the write-ahead log needs an
/// exclusive lock, for which SQLite itself does not wait.
async fn connect(
    options: ConnectOptions,
    settings: &DatabaseSettings,
    observe: Option<StatementHook>,
) -> Result<DatabaseConnection, OpenError> {
    let began = Instant::now();
    loop {
        match sea_orm::Database::connect(options.clone()).await {
            Err(error) if is_locked(&error) && began.elapsed() < ACQUIRE_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(redacted(&error, settings)),
            Ok(mut pool) => {
                if let Some(observe) = observe {
                    pool.set_metric_callback(move |it| {
                        observe(&it.statement.sql, it.elapsed, it.failed);
                    });
                }
                return Ok(pool);
            }
        }
    }
}

/// The options for SQLite's writers: one connection, which is never replaced.
fn for_writer(options: &mut ConnectOptions) -> ConnectOptions {
    options
        .min_connections(1)
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(WRITER_TIMEOUT)
        .connect_timeout(WRITER_TIMEOUT)
        .clone()
}

fn options(
    settings: &DatabaseSettings,
    cancellations: &CancellationTracker,
    sets_session: bool,
) -> Result<ConnectOptions, OpenError> {
    let (url, schema) = match settings.engine {
        Engine::Sqlite => (settings.expose_url().to_owned(), None),
        Engine::Postgres => split_schema(settings.expose_url()),
    };
    let mut options = ConnectOptions::new(url.replacen("postgresql:", "postgres:", 1));
    options
        .sqlx_logging(false)
        .test_before_acquire(false)
        .acquire_timeout(settings.connect_timeout)
        .connect_timeout(settings.connect_timeout);
    match settings.engine {
        Engine::Sqlite => sqlite(&mut options, settings)?,
        Engine::Postgres => postgres(&mut options, settings, schema, sets_session, cancellations)?,
    }
    Ok(options)
}

#[cfg(feature = "sqlite")]
fn sqlite(options: &mut ConnectOptions, settings: &DatabaseSettings) -> Result<(), OpenError> {
    use crate::Synchronous;
    use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

    let synchronous = match settings.synchronous {
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Full => SqliteSynchronous::Full,
    };
    options
        .max_connections(settings.max_connections)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(synchronous)
                .foreign_keys(true)
                .busy_timeout(ACQUIRE_TIMEOUT)
                .row_buffer_size(ROW_BUFFER)
        });
    Ok(())
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &mut ConnectOptions, _: &DatabaseSettings) -> Result<(), OpenError> {
    Err(OpenError::NotBuilt("sqlite"))
}

/// The session settings of a connection. They are set after connecting, because poolers reject them
/// among the start-up options.
#[cfg(feature = "postgres")]
#[derive(Clone)]
struct Session {
    statement_timeout: Duration,
    schema: Option<String>,
}

#[cfg(feature = "postgres")]
impl Session {
    async fn set(self, connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
        let timeout = self.statement_timeout.as_millis().to_string();
        // A stricter isolation, which a role may have as its default, fails where this one waits.
        sqlx::query(
            "SELECT set_config('statement_timeout', $1, false),
                set_config('default_transaction_isolation', 'read committed', false)",
        )
        .bind(timeout)
        .execute(&mut *connection)
        .await?;
        match self.schema {
            Some(schema) => set_search_path(connection, &schema).await,
            None => Ok(()),
        }
    }
}

/// Whether a connection keeps its session settings.
#[cfg(feature = "postgres")]
async fn check_pooler(settings: &DatabaseSettings) -> Result<bool, OpenError> {
    const MIXED_UP: &str = "a pooler in front of it runs the prepared statements of one client for another: with PgBouncer, set max_prepared_statements (1.21 or newer) or pool_mode = session, or connect to PostgreSQL itself";
    const SCHEMA: &str = "?schema= cannot be set through a pooler that shares connections: remove it and run ALTER ROLE ... SET search_path, or connect to PostgreSQL itself";
    let url = settings.expose_url();
    let examined = pooler::examine(url, settings.connect_timeout).await;
    let pooling = examined.map_err(|error| {
        OpenError::Connect(connection_failure(&error, settings.connect_timeout))
    })?;
    match pooling {
        Pooling::None => Ok(true),
        Pooling::Statements => Err(OpenError::Connect(MIXED_UP.to_owned())),
        Pooling::Transactions if split_schema(url).1.is_some() => {
            Err(OpenError::Connect(SCHEMA.to_owned()))
        }
        Pooling::Transactions => Ok(false),
    }
}

#[cfg(not(feature = "postgres"))]
async fn check_pooler(_: &DatabaseSettings) -> Result<bool, OpenError> {
    Err(OpenError::NotBuilt("postgres"))
}

#[cfg(feature = "postgres")]
fn postgres(
    options: &mut ConnectOptions,
    settings: &DatabaseSettings,
    schema: Option<String>,
    sets_session: bool,
    cancellations: &CancellationTracker,
) -> Result<(), OpenError> {
    let session = sets_session.then_some(Session {
        statement_timeout: settings.statement_timeout,
        schema,
    });
    let cancellations = cancellations.clone();
    options.max_connections(settings.max_connections);
    options.map_sqlx_postgres_opts(without_start_options);
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let session = session.clone();
        let pool = pool.after_connect(move |connection, _| {
            let session = session.clone();
            Box::pin(async move {
                match session {
                    Some(session) => session.set(connection).await,
                    None => Ok(()),
                }
            })
        });
        let pool = pool.before_acquire(|connection, past| {
            let rested = past.idle_for >= ALIVE_FOR;
            let is_stale = stale_plans::may_be_in_connection(past.age);
            Box::pin(async move { Ok(!is_stale && (!rested || answers(connection).await.is_ok())) })
        });
        // A connection whose server does not answer would keep its place in the pool until TCP
        // gives up. That can only follow a cancelled request: all others have had their answer.
        let cancellations = cancellations.clone();
        pool.after_release(move |connection, _| {
            let doubtful = cancellations.within(ACQUIRE_TIMEOUT);
            Box::pin(async move {
                if doubtful {
                    answers(connection).await?;
                }
                Ok(true)
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
fn postgres(
    _: &mut ConnectOptions,
    _: &DatabaseSettings,
    _: Option<String>,
    _: bool,
    _: &CancellationTracker,
) -> Result<(), OpenError> {
    Err(OpenError::NotBuilt("postgres"))
}

/// The error for a failed connection, without any part of the URL.
fn redacted(error: &DbErr, settings: &DatabaseSettings) -> OpenError {
    let Some(cause) = driver_error(error) else {
        return OpenError::Connect("DATABASE_URL cannot be read".to_owned());
    };
    OpenError::Connect(connection_failure(cause, settings.connect_timeout))
}

fn is_locked(error: &DbErr) -> bool {
    matches!(code(error).as_deref(), Some("5" | "261"))
}
