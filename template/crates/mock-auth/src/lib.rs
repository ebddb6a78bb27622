//! A mock of a Better Auth server, for tests and development.
//!
//! It publishes a key set, issues tokens and answers session look-ups like Better Auth 1.7 with the
//! `jwt` and `bearer` plugins, and misbehaves on request ([`Behaviour`]). It signs anyone in
//! without a password: never use it in production.
//!
//! ```no_run
//! # async fn example() {
//! use mock_auth::{Algorithm, MockAuth, User};
//!
//! let auth = MockAuth::start().await;
//! let alice = User::named("alice");
//! let valid = auth.token(&alice).sign();
//! let expired = auth.token(&alice).expires_in(-60).sign();
//! auth.rotate(Algorithm::Es256);
//! # }
//! ```

mod api_keys;
mod dpop;
mod id;
mod keys;
mod server;
mod session;
mod token;
mod user;

pub use dpop::ClientKey;
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

/// A running mock of Better Auth. Dropping it stops its server.
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

    /// `http://127.0.0.1:PORT`, which is also the issuer and audience of its tokens.
    pub fn origin(&self) -> String {
        self.state.origin.clone()
    }

    /// The port that it listens on, the same after a restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server: closes open connections and refuses new ones. Keeps keys and sessions.
    pub async fn stop(&self) {
        let server = lock(&self.server).take();
        if let Some(server) = server {
            server.stop(false).await;
        }
    }

    /// Starts the server again on the same port, with the same keys and sessions.
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

    /// Signs with a new key from now on and returns its kid. Older keys stay published.
    pub fn rotate(&self, algorithm: Algorithm) -> String {
        lock(&self.state.keys).rotate(algorithm)
    }

    /// Publishes another key beside the signing key and returns its kid.
    pub fn add_key(&self, algorithm: Algorithm) -> String {
        lock(&self.state.keys).add(algorithm)
    }

    /// Withdraws all keys except the signing key, as Better Auth does after its grace period.
    pub fn retire_old_keys(&self) {
        lock(&self.state.keys).retire_old();
    }

    /// Publishes `entries` verbatim before its keys. Replaces the entries of an earlier call.
    pub fn publish(&self, entries: Vec<Value>) {
        lock(&self.state.keys).set_extra_entries(entries);
    }

    /// The key set it publishes: `{"keys":[...]}`, the signing key last.
    pub fn jwks(&self) -> Value {
        lock(&self.state.keys).jwks()
    }

    /// The kid of the signing key.
    pub fn signing_kid(&self) -> String {
        lock(&self.state.keys).signing().kid().to_owned()
    }

    /// Sets how requests for the key set are answered from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.state.behaviour) = behaviour;
    }

    /// Moves the key set from `/api/auth/jwks` to this path, like `jwksPath` of the jwt plugin and
    /// `basePath` of Better Auth.
    pub fn serve_jwks_at(&self, path: &str) {
        *lock(&self.state.jwks_path) = path.to_owned();
    }

    /// How often the key set was requested, whatever the response.
    pub fn jwks_fetches(&self) -> usize {
        self.state.jwks_fetches()
    }

    /// A valid token for `user`, signed by the signing key; the builder can change it.
    pub fn token(&self, user: &User) -> TokenBuilder {
        self.state.token(user)
    }

    /// A valid access token of the OAuth provider: `client` acts for `user` at `resource`, within
    /// `scope`.
    pub fn access_token(
        &self,
        user: &User,
        resource: &str,
        client: &str,
        scope: &str,
    ) -> TokenBuilder {
        let token = self.token(user);
        token.access(&self.state.origin, resource, client, scope)
    }

    /// Like [`MockAuth::access_token`], but `client` acts for itself (`client_credentials`).
    pub fn machine_token(&self, resource: &str, client: &str, scope: &str) -> TokenBuilder {
        let token = self.access_token(&User::named("nobody"), resource, client, scope);
        let user = ["uuid", "email", "name", "role", "permissions"];
        let token = user.into_iter().fold(token, TokenBuilder::without);
        token.claim("sub", client)
    }

    /// Like [`MockAuth::token`], but signed by the published key `kid`.
    ///
    /// # Panics
    /// When no published key has this kid.
    pub fn token_signed_by(&self, kid: &str, user: &User) -> TokenBuilder {
        let key = lock(&self.state.keys).find(kid);
        TokenBuilder::new(key, &self.state.origin, user)
    }

    /// Opens a session for `user`, of seven days, and returns its token (`session.token` in Better
    /// Auth).
    pub fn sign_in(&self, user: &User) -> String {
        lock(&self.state.sessions).open(user.clone(), None)
    }

    /// Like [`MockAuth::sign_in`], but the session expires after this many seconds.
    pub fn sign_in_for(&self, user: &User, seconds: i64) -> String {
        lock(&self.state.sessions).open(user.clone(), Some(TimeDelta::seconds(seconds)))
    }

    /// Issues an API key of `user` with these permissions, as the apiKey plugin has them:
    /// `{"notes": ["delete"]}`, or null.
    pub fn api_key(&self, user: &User, permissions: Value) -> String {
        lock(&self.state.api_keys).issue(user, &user.id, permissions)
    }

    /// Issues an API key of an organization, which its check wrongly presents as one of `user`.
    pub fn api_key_of_organization(&self, user: &User, organization: &str) -> String {
        lock(&self.state.api_keys).issue(user, organization, Value::Null)
    }

    /// Revokes an API key; ignores an unknown one.
    pub fn revoke_api_key(&self, key: &str) {
        lock(&self.state.api_keys).revoke(key);
    }

    /// How often an API key was checked, whatever the response.
    pub fn api_key_checks(&self) -> usize {
        lock(&self.state.api_keys).checks
    }

    /// Sets how session look-ups are answered from now on.
    pub fn behave_for_sessions(&self, behaviour: Behaviour) {
        *lock(&self.state.session_behaviour) = behaviour;
    }

    /// How often a session was looked up, whatever the response.
    pub fn session_lookups(&self) -> usize {
        lock(&self.state.session_lookups).len()
    }

    /// The X-Forwarded-For of the last session look-up.
    pub fn last_forwarded_for(&self) -> Option<String> {
        lock(&self.state.session_lookups).last().cloned()
    }

    /// Revokes a session; ignores an unknown token.
    pub fn sign_out(&self, session_token: &str) {
        lock(&self.state.sessions).revoke(session_token);
    }

    /// The `Cookie` header that a browser sends for this session: the token with its signature,
    /// percent-encoded.
    pub fn session_cookie(&self, session_token: &str) -> String {
        session::cookie(session_token)
    }
}

impl Drop for MockAuth {
    fn drop(&mut self) {
        if let Some(server) = lock(&self.server).take() {
            // The call stops the server; its future would only wait for the end.
            drop(server.stop(false));
        }
    }
}
