use std::ops::Deref;

use actix_web::web::ServiceConfig;
use app::{app::Application, config::Settings, database::Database, repositories::users};
use mock_auth::{MockAuth, User};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use tokio::sync::oneshot;

use super::{Client, TestDatabase};

/// The application on a free port, with a database and an auth server of its own.
pub struct TestApp {
    pub auth: MockAuth,
    pub port: u16,
    /// Making one takes long: the roots of trust are read each time.
    pub http: reqwest::Client,
    database: Database,
    _stops_when_dropped: oneshot::Sender<()>,
    database_file: TestDatabase,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With these settings in place of the defaults.
    pub async fn start_with(given: &[(&str, &str)]) -> Self {
        Self::start_after(given, async |_| {}).await
    }

    /// With an auth server that was put into some state first.
    pub async fn start_after(given: &[(&str, &str)], prepare: impl AsyncFnOnce(&MockAuth)) -> Self {
        Self::assemble(given, prepare, |_| {}).await
    }

    /// With routes beside the application's own.
    pub async fn start_with_routes(more: fn(&mut ServiceConfig)) -> Self {
        Self::assemble(&[], async |_| {}, more).await
    }

    async fn assemble(
        given: &[(&str, &str)],
        prepare: impl AsyncFnOnce(&MockAuth),
        more: fn(&mut ServiceConfig),
    ) -> Self {
        let auth = MockAuth::start().await;
        prepare(&auth).await;
        let file = TestDatabase::migrated().await;
        let origin = auth.origin();
        let mut given = given.to_vec();
        given.extend([
            ("BETTER_AUTH_URL", origin.as_str()),
            ("PORT", "0"),
            ("WORKERS", "1"),
            ("SHUTDOWN_TIMEOUT", "5"),
            // Also where the default is another one.
            ("USER_UUID_CLAIM", "uuid"),
        ]);
        let settings = file.settings(&given);
        Self::run(settings, auth, file, more).await
    }

    async fn run(
        settings: Settings,
        auth: MockAuth,
        file: TestDatabase,
        more: fn(&mut ServiceConfig),
    ) -> Self {
        let database = Database::open(&settings.database).await.unwrap();
        let application = Application::with_more_routes(settings, database.clone(), more).unwrap();
        let port = application.port();
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            stopped.await.ok();
        };
        actix_web::rt::spawn(application.run_until_stopped(stopped));
        Self {
            auth,
            port,
            http: reqwest::Client::new(),
            database,
            _stops_when_dropped: stop,
            database_file: file,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// For programs that work on the same database.
    pub fn database_url(&self) -> &str {
        self.database_file.url()
    }

    pub fn db(&self) -> &DatabaseConnection {
        self.database.reader()
    }

    /// Somebody without credentials.
    pub fn anonymous(&self) -> Client {
        Client::new(self, User::named("nobody"), None)
    }

    /// Somebody with this in the Authorization header.
    pub fn bearer(&self, token: &str) -> Client {
        Client::new(self, User::named("nobody"), Some(token.to_owned()))
    }

    /// A signed-in user with a row.
    pub async fn user(&self, name: &str) -> Client {
        self.signed_in(User::named(name)).await
    }

    /// A signed-in user with a row and the role admin.
    pub async fn admin(&self) -> Client {
        self.signed_in(User {
            role: "admin".to_owned(),
            ..User::named("root")
        })
        .await
    }

    /// A signed-in user with a row and this permission alone.
    pub async fn permitted(&self, permission: &str) -> Client {
        self.signed_in(User {
            permissions: vec![permission.to_owned()],
            ..User::named("cleaner")
        })
        .await
    }

    async fn signed_in(&self, user: User) -> Client {
        self.add_row(&user).await;
        let token = self.auth.token(&user).sign();
        Client::new(self, user, Some(token))
    }

    /// What Better Auth does at sign-up.
    pub async fn add_row(&self, user: &User) {
        let new = users::NewUser {
            id: app::types::BetterAuthId::new(&user.id),
            uuid: user.uuid.into(),
            email: user.email.clone(),
            name: user.name.clone(),
        };
        users::insert_missing(new, self.db()).await.unwrap();
    }

    /// Runs a statement behind the application's back.
    pub async fn sql(&self, statement: &str) {
        self.db().execute_unprepared(statement).await.unwrap();
    }

    /// One row, fetched behind the application's back.
    pub async fn row(&self, statement: &str) -> QueryResult {
        let statement = Statement::from_string(self.db().get_database_backend(), statement);
        self.db().query_one_raw(statement).await.unwrap().unwrap()
    }

    /// Takes the auth server down; [`MockAuth::restart`] brings it back.
    pub async fn stop_auth(&self) {
        self.auth.stop().await;
    }
}

impl Deref for TestApp {
    type Target = MockAuth;

    fn deref(&self) -> &MockAuth {
        &self.auth
    }
}
