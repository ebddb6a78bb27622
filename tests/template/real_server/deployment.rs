//! A database, the real Better Auth server and the API, as a user of the template would put them together.

use std::env;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::builds::{target_dir, turn_to_build};

/// An origin that may call the Better Auth server with cookies.
pub const TRUSTED_ORIGIN: &str = "http://app.example.test";

const READY_WITHIN: Duration = Duration::from_secs(60);
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);
const EDDSA: &str = r#"{ alg: "EdDSA", crv: "Ed25519" }"#;
/// What the real server and the API share where sessions are verified.
const SECRET: &str = "only for tests, never for a server that people use";
const PASSWORD: &str = "correct horse battery staple";
const NO_SERVER: &str =
    "TEST_DATABASE_URL must name a PostgreSQL server, as under `scripts/postgres run`";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The option user_ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    Hybrid,
    Native,
}

/// All of it is gone when dropped, the servers before their databases and their folder.
pub struct Deployment {
    servers: Vec<Server>,
    api_database: Database,
    /// Better Auth's own; without it both share the API's.
    auth_database: Option<Database>,
    auth: String,
    /// Better Auth's basePath.
    base_path: String,
    api: String,
    engine: Engine,
    ids: Ids,
    /// SESSION_VERIFICATION of the API.
    sessions: &'static str,
    folder: TempDir,
}

impl Deployment {
    /// An empty database and the shown files beside it.
    pub fn new(engine: Engine) -> Self {
        Self::with_ids(engine, Ids::Hybrid)
    }

    pub fn with_ids(engine: Engine, ids: Ids) -> Self {
        let folder = tempfile::tempdir().unwrap();
        lay_out(engine, ids, folder.path());
        Self {
            servers: Vec::new(),
            api_database: Database::create(engine, folder.path(), "shared"),
            auth_database: None,
            auth: free_origin(),
            base_path: "/api/auth".to_owned(),
            api: free_origin(),
            engine,
            ids,
            sessions: "off",
            folder,
        }
    }

    /// Lets the API take session cookies, as of a second ago.
    pub fn verify_sessions(&mut self, how: &'static str) {
        self.sessions = how;
    }

    /// Edits lib/auth.ts as a user would who wants to ban users, and makes the plugin's columns.
    pub fn use_admin_plugin(&self) {
        for (old, new) in [
            ("{ bearer, jwt }", "{ admin, bearer, jwt }"),
            ("    bearer(),", "    bearer(),\n    admin(),"),
            (
                r#"      role: { type: "string", required: false, input: false, defaultValue: "user" },"#,
                "",
            ),
        ] {
            self.edit("lib/auth.ts", old, new);
        }
        self.node("migrate.ts");
    }

    /// Ends a session, or bans a user, behind everybody's back.
    pub fn change(&self, what: &str, id: &str) {
        succeed(self.node_command("change.ts").args([what, id]));
    }

    /// Signs out, as the browser does.
    pub fn sign_out(&self, user: &User) {
        let request = agent()
            .post(self.auth_url("/sign-out"))
            .header("Origin", &self.auth)
            .header("Cookie", &user.cookie);
        assert_eq!(request.send_json(json!({})).unwrap().status(), 200);
    }

    pub fn separate_databases(&mut self) {
        self.auth_database = Some(Database::create(self.engine, self.folder.path(), "auth"));
    }

    /// Edits lib/auth.ts as a user would who wants another algorithm.
    pub fn sign_with(&self, algorithm: &str) {
        if algorithm != "EdDSA" {
            self.edit(
                "lib/auth.ts",
                EDDSA,
                &format!(r#"{{ alg: "{algorithm}" }}"#),
            );
        }
    }

    /// Edits lib/auth.ts and server.ts as a user would whose routes lie elsewhere.
    pub fn move_to(&mut self, base_path: &str, jwks_path: &str) {
        self.edit(
            "lib/auth.ts",
            "  database,\n",
            &format!("  database,\n  basePath: \"{base_path}\",\n"),
        );
        self.edit(
            "lib/auth.ts",
            "jwks: { ",
            &format!("jwks: {{ jwksPath: \"{jwks_path}\", "),
        );
        self.edit("server.ts", "/api/auth/", &format!("{base_path}/"));
        self.base_path = base_path.to_owned();
    }

    fn edit(&self, file: &str, old: &str, new: &str) {
        let path = self.folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{file} no longer holds {old}");
        fs::write(path, text.replacen(old, new, 1)).unwrap();
    }

    /// Edits lib/auth.ts to what a server has that knows nothing of the API.
    pub fn forget_the_api(&self) {
        let path = self.folder.path().join("lib/auth.ts");
        let text = fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once("  user: {").unwrap();
        let (_, plugins) = rest.split_once("\n  plugins: [").unwrap();
        let (_, after) = plugins.split_once("    bearer(),").unwrap();
        let text = format!("{before}  plugins: [\n    jwt(),\n    bearer(),{after}");
        fs::write(path, text).unwrap();
    }

    /// Puts lib/auth.ts back to what is shown.
    pub fn remember_the_api(&self) {
        show_auth(self.ids, self.folder.path());
    }

    /// Edits lib/auth.ts as a user would who wants organizations.
    pub fn use_organization_plugin(&self) {
        self.edit(
            "lib/auth.ts",
            "{ admin, bearer, jwt }",
            "{ admin, bearer, jwt, organization }",
        );
        self.edit(
            "lib/auth.ts",
            "    bearer(),",
            "    bearer(),\n    organization(),",
        );
        self.node("migrate.ts");
    }

    /// Makes the tables as the API's users do.
    pub fn migrate(&self) {
        succeed(self.api_command("migrate").arg("up"));
    }

    /// Runs one of the TypeScript files to its end.
    pub fn node(&self, file: &str) {
        succeed(&mut self.node_command(file));
    }

    /// The JSON that one of the TypeScript files prints.
    pub fn told(&self, file: &str) -> Value {
        let output = self.node_command(file).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{file}: {errors}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Starts Better Auth alone.
    pub fn start_auth(&mut self) {
        let ready = self.auth_url("/ok");
        self.serve(self.node_command("server.ts"), &ready);
    }

    /// Stops whatever runs.
    pub fn stop(&mut self) {
        self.servers.clear();
    }

    /// Starts so many APIs at the same moment, waits until all serve, and returns their logs.
    pub fn start_at_once(&mut self, count: usize) -> Vec<String> {
        let origins: Vec<_> = (0..count).map(|_| free_origin()).collect();
        let mut servers = Vec::new();
        for (number, origin) in origins.iter().enumerate() {
            let (_, port) = origin.rsplit_once(':').unwrap();
            let mut command = self.api_command("serve");
            command.env("PORT", port);
            let log = self.folder.path().join(format!("api-{number}.log"));
            servers.push((Server::spawn(command, &log), log));
        }
        let ready = |(server, log): &mut (Server, PathBuf), origin: &String| {
            server.wait_until_ready(log, &format!("{origin}/health/live"));
            fs::read_to_string(log).unwrap()
        };
        servers
            .iter_mut()
            .zip(&origins)
            .map(|(server, origin)| ready(server, origin))
            .collect()
    }

    /// Runs the tests of template/client that need servers, against these.
    pub fn test_client(&self) {
        let client = root().join("template/client");
        assert!(
            client.join("node_modules").exists(),
            "run `npm ci --prefix template/client` first"
        );
        let mut node = self.command(Path::new("node"), &self.auth, &self.api_database);
        succeed(
            node.current_dir(client)
                .args(["--import", "tsx", "--test"])
                .args(["tests/api.test.ts", "tests/tasks.test.ts"])
                .env("NEXT_PUBLIC_API_URL", &self.api),
        );
    }

    /// Starts Better Auth by the file `server`, then the API; returns when both are ready.
    pub fn start(&mut self, server: &str) {
        let ready = self.auth_url("/ok");
        self.serve(self.node_command(server), &ready);
        let ready = format!("{}/health/ready", self.api);
        self.serve(self.api_command("serve"), &ready);
    }

    pub fn anonymous(&self) -> User {
        User {
            api: self.api.clone(),
            token: None,
            cookie: String::new(),
            row: Value::Null,
        }
    }

    /// Signs up, then in, and exchanges the session cookie for a token, as a browser does.
    pub fn signed_in(&self, name: &str) -> User {
        self.sign_up(name);
        self.sign_in(name)
    }

    pub fn sign_up(&self, name: &str) {
        let email = address(name);
        self.post_to_auth(
            "/sign-up/email",
            &json!({"name": name, "email": email, "password": PASSWORD}),
        );
    }

    pub fn sign_in(&self, name: &str) -> User {
        let answer = self.post_to_auth(
            "/sign-in/email",
            &json!({"email": address(name), "password": PASSWORD}),
        );
        let cookie = header(&answer, "set-cookie").expect("signing in sets a cookie");
        self.with_cookie(cookie.split(';').next().unwrap())
    }

    /// Whoever this session cookie belongs to, with a new token.
    pub fn with_cookie(&self, cookie: &str) -> User {
        let session = self.ask_auth("/get-session", cookie);
        let token = self.ask_auth("/token", cookie);
        User {
            api: self.api.clone(),
            token: Some(token["token"].as_str().unwrap().to_owned()),
            cookie: cookie.to_owned(),
            row: session["user"].clone(),
        }
    }

    /// Makes an organization and goes to work in it.
    pub fn found_organization(&self, user: &User) {
        let request = agent()
            .post(self.auth_url("/organization/create"))
            .header("Origin", &self.auth)
            .header("Cookie", &user.cookie);
        let answer = request.send_json(json!({"name": "Acme", "slug": "acme"}));
        assert_eq!(answer.unwrap().status(), 200);
    }

    pub fn key_set(&self) -> Value {
        self.ask_auth("/jwks", "")
    }

    /// The status, the allowed origin and whether cookies are allowed.
    pub fn preflight(&self, origin: &str) -> (u16, Option<String>, Option<String>) {
        let request = agent()
            .options(self.auth_url("/token"))
            .header("Origin", origin);
        let answer = request.call().unwrap();
        (
            answer.status().as_u16(),
            header(&answer, "access-control-allow-origin"),
            header(&answer, "access-control-allow-credentials"),
        )
    }

    fn node_command(&self, file: &str) -> Command {
        let database = self.auth_database.as_ref().unwrap_or(&self.api_database);
        let mut node = self.command(Path::new("node"), &self.auth, database);
        node.args(["--import", "tsx", file])
            .env("TZ", "Asia/Tokyo")
            .env("BETTER_AUTH_SECRET", SECRET)
            .env("BETTER_AUTH_TRUSTED_ORIGINS", TRUSTED_ORIGIN)
            .env("NEXT_PUBLIC_API_URL", &self.api);
        node
    }

    fn api_command(&self, subcommand: &str) -> Command {
        let mut api = self.command(api_binary(self.ids), &self.api, &self.api_database);
        api.arg(subcommand)
            .env("TZ", "America/St_Johns")
            .env("BETTER_AUTH_BASE_PATH", &self.base_path)
            .env("SESSION_VERIFICATION", self.sessions)
            .env("SESSION_CACHE_TTL", "1")
            .env("BETTER_AUTH_SECRET", SECRET);
        api
    }

    /// Nothing of the caller's environment counts but where programs and their caches are.
    fn command(&self, program: &Path, origin: &str, database: &Database) -> Command {
        let kept = ["PATH", "HOME", "TMPDIR"]
            .into_iter()
            .filter_map(|name| Some((name, env::var_os(name)?)));
        let (_, port) = origin.rsplit_once(':').unwrap();
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .envs(kept)
            .env("PORT", port)
            .env("DATABASE_URL", database.url())
            .env("BETTER_AUTH_URL", &self.auth);
        command
    }

    fn serve(&mut self, command: Command, ready: &str) {
        let log = self
            .folder
            .path()
            .join(format!("server-{}.log", self.servers.len()));
        self.servers.push(Server::start(command, &log, ready));
    }

    fn post_to_auth(&self, path: &str, body: &Value) -> Response<Body> {
        let request = agent()
            .post(self.auth_url(path))
            .header("Origin", &self.auth);
        let answer = request.send_json(body).unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer
    }

    fn ask_auth(&self, path: &str, cookie: &str) -> Value {
        let mut answer = agent()
            .get(self.auth_url(path))
            .header("Cookie", cookie)
            .call()
            .unwrap();
        answer.body_mut().read_json().unwrap()
    }

    fn auth_url(&self, path: &str) -> String {
        format!("{}{}{path}", self.auth, self.base_path)
    }
}

pub struct User {
    api: String,
    token: Option<String>,
    cookie: String,
    /// The user's row, as Better Auth reads it.
    pub row: Value,
}

impl User {
    /// What the API's rows refer to.
    pub fn uuid(&self) -> &str {
        let uuid = self.row.get("uuid").unwrap_or(&self.row["id"]);
        uuid.as_str().unwrap()
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        let request = agent().get(format!("{}{path}", self.api));
        let request = match &self.token {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        };
        status_and_json(request.call().unwrap())
    }

    /// The same by session cookie.
    pub fn get_by_cookie(&self, path: &str) -> (u16, Value) {
        let request = agent().get(format!("{}{path}", self.api));
        status_and_json(request.header("Cookie", &self.cookie).call().unwrap())
    }

    /// The session's token: what the cookie holds before its signature.
    pub fn session(&self) -> &str {
        let (_, value) = self.cookie.split_once('=').unwrap();
        value.split('.').next().unwrap()
    }

    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let token = self.token.as_deref().unwrap_or_default();
        let request = agent().post(format!("{}{path}", self.api));
        let request = request.header("Authorization", format!("Bearer {token}"));
        status_and_json(request.send_json(body).unwrap())
    }
}

enum Database {
    /// The address of a file in the deployment's folder.
    Sqlite(String),
    /// The name of a database on the server that TEST_DATABASE_URL names.
    Postgres(String),
}

impl Database {
    fn create(engine: Engine, folder: &Path, name: &str) -> Self {
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

    fn url(&self) -> String {
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

/// A child process that ends with its owner.
struct Server(Child);

impl Server {
    fn start(command: Command, log: &Path, ready: &str) -> Self {
        let mut server = Self::spawn(command, log);
        server.wait_until_ready(log, ready);
        server
    }

    fn spawn(mut command: Command, log: &Path) -> Self {
        let output = File::create(log).unwrap();
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output);
        Self(
            command
                .spawn()
                .unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program())),
        )
    }

    /// Panics with the server's output if it ends, or takes too long, before `ready` answers 200.
    fn wait_until_ready(&mut self, log: &Path, ready: &str) {
        let deadline = Instant::now() + READY_WITHIN;
        while !agent()
            .get(ready)
            .call()
            .is_ok_and(|answer| answer.status() == 200)
        {
            let ended = self.0.try_wait().unwrap();
            if ended.is_some() || Instant::now() > deadline {
                let log = fs::read_to_string(log).unwrap_or_default();
                panic!("{ready} is not ready ({ended:?}):\n{log}");
            }
            thread::sleep(Duration::from_millis(25));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn root() -> &'static Path {
    Path::new(crate::ROOT)
}

pub fn sources() -> PathBuf {
    root().join("tests/better-auth")
}

fn address(name: &str) -> String {
    format!("{name}@example.test")
}

/// The shown files, with the variants of lib/database.ts and lib/auth.ts, the installed packages, and the server of compose.
fn lay_out(engine: Engine, ids: Ids, folder: &Path) {
    let packages = sources().join("node_modules");
    assert!(
        packages.join("better-auth").exists(),
        "run `npm ci --prefix tests/better-auth` first"
    );
    symlink(packages, folder.join("node_modules")).unwrap();
    copy_files(&sources(), folder);
    show_auth(ids, folder);
    let server = match ids {
        Ids::Hybrid => "server.mjs",
        Ids::Native => "server.native.mjs",
    };
    let server = root().join("template/deploy/better-auth").join(server);
    fs::copy(server, folder.join("compose.mjs")).unwrap();
    if let Engine::Sqlite = engine {
        fs::rename(
            folder.join("lib/database.sqlite.ts"),
            folder.join("lib/database.ts"),
        )
        .unwrap();
    }
}

fn show_auth(ids: Ids, folder: &Path) {
    let shown = match ids {
        Ids::Hybrid => "lib/auth.ts",
        Ids::Native => "lib/auth.native.ts",
    };
    fs::copy(sources().join(shown), folder.join("lib/auth.ts")).unwrap();
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (source, target) = entry
            .map(|entry| (entry.path(), to.join(entry.file_name())))
            .unwrap();
        if source.is_file() {
            fs::copy(source, target).unwrap();
        } else if !target.exists() {
            fs::create_dir(&target).unwrap();
            copy_files(&source, &target);
        }
    }
}

/// API_BINARY, and API_BINARY_NATIVE with the cargo feature native-ids, or else what template/ builds.
pub fn api_binary(ids: Ids) -> &'static Path {
    static HYBRID: OnceLock<PathBuf> = OnceLock::new();
    static NATIVE: OnceLock<PathBuf> = OnceLock::new();
    match ids {
        Ids::Hybrid => {
            HYBRID.get_or_init(|| given("API_BINARY").unwrap_or_else(|| build("postgres,sqlite")))
        }
        Ids::Native => {
            NATIVE.get_or_init(|| given("API_BINARY_NATIVE").unwrap_or_else(|| build("native-ids")))
        }
    }
}

fn given(name: &str) -> Option<PathBuf> {
    Some(root().join(env::var_os(name)?))
}

/// Builds the program with these features, and copies it to where the next build does not replace it.
fn build(features: &str) -> PathBuf {
    let _turn = turn_to_build();
    let mut cargo = generator::cargo(&root().join("template"));
    succeed(
        cargo
            .args(["build", "--locked", "--features", features])
            .env("CARGO_TARGET_DIR", target_dir()),
    );
    let copy = target_dir().join(format!("my-api-{features}"));
    fs::copy(target_dir().join("debug/my-api"), &copy).unwrap();
    copy
}

/// Runs a command; panics with its output if it fails.
pub fn succeed(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
    let text = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{:?}:\n{}",
        command.get_program(),
        String::from_utf8_lossy(&text)
    );
}

fn free_origin() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn agent() -> Agent {
    let config = Agent::config_builder();
    config
        .http_status_as_error(false)
        .timeout_global(Some(ANSWERED_WITHIN))
        .build()
        .into()
}

fn status_and_json(mut answer: Response<Body>) -> (u16, Value) {
    (
        answer.status().as_u16(),
        answer.body_mut().read_json().unwrap(),
    )
}

fn header(answer: &Response<Body>, name: &str) -> Option<String> {
    answer
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned())
}
