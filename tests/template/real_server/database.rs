//! The databases of a deployment.

use std::env;
use std::path::Path;
use std::process::Command;
use std::thread;

use super::deployment::Engine;
use super::process::succeed;
use super::sources;

const NO_SERVER: &str =
    "TEST_DATABASE_URL must name a PostgreSQL server, as under `scripts/postgres run`";

pub enum Database {
    /// The address of a file in the deployment's folder.
    Sqlite(String),
    /// The name of a database on the server that TEST_DATABASE_URL names.
    Postgres(String),
}

impl Database {
    pub fn create(engine: Engine, folder: &Path, name: &str) -> Self {
        match engine {
            Engine::Sqlite => {
                Self::Sqlite(format!("sqlite://{}/{name}.db?mode=rwc", folder.display()))
            }
            Engine::Postgres => {
                assert!(env::var_os("TEST_DATABASE_URL").is_some(), "{NO_SERVER}");
                let folder = folder.file_name().unwrap().to_string_lossy();
                let name = format!("{name}_{}", folder.trim_start_matches('.'));
                succeed(&mut manage("create", &name));
                Self::Postgres(name)
            }
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(url) => url.clone(),
            Self::Postgres(name) => {
                let server = env::var("TEST_DATABASE_URL").expect(NO_SERVER);
                let (server, _) = server
                    .rsplit_once('/')
                    .expect("TEST_DATABASE_URL ends in a database's name");
                format!("{server}/{name}")
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres(name) = self {
            let dropped = manage("drop", name).status();
            assert!(
                thread::panicking() || dropped.is_ok_and(|status| status.success()),
                "{name} is left behind"
            );
        }
    }
}

fn manage(what: &str, name: &str) -> Command {
    let mut node = Command::new("node");
    node.args(["postgres-database.mjs", what, name])
        .current_dir(sources());
    node
}
