//! A database for one test.

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use ::migration::Migrator;
use database::migration::{self, MigrateError};
use sea_orm_migration::prelude::{ConnectionTrait, DbErr};
use sea_orm_migration::sea_orm::{Database, DatabaseConnection, DbBackend, QueryResult, Statement};
use tempfile::TempDir;

/// Longer than any run that a test waits for.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

pub struct TestDatabase {
    pub url: String,
    place: Place,
}

enum Place {
    Folder { _folder: TempDir },
    Server { url: String, name: String },
}

impl TestDatabase {
    pub async fn empty() -> Self {
        match env::var("TEST_DATABASE_URL") {
            Ok(server) => Self::on_server(server).await,
            Err(_) => Self::file(),
        }
    }

    pub async fn migrated() -> Self {
        let database = Self::empty().await;
        database.up().await.unwrap();
        database
    }

    /// Applies every pending migration; returns their names.
    pub async fn up(&self) -> Result<Vec<String>, MigrateError> {
        migration::up::<Migrator>(&self.url, None, LOCK_TIMEOUT).await
    }

    /// Rolls back this many migrations, or all; returns their names.
    pub async fn down(&self, number: Option<u32>) -> Result<Vec<String>, MigrateError> {
        migration::down::<Migrator>(&self.url, number, LOCK_TIMEOUT).await
    }

    /// Empties our tables; returns the names of the migrations that made them again.
    pub async fn fresh(&self) -> Result<Vec<String>, MigrateError> {
        migration::fresh::<Migrator>(&self.url, LOCK_TIMEOUT).await
    }

    /// On SQLite, whatever engine the other tests use.
    pub fn file() -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("test.db");
        Self {
            url: format!("sqlite://{}?mode=rwc", file.display()),
            place: Place::Folder { _folder: folder },
        }
    }

    async fn on_server(server: String) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("migration_test_{}_{number}", process::id());
        let (address, _) = server
            .rsplit_once('/')
            .expect("a URL that names a database");
        let url = format!("{address}/{name}");
        run(&server, &format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        Self {
            url,
            place: Place::Server { url: server, name },
        }
    }

    pub fn backend(&self) -> DbBackend {
        match self.place {
            Place::Folder { .. } => DbBackend::Sqlite,
            Place::Server { .. } => DbBackend::Postgres,
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    /// The same database on a connection that may not write.
    pub fn read_only_url(&self) -> String {
        match self.place {
            Place::Folder { .. } => self.url.replace("mode=rwc", "mode=ro"),
            Place::Server { .. } => self.url_with("default_transaction_read_only=on"),
        }
    }

    /// The same database for a role that may only read; on SQLite the file opened read-only.
    pub async fn url_of_reader(&self) -> String {
        let Place::Server { name, .. } = &self.place else {
            return self.read_only_url();
        };
        let role = format!(
            "CREATE ROLE {name} LOGIN PASSWORD 'reader';
             GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"
        );
        self.run(&role).await.unwrap();
        let (_, place) = self.url.rsplit_once('@').unwrap();
        format!("postgres://{name}:reader@{place}")
    }

    /// The same database with a setting of PostgreSQL changed.
    pub fn url_with(&self, setting: &str) -> String {
        match self.place {
            Place::Folder { .. } => self.url.clone(),
            Place::Server { .. } => format!("{}?options=-c%20{setting}", self.url),
        }
    }

    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.url).await.unwrap()
    }

    pub async fn run(&self, statements: &str) -> Result<(), DbErr> {
        run(&self.url, statements).await
    }

    /// The first column of each row, as text.
    pub async fn list(&self, query: &str) -> Vec<String> {
        let connection = self.connect().await;
        let statement = Statement::from_string(self.backend(), query);
        let rows = connection.query_all_raw(statement).await.unwrap();
        connection.close().await.unwrap();
        let text = |row: &QueryResult| {
            let bytes = || row.try_get_by_index::<Vec<u8>>(0).unwrap();
            let text = row.try_get_by_index(0);
            text.unwrap_or_else(|_| String::from_utf8_lossy(&bytes()).into_owned())
        };
        rows.iter().map(text).collect()
    }

    /// The number of rows in each of the tables.
    pub async fn count(&self, tables: &[&str]) -> Vec<i64> {
        let connection = self.connect().await;
        let mut counts = Vec::new();
        for table in tables {
            let query = format!(r#"SELECT count(*) FROM "{table}""#);
            let statement = Statement::from_string(self.backend(), query);
            let row = connection.query_one_raw(statement).await.unwrap().unwrap();
            counts.push(row.try_get_by_index(0).unwrap());
        }
        connection.close().await.unwrap();
        counts
    }

    pub async fn tables(&self) -> Vec<String> {
        self.list(match self.backend() {
            DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1",
            _ => {
                "SELECT table_name::text FROM information_schema.tables
                 WHERE table_schema = 'public' ORDER BY 1"
            }
        })
        .await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Server { url, name } = &self.place else {
            return;
        };
        let (url, name) = (url.clone(), name.clone());
        let drop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.unwrap();
            for statement in [
                format!("DROP DATABASE {name} WITH (FORCE)"),
                format!("DROP ROLE IF EXISTS {name}"),
            ] {
                runtime.block_on(run(&url, &statement)).unwrap();
            }
        };
        // A runtime cannot be started on a thread that is already inside one.
        thread::spawn(drop).join().unwrap();
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    Database::connect(url.replacen("postgresql:", "postgres:", 1)).await
}

async fn run(url: &str, statements: &str) -> Result<(), DbErr> {
    let connection = connect(url).await?;
    let outcome = connection.execute_unprepared(statements).await;
    connection.close().await?;
    outcome.map(|_| ())
}
