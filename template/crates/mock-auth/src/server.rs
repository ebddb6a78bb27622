use std::{
    io::{self, Write as _},
    net::TcpListener,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::{Server, ServerHandle},
    http::{
        KeepAlive, StatusCode,
        header::{AUTHORIZATION, CONTENT_ENCODING, COOKIE, HeaderName, LOCATION, RETRY_AFTER},
    },
    rt::System,
    web::{self, Bytes, Data},
};
use flate2::{Compression, write::GzEncoder};
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{
    api_keys::ApiKeys,
    keys::{Algorithm, KeyRing},
    session::{self, Sessions},
    token::TokenBuilder,
    user::User,
};

/// The pause between two bytes of [`Behaviour::Drip`].
const DRIP_INTERVAL: Duration = Duration::from_millis(200);

/// How a request for the key set is answered. The key set itself is always the valid one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// With the key set and status 200.
    Answer,
    /// With the key set and this status.
    Status(u16),
    /// With this status, `Retry-After` and Better Auth's own `X-Retry-After`.
    RetryAfter {
        /// 429 or 503.
        status: u16,
        /// Seconds to wait.
        seconds: u32,
    },
    /// Never.
    Stall,
    /// With the key set, five bytes a second.
    Drip,
    /// With these bytes and status 200.
    Body {
        /// The `Content-Type`.
        content_type: String,
        /// The body.
        bytes: Vec<u8>,
    },
    /// With a redirect (302) to this address.
    Redirect(String),
    /// With the key set padded with spaces to a size, without `Content-Length`.
    Huge {
        /// The size of the body, in bytes.
        bytes: usize,
    },
    /// With the key set compressed, whatever the request accepts.
    Gzip,
    /// With the key set padded with spaces and compressed: small until it is unpacked.
    GzipBomb {
        /// The size once unpacked, in bytes.
        bytes: usize,
    },
    /// With the key set and this header, for example `cache-control` or another `date`.
    Header(&'static str, String),
}

/// The state that survives a restart of the server.
pub(crate) struct State {
    pub(crate) origin: String,
    pub(crate) keys: Mutex<KeyRing>,
    pub(crate) sessions: Mutex<Sessions>,
    pub(crate) api_keys: Mutex<ApiKeys>,
    pub(crate) behaviour: Mutex<Behaviour>,
    pub(crate) jwks_path: Mutex<String>,
    pub(crate) session_behaviour: Mutex<Behaviour>,
    /// The X-Forwarded-For of each request for a session.
    pub(crate) session_lookups: Mutex<Vec<String>>,
    jwks_fetches: AtomicUsize,
}

impl State {
    pub(crate) fn new(origin: String) -> Self {
        Self {
            origin,
            keys: Mutex::new(KeyRing::new(Algorithm::EdDSA)),
            sessions: Mutex::default(),
            api_keys: Mutex::default(),
            behaviour: Mutex::new(Behaviour::Answer),
            jwks_path: Mutex::new("/api/auth/jwks".to_owned()),
            session_behaviour: Mutex::new(Behaviour::Answer),
            session_lookups: Mutex::default(),
            jwks_fetches: AtomicUsize::new(0),
        }
    }

    pub(crate) fn jwks_fetches(&self) -> usize {
        self.jwks_fetches.load(Ordering::SeqCst)
    }

    pub(crate) fn token(&self, user: &User) -> TokenBuilder {
        TokenBuilder::new(lock(&self.keys).signing(), &self.origin, user)
    }
}

/// Ignores poisoning: the failed assertion of a test must not fail again here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves on its own thread, so that it answers while the caller's runtime is blocked.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>) -> io::Result<ServerHandle> {
    let (started, start) = oneshot::channel();
    thread::Builder::new()
        .name("mock-auth".to_owned())
        .spawn(move || {
            System::new().block_on(async move {
                match server(listener, Data::from(state)) {
                    Ok(server) => {
                        // Fails if the caller was cancelled; then the server stops, since its handle is dropped.
                        if started.send(Ok(server.handle())).is_ok() {
                            let _ = server.await;
                        }
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            });
        })?;
    start.await.map_err(io::Error::other)?
}

fn server(listener: TcpListener, state: Data<State>) -> io::Result<Server> {
    let app = move || {
        App::new()
            .app_data(state.clone())
            .service(
                web::scope("/api/auth")
                    .route("/get-session", web::get().to(get_session))
                    .route("/api-key/check", web::post().to(check_api_key))
                    .route("/token", web::get().to(token)),
            )
            .default_service(web::get().to(jwks))
    };
    // Without keep-alive, no request is answered after the listener is closed.
    Ok(HttpServer::new(app)
        .workers(1)
        .keep_alive(KeepAlive::Disabled)
        .disable_signals()
        .listen(listener)?
        .run())
}

/// Serves the key set at the path of [`MockAuth::serve_jwks_at`](crate::MockAuth::serve_jwks_at).
async fn jwks(request: HttpRequest, state: Data<State>) -> HttpResponse {
    if request.path() != *lock(&state.jwks_path) {
        return HttpResponse::NotFound().finish();
    }
    let jwks = lock(&state.keys).jwks();
    let behaviour = lock(&state.behaviour).clone();
    // Counted last: a test that sees the new count may change the state for the next request.
    state.jwks_fetches.fetch_add(1, Ordering::SeqCst);
    answer(behaviour, jwks).await
}

async fn answer(behaviour: Behaviour, jwks: Value) -> HttpResponse {
    match behaviour {
        Behaviour::Answer => HttpResponse::Ok().json(jwks),
        Behaviour::Status(code) => HttpResponse::build(status(code)).json(jwks),
        Behaviour::RetryAfter {
            status: code,
            seconds,
        } => HttpResponse::build(status(code))
            .insert_header((RETRY_AFTER, seconds))
            .insert_header((HeaderName::from_static("x-retry-after"), seconds))
            .finish(),
        Behaviour::Stall => std::future::pending().await,
        Behaviour::Drip => drip(&jwks),
        Behaviour::Body {
            content_type,
            bytes,
        } => HttpResponse::Ok().content_type(content_type).body(bytes),
        Behaviour::Redirect(address) => HttpResponse::Found()
            .insert_header((LOCATION, address))
            .finish(),
        Behaviour::Huge { bytes } => huge(&jwks, bytes),
        Behaviour::Gzip => gzip(&jwks, 0),
        Behaviour::GzipBomb { bytes } => gzip(&jwks, bytes),
        Behaviour::Header(name, value) => HttpResponse::Ok()
            .insert_header((HeaderName::from_static(name), value))
            .json(jwks),
    }
}

async fn get_session(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let forwarded_for = request.headers().get("x-forwarded-for");
    let forwarded_for = forwarded_for.and_then(|value| value.to_str().ok());
    lock(&state.session_lookups).push(forwarded_for.unwrap_or_default().to_owned());
    let renews = !request.query_string().contains("disableRefresh=true");
    let session = session_token(&request).map_or(Value::Null, |token| {
        let mut sessions = lock(&state.sessions);
        if renews {
            sessions.renew(&token);
        }
        sessions.to_json(&token)
    });
    let behaviour = lock(&state.session_behaviour).clone();
    answer(behaviour, session).await
}

/// Misbehaves as session look-ups are set to.
async fn check_api_key(body: web::Json<Value>, state: Data<State>) -> HttpResponse {
    let key = body["key"].as_str().unwrap_or_default();
    let response = lock(&state.api_keys).check(key);
    let behaviour = lock(&state.session_behaviour).clone();
    answer(behaviour, response).await
}

async fn token(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let user =
        session_token(&request).and_then(|token| lock(&state.sessions).user(&token).cloned());
    match user {
        Some(user) => HttpResponse::Ok().json(json!({"token": state.token(&user).sign()})),
        None => HttpResponse::Unauthorized().json(json!({"message": "Unauthorized"})),
    }
}

fn session_token(request: &HttpRequest) -> Option<String> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    session::session_token(header(COOKIE), header(AUTHORIZATION))
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).expect("a status code has three digits")
}

fn drip(jwks: &Value) -> HttpResponse {
    let bytes = stream::iter(jwks.to_string().into_bytes()).then(async |byte| {
        tokio::time::sleep(DRIP_INTERVAL).await;
        Ok::<_, io::Error>(Bytes::from(vec![byte]))
    });
    HttpResponse::Ok()
        .content_type("application/json")
        .streaming(Box::pin(bytes))
}

fn huge(jwks: &Value, size: usize) -> HttpResponse {
    const SPACES: &[u8] = &[b' '; 64 * 1024];
    let keys = Bytes::from(jwks.to_string());
    let padding = size.saturating_sub(keys.len());
    let spaces = (0..padding)
        .step_by(SPACES.len())
        .map(move |sent| Bytes::from_static(&SPACES[..SPACES.len().min(padding - sent)]));
    let chunks = stream::iter([keys]).chain(stream::iter(spaces));
    HttpResponse::Ok()
        .content_type("application/json")
        .streaming(chunks.map(Ok::<_, io::Error>))
}

fn gzip(jwks: &Value, size: usize) -> HttpResponse {
    let mut body = jwks.to_string().into_bytes();
    body.resize(size.max(body.len()), b' ');
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder
        .write_all(&body)
        .and_then(|()| encoder.finish())
        .expect("writing to memory does not fail");
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CONTENT_ENCODING, "gzip"))
        .body(compressed)
}
