//! `cargo quickstart`, by its binary.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::builds::{target_dir, turn_to_build};
use crate::{copy_checkout_to, files_below, generate, git};

/// A used checkout with git, and an empty folder beside it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = folder.path().join("checkout");
        copy_checkout_to(&checkout);
        let desk = Self { folder };
        desk.git(&["init", "--quiet"]);
        desk.git(&["add", "."]);
        desk
    }

    /// What git says in the checkout.
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

    /// How the project beside the checkout says that it was made.
    fn record(&self, project: &str) -> toml::Table {
        let file = self.folder.path().join(project).join(".template.toml");
        fs::read_to_string(file).unwrap().parse().unwrap()
    }

    /// What stands beside the checkout.
    fn neighbours(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "checkout").collect();
        names.sort();
        names
    }
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_bad_name_leaves_nothing_behind() {
    let desk = Desk::new();
    let refusal = refusal(&desk.quickstart(&["fn", "--no-run"]));
    assert!(refusal.contains("Try \"fn-api\""), "{refusal}");
    assert!(desk.neighbours().is_empty(), "{:?}", desk.neighbours());
}

#[test]
fn a_bad_option_leaves_nothing_behind() {
    let desk = Desk::new();
    for option in ["database=mysql", "colour=red", "database"] {
        let refusal = refusal(&desk.quickstart(&["shop", "--no-run", "-d", option]));
        assert!(refusal.contains("error: "), "{refusal}");
        assert!(desk.neighbours().is_empty(), "{:?}", desk.neighbours());
    }
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let desk = Desk::new();
    let shop = desk.folder.path().join("shop");
    fs::create_dir(&shop).unwrap();
    fs::write(shop.join("notes"), "mine").unwrap();
    let refusal = refusal(&desk.quickstart(&["shop", "--no-run"]));
    assert!(refusal.contains("is not an empty folder"), "{refusal}");
    assert_eq!(
        files_below(&shop).into_iter().collect::<Vec<_>>(),
        ["notes"]
    );
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let desk = Desk::new();
    fs::write(desk.folder.path().join("shop"), "mine").unwrap();
    let refusal = refusal(&desk.quickstart(&["shop", "--no-run"]));
    assert!(refusal.contains("is not an empty folder"), "{refusal}");
    assert_eq!(
        fs::read_to_string(desk.folder.path().join("shop")).unwrap(),
        "mine"
    );
}

#[test]
fn the_project_stands_beside_the_checkout_and_has_a_repository() {
    let desk = Desk::new();
    assert!(desk.quickstart(&["--no-run"]).status.success());
    assert_eq!(desk.neighbours(), ["my-api"]);
    let project = desk.folder.path().join("my-api");
    assert!(project.join(".git/HEAD").is_file());
    fs::remove_dir_all(project.join(".git")).unwrap();
    assert_eq!(
        files_below(&project),
        generate("my-api", &[]).unwrap().files()
    );
}

#[test]
fn the_path_is_the_project_s_own_folder() {
    let desk = Desk::new();
    fs::create_dir(desk.folder.path().join("empty")).unwrap();
    for (name, path) in [("shop", "empty"), ("checkout", "new/deeper")] {
        let output = desk.quickstart(&[name, "--no-run", "--path", path, "-d", "database=sqlite"]);
        assert!(output.status.success(), "{output:?}");
        let manifest =
            fs::read_to_string(desk.folder.path().join(path).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("default = [\"sqlite\"]"));
    }
    assert_eq!(desk.neighbours(), ["empty", "new"]);
}

#[test]
fn answers_come_from_the_command_line_then_a_file_then_the_environment() {
    let desk = Desk::new();
    let file = desk.folder.path().join("values.toml");
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
    let mut quickstart = desk.command(&arguments);
    for (option, value) in [("DATABASE", "sqlite"), ("LICENSE", "MIT"), ("CI", "github")] {
        quickstart.env(format!("CARGO_GENERATE_VALUE_{option}"), value);
    }
    assert!(quickstart.output().unwrap().status.success());
    let record = desk.record("shop");
    assert_eq!(record["values"]["ci"].as_str(), Some("gitlab"));
    assert_eq!(record["values"]["license"].as_str(), Some("both"));
    assert_eq!(record["values"]["database"].as_str(), Some("sqlite"));
    let deploy = record["values"]["deploy"].as_array().unwrap();
    let deploy: Vec<_> = deploy.iter().map(|item| item.as_str().unwrap()).collect();
    assert_eq!(deploy, ["docker", "systemd"]);
}

#[test]
fn the_record_names_the_commit_if_the_checkout_is_a_repository_of_its_own() {
    let desk = Desk::new();
    let checkout = desk.folder.path().join("checkout");
    desk.git(&["commit", "--quiet", "--message", "template"]);
    let head = desk.git(&["rev-parse", "HEAD"]);
    assert!(desk.quickstart(&["shop", "--no-run"]).status.success());
    let record = desk.record("shop");
    assert_eq!(record["template"]["commit"].as_str(), Some(head.trim()));
    assert_eq!(record["project"]["name"].as_str(), Some("shop"));

    // The commit of a repository around the checkout says nothing about the template.
    fs::rename(checkout.join(".git"), desk.folder.path().join(".git")).unwrap();
    assert!(desk.quickstart(&["copy", "--no-run"]).status.success());
    assert!(desk.record("copy")["template"].get("commit").is_none());
}

/// The two commands in the record, word for word but for the folders.
#[test]
fn the_recorded_commands_make_the_same_project() {
    let desk = Desk::new();
    assert!(
        desk.quickstart(&["shop", "--no-run", "-d", "ci=none"])
            .status
            .success()
    );
    let record = desk.folder.path().join("shop/.template.toml");
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
    assert!(desk.quickstart(&again).status.success());
    let [shop, again] = ["shop", "again"].map(|dir| desk.folder.path().join(dir));
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
    let desk = Desk::new();
    let template = desk.folder.path().join("checkout/template");
    fs::write(template.join("src/scratch.rs"), "untracked").unwrap();
    fs::write(template.join("LICENSE-MIT"), "changed, not committed").unwrap();
    fs::remove_file(template.join(".gitattributes")).unwrap();
    assert!(desk.quickstart(&["shop", "--no-run"]).status.success());
    let project = desk.folder.path().join("shop");
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

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
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
