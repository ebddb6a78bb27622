use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use mock_auth::MockAuth;
use nix::{
    pty::{Winsize, openpty},
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::TestDatabase;

/// Runs the program to its end in an empty folder, without a .env file.
pub fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), arguments, environment)
}

/// Runs the program to its end in this folder.
pub fn run_in(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Program::command(folder, arguments, environment)
        .output()
        .unwrap()
}

/// Runs the program to its end and gives it `input` to read.
pub fn run_with_input(arguments: &[&str], environment: &[(&str, &str)], input: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Program::command(folder.path(), arguments, environment);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Written beside reading: neither pipe may fill up while the other waits.
    let writer = thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Runs the program to its end on a terminal with this input; returns whether it succeeded, and
/// what the terminal showed.
pub fn run_on_terminal(
    arguments: &[&str],
    environment: &[(&str, &str)],
    typed: &str,
) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = openpty(Some(&size), None).unwrap();
    let end = || Stdio::from(terminal.slave.try_clone().unwrap());
    let mut command = Program::command(folder.path(), arguments, environment);
    let mut child = command
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap();
    // Both hold the terminal's other end: reading would not end.
    drop((command, terminal.slave));
    let mut screen = File::from(terminal.master);
    screen.write_all(typed.as_bytes()).unwrap();
    let mut shown = Vec::new();
    // The end of a terminal is an error (EIO).
    screen.read_to_end(&mut shown).ok();
    let status = child.wait().unwrap();
    (
        status.success(),
        String::from_utf8_lossy(&shown).into_owned(),
    )
}

/// Kills the program when its test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The program as a running server.
pub struct Program {
    child: Running,
    _folder: tempfile::TempDir,
    log: thread::JoinHandle<String>,
    pub port: u16,
}

impl Program {
    /// The compiled program with exactly this environment.
    pub fn command(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let binary = std::env::var(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))).unwrap();
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir(folder);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it on a free port.
    pub fn serve(environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = [environment, &[("PORT", "0")]].concat();
        let command = Program::command(folder.path(), &["serve"], &environment);
        Self::start(command, folder)
    }

    /// Starts it by this command and waits until it listens.
    pub fn start(mut command: Command, folder: tempfile::TempDir) -> Self {
        let mut child = command.spawn().unwrap();
        let (found, port) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap());
        let log = thread::spawn(move || collect(lines, &found));
        let port = port
            .recv_timeout(Duration::from_secs(30))
            .expect("the program listens");
        Self {
            child: Running(child),
            _folder: folder,
            log,
            port,
        }
    }

    /// Starts it on a database of its own, with the keys of this auth server.
    pub async fn with_keys_of(auth: &MockAuth, given: &[(&str, &str)]) -> (Self, TestDatabase) {
        let database = TestDatabase::migrated().await;
        let origin = auth.origin();
        let usual = [
            ("DATABASE_URL", database.url()),
            ("BETTER_AUTH_URL", &origin),
        ];
        (Self::serve(&[&usual, given].concat()), database)
    }

    pub fn signal(&self, signal: Signal) {
        kill(
            Pid::from_raw(i32::try_from(self.child.0.id()).unwrap()),
            signal,
        )
        .unwrap();
    }

    /// Its peak memory in bytes.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.0.id())).unwrap();
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        let kilobytes = peak.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse::<u64>().unwrap() * 1024
    }

    /// Waits for its end; returns whether it succeeded, and everything it wrote.
    pub fn wait(mut self) -> (bool, String) {
        let mut output = String::new();
        let status = self.child.0.wait().unwrap();
        self.child
            .0
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut output)
            .unwrap();
        (status.success(), output + &self.log.join().unwrap())
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn collect(lines: impl BufRead, found: &mpsc::Sender<u16>) -> String {
    let mut log = String::new();
    for line in lines.lines().map_while(Result::ok) {
        if let Some((_, rest)) = line.split_once("listening on http://127.0.0.1:") {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            found.send(digits.parse().unwrap()).ok();
        }
        log += &line;
        log.push('\n');
    }
    log
}
