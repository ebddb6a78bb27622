//! Stands in for a Better Auth server in tests and development.
//!
//! It publishes a key set, mints tokens and answers session look-ups the way Better Auth 1.7 does with the `jwt` and `bearer` plugins,
//! and misbehaves on command. It is no authentication server: it asks nobody for a password.
//!
//! ```no_run
//! # async fn example() {
//! use mock_auth::{Algorithm, MockAuth, User};
//!
//! let auth = MockAuth::start().await;
//! let alice = User::named("alice");
//! let good = auth.token(&alice).sign();
//! let expired = auth.token(&alice).expires_in(-60).sign();
//! auth.rotate(Algorithm::Es256);
//! # }
//! ```

mod id;
mod keys;
mod server;
mod session;
mod token;
mod user;

pub use keys::Algorithm;
pub use server::Behaviour;
pub use session::{SECRET, SESSION_COOKIE};
pub use token::TokenBuilder;
pub use user::User;

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Mutex},
};

use actix_web::dev::ServerHandle;
use chrono::TimeDelta;
use serde_json::Value;

use server::{State, lock};

/// A running stand-in for Better Auth; dropping it stops its server.
pub struct MockAuth {
    port: u16,
    state: Arc<State>,
    server: Mutex<Option<ServerHandle>>,
}

impl MockAuth {
    /// Starts on a free port of 127.0.0.1, with one EdDSA key.
    ///
    /// # Panics
    /// When no port can be bound.
    pub async fn start() -> Self {
        Self::bind(0).await.expect("a free port on 127.0.0.1")
    }

    /// Starts on `port` of 127.0.0.1 (0 = a free one), with one EdDSA key.
    ///
    /// # Errors
    /// When the port cannot be bound.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State::new(format!("http://127.0.0.1:{port}")));
        let server = server::serve(listener, state.clone()).await?;
        Ok(Self {
            port,
            state,
            server: Mutex::new(Some(server)),
        })
    }

    /// `http://127.0.0.1:PORT`: the issuer and audience of its tokens.
    pub fn origin(&self) -> String {
        self.state.origin.clone()
    }

    /// The port it listens on, the same after a restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Takes the server down: open connections are cut, new ones refused. Keys and sessions are kept.
    pub async fn stop(&self) {
        let server = lock(&self.server).take();
        if let Some(server) = server {
            server.stop(false).await;
        }
    }

    /// Brings the server up again on the same port, with the same keys and sessions.
    ///
    /// # Panics
    /// When another process has taken the port meanwhile.
    pub async fn restart(&self) {
        self.stop().await;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))
            .expect("the port is still free after a stop");
        let server = server::serve(listener, self.state.clone())
            .await
            .expect("the server starts on a bound port");
        *lock(&self.server) = Some(server);
    }

    /// Signs with a new key from now on and answers its kid; the keys before it stay published.
    pub fn rotate(&self, algorithm: Algorithm) -> String {
        lock(&self.state.keys).rotate(algorithm)
    }

    /// Publishes one more key beside the signing key and answers its kid.
    pub fn add_key(&self, algorithm: Algorithm) -> String {
        lock(&self.state.keys).add(algorithm)
    }

    /// Withdraws every key but the signing key, as Better Auth does after its grace period.
    pub fn retire_old_keys(&self) {
        lock(&self.state.keys).retire_old();
    }

    /// Puts `entries` verbatim before its own keys, in place of those of an earlier call.
    pub fn publish(&self, entries: Vec<Value>) {
        lock(&self.state.keys).set_foreign_entries(entries);
    }

    /// The key set it publishes: `{"keys":[...]}`, the signing key last.
    pub fn jwks(&self) -> Value {
        lock(&self.state.keys).jwks()
    }

    /// The kid of the key that signs.
    pub fn signing_kid(&self) -> String {
        lock(&self.state.keys).signing().kid().to_owned()
    }

    /// Decides how the requests for the key set are answered from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.state.behaviour) = behaviour;
    }

    /// Moves the key set from `/api/auth/jwks` to this path, as the plugin's `jwksPath` and Better Auth's `basePath` do.
    pub fn serve_jwks_at(&self, path: &str) {
        *lock(&self.state.jwks_path) = path.to_owned();
    }

    /// How many times the key set was requested since the start, whatever the answer was.
    pub fn jwks_fetches(&self) -> usize {
        self.state.jwks_fetches()
    }

    /// A good token for `user`, under the signing key; the builder can spoil it.
    pub fn token(&self, user: &User) -> TokenBuilder {
        self.state.token(user)
    }

    /// The same as [`MockAuth::token`], under the published key `kid`.
    ///
    /// # Panics
    /// When it has no such key.
    pub fn token_signed_by(&self, kid: &str, user: &User) -> TokenBuilder {
        let key = lock(&self.state.keys).find(kid);
        TokenBuilder::new(key, &self.state.origin, user)
    }

    /// Opens a session for `user` and answers its token (`session.token` in Better Auth).
    pub fn sign_in(&self, user: &User) -> String {
        lock(&self.state.sessions).open(user.clone(), None)
    }

    /// The same for a session that ends in so many seconds.
    pub fn sign_in_for(&self, user: &User, seconds: i64) -> String {
        lock(&self.state.sessions).open(user.clone(), Some(TimeDelta::seconds(seconds)))
    }

    /// Decides how the requests for a session are answered from now on.
    pub fn behave_for_sessions(&self, behaviour: Behaviour) {
        *lock(&self.state.session_behaviour) = behaviour;
    }

    /// How many times a session was asked for since the start, whatever the answer was.
    pub fn session_lookups(&self) -> usize {
        lock(&self.state.asked_for).len()
    }

    /// The X-Forwarded-For of the last request for a session.
    pub fn last_forwarded_for(&self) -> Option<String> {
        lock(&self.state.asked_for).last().cloned()
    }

    /// Revokes a session; an unknown token is ignored.
    pub fn sign_out(&self, session_token: &str) {
        lock(&self.state.sessions).revoke(session_token);
    }

    /// The `Cookie` header a browser sends for this session: the token with its signature, percent-encoded.
    pub fn session_cookie(&self, session_token: &str) -> String {
        session::cookie(session_token)
    }
}

impl Drop for MockAuth {
    fn drop(&mut self) {
        if let Some(server) = lock(&self.server).take() {
            // The command is sent by the call; its future only waits for the end.
            drop(server.stop(false));
        }
    }
}
