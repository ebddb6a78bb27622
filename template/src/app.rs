//! Builds the application from settings, database, middleware and routes. The program and the tests
//! start the same one.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App, HttpServer,
    dev::{Server, Service as _},
    middleware::from_fn,
    web::{Bytes, Data, PathConfig, ServiceConfig},
};
use better_auth::{
    ApiKeys, Authenticator, Organizations, Provisioning, ResourceMetadata, Sessions,
    config::SessionVerification,
    openapi::scopes,
    schema::{self, NamesConflict, TablesError},
};
use database::{Database, OpenError};
use futures_util::future::{OptionFuture, join3};
use migration::Migrator;
use rest::{
    AppError, Code, RateLimits, Readiness, RouteTable, catch_panics_and_timeouts, head_as_get,
    log_requests,
    openapi::serve_docs,
    telemetry::{metrics::Exporter, traces::statement_hook},
};
use utoipa_actix_web::AppExt;

use crate::{config::Settings, routes};

/// A server that already listens; requests wait until [`Application::run_until_stopped`].
pub struct Application {
    port: u16,
    server: Server,
    metrics_server: Option<Server>,
    authenticator: Data<Authenticator>,
    readiness: Data<Readiness>,
    shutdown_delay: Duration,
    database: Database,
}

/// Why the application does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// Better Auth's tables cannot be used.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// The process uses another database with other names.
    #[error(transparent)]
    Names(#[from] NamesConflict),
    /// The address cannot be listened on.
    #[error("HOST and PORT cannot be listened on: {0}")]
    Listen(#[source] io::Error),
    /// The address for metrics cannot be bound.
    #[error("METRICS_ADDR cannot be listened on: {0}")]
    ListenForMetrics(#[source] io::Error),
    /// No client for fetching key sets can be created.
    #[error("no TLS client can be made: {0}")]
    Tls(#[from] reqwest::Error),
}

impl Application {
    /// Opens the database, brings its schema up to date where MIGRATE_ON_START says so, and
    /// starts to listen.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn build(settings: Settings) -> Result<Self, StartError> {
        tracing::info!(database = settings.database.redacted_url(), "opening");
        schema::use_overrides(&settings.better_auth.names)?;
        if settings.database.migrate_on_start {
            let applied = Database::migrate::<Migrator>(&settings.database)
                .await
                .map_err(OpenError::from)?;
            tracing::info!(?applied, "the schema is up to date");
        }
        let database = Database::open_observed(&settings.database, statement_hook()).await?;
        let sessions = settings.better_auth.sessions.verification;
        schema::load(database.read(), sessions == SessionVerification::Database).await?;
        Self::with_database(settings, database)
    }

    /// Like [`Self::build`], on a database that is already open.
    ///
    /// # Errors
    /// Every [`StartError`] except those of the database.
    pub fn with_database(settings: Settings, database: Database) -> Result<Self, StartError> {
        Self::with_more_routes(settings, database, |_| {})
    }

    /// Like [`Self::with_database`], with additional routes; for tests of the router.
    ///
    /// # Errors
    /// [`StartError::Listen`], [`StartError::ListenForMetrics`] and [`StartError::Tls`].
    pub fn with_more_routes(
        settings: Settings,
        database: Database,
        more: fn(&mut ServiceConfig),
    ) -> Result<Self, StartError> {
        let listener =
            TcpListener::bind((settings.host, settings.port)).map_err(StartError::Listen)?;
        let port = listener.local_addr().map_err(StartError::Listen)?.port();
        let exporter = Data::new(Exporter::of_process());
        better_auth::metrics::describe();
        let authenticator = Data::new(Authenticator::start(&settings.better_auth.tokens)?);
        let readiness = Data::new(Readiness::default());
        let state = shared_state(&settings, &database, &authenticator, &readiness)?;
        let metrics_server = settings.metrics_addr.map(|address| {
            let server = serve_metrics(address, state.clone(), exporter.clone());
            server.map_err(StartError::ListenForMetrics)
        });
        Ok(Self {
            port,
            server: serve(listener, &settings, state, exporter, more)?,
            metrics_server: metrics_server.transpose()?,
            authenticator,
            readiness,
            shutdown_delay: settings.shutdown_delay,
            database,
        })
    }

    /// The TCP port: the one asked for, or the free one that was found for 0.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authenticator that verifies callers' tokens, with its key set.
    #[must_use]
    pub fn authenticator(&self) -> Arc<Authenticator> {
        self.authenticator.clone().into_inner()
    }

    /// Serves until `stop` is done. Then readiness turns 503; requests are still accepted for
    /// SHUTDOWN_DELAY, those under way may finish within SHUTDOWN_TIMEOUT, and the database is
    /// closed.
    ///
    /// # Errors
    /// When the server breaks.
    pub async fn run_until_stopped(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self {
            server,
            metrics_server,
            readiness,
            shutdown_delay,
            database,
            ..
        } = self;
        let handle = server.handle();
        let metrics_handle = metrics_server.as_ref().map(Server::handle);
        let upkeep = tokio::spawn(Exporter::of_process().run_upkeep());
        let stopping = async {
            stop.await;
            readiness.drain();
            tokio::time::sleep(shutdown_delay).await;
            handle.stop(true).await;
            if let Some(handle) = metrics_handle {
                handle.stop(false).await;
            }
        };
        let metrics_server = OptionFuture::from(metrics_server);
        let (served, _, ()) = join3(server, metrics_server, stopping).await;
        upkeep.abort();
        if let Err(error) = database.close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
        served
    }
}

/// Registers the application data for handlers, guards and middleware.
fn shared_state(
    settings: &Settings,
    database: &Database,
    authenticator: &Data<Authenticator>,
    readiness: &Data<Readiness>,
) -> Result<impl Fn(&mut ServiceConfig) + Clone + Send + 'static, StartError> {
    let better_auth = &settings.better_auth;
    let proxies = &settings.trusted_proxies;
    let origins = settings.cors.allowed_origins.clone();
    let sessions = Sessions::new(better_auth, proxies.clone(), origins, database.clone())?;
    let organizations = Organizations::new(database.clone(), better_auth.sessions.cache_ttl);
    let provisioned = better_auth.user_provisioning.then(|| database.clone());

    let limits = Data::new(settings.limits);
    let rate_limits = Data::new(RateLimits::new(settings.rate_limits, proxies.clone()));
    let trusted_proxies = Data::new(proxies.clone());
    let cancellations = Data::new(database.cancellations());
    let database = Data::new(database.clone());
    let sessions = Data::new(sessions);
    let api_keys = Data::new(ApiKeys::new(better_auth, proxies.clone())?);
    let organizations = Data::new(organizations);
    let provisioning = Data::new(Provisioning::new(provisioned));
    let (authenticator, readiness) = (authenticator.clone(), readiness.clone());
    Ok(move |config: &mut ServiceConfig| {
        config
            .app_data(limits.clone())
            .app_data(rate_limits.clone())
            .app_data(trusted_proxies.clone())
            .app_data(cancellations.clone())
            .app_data(database.clone())
            .app_data(sessions.clone())
            .app_data(api_keys.clone())
            .app_data(organizations.clone())
            .app_data(provisioning.clone())
            .app_data(authenticator.clone())
            .app_data(readiness.clone());
    })
}

fn serve(
    listener: TcpListener,
    settings: &Settings,
    state: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    exporter: Data<Exporter>,
    more: fn(&mut ServiceConfig),
) -> Result<Server, StartError> {
    let cors = settings.cors.clone();
    let exporter = settings.metrics_addr.is_none().then_some(exporter);
    let document = routes::openapi(Some(&settings.better_auth));
    let routes = routes::list();
    let oauth = settings.better_auth.tokens.oauth.as_ref();
    let metadata = oauth.map(|oauth| ResourceMetadata::new(oauth, &scopes(&routes)));
    let table = Data::new(RouteTable::new(routes));
    // Serialized once, because each worker has its own copy of a plain value: 1.7 MiB for the
    // document.
    let document = Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
    let app = move || {
        let (app, _) = App::new()
            .into_utoipa_app()
            .configure(routes::configure)
            .split_for_parts();
        app.app_data(table.clone())
            .configure(serve_docs(document.clone()))
            .configure(|config| metadata.iter().for_each(|it| it.serve(config)))
            .configure(more)
            .configure(&state)
            .configure(|config| {
                exporter.iter().for_each(|it| {
                    config.app_data(it.clone());
                });
            })
            .app_data(
                PathConfig::default().error_handler(|_, _| AppError::new(Code::NOT_FOUND).into()),
            )
            .wrap(from_fn(head_as_get))
            .wrap(from_fn(catch_panics_and_timeouts))
            .wrap(cors.middleware())
            .wrap_fn({
                let cors = cors.clone();
                move |mut request, next| {
                    cors.drop_unlisted_headers(&mut request);
                    next.call(request)
                }
            })
            .wrap(from_fn(log_requests))
    };
    let server = HttpServer::new(app)
        .workers(settings.workers)
        .shutdown_timeout(settings.shutdown_timeout.as_secs())
        .disable_signals()
        .keep_alive(settings.keep_alive)
        .client_request_timeout(Duration::from_secs(10))
        .listen(listener)
        .map_err(StartError::Listen)?;
    Ok(server.run())
}

/// Serves metrics on a separate listener, for networks in which not everybody may read them.
fn serve_metrics(
    address: SocketAddr,
    state: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    exporter: Data<Exporter>,
) -> io::Result<Server> {
    let app = move || {
        App::new()
            .configure(routes::metrics_alone)
            .configure(&state)
            .app_data(exporter.clone())
            .wrap(from_fn(head_as_get))
            .wrap(from_fn(log_requests))
    };
    let server = HttpServer::new(app)
        .workers(1)
        .disable_signals()
        .bind(address)?;
    tracing::info!("metrics on http://{}/metrics", server.addrs()[0]);
    Ok(server.run())
}
