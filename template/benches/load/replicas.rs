//! What clients see of replicas behind HAProxy, on PostgreSQL behind PgBouncer, while something happens to
//! them. Needs `haproxy` and `pgbouncer`, and in RESTART_POSTGRES a command that restarts the server.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    net::{Ipv4Addr, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::{Child, Command},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Client, header};
use url::Url;

use crate::{
    Bench, Engine, Fresh, MIGRATIONS, ROUTES, ROWS, Server, TOKEN_LIFETIME, free_port, program,
    users,
};

const REPLICAS: usize = 6;
const CLIENTS: usize = 32;
/// Longer than HAProxy takes to notice.
const SHUTDOWN_DELAY: &str = "2";
const READY_WITHIN: Duration = Duration::from_secs(60);

pub fn measure(bench: &Bench, engine: &Engine) {
    let Engine::Postgres(server) = engine else {
        return;
    };
    let transactions = "transaction\nmax_prepared_statements = 200";
    let modes = [("session", true), (transactions, carries_statements())];
    for (pool_mode, _) in modes.iter().filter(|(_, is_possible)| *is_possible) {
        println!("\nPgBouncer, pool_mode = {}", pool_mode.replace('\n', ", "));
        let database = Fresh::new(bench, engine, "replicas");
        bench.fill(&database.url, 100, ROWS);
        Site::start(bench, &database.url, server, pool_mode).measure();
    }
}

/// Whether PgBouncer knows max_prepared_statements, since 1.21.
fn carries_statements() -> bool {
    let output = Command::new("pgbouncer").arg("--version").output();
    let output = output.expect("pgbouncer (apt install pgbouncer)").stdout;
    let minor = String::from_utf8_lossy(&output);
    let minor = minor.split('.').nth(1).and_then(|it| it.parse().ok());
    minor.is_some_and(|minor: u32| minor >= 21)
}

/// A program that goes when it is dropped.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

struct Site<'a> {
    bench: &'a Bench,
    database: &'a str,
    command: Command,
    replicas: Vec<Server>,
    load: Arc<Load>,
    _proxy: Beside,
    _pooler: Beside,
}

impl<'a> Site<'a> {
    fn start(bench: &'a Bench, database: &'a str, server: &str, pool_mode: &str) -> Self {
        let folder = bench.folder.path();
        let (pooler, pooled) = start_pooler(folder, database, server, pool_mode);
        let mut command = program(&pooled, &bench.auth);
        command
            // While the database is away, every request has lines of its own.
            .env("RUST_LOG", "off")
            .env("SHUTDOWN_DELAY", SHUTDOWN_DELAY)
            .env("DATABASE_MAX_CONNECTIONS", "10");
        let ports: Vec<_> = (0..REPLICAS).map(|_| free_port()).collect();
        let replicas = ports.iter().map(|port| Server::spawn(&mut command, *port));
        let replicas: Vec<_> = replicas.collect();
        let (proxy, url) = start_proxy(folder, &ports);
        let token = |user| bench.auth.token(&user).expires_in(TOKEN_LIFETIME).sign();
        let tokens = users(100).map(token).collect();
        let http = Client::new();
        Self {
            bench,
            database,
            command,
            replicas,
            load: Arc::new(Load { http, url, tokens }),
            _proxy: proxy,
            _pooler: pooler,
        }
    }

    fn measure(mut self) {
        println!(
            "phase             requests  slowest, ms   created  missing   statuses and errors"
        );
        let long = Duration::from_secs(if self.bench.is_whole { 10 } else { 1 });
        self.phase("nothing", |_| thread::sleep(long));
        self.phase("rolling restart", Self::restart_replicas);
        self.phase("migrations", |site| {
            for statement in MIGRATIONS {
                site.bench.execute(site.database, statement);
                thread::sleep(long / 2);
            }
        });
        match std::env::var("RESTART_POSTGRES") {
            Ok(command) => self.phase("database restart", |site| {
                let done = Command::new("sh").args(["-c", &command]).status();
                assert!(done.is_ok_and(|it| it.success()), "RESTART_POSTGRES failed");
                site.replicas.iter().for_each(wait_until_ready);
                thread::sleep(long);
            }),
            Err(_) => println!("database restart  not measured: RESTART_POSTGRES is unset"),
        }
    }

    fn phase(&mut self, name: &str, work: impl FnOnce(&mut Self)) {
        let stop = Arc::new(AtomicBool::new(false));
        let runtime = &self.bench.runtime;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| runtime.spawn(self.load.clone().send(number, stop.clone())))
            .collect();
        work(self);
        stop.store(true, Ordering::Relaxed);
        let seen = clients.into_iter().fold(Seen::default(), |seen, client| {
            seen.with(self.bench.runtime.block_on(client).expect("a client"))
        });
        let load = &self.load;
        let missing = self
            .bench
            .runtime
            .block_on(load.count_missing(&seen.created));
        let statuses: Vec<_> = seen
            .answers
            .iter()
            .map(|(name, n)| format!("{name}: {n}"))
            .collect();
        println!(
            "{name:17} {:8} {:12} {:9} {missing:8}   {}",
            seen.answers.values().sum::<usize>(),
            seen.slowest.as_millis(),
            seen.created.len(),
            statuses.join(", ")
        );
    }

    /// One after the other, as orchestrators do it.
    fn restart_replicas(&mut self) {
        for replica in &mut self.replicas {
            let (_, port) = replica.url.rsplit_once(':').expect("a port");
            let port = port.parse().expect("a number");
            let id = i32::try_from(replica.process.id()).expect("a process id");
            kill(Pid::from_raw(id), Signal::SIGTERM).expect("it runs");
            let status = replica.process.wait().expect("it ends");
            assert!(status.success(), "{status}");
            *replica = Server::spawn(&mut self.command, port);
            wait_until_ready(replica);
            // HAProxy's turn to see it.
            thread::sleep(Duration::from_secs(1));
        }
    }
}

fn wait_until_ready(replica: &Server) {
    let url = format!("{}/health/ready", replica.url);
    let began = Instant::now();
    let is_ready = || reqwest::blocking::get(&url).is_ok_and(|it| it.status().is_success());
    while !is_ready() {
        assert!(began.elapsed() < READY_WITHIN, "{url} does not answer");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Returns the pooler, and the database's URL through it.
fn start_pooler(folder: &Path, database: &str, server: &str, pool_mode: &str) -> (Beside, String) {
    let mut url = Url::parse(database).expect("a URL");
    let server = Url::parse(server).expect("a URL");
    let port = free_port();
    let password = server.password().map(|it| format!(" password='{it}'"));
    let password = password.unwrap_or_default();
    let settings = format!(
        "[databases]\n* = host={} port={} user={}{password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nunix_socket_dir =\nauth_type = any\ndefault_pool_size = 60\n\
         server_login_retry = 1\npool_mode = {pool_mode}\n",
        server.host_str().expect("a host"),
        server.port().unwrap_or(5432),
        server.username(),
    );
    let file = folder.join("pgbouncer.ini");
    fs::write(&file, settings).expect("its settings are written");
    let mut command = Command::new("pgbouncer");
    // It does not run as root.
    let uid = fs::metadata(folder).expect("the folder").uid();
    if uid == 0 {
        fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("the folder's owner");
        command.args(["--user", "postgres"]);
    }
    let process = command.arg("--quiet").arg(file).spawn();
    let process = Beside(process.expect("pgbouncer (apt install pgbouncer)"));
    wait_for(port);
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(port)).expect("a port");
    (process, url.to_string())
}

/// Returns the proxy in front of the replicas on these ports, and its URL.
fn start_proxy(folder: &Path, replicas: &[u16]) -> (Beside, String) {
    let port = free_port();
    let mut settings = format!("{}\tbind 127.0.0.1:{port}\n", include_str!("haproxy.cfg"));
    for (index, replica) in replicas.iter().enumerate() {
        settings += &format!("\tserver api{index} 127.0.0.1:{replica}\n");
    }
    let file = folder.join("haproxy.cfg");
    fs::write(&file, settings).expect("its settings are written");
    let process = Command::new("haproxy").args(["-q", "-f"]).arg(file).spawn();
    let process = Beside(process.expect("haproxy (apt install haproxy)"));
    wait_for(port);
    (process, format!("http://127.0.0.1:{port}"))
}

fn wait_for(port: u16) {
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        thread::sleep(Duration::from_millis(50));
    }
}

/// Clients that ask as fast as they get answers.
struct Load {
    http: Client,
    url: String,
    tokens: Vec<String>,
}

/// What clients saw.
#[derive(Default)]
struct Seen {
    /// How often each status and each kind of error came.
    answers: BTreeMap<String, usize>,
    /// The acknowledged creates: the token's number, and the path of the row.
    created: Vec<(usize, String)>,
    slowest: Duration,
}

struct Answer {
    /// The status, and whose it is.
    name: String,
    is_success: bool,
    /// Where the new row is, if there is one.
    location: Option<String>,
}

impl Seen {
    fn with(mut self, other: Self) -> Self {
        for (answer, count) in other.answers {
            *self.answers.entry(answer).or_default() += count;
        }
        self.created.extend(other.created);
        self.slowest = self.slowest.max(other.slowest);
        self
    }
}

impl Load {
    /// Sends each route's request in turn, with all tokens in turn.
    async fn send(self: Arc<Self>, number: usize, stop: Arc<AtomicBool>) -> Seen {
        let mut seen = Seen::default();
        let routes = ROUTES.iter().cycle().skip(number);
        let tokens = (0..self.tokens.len()).cycle().skip(number);
        for ((_, path, body), token) in routes.zip(tokens) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let began = Instant::now();
            let answer = self.ask(path, *body, token).await;
            seen.slowest = seen.slowest.max(began.elapsed());
            let name = match answer {
                Ok(answer) => {
                    seen.created
                        .extend(answer.location.map(|path| (token, path)));
                    answer.name
                }
                Err(error) => format!("{error:?}"),
            };
            *seen.answers.entry(name).or_default() += 1;
        }
        seen
    }

    async fn ask(
        &self,
        path: &str,
        body: Option<&'static str>,
        token: usize,
    ) -> reqwest::Result<Answer> {
        let url = format!("{}{path}", self.url);
        let request = match body {
            Some(body) => self
                .http
                .post(url)
                .header(header::CONTENT_TYPE, "application/json")
                .body(body),
            None => self.http.get(url),
        };
        let response = request.bearer_auth(&self.tokens[token]).send().await?;
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        let location = location.map(str::to_owned);
        // HAProxy's own answers have no id.
        let whose = match response.headers().get("x-request-id") {
            Some(_) => "",
            None => " of HAProxy",
        };
        let status = response.status();
        let name = format!("{}{whose}", status.as_u16());
        response.bytes().await?;
        Ok(Answer {
            name,
            is_success: status.is_success(),
            location,
        })
    }

    /// How many of the acknowledged creates cannot be read.
    async fn count_missing(&self, created: &[(usize, String)]) -> usize {
        let mut missing = 0;
        for (token, path) in created {
            let answer = self.ask(path, None, *token).await;
            missing += usize::from(!answer.is_ok_and(|it| it.is_success));
        }
        missing
    }
}
