//! The programs of a deployment.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use super::deployment::Ids;
use super::root;
use super::user::agent;
use crate::builds::{cargo, target_dir, turn_to_build};
use crate::scaffold;

pub const READY_WITHIN: Duration = Duration::from_secs(60);

/// A child process that ends with its owner.
pub struct Server(Child);

impl Server {
    pub fn start(command: Command, log: &Path, ready: &str) -> Self {
        let mut server = Self::spawn(command, log);
        server.wait_until_ready(log, ready);
        server
    }

    pub fn spawn(mut command: Command, log: &Path) -> Self {
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
    pub fn wait_until_ready(&mut self, log: &Path, ready: &str) {
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

/// Builds the program with these features.
fn build(features: &str) -> PathBuf {
    let _turn = turn_to_build();
    let mut cargo = generator::cargo(&root().join("template"));
    succeed(
        cargo
            .args(["build", "--locked", "--features", features])
            .env("CARGO_TARGET_DIR", target_dir()),
    );
    copy_built("my-api", &format!("my-api-{features}"))
}

/// What `cargo scaffold` makes of a project, which its own tests have built before.
pub fn scaffolded_binary() -> &'static Path {
    static SCAFFOLDED: OnceLock<PathBuf> = OnceLock::new();
    SCAFFOLDED.get_or_init(|| {
        let dir = scaffold::lasting();
        let _turn = turn_to_build();
        succeed(&mut cargo(dir, "build --locked"));
        copy_built("shop", "shop-scaffolded")
    })
}

/// Copies a program to where the next build does not replace it.
fn copy_built(program: &str, name: &str) -> PathBuf {
    let copy = target_dir().join(name);
    fs::copy(target_dir().join("debug").join(program), &copy).unwrap();
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
