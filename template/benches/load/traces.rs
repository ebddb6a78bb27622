//! What traces cost: the CPU of requests in a build without the feature `otel`, in one with it where
//! traces are off, and where a hundredth of all requests is traced.

use std::{
    env,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    rt::System,
    web::{self, Bytes, PayloadConfig},
};

use crate::{
    Bench, Engine, Fresh, ROUTES, ROWS, Server, Size, TRIAL, free_port, median, program,
    program_in, write_tokens,
};

const WHOLE: Size = Size {
    users: 1_000,
    rounds: 7,
    seconds: 3,
};

pub fn measure(bench: &Bench, engine: &Engine) {
    let size = if bench.is_whole { WHOLE } else { TRIAL };
    let folder = bench.folder.path();
    write_tokens(&bench.auth, size.users, &folder.join("tokens"));
    let database = Fresh::new(bench, engine, "traces");
    bench.fill(&database.url, size.users, ROWS);
    let (endpoint, received) = start_collector();
    let mut commands = [
        program_in(&without_feature(bench), &database.url, &bench.auth),
        program(&database.url, &bench.auth),
        program(&database.url, &bench.auth),
    ];
    commands[2]
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .env("OTEL_TRACES_SAMPLER_ARG", "0.01");
    // Spans are of the level info.
    let usual = [("RUST_LOG", "info"), ("LOG_FORMAT", "json")];
    let servers = commands.map(|mut command| {
        // Where the log goes.
        let command = command.envs(usual).stderr(Stdio::null());
        Server::spawn(command, free_port())
    });
    println!("\n{}: µs of CPU", engine.name());
    println!("route    without otel         off           1 %");
    for route in ROUTES.iter().filter(|(_, _, body)| body.is_none()) {
        let rounds: Vec<[f64; 3]> = (0..size.rounds)
            .map(|_| {
                servers
                    .each_ref()
                    .map(|it| it.load(route, &size, folder).cpu)
            })
            .collect();
        let [without, off, sampled] =
            [0, 1, 2].map(|index| median(rounds.iter().map(|costs| costs[index]).collect()));
        // Of the same round: what else the machine does is the same.
        let [off_ratio, sampled_ratio] =
            [1, 2].map(|index| median(rounds.iter().map(|it| it[index] / it[0]).collect()));
        println!(
            "{:8} {without:12.1} {off:7.1} {off_ratio:4.2} × {sampled:7.1} {sampled_ratio:4.2} ×",
            route.0
        );
    }
    drop(servers);
    println!("received: {} bytes", received.load(Ordering::Relaxed));
}

/// The program built without the feature, with the features that it has by default.
fn without_feature(bench: &Bench) -> PathBuf {
    let name = env!("CARGO_PKG_NAME");
    if !bench.is_whole {
        return env::var(format!("CARGO_BIN_EXE_{name}"))
            .expect("the program")
            .into();
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without-otel");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--locked",
            "--bin",
            name,
            "--target-dir",
        ])
        .arg(&folder)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(status.expect("cargo starts").success(), "no build");
    folder.join("release").join(name)
}

/// A collector that throws away what it gets: its address, and how many bytes there were.
fn start_collector() -> (String, Arc<AtomicUsize>) {
    let received = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let counted = received.clone();
    let app = move || {
        let counted = counted.clone();
        let take = move |body: Bytes| {
            counted.fetch_add(body.len(), Ordering::Relaxed);
            async { HttpResponse::Ok() }
        };
        let limit = PayloadConfig::new(1 << 24);
        App::new().app_data(limit).default_service(web::to(take))
    };
    thread::spawn(|| {
        let server = HttpServer::new(app).workers(1).disable_signals();
        let server = server.listen(listener).expect("it listens");
        System::new().block_on(server.run())
    });
    (format!("http://{address}"), received)
}
