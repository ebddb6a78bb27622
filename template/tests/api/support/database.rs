use std::sync::OnceLock;

use app::{auth::BetterAuthId, config::Settings};
use better_auth::repositories::users::{self, NewUser};
use database::Database;
use mock_auth::User;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// A database for one test, deleted at its end. On SQLite a file, on
/// PostgreSQL (where TEST_DATABASE_URL names a server) a database of its own.
pub struct TestDatabase {
    url: String,
    kind: Kind,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { server: String, name: String },
}

impl TestDatabase {
    pub async fn migrated() -> Self {
        let database = Self::empty().await;
        match &database.kind {
            Kind::Sqlite { .. } => {
                let file = database
                    .url
                    .trim_start_matches("sqlite://")
                    .split('?')
                    .next()
                    .unwrap();
                std::fs::copy(sqlite_template().await, file).unwrap();
            }
            Kind::Postgres { .. } => {
                Database::migrate::<migration::Migrator>(&database.settings(&[]).database)
                    .await
                    .unwrap();
            }
        }
        database
    }

    pub async fn empty() -> Self {
        match std::env::var("TEST_DATABASE_URL")
            .ok()
            .filter(|url| !url.is_empty())
        {
            Some(server) => Self::postgres(server).await,
            None if cfg!(feature = "sqlite") => Self::sqlite(),
            None => panic!("SQLite is not built in: set TEST_DATABASE_URL to a PostgreSQL server"),
        }
    }

    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!(
            "sqlite://{}?mode=rwc",
            folder.path().join("test.db").display()
        );
        Self {
            url,
            kind: Kind::Sqlite { _folder: folder },
        }
    }

    async fn postgres(server: String) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        execute(&server, &format!("CREATE DATABASE {name}")).await;
        let (rest, _) = server.rsplit_once('/').unwrap();
        Self {
            url: format!("{rest}/{name}"),
            kind: Kind::Postgres { server, name },
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a statement on a connection of its own.
    pub async fn execute(&self, statement: &str) {
        execute(&self.url, statement).await;
    }

    /// What Better Auth does at sign-up, on a connection of its own.
    pub async fn add_user(&self, user: &User) {
        let database = Database::open(&self.settings(&[]).database).await.unwrap();
        let new = NewUser {
            id: BetterAuthId::new(&user.id),
            uuid: user.uuid.into(),
            email: user.email.clone(),
            name: user.name.clone(),
        };
        users::insert_if_absent(new, database.read()).await.unwrap();
        database.close().await.unwrap();
    }

    /// The default settings, except for the database and those given.
    pub fn settings(&self, given: &[(&str, &str)]) -> Settings {
        Settings::from_lookup(|name| match name {
            "DATABASE_URL" => Some(self.url.clone()),
            "DATABASE_MAX_CONNECTIONS" if matches!(self.kind, Kind::Postgres { .. }) => {
                Some("4".to_owned())
            }
            name => given
                .iter()
                .find(|(given, _)| *given == name)
                .map(|(_, value)| (*value).to_owned()),
        })
        .unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Kind::Postgres { server, name } = &self.kind else {
            return;
        };
        let (server, name) = (server.clone(), name.clone());
        let drop = move || {
            actix_web::rt::System::new().block_on(async move {
                execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            })
        };
        std::thread::spawn(drop).join().ok();
    }
}

async fn execute(server: &str, sql: &str) {
    let connection: DatabaseConnection =
        sea_orm::Database::connect(server.replacen("postgresql:", "postgres:", 1))
            .await
            .unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// Copying a migrated file is faster than migrating each one.
async fn sqlite_template() -> &'static std::path::Path {
    static TEMPLATE: OnceCell<TestDatabase> = OnceCell::const_new();
    static FILE: OnceLock<std::path::PathBuf> = OnceLock::new();
    let template = TEMPLATE
        .get_or_init(|| async {
            let database = TestDatabase::sqlite();
            Database::migrate::<migration::Migrator>(&database.settings(&[]).database)
                .await
                .unwrap();
            database
        })
        .await;
    FILE.get_or_init(|| {
        template
            .url
            .trim_start_matches("sqlite://")
            .split('?')
            .next()
            .unwrap()
            .into()
    })
}
