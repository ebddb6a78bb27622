//! What open connections take of memory: before their first request, and after it. A server of actix-web
//! alone takes the same requests.

use std::{
    env,
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    process::Command,
    thread,
    time::Duration,
};

use actix_web::{App, HttpResponse, HttpServer, rt::System, web};
use mock_auth::User;

use crate::{Bench, Engine, Fresh, Server, free_port};

/// The argument with which the benchmark itself is the server of actix-web alone.
pub const BARE: &str = "bare";
const KEEP_ALIVE: Duration = Duration::from_secs(75);
const FIRST_USER: &str = "user0001";

pub fn measure(bench: &Bench, engine: &Engine) {
    let count = if bench.is_whole { 10_000 } else { 100 };
    let database = Fresh::new(bench, engine, "memory");
    bench.fill(&database.url, 1, &[] as &[&str]);
    let token = bench.auth.token(&User::named(FIRST_USER)).sign();
    let request =
        format!("GET /api/me HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n");
    let mut bare = Command::new(env::current_exe().expect("this program"));
    let bare = Server::spawn(bare.arg(BARE), free_port());
    let whole = Server::start(&database.url, &bench.auth);
    println!("\n{}: anonymous MiB, {count} connections", engine.name());
    println!("           at rest     open   bytes each    asked   bytes each");
    let bare = Growth::of(&bare, count, &request);
    bare.print("actix-web");
    let whole = Growth::of(&whole, count, &request);
    whole.print("program");
    let [opened, asked] = whole.each();
    let [bare_opened, bare_asked] = bare.each();
    let (opened, asked) = (opened / bare_opened, asked / bare_asked);
    println!("ratio      {opened:31.2} {asked:21.2}");
}

/// What a server has in use, in KiB.
struct Growth {
    connections: f64,
    rest: f64,
    opened: f64,
    asked: f64,
}

impl Growth {
    fn of(server: &Server, count: u32, request: &str) -> Self {
        let rest = server.kibibytes("Anonymous:");
        let address = server.url.trim_start_matches("http://");
        let connect = |_| TcpStream::connect(address).expect("a connection (ulimit -n)");
        let connections: Vec<_> = (0..count).map(connect).collect();
        let opened = settled(server);
        drop(connections);
        // Asked at once: a server closes connections that stay silent for long.
        let connections: Vec<_> = (0..count)
            .map(|number| ask(connect(number), request))
            .collect();
        let asked = settled(server);
        drop(connections);
        Self {
            connections: f64::from(count),
            rest,
            opened,
            asked,
        }
    }

    /// Bytes for each connection, before and after its first request.
    fn each(&self) -> [f64; 2] {
        [self.opened, self.asked]
            .map(|kibibytes| (kibibytes - self.rest) * 1024.0 / self.connections)
    }

    fn print(&self, name: &str) {
        let [rest, opened, asked] =
            [self.rest, self.opened, self.asked].map(|kibibytes| kibibytes / 1024.0);
        let [each_opened, each_asked] = self.each();
        println!(
            "{name:10} {rest:7.1} {opened:8.1} {each_opened:12.0} {asked:8.1} {each_asked:12.0}"
        );
    }
}

/// What a server has in use once it has accepted all connections, in KiB.
fn settled(server: &Server) -> f64 {
    let mut last = 0.0;
    loop {
        let now = server.kibibytes("Anonymous:");
        if now <= last {
            return now;
        }
        last = now;
        thread::sleep(Duration::from_millis(500));
    }
}

/// Sends a request, and reads the whole of its short response.
fn ask(mut connection: TcpStream, request: &str) -> TcpStream {
    connection.write_all(request.as_bytes()).expect("sent");
    let mut response = [0; 4096];
    let length = connection.read(&mut response).expect("a response");
    let response = String::from_utf8_lossy(&response[..length]);
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    connection
}

/// Serves with actix-web alone, with the program's settings for connections.
pub fn serve_bare() {
    let port = env::var("PORT").expect("PORT");
    let port = port.parse().expect("a port");
    let answer = async || HttpResponse::Ok().body(r#"{"status":"ok"}"#);
    let server = HttpServer::new(move || App::new().default_service(web::to(answer)))
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(Duration::from_secs(10))
        .bind((Ipv4Addr::LOCALHOST, port))
        .expect("a free port");
    System::new().block_on(server.run()).expect("it serves");
}
