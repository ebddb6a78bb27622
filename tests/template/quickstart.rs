//! `cargo quickstart`, by its binary.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::builds::{target_dir, turn_to_build};
use crate::ports::free_port;
use crate::{copy_checkout_to, files_below, generate, git};

/// A folder with a copy of this checkout, under git.
struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = folder.path().join("checkout");
        copy_checkout_to(&checkout);
        let sandbox = Self { folder };
        sandbox.git(&["init", "--quiet"]);
        sandbox.git(&["add", "."]);
        sandbox
    }

    /// Runs git in the checkout and returns what it prints.
    fn git(&self, arguments: &[&str]) -> String {
        git(&self.folder.path().join("checkout"), arguments)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
        command
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.folder.path().join("checkout"))
            .current_dir(self.folder.path());
        command
    }

    fn quickstart(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The record of a project beside the checkout.
    fn record(&self, project: &str) -> toml::Table {
        let file = self.folder.path().join(project).join(".template.toml");
        fs::read_to_string(file).unwrap().parse().unwrap()
    }

    /// The names beside the checkout.
    fn neighbours(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "checkout").collect();
        names.sort();
        names
    }
}

fn error_of(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_workspace_around_the_project_stays_as_it_is_and_is_told_what_to_exclude() {
    let sandbox = Sandbox::new();
    let manifest = sandbox.folder.path().join("Cargo.toml");
    let arguments = ["my-api", "--no-run", "--path", "services/my-api"];
    for (exclude, is_told) in [("", true), ("exclude = [\"services/my-api\"]\n", false)] {
        let around = format!("# Ours.\n[workspace]\nmembers = [\"services/*\"]\n{exclude}");
        fs::write(&manifest, &around).unwrap();
        let output = sandbox.quickstart(&arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        assert_eq!(
            told.contains("match it, add exclude = [\"services/my-api\"]"),
            is_told,
            "{told}"
        );
        assert_eq!(fs::read_to_string(&manifest).unwrap(), around);
        fs::remove_dir_all(sandbox.folder.path().join("services")).unwrap();
    }
}

#[test]
fn the_next_step_of_a_project_with_a_web_application_starts_it_too() {
    let sandbox = Sandbox::new();
    for (option, next) in [
        ("frontend=none", "&& cargo dev\n"),
        ("frontend=nextjs", "&& npm ci && npm run dev\n"),
    ] {
        let name = option.replace('=', "-");
        let output = sandbox.quickstart(&[&name, "--no-run", "-d", option]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.ends_with(next), "{option}: {said}");
    }
}

#[test]
fn a_project_for_postgresql_alone_does_not_run_without_a_server() {
    let sandbox = Sandbox::new();
    let server = "DATABASE_URL=postgres://user@host/database";
    for (frontend, next) in [
        ("none", format!("&& {server} cargo dev\n")),
        ("nextjs", format!("&& npm ci && {server} npm run dev\n")),
    ] {
        let option = format!("frontend={frontend}");
        let arguments = [frontend, "-d", "database=postgres", "-d", &option];
        let mut command = sandbox.command(&arguments);
        let output = command.env_remove("DATABASE_URL").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(said.ends_with(&next), "{said}");
    }
}

#[test]
fn a_bad_name_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    let message = error_of(&sandbox.quickstart(&["fn", "--no-run"]));
    let expected = "values: a project cannot be called \"fn\": Rust, cargo or Windows reserves it. Try \"fn-api\".\n";
    assert!(message.ends_with(expected), "{message}");
    assert!(
        sandbox.neighbours().is_empty(),
        "{:?}",
        sandbox.neighbours()
    );
}

#[test]
fn a_bad_option_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    for option in ["database=mysql", "colour=red", "database"] {
        let message = error_of(&sandbox.quickstart(&["shop", "--no-run", "-d", option]));
        assert!(message.contains("error: "), "{message}");
        assert!(
            sandbox.neighbours().is_empty(),
            "{:?}",
            sandbox.neighbours()
        );
    }
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let sandbox = Sandbox::new();
    let shop = sandbox.folder.path().join("shop");
    fs::create_dir(&shop).unwrap();
    fs::write(shop.join("notes"), "mine").unwrap();
    let message = error_of(&sandbox.quickstart(&["shop", "--no-run"]));
    assert!(message.contains("is not an empty folder"), "{message}");
    assert_eq!(
        files_below(&shop).into_iter().collect::<Vec<_>>(),
        ["notes"]
    );
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.folder.path().join("shop"), "mine").unwrap();
    let message = error_of(&sandbox.quickstart(&["shop", "--no-run"]));
    assert!(message.contains("is not an empty folder"), "{message}");
    assert_eq!(
        fs::read_to_string(sandbox.folder.path().join("shop")).unwrap(),
        "mine"
    );
}

#[test]
fn the_project_stands_beside_the_checkout_and_has_a_repository() {
    let sandbox = Sandbox::new();
    assert!(sandbox.quickstart(&["--no-run"]).status.success());
    assert_eq!(sandbox.neighbours(), ["my-api"]);
    let project = sandbox.folder.path().join("my-api");
    assert!(project.join(".git/HEAD").is_file());
    fs::remove_dir_all(project.join(".git")).unwrap();
    assert_eq!(
        files_below(&project),
        generate("my-api", &[]).unwrap().files()
    );
}

#[test]
fn the_path_is_the_project_s_own_folder() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.folder.path().join("empty")).unwrap();
    for (name, path) in [("shop", "empty"), ("checkout", "new/deeper")] {
        let output =
            sandbox.quickstart(&[name, "--no-run", "--path", path, "-d", "database=sqlite"]);
        assert!(output.status.success(), "{output:?}");
        let manifest =
            fs::read_to_string(sandbox.folder.path().join(path).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("default = [\"sqlite\"]"));
    }
    assert_eq!(sandbox.neighbours(), ["empty", "new"]);
}

#[test]
fn answers_come_from_the_command_line_then_a_file_then_the_environment() {
    let sandbox = Sandbox::new();
    let file = sandbox.folder.path().join("values.toml");
    let values =
        "[values]\nci = \"none\"\nlicense = \"both\"\ndeploy = [\"docker\", \"systemd\"]\n";
    fs::write(&file, values).unwrap();
    let arguments = [
        "shop",
        "--no-run",
        "--values-file",
        "values.toml",
        "-d",
        "ci=gitlab",
    ];
    let mut quickstart = sandbox.command(&arguments);
    for (option, value) in [("DATABASE", "sqlite"), ("LICENSE", "MIT"), ("CI", "github")] {
        quickstart.env(format!("CARGO_GENERATE_VALUE_{option}"), value);
    }
    assert!(quickstart.output().unwrap().status.success());
    let record = sandbox.record("shop");
    assert_eq!(record["values"]["ci"].as_str(), Some("gitlab"));
    assert_eq!(record["values"]["license"].as_str(), Some("both"));
    assert_eq!(record["values"]["database"].as_str(), Some("sqlite"));
    let deploy = record["values"]["deploy"].as_array().unwrap();
    let deploy: Vec<_> = deploy.iter().map(|item| item.as_str().unwrap()).collect();
    assert_eq!(deploy, ["docker", "systemd"]);
}

#[test]
fn the_record_names_the_commit_if_the_checkout_is_a_repository_of_its_own() {
    let sandbox = Sandbox::new();
    let checkout = sandbox.folder.path().join("checkout");
    sandbox.git(&["commit", "--quiet", "--message", "template"]);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    assert!(sandbox.quickstart(&["shop", "--no-run"]).status.success());
    let record = sandbox.record("shop");
    assert_eq!(record["template"]["commit"].as_str(), Some(head.trim()));
    assert_eq!(record["project"]["name"].as_str(), Some("shop"));

    // The commit of a repository around the checkout says nothing about the template.
    fs::rename(checkout.join(".git"), sandbox.folder.path().join(".git")).unwrap();
    assert!(sandbox.quickstart(&["copy", "--no-run"]).status.success());
    assert!(sandbox.record("copy")["template"].get("commit").is_none());
}

/// The two commands in the record, word for word but for the folders.
#[test]
fn the_recorded_commands_make_the_same_project() {
    let sandbox = Sandbox::new();
    assert!(
        sandbox
            .quickstart(&["shop", "--no-run", "-d", "ci=none"])
            .status
            .success()
    );
    let record = sandbox.folder.path().join("shop/.template.toml");
    let text = fs::read_to_string(&record).unwrap();
    let commands = text
        .lines()
        .filter_map(|line| line.strip_prefix("#     cargo "));
    let commands: Vec<_> = commands.collect();
    assert_eq!(commands.len(), 2);
    let [first, values_file, path] = ["shop", "--values-file", "/path/to/.template.toml"];
    assert_eq!(
        commands[0],
        format!("quickstart {first} {values_file} {path}")
    );
    assert_eq!(
        commands[1],
        format!("generate --path . --name {first} {values_file} {path}")
    );
    let record = record.to_str().unwrap();
    let again = [first, values_file, record, "--no-run", "--path", "again"];
    assert!(sandbox.quickstart(&again).status.success());
    let [shop, again] = ["shop", "again"].map(|dir| sandbox.folder.path().join(dir));
    for dir in [&shop, &again] {
        fs::remove_dir_all(dir.join(".git")).unwrap();
    }
    assert_eq!(files_below(&shop), files_below(&again));
    for file in files_below(&shop) {
        assert!(
            fs::read(shop.join(&file)).unwrap() == fs::read(again.join(&file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn only_tracked_files_are_exported_as_they_stand() {
    let sandbox = Sandbox::new();
    let template = sandbox.folder.path().join("checkout/template");
    fs::write(template.join("src/scratch.rs"), "untracked").unwrap();
    fs::write(template.join("LICENSE-MIT"), "changed, not committed").unwrap();
    fs::remove_file(template.join(".gitattributes")).unwrap();
    assert!(sandbox.quickstart(&["shop", "--no-run"]).status.success());
    let project = sandbox.folder.path().join("shop");
    assert!(!project.join("src/scratch.rs").exists());
    assert!(!project.join(".gitattributes").exists());
    assert_eq!(
        fs::read_to_string(project.join("LICENSE-MIT")).unwrap(),
        "changed, not committed"
    );
}

#[test]
fn one_command_leads_to_a_backend_that_answers_and_ctrl_c_ends_all_of_it() {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("quickstart");
    let _ = fs::remove_dir_all(&project);
    let port = free_port();
    let _turn = turn_to_build();
    let mut backend = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .args(["my-api", "--path", project.to_str().unwrap()])
        .env("CARGO_TARGET_DIR", target_dir())
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_ready(&mut backend, port);
    interrupt(&backend);
    let status = wait_for_end(&mut backend);
    assert!(status.success(), "{status}");
    // The pipe ends when the last process that inherited it has.
    let mut output = String::new();
    backend
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut output)
        .unwrap();
    TcpStream::connect(("127.0.0.1", port)).unwrap_err();
    assert!(project.join("Cargo.lock").is_file());
}

fn wait_until_ready(backend: &mut Child, port: u16) {
    let deadline = Instant::now() + Duration::from_secs(900);
    while !is_ready(port).unwrap_or(false) {
        assert!(
            backend.try_wait().unwrap().is_none(),
            "it ended before it answered"
        );
        if Instant::now() > deadline {
            backend.kill().unwrap();
            panic!("no answer in 15 minutes");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn wait_for_end(backend: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(status) = backend.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            backend.kill().unwrap();
            panic!("Ctrl-C did not end it in a minute");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn is_ready(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream
        .write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

fn interrupt(process: &Child) {
    let status = Command::new("kill")
        .args(["-INT", &process.id().to_string()])
        .status();
    assert!(status.unwrap().success());
}
