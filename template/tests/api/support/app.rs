use std::ops::Deref;

use actix_web::web::{Data, ServiceConfig};
use app::{app::Application, config::Settings, routes};
use better_auth::repositories::users;
use database::Database;
use mock_auth::{MockAuth, User};
use rest::RouteTable;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use serde_json::json;
use tokio::sync::oneshot;
use utoipa_actix_web::service_config;

use super::{Client, TestDatabase};

/// The members of organizations, as Better Auth keeps them.
pub const MEMBERS: &str = r#"CREATE TABLE IF NOT EXISTS member
    (id text PRIMARY KEY, "organizationId" text NOT NULL, "userId" text NOT NULL, role text NOT NULL)"#;

/// The application on a free port, with a database and an auth server of its own.
pub struct TestApp {
    pub auth: MockAuth,
    pub port: u16,
    /// Shared, since creating one reads all root certificates.
    pub http: reqwest::Client,
    database: Database,
    _stops_when_dropped: oneshot::Sender<()>,
    database_file: TestDatabase,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts with these settings instead of the defaults.
    pub async fn start_with(given: &[(&str, &str)]) -> Self {
        Self::start_after(given, async |_| {}).await
    }

    /// Starts after `prepare` has changed the auth server.
    pub async fn start_after(given: &[(&str, &str)], prepare: impl AsyncFnOnce(&MockAuth)) -> Self {
        Self::assemble(given, prepare, |_| {}).await
    }

    /// Starts with routes in addition to the application's own.
    pub async fn start_with_routes(more: fn(&mut ServiceConfig)) -> Self {
        Self::start_with_settings_and_routes(&[], more).await
    }

    pub async fn start_with_settings_and_routes(
        given: &[(&str, &str)],
        more: fn(&mut ServiceConfig),
    ) -> Self {
        Self::assemble(given, async |_| {}, more).await
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
            ("RATE_LIMIT_PER_USER", "0"),
            ("RATE_LIMIT_PER_ADDRESS", "0"),
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

    pub fn db(&self) -> &DatabaseConnection {
        self.database.read()
    }

    /// For programs that work on the same database.
    pub fn database_url(&self) -> &str {
        self.database_file.url()
    }

    /// A caller without credentials.
    pub fn anonymous(&self) -> Client {
        Client::new(self, User::named("anonymous"), None)
    }

    /// A caller with this token in the Authorization header.
    pub fn bearer(&self, token: &str) -> Client {
        Client::new(self, User::named("anonymous"), Some(token.to_owned()))
    }

    /// A signed-in user with a row.
    pub async fn user(&self, name: &str) -> Client {
        self.signed_in(User::named(name)).await
    }

    /// A signed-in user with a row and the role admin.
    pub async fn admin(&self) -> Client {
        self.signed_in(Client::administrator()).await
    }

    /// A signed-in user with a row and this permission alone.
    pub async fn permitted(&self, permission: &str) -> Client {
        self.signed_in(User {
            permissions: vec![permission.to_owned()],
            ..User::named("cleaner")
        })
        .await
    }

    /// A signed-in user with a row, who has this role in an organization by Better Auth's table:
    /// nobody is a member by claims any more.
    pub async fn member(&self, name: &str, organization: &str, role: &str) -> Client {
        self.add_member(&User::named(name), organization, role)
            .await;
        self.user(name).await.in_organization(organization)
    }

    /// What Better Auth's organization plugin does, as far as it matters here.
    pub async fn add_member(&self, user: &User, organization: &str, role: &str) {
        self.sql(MEMBERS).await;
        let id = format!("{}-{organization}", user.name);
        let values = format!("'{id}', '{organization}', '{}', '{role}'", user.id);
        self.sql(&format!("INSERT INTO member VALUES ({values})"))
            .await;
    }

    /// The user owns an organization of their own and is in its only team, by a claim of the token.
    pub async fn signed_in(&self, user: User) -> Client {
        self.add_row(&user).await;
        self.add_row(&Client::administrator()).await;
        let organization = format!("organization-of-{}", user.name);
        let organizations = json!([{"id": organization, "role": "owner", "teams": [organization]}]);
        let token = self.auth.token(&user).claim("organizations", organizations);
        Client::new(self, user, Some(token.sign())).in_organization(&organization)
    }

    /// What Better Auth does at sign-up.
    pub async fn add_row(&self, user: &User) {
        let new = users::NewUser {
            id: better_auth::BetterAuthId::new(&user.id),
            uuid: user.uuid.into(),
            email: user.email.clone(),
            name: user.name.clone(),
        };
        users::insert_if_absent(new, self.db()).await.unwrap();
    }

    /// Runs a statement without the application.
    pub async fn sql(&self, statement: &str) {
        self.db().execute_unprepared(statement).await.unwrap();
    }

    /// One row, fetched without the application.
    pub async fn row(&self, statement: &str) -> QueryResult {
        let statement = Statement::from_string(self.db().get_database_backend(), statement);
        self.db().query_one_raw(statement).await.unwrap().unwrap()
    }

    /// Takes the auth server down; [`MockAuth::restart`] brings it back.
    pub async fn stop_auth(&self) {
        self.auth.stop().await;
    }
}

/// Adds routes with their documentation, which opens them to OAuth clients and API keys.
pub fn add_documented(config: &mut ServiceConfig, more: fn(&mut service_config::ServiceConfig)) {
    let all = rest::openapi::routes(|config| {
        routes::configure(config);
        more(config);
    });
    config.app_data(Data::new(RouteTable::new(all)));
    more(&mut service_config::ServiceConfig::new(config));
}

impl Deref for TestApp {
    type Target = MockAuth;

    fn deref(&self) -> &MockAuth {
        &self.auth
    }
}
