//! A database, the real Better Auth server and the API, as a user of the template would put them together.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Body;
use ureq::http::Response;

use super::auth_files::lay_out;
use super::database::Database;
use super::process::{Server, api_binary, succeed};
use super::root;
use super::user::{User, agent, header};
use crate::ports::free_port;

/// An origin that may call the Better Auth server with cookies.
pub const TRUSTED_ORIGIN: &str = "http://app.example.test";

/// What the real server and the API share where sessions are verified.
const SECRET: &str = "only for tests, never for a server that people use";
const PASSWORD: &str = "correct horse battery staple";

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
    pub(super) servers: Vec<Server>,
    pub(super) api_database: Database,
    /// Better Auth's own; without it both share the API's.
    auth_database: Option<Database>,
    pub(super) auth: String,
    /// Better Auth's basePath.
    pub(super) base_path: String,
    pub(super) api: String,
    pub(super) engine: Engine,
    pub(super) ids: Ids,
    /// What serves the API.
    pub(super) api_program: &'static Path,
    /// SESSION_VERIFICATION of the API.
    sessions: &'static str,
    /// More settings of the API.
    pub(super) api_settings: Vec<(&'static str, String)>,
    /// The address of the proxy in front of both, where there is one.
    pub(super) proxy: Option<String>,
    pub(super) folder: TempDir,
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
            api_program: api_binary(ids),
            sessions: "off",
            api_settings: Vec::new(),
            proxy: None,
            folder,
        }
    }

    /// Lets the API take session cookies, as of a second ago.
    pub fn verify_sessions(&mut self, how: &'static str) {
        self.sessions = how;
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

    /// Lets drizzle-kit change the tables as its schema says; returns what it printed.
    pub fn push_with_drizzle(&self) -> String {
        let mut push = self.command(Path::new("node"), &self.auth, &self.api_database);
        push.args(["node_modules/drizzle-kit/bin.cjs", "push", "--force"])
            .args(["--config", "drizzle/drizzle.config.ts"]);
        let output = push.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(output.status.success(), "{text}");
        text
    }

    /// Makes the tables as the API's users do.
    pub fn migrate(&self) {
        succeed(self.api_command("migrate").arg("up"));
    }

    /// Compiles all TypeScript files.
    pub fn type_check(&self) {
        let mut node = Command::new("node");
        let tsc = node.arg("node_modules/typescript/bin/tsc");
        succeed(tsc.current_dir(self.folder.path()));
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
        self.start_api();
    }

    pub fn start_api(&mut self) {
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
        self.sign_up_with_cookie(name, "");
    }

    /// Signs up in the browser that has this session.
    pub fn sign_up_with_cookie(&self, name: &str, cookie: &str) {
        let body = json!({"name": name, "email": address(name), "password": PASSWORD});
        self.post_to_auth("/sign-up/email", cookie, &body);
    }

    pub fn sign_in(&self, name: &str) -> User {
        let body = json!({"email": address(name), "password": PASSWORD});
        self.signed_in_by(&self.post_to_auth("/sign-in/email", "", &body))
    }

    /// Whoever has not said who they are; the anonymous plugin makes a user of them.
    pub fn sign_in_anonymously(&self) -> User {
        self.signed_in_by(&self.post_to_auth("/sign-in/anonymous", "", &json!({})))
    }

    fn signed_in_by(&self, answer: &Response<Body>) -> User {
        let cookie = header(answer, "set-cookie").expect("signing in sets a cookie");
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

    pub(super) fn node_command(&self, file: &str) -> Command {
        let database = self.auth_database.as_ref().unwrap_or(&self.api_database);
        let mut node = self.command(Path::new("node"), &self.auth, database);
        node.args(["--import", "tsx", file])
            .env("TZ", "Asia/Tokyo")
            .env("BETTER_AUTH_SECRET", SECRET)
            .env("BETTER_AUTH_TRUSTED_ORIGINS", TRUSTED_ORIGIN)
            .env("NEXT_PUBLIC_API_URL", &self.api);
        if self.proxy.is_some() {
            let authority = "proxy/pki/authorities/local/root.crt";
            node.env("NODE_EXTRA_CA_CERTS", self.folder.path().join(authority));
        }
        node
    }

    fn api_command(&self, subcommand: &str) -> Command {
        let mut api = self.command(self.api_program, &self.api, &self.api_database);
        api.arg(subcommand)
            .env("TZ", "America/St_Johns")
            .env("BETTER_AUTH_BASE_PATH", &self.base_path)
            .env("SESSION_VERIFICATION", self.sessions)
            .env("SESSION_CACHE_TTL", "1")
            .env("BETTER_AUTH_SECRET", SECRET);
        api.envs(self.api_settings.iter().map(|(name, value)| (name, value)));
        if self.proxy.is_some() {
            api.env("JWKS_URL", self.auth_url("/jwks"))
                .env("TRUSTED_PROXIES", "127.0.0.1");
        }
        api
    }

    /// Nothing of the caller's environment counts but where programs and their caches are.
    pub(super) fn command(&self, program: &Path, origin: &str, database: &Database) -> Command {
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
            .env("BETTER_AUTH_URL", self.proxy.as_ref().unwrap_or(&self.auth));
        command
    }

    pub(super) fn serve(&mut self, command: Command, ready: &str) {
        let log = self
            .folder
            .path()
            .join(format!("server-{}.log", self.servers.len()));
        self.servers.push(Server::start(command, &log, ready));
    }

    fn post_to_auth(&self, path: &str, cookie: &str, body: &Value) -> Response<Body> {
        let request = agent()
            .post(self.auth_url(path))
            .header("Origin", &self.auth)
            .header("Cookie", cookie);
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

fn address(name: &str) -> String {
    format!("{name}@example.test")
}

pub(super) fn free_origin() -> String {
    format!("http://127.0.0.1:{}", free_port())
}
