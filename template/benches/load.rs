//! What requests cost: the release program on a seeded database. `cargo bench --bench load`, on Linux;
//! also on PostgreSQL where TEST_DATABASE_URL names a server. The name of a measurement behind `--`
//! runs that one alone. Without `--bench` they only show that they still work.

#[path = "load/memory.rs"]
mod memory;
#[path = "load/replicas.rs"]
mod replicas;
#[path = "load/tasks.rs"]
mod tasks;
#[cfg(feature = "otel")]
#[path = "load/traces.rs"]
mod traces;

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use better_auth::NATIVE_IDS;
use mock_auth::{MockAuth, User};
use sea_orm::{ConnectionTrait, Database, TransactionTrait};
use tempfile::TempDir;
use tokio::runtime::Runtime;

type Measurement = fn(&Bench, &Engine);

/// What is measured, on each engine.
const MEASUREMENTS: &[(&str, Measurement)] = &[
    // The server's CPU for each of several routes.
    ("requests", measure_requests),
    // What open connections take, next to those of actix-web alone.
    ("memory", memory::measure),
    // What clients see while replicas restart, columns are added and PostgreSQL restarts.
    ("replicas", replicas::measure),
    // The server's CPU with traces, without them and without the code for them.
    #[cfg(feature = "otel")]
    ("traces", traces::measure),
    // How long requests take with many tasks, against fewer tasks.
    ("tasks", tasks::measure),
];

/// How much is measured.
struct Size {
    users: u32,
    rounds: usize,
    seconds: u32,
}

const WHOLE: Size = Size {
    users: 1_000,
    rounds: 3,
    seconds: 5,
};
const TRIAL: Size = Size {
    users: 5,
    rounds: 1,
    seconds: 1,
};

/// Tokens last longer than the run, in seconds.
const TOKEN_LIFETIME: i64 = 2 * 60 * 60;

/// What is asked: a name, a path, and the body of what writes.
type Route = (&'static str, &'static str, Option<&'static str>);
const ROUTES: &[Route] = &[
    ("health", "/health/live", None),
    ("me", "/api/me", None),
    ("profile", "/api/profile", None),
    ("list", "/api/me/tasks", None),
    ("create", "/api/me/tasks", Some(r#"{"title":"Sow"}"#)),
];

/// What each user has, in statements for both engines; {uuid} stands for an expression that makes one.
const ROWS: &[&str] = &[
    r#"INSERT INTO tags (id, user_id, name, version, created_at, updated_at) SELECT {uuid}, uuid, 'tag' || n, 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM "user", {1..4}"#,
    r#"INSERT INTO tasks (id, user_id, title, completed, priority, search_text, version, created_at, updated_at) SELECT {uuid}, uuid, 'Task ' || n, n % 3 = 0, n % 3 + 1, '', 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM "user", {1..100}"#,
    r#"INSERT INTO task_tags (task_id, tag_id) SELECT tasks.id, tags.id FROM tasks JOIN tags ON tags.user_id = tasks.user_id WHERE tags.name IN ('tag1', 'tag2')"#,
];

/// What migrations do to tables in use, Better Auth's own ones included.
const MIGRATIONS: &[&str] = &[
    r#"ALTER TABLE "user" ADD COLUMN measured text"#,
    "ALTER TABLE session ADD COLUMN measured text",
    "ALTER TABLE tasks ADD COLUMN added_while_replicas_serve text NOT NULL DEFAULT ''",
];

/// What all measurements share.
struct Bench {
    is_whole: bool,
    auth: MockAuth,
    folder: TempDir,
    runtime: Runtime,
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|name| name == memory::BARE) {
        return memory::serve_bare();
    }
    let is_whole = arguments.iter().any(|argument| argument == "--bench");
    let names: Vec<_> = arguments
        .iter()
        .filter(|name| !name.starts_with('-'))
        .collect();
    let runtime = Runtime::new().expect("a runtime");
    let bench = Bench {
        is_whole,
        auth: runtime.block_on(MockAuth::start()),
        folder: TempDir::new().expect("a folder"),
        runtime,
    };
    for (name, measure) in MEASUREMENTS {
        if names.is_empty() || names.contains(&&(*name).to_owned()) {
            Engine::all()
                .iter()
                .for_each(|engine| measure(&bench, engine));
        }
    }
}

enum Engine {
    Sqlite,
    /// The URL of a server.
    Postgres(String),
}

impl Engine {
    fn all() -> Vec<Self> {
        let sqlite = cfg!(feature = "sqlite").then_some(Self::Sqlite);
        let postgres = std::env::var("TEST_DATABASE_URL").ok().map(Self::Postgres);
        sqlite.into_iter().chain(postgres).collect()
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

/// A database with the program's tables, which goes when the measurement is over.
struct Fresh<'a> {
    bench: &'a Bench,
    url: String,
    /// Where it is dropped.
    server: Option<(&'a str, String)>,
}

impl<'a> Fresh<'a> {
    fn new(bench: &'a Bench, engine: &'a Engine, name: &str) -> Self {
        let (url, server) = match engine {
            Engine::Sqlite => {
                let file = bench.folder.path().join(format!("{name}.db"));
                (format!("sqlite://{}?mode=rwc", file.display()), None)
            }
            Engine::Postgres(server) => {
                let name = format!("{name}_{}", std::process::id());
                let (rest, _) = server.rsplit_once('/').expect("a URL with a database");
                bench.execute(server, &format!("CREATE DATABASE {name}"));
                (format!("{rest}/{name}"), Some((server.as_str(), name)))
            }
        };
        let status = program(&url, &bench.auth).args(["migrate", "up"]).status();
        assert!(status.expect("the program starts").success(), "no schema");
        Self { bench, url, server }
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            self.bench.execute(server, &drop);
        }
    }
}

impl Bench {
    fn execute(&self, url: &str, statement: &str) {
        let url = url.replacen("postgresql:", "postgres:", 1);
        self.runtime.block_on(async {
            let database = Database::connect(url).await.expect("a server");
            let done = database.execute_unprepared(statement).await;
            done.expect("the statement is done");
            database.close().await.expect("the connection closes");
        });
    }

    /// Adds users, then their rows by statements in which expressions stand for {uuid} and numbers like {1..4}.
    fn fill(&self, url: &str, count: u32, statements: &[impl AsRef<str>]) {
        let plain = url.replacen("postgresql:", "postgres:", 1);
        self.runtime.block_on(async {
            let database = Database::connect(plain).await.expect("the database");
            let transaction = database.begin().await.expect("a transaction");
            for user in users(count) {
                let done = transaction.execute_unprepared(&insert_user(&user)).await;
                done.expect("the user is added");
            }
            for statement in statements {
                let statement = with_expressions(statement.as_ref(), url);
                let done = transaction.execute_unprepared(&statement).await;
                done.expect("the rows are added");
            }
            transaction.commit().await.expect("a commit");
            database.close().await.expect("the database closes");
        });
    }
}

fn insert_user(
    User {
        id,
        uuid,
        name,
        email,
        ..
    }: &User,
) -> String {
    let (columns, ids) = if NATIVE_IDS {
        ("id", format!("'{uuid}'"))
    } else {
        ("id, uuid", format!("'{id}', '{uuid}'"))
    };
    format!(
        r#"INSERT INTO "user" ({columns}, name, email, "emailVerified", "createdAt", "updatedAt")
           VALUES ({ids}, '{name}', '{email}', true, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"#
    )
}

fn with_expressions(statement: &str, url: &str) -> String {
    let mut statement = statement.replace("{uuid}", uuid(url));
    while let Some((before, rest)) = statement.split_once("{1..") {
        let (last, after) = rest.split_once('}').expect("a last number");
        let last = last.parse().expect("a number");
        statement = format!("{before}{}{after}", numbers(last));
    }
    statement
}

/// The load's users: user0001 and so on.
fn users(count: u32) -> impl Iterator<Item = User> {
    (1..=count).map(|number| User::named(&format!("user{number:04}")))
}

/// Their tokens, a line each.
fn write_tokens(auth: &MockAuth, count: u32, file: &Path) {
    let token = |user: User| auth.token(&user).expires_in(TOKEN_LIFETIME).sign() + "\n";
    let tokens: String = users(count).map(token).collect();
    fs::write(file, tokens).expect("the tokens are written");
}

fn uuid(url: &str) -> &'static str {
    if url.starts_with("postgres") {
        return "gen_random_uuid()";
    }
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) \
     || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
}

fn numbers(last: u32) -> String {
    format!(
        "(WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) \
         SELECT n FROM numbers) AS numbers"
    )
}

/// The server's CPU for a request, asked by wrk with 1,000 tokens in turn: the medians of alternating
/// rounds. Writes come last: they make lists longer.
fn measure_requests(bench: &Bench, engine: &Engine) {
    let size = if bench.is_whole { WHOLE } else { TRIAL };
    let folder = bench.folder.path();
    write_tokens(&bench.auth, size.users, &folder.join("tokens"));
    let database = Fresh::new(bench, engine, "load");
    bench.fill(&database.url, size.users, ROWS);
    let server = Server::start(&database.url, &bench.auth);
    println!("\n{}", engine.name());
    println!("memory at rest: {}", server.memory());
    println!("route     µs of CPU  requests/s  × health");
    let mut base = None;
    let (writes, reads): (Vec<_>, Vec<_>) = ROUTES.iter().partition(|(_, _, body)| body.is_some());
    for routes in [reads, writes] {
        let rounds: Vec<Vec<Cost>> = (0..size.rounds)
            .map(|_| {
                let costs = routes.iter().map(|route| server.load(route, &size, folder));
                costs.collect()
            })
            .collect();
        for (index, (name, ..)) in routes.iter().enumerate() {
            let of_route = |cost: fn(&Cost) -> f64| {
                median(rounds.iter().map(|round| cost(&round[index])).collect())
            };
            let (cpu, rate) = (of_route(|cost| cost.cpu), of_route(|cost| cost.rate));
            let base = *base.get_or_insert(cpu);
            println!("{name:8} {cpu:10.1} {rate:11.0} {:9.1}", cpu / base);
        }
    }
    println!("memory after: {}", server.memory());
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The program on this database, with the stand-in's tokens.
fn program(url: &str, auth: &MockAuth) -> Command {
    let name = concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"));
    let file = std::env::var(name).expect("cargo built the program");
    program_in(Path::new(&file), url, auth)
}

/// The same from another build.
fn program_in(file: &Path, url: &str, auth: &MockAuth) -> Command {
    let mut program = Command::new(file);
    program
        .envs([("DATABASE_URL", url), ("RUST_LOG", "warn")])
        .env("BETTER_AUTH_URL", auth.origin())
        .envs([
            ("RATE_LIMIT_PER_USER", "0"),
            ("RATE_LIMIT_PER_ADDRESS", "0"),
        ])
        .stdout(Stdio::null());
    program
}

/// What requests cost: µs of the server's CPU each, and how many there were in a second.
struct Cost {
    cpu: f64,
    rate: f64,
}

struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(url: &str, auth: &MockAuth) -> Self {
        Self::spawn(&mut program(url, auth), free_port())
    }

    fn spawn(program: &mut Command, port: u16) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        program.env("PORT", port.to_string());
        let mut process = program.spawn().expect("the program starts");
        while TcpStream::connect(address).is_err() {
            let ended = process.try_wait().expect("a child");
            assert!(ended.is_none(), "the program ended");
            thread::sleep(Duration::from_millis(50));
        }
        // It listens before its workers are ready.
        thread::sleep(Duration::from_secs(1));
        Self {
            process,
            url: format!("http://{address}"),
        }
    }

    fn load(&self, &(name, path, body): &Route, size: &Size, folder: &Path) -> Cost {
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads=1", "--connections=32"])
            .arg(format!("--duration={}s", size.seconds))
            .arg("--script")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/load.lua"))
            .arg(format!("{}{path}", self.url))
            .env("LOAD_TOKENS", folder.join("tokens"));
        if let Some(body) = body {
            wrk.env("LOAD_BODY", body);
        }
        let before = self.cpu();
        let output = wrk.output().expect("wrk (apt install wrk)");
        let cpu = self.cpu() - before;
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(!report.contains("Non-2xx"), "{name}: {report}");
        let requests = number_before(&report, " requests in");
        Cost {
            cpu: cpu.as_secs_f64() * 1e6 / requests,
            rate: requests / f64::from(size.seconds),
        }
    }

    /// What the process has used. Linux counts in hundredths of a second.
    fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        let (_, fields) = stat.rsplit_once(')').expect("a command in parentheses");
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks = ticks.map(|field| field.parse::<u64>().expect("ticks"));
        Duration::from_millis(10 * ticks.sum::<u64>())
    }

    /// What is resident: in all, and what is not a part of the program's file.
    fn memory(&self) -> String {
        let (all, anonymous) = (self.kibibytes("Rss:"), self.kibibytes("Anonymous:"));
        let [all, anonymous] = [all, anonymous].map(|kibibytes| kibibytes / 1024.0);
        format!("{all:.1} MiB, of which {anonymous:.1} anonymous")
    }

    /// A line of smaps_rollup.
    fn kibibytes(&self, name: &str) -> f64 {
        let rollup = self.proc("smaps_rollup");
        let line = rollup.lines().find(|line| line.starts_with(name));
        number_before(line.expect("a line of its own"), " kB")
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.process.id())).expect("Linux")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().expect("it runs until now");
        self.process.wait().expect("it ends");
    }
}

fn free_port() -> u16 {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    free.local_addr().expect("an address").port()
}

fn number_before(text: &str, what: &str) -> f64 {
    let (before, _) = text.split_once(what).expect(what);
    let number = before.split_whitespace().last();
    number.and_then(|number| number.parse().ok()).expect(what)
}
