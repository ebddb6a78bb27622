//! The assembly: the only place that knows everything. Programs and tests start the same one.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    App, HttpServer,
    dev::Server,
    http::{Method, header},
    middleware::from_fn,
    web::{Bytes, Data, PathConfig, ServiceConfig},
};
use futures_util::future::{OptionFuture, join3};
use utoipa_actix_web::AppExt;

use crate::{
    auth::{Authenticator, Provisioning, Sessions},
    config::{CorsSettings, Settings},
    database::{Database, OpenError},
    error::{AppError, Code},
    http::{self, RequestId, RouteTable},
    routes::{self, Readiness},
    telemetry::metrics::Exporter,
    types::GivenUp,
};

/// A server that listens already; requests wait until [`Application::run_until_stopped`].
pub struct Application {
    port: u16,
    server: Server,
    metrics_server: Option<Server>,
    authenticator: Data<Authenticator>,
    readiness: Data<Readiness>,
    database: Database,
}

/// Why the application does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The address cannot be listened on.
    #[error("HOST and PORT cannot be listened on: {0}")]
    Listen(#[source] io::Error),
    /// Nor the one for metrics.
    #[error("METRICS_ADDR cannot be listened on: {0}")]
    ListenForMetrics(#[source] io::Error),
    /// Key sets cannot be fetched.
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
        tracing::info!(database = settings.database.place(), "opening");
        if settings.database.migrate_on_start {
            let applied = Database::migrate(&settings.database)
                .await
                .map_err(OpenError::from)?;
            tracing::info!(?applied, "the schema is up to date");
        }
        let database = Database::open(&settings.database).await?;
        Self::with_database(settings, database)
    }

    /// The same on a database that is open already.
    ///
    /// # Errors
    /// [`StartError`], but for the database.
    pub fn with_database(settings: Settings, database: Database) -> Result<Self, StartError> {
        Self::with_more_routes(settings, database, |_| {})
    }

    /// The same with routes beside the application's own: what a test looks at the router with.
    ///
    /// # Errors
    /// [`StartError::Listen`] and [`StartError::Tls`].
    pub fn with_more_routes(
        settings: Settings,
        database: Database,
        more: fn(&mut ServiceConfig),
    ) -> Result<Self, StartError> {
        let listener =
            TcpListener::bind((settings.host, settings.port)).map_err(StartError::Listen)?;
        let port = listener.local_addr().map_err(StartError::Listen)?.port();
        let exporter = Data::new(Exporter::of_process());
        let authenticator = Data::new(Authenticator::start(&settings.auth)?);
        let readiness = Data::new(Readiness::default());
        let (metrics_server, exporter) = match settings.metrics_addr {
            Some(address) => {
                let server = serve_metrics(address, exporter, authenticator.clone());
                (Some(server.map_err(StartError::ListenForMetrics)?), None)
            }
            None => (None, Some(exporter)),
        };
        let shared = Shared {
            authenticator: authenticator.clone(),
            sessions: Data::new(Sessions::new(&settings, database.clone())?),
            provisioning: Data::new(Provisioning::new(
                settings.user_provisioning.then(|| database.clone()),
            )),
            settings: Data::new(settings),
            given_up: Data::new(database.given_up()),
            database: Data::new(database.clone()),
            readiness: readiness.clone(),
            exporter,
        };
        Ok(Self {
            port,
            server: serve(listener, shared, more)?,
            metrics_server,
            authenticator,
            readiness,
            database,
        })
    }

    /// The TCP port: the one asked for, or the free one that was found for 0.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What verifies the callers' tokens, with its key set.
    #[must_use]
    pub fn authenticator(&self) -> Arc<Authenticator> {
        self.authenticator.clone().into_inner()
    }

    /// Serves until `stop` is done. Then readiness turns 503, requests under way may finish
    /// within SHUTDOWN_TIMEOUT, and the database is closed.
    ///
    /// # Errors
    /// When the server breaks.
    pub async fn run_until_stopped(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self {
            server,
            metrics_server,
            readiness,
            database,
            ..
        } = self;
        let handle = server.handle();
        let metrics_handle = metrics_server.as_ref().map(Server::handle);
        let upkeep = tokio::spawn(Exporter::of_process().keep_small());
        let stopping = async {
            stop.await;
            readiness.drain();
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

/// What handlers, guards and middleware find in the application's data.
#[derive(Clone)]
struct Shared {
    settings: Data<Settings>,
    database: Data<Database>,
    given_up: Data<GivenUp>,
    authenticator: Data<Authenticator>,
    sessions: Data<Sessions>,
    provisioning: Data<Provisioning>,
    readiness: Data<Readiness>,
    /// Absent where metrics have a listener of their own.
    exporter: Option<Data<Exporter>>,
}

impl Shared {
    fn put_into(self, config: &mut ServiceConfig) {
        config
            .app_data(self.settings)
            .app_data(self.database)
            .app_data(self.given_up)
            .app_data(self.authenticator)
            .app_data(self.sessions)
            .app_data(self.provisioning)
            .app_data(self.readiness);
        if let Some(exporter) = self.exporter {
            config.app_data(exporter);
        }
    }
}

fn serve(
    listener: TcpListener,
    shared: Shared,
    more: fn(&mut ServiceConfig),
) -> Result<Server, StartError> {
    let settings = shared.settings.clone();
    let (workers, shutdown) = (settings.workers, settings.shutdown_timeout.as_secs());
    let document = routes::openapi(Some(&settings.sessions));
    let routes = Data::new(RouteTable::new(&document));
    // Each worker has a copy of what is shared here: of the document, a copy would be 1.7 MiB.
    let document = Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
    let app = move || {
        let (app, _) = App::new()
            .into_utoipa_app()
            .configure(routes::configure)
            .split_for_parts();
        app.configure(routes::serve_docs(document.clone()))
            .configure(more)
            .configure(|config| shared.clone().put_into(config))
            .app_data(routes.clone())
            .app_data(
                PathConfig::default().error_handler(|_, _| AppError::new(Code::NotFound).into()),
            )
            .wrap(from_fn(http::head_as_get))
            .wrap(from_fn(http::contain))
            .wrap(cors(&settings.cors))
            .wrap(from_fn(http::observe))
    };
    let server = HttpServer::new(app)
        .workers(workers)
        .shutdown_timeout(shutdown)
        .disable_signals()
        .client_request_timeout(Duration::from_secs(10))
        .listen(listener)
        .map_err(StartError::Listen)?;
    Ok(server.run())
}

/// A listener of its own, for networks where metrics are not for everybody.
fn serve_metrics(
    address: SocketAddr,
    exporter: Data<Exporter>,
    authenticator: Data<Authenticator>,
) -> io::Result<Server> {
    let app = move || {
        App::new()
            .configure(routes::metrics_alone)
            .app_data(exporter.clone())
            .app_data(authenticator.clone())
            .wrap(from_fn(http::head_as_get))
            .wrap(from_fn(http::observe))
    };
    let server = HttpServer::new(app)
        .workers(1)
        .disable_signals()
        .bind(address)?;
    tracing::info!("metrics on http://{}/metrics", server.addrs()[0]);
    Ok(server.run())
}

fn cors(settings: &CorsSettings) -> Cors {
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            http::IDEMPOTENCY_KEY,
            RequestId::HEADER,
        ])
        .expose_headers([
            RequestId::HEADER,
            header::LOCATION,
            header::ETAG,
            header::LINK,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
        ])
        .max_age(3600);
    let cors = if settings.allow_credentials {
        cors.supports_credentials()
    } else {
        cors
    };
    settings
        .allowed_origins
        .iter()
        .fold(cors, |cors, origin| match origin.as_str() {
            "*" => cors.allow_any_origin(),
            origin => cors.allowed_origin(origin),
        })
}
