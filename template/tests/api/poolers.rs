//! PostgreSQL behind PgBouncer.

use std::{
    fs::{self, Permissions},
    net::TcpStream,
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::{Child, Command},
    time::Duration,
};

use mock_auth::{MockAuth, User};
use reqwest::Client;
use url::Url;

use crate::support::{Program, TestDatabase, eventually, free_port, run};

macro_rules! ignored_tests {
    ($($name:ident: $body:expr;)*) => {$(
        #[actix_web::test]
        #[ignore = "needs PgBouncer, and a PostgreSQL server in TEST_DATABASE_URL: cargo test --test api poolers -- --ignored"]
        async fn $name() {
            $body.await;
        }
    )*};
}

ignored_tests! {
    a_pooler_that_mixes_up_statements_stops_every_command: mixed_up();
    behind_a_pooler_of_sessions_the_api_works: sessions();
    an_option_that_the_pooler_does_not_know_is_named: unknown_option();
    a_pooler_that_cannot_be_examined_stops_every_command: without_a_second_connection();
    a_role_may_have_one_connection: one_connection();
}

struct PgBouncer {
    child: Child,
    database: TestDatabase,
    url: Url,
    _folder: tempfile::TempDir,
}

impl PgBouncer {
    async fn start(pool_mode: &str) -> Self {
        Self::start_with(pool_mode, without_prepared_statements()).await
    }

    async fn start_with(pool_mode: &str, more: &str) -> Self {
        let database = TestDatabase::empty().await;
        let server = Url::parse(database.url()).unwrap();
        let (host, port) = (server.host_str().unwrap(), server.port().unwrap());
        let mut url = server.clone();
        let listen_port = free_port();
        url.set_port(Some(listen_port)).unwrap();
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let file = folder.path().join("pgbouncer.ini");
        let settings = format!(
            "[databases]\n* = host={host} port={port} user={user}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {listen_port}\nunix_socket_dir =\nauth_type = any\npool_mode = {pool_mode}\n{more}",
            user = server.username(),
        );
        fs::write(&file, settings).unwrap();
        let mut command = Command::new("pgbouncer");
        // It does not run as root.
        if fs::metadata(folder.path()).unwrap().uid() == 0 {
            fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
            command.args(["--user", "postgres"]);
        }
        let child = command.arg("--quiet").arg(&file).spawn().unwrap();
        eventually(async || TcpStream::connect(("127.0.0.1", listen_port)).is_ok()).await;
        Self {
            child,
            database,
            url,
            _folder: folder,
        }
    }

    /// Whether `command` succeeds behind it, and what it writes.
    fn run(&self, command: &[&str]) -> (bool, String) {
        let output = run(command, &[("DATABASE_URL", self.url.as_str())]);
        let written = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(written).unwrap())
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Newer versions can carry prepared statements from one connection to another; older ones do not
/// know the setting.
fn without_prepared_statements() -> &'static str {
    let output = Command::new("pgbouncer").arg("--version").output().unwrap();
    let version = String::from_utf8(output.stdout).unwrap();
    let minor = version
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse().ok());
    let knows_them = minor.is_some_and(|minor: u32| minor >= 21);
    if knows_them {
        "max_prepared_statements = 0\n"
    } else {
        ""
    }
}

async fn mixed_up() {
    let pooler = PgBouncer::start("transaction").await;
    for command in [&["serve"][..], &["migrate", "up"], &["seed"], &["doctor"]] {
        let (done, written) = pooler.run(command);
        assert!(
            !done && written.contains("max_prepared_statements"),
            "{written}"
        );
    }
}

async fn sessions() {
    let pooler = PgBouncer::start("session").await;
    let auth = MockAuth::start().await;
    let origin = auth.origin();
    let settings = [
        ("DATABASE_URL", pooler.url.as_str()),
        ("BETTER_AUTH_URL", &origin),
    ];
    let program = Program::serve(&settings);
    let alice = User::named("alice");
    pooler.database.add_user(&alice).await;
    let request = Client::new().get(program.url("/api/profile"));
    let answer = request.bearer_auth(auth.token(&alice).sign());
    let answer = answer
        .timeout(Duration::from_secs(30))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

/// It might mix up statements.
async fn without_a_second_connection() {
    let pooler = PgBouncer::start_with("transaction", "max_client_conn = 1\n").await;
    let (done, written) = pooler.run(&["migrate", "up"]);
    assert!(!done && written.contains("max_client_conn"), "{written}");
}

async fn one_connection() {
    let database = TestDatabase::empty().await;
    let mut url = Url::parse(database.url()).unwrap();
    let role = url.path().trim_start_matches('/').to_owned();
    let statements = format!(
        "CREATE ROLE {role} LOGIN CONNECTION LIMIT 1; GRANT ALL ON SCHEMA public TO {role}"
    );
    database.execute(&statements).await;
    url.set_username(&role).unwrap();
    let output = run(&["migrate", "up"], &[("DATABASE_URL", url.as_str())]);
    let written = String::from_utf8(output.stderr).unwrap();
    let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    database.execute(&drop).await;
    assert!(output.status.success(), "{written}");
}

async fn unknown_option() {
    let mut pooler = PgBouncer::start("session").await;
    pooler.url.set_query(Some("options=-c%20lock_timeout%3D5"));
    let (done, written) = pooler.run(&["serve"]);
    assert!(
        !done && written.contains("ignore_startup_parameters"),
        "{written}"
    );
}
