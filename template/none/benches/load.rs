//! What a request costs the server: the release program on a seeded database, asked by wrk with
//! 1,000 tokens in turn. `cargo bench --bench load`, on Linux; also on PostgreSQL where
//! TEST_DATABASE_URL names a server. Without `--bench` it only shows that it still works.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use mock_auth::{MockAuth, User};
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use tokio::runtime::Runtime;

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
const TOKEN_LIFETIME: i64 = 60 * 60;

/// What is asked: a name, a path, and the body of what writes.
type Route = (&'static str, &'static str, Option<&'static str>);
const ROUTES: &[Route] = &[
    ("health", "/health/live", None),
    ("me", "/api/me", None),
    ("profile", "/api/profile", None),
];

fn main() {
    let size = match std::env::args().any(|argument| argument == "--bench") {
        true => WHOLE,
        false => TRIAL,
    };
    let runtime = Runtime::new().expect("a runtime");
    let auth = runtime.block_on(MockAuth::start());
    let folder = TempDir::new().expect("a folder");
    write_tokens(&auth, size.users, &folder.path().join("tokens"));
    if cfg!(feature = "sqlite") {
        let file = folder.path().join("load.db");
        measure(
            &size,
            &format!("sqlite://{}?mode=rwc", file.display()),
            &auth,
            folder.path(),
        );
    }
    if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
        let name = format!("load_{}", std::process::id());
        let (rest, _) = server.rsplit_once('/').expect("a URL with a database");
        runtime.block_on(execute(&server, &format!("CREATE DATABASE {name}")));
        measure(&size, &format!("{rest}/{name}"), &auth, folder.path());
        runtime.block_on(execute(
            &server,
            &format!("DROP DATABASE {name} WITH (FORCE)"),
        ));
    }
}

/// Tokens of the users that `seed` makes, a line each.
fn write_tokens(auth: &MockAuth, users: u32, file: &Path) {
    let token = |number| {
        let user = User::named(&format!("user{number:04}"));
        auth.token(&user).expires_in(TOKEN_LIFETIME).sign() + "\n"
    };
    let tokens: String = (1..=users).map(token).collect();
    fs::write(file, tokens).expect("the tokens are written");
}

async fn execute(server: &str, statement: &str) {
    let server = server.replacen("postgresql:", "postgres:", 1);
    let database = Database::connect(server).await.expect("a server");
    let done = database.execute_unprepared(statement).await;
    done.expect("the statement is done");
}

/// Prints the medians of alternating rounds. Writes come last: they make lists longer.
fn measure(size: &Size, url: &str, auth: &MockAuth, folder: &Path) {
    let seed = ["seed", "--users", &size.users.to_string()];
    let status = program(url, auth).args(seed).status();
    assert!(status.expect("the program starts").success(), "no seed");
    let server = Server::start(url, auth);
    println!("\n{}", url.split(':').next().unwrap_or_default());
    println!("memory at rest: {}", server.memory());
    println!("route     µs of CPU  requests/s  × health");
    let mut base = None;
    let (writes, reads): (Vec<_>, Vec<_>) = ROUTES.iter().partition(|(_, _, body)| body.is_some());
    for routes in [reads, writes] {
        let rounds: Vec<Vec<Cost>> = (0..size.rounds)
            .map(|_| {
                let costs = routes.iter().map(|route| server.load(route, size, folder));
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
    let mut program = Command::new(std::env::var(name).expect("cargo built the program"));
    program
        .envs([("DATABASE_URL", url), ("RUST_LOG", "warn")])
        .env("BETTER_AUTH_URL", auth.origin())
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
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let mut program = program(url, auth);
        program.env("PORT", address.port().to_string());
        let process = program.spawn().expect("the program starts");
        while TcpStream::connect(address).is_err() {
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
        let rollup = self.proc("smaps_rollup");
        let mebibytes = |name| {
            let line = rollup.lines().find(|line| line.starts_with(name));
            number_before(line.expect("a line of its own"), " kB") / 1024.0
        };
        let (all, anonymous) = (mebibytes("Rss:"), mebibytes("Anonymous:"));
        format!("{all:.1} MiB, of which {anonymous:.1} anonymous")
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

fn number_before(text: &str, what: &str) -> f64 {
    let (before, _) = text.split_once(what).expect(what);
    let number = before.split_whitespace().last();
    number.and_then(|number| number.parse().ok()).expect(what)
}
