//! Tests of the template: what it generates, what it rejects, and that the generated projects work.

#![allow(clippy::unwrap_used)]

mod agents;
mod builds;
mod deploy;
mod faults;
mod leaks;
mod names;
mod options;
mod platforms;
#[path = "../../template/tests/api/support/ports.rs"]
mod ports;
mod quickstart;
mod real_server;
mod recipe;
mod scaffold;
mod siblings;
mod twins;
mod update;
mod variants;
mod workflows;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use generator::{Answers, Checkout};
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A generated project in a folder of its own, gone when dropped.
struct Project {
    folder: TempDir,
}

impl Project {
    fn dir(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.dir().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Every file, relative to the project, in order.
    fn files(&self) -> BTreeSet<String> {
        files_below(&self.dir())
    }
}

/// The project, or what the template says against it; then the folder must have stayed empty.
fn generate(name: &str, values: &[&str]) -> Result<Project, String> {
    generate_with(&answers(name, values))
}

fn generate_with(answers: &Answers) -> Result<Project, String> {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    let copy = COPY.get_or_init(|| {
        let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkout");
        let _ = fs::remove_dir_all(&copy);
        copy_checkout_to(&copy);
        copy
    });
    generate_from(&Checkout::at(copy), answers)
}

fn answers(name: &str, values: &[&str]) -> Answers {
    Answers {
        name: name.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
        values_file: None,
    }
}

fn generate_from(checkout: &Checkout, answers: &Answers) -> Result<Project, String> {
    let folder = tempfile::tempdir().unwrap();
    let project = Project { folder };
    match checkout.generate(answers, &project.dir()) {
        Ok(()) => Ok(project),
        Err(error) => {
            let left = files_below(project.folder.path());
            assert!(left.is_empty(), "left behind: {left:?}");
            assert!(!project.dir().exists(), "an empty folder was left behind");
            Err(format!("{error:#}"))
        }
    }
}

fn files_below(dir: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    files
}

/// What git prints in `dir`, as somebody who is known by name alone.
fn git(dir: &Path, arguments: &[&str]) -> String {
    let identity = ["user.name=Nobody", "user.email=nobody@example.test"];
    let output = Command::new("git")
        .args(identity.iter().flat_map(|setting| ["-c", setting]))
        .args(arguments)
        .current_dir(dir)
        .output()
        .expect("git is needed");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {message}");
    String::from_utf8(output.stdout).unwrap()
}

/// Everything in this checkout that git does not ignore.
fn checkout_files() -> BTreeSet<String> {
    let listing = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(ROOT)
        .output()
        .expect("git is needed");
    let files = String::from_utf8(listing.stdout).unwrap();
    assert!(!files.is_empty(), "the tests need a git checkout");
    let files = files.split_terminator('\0').map(str::to_owned);
    files
        .filter(|file| Path::new(ROOT).join(file).is_file())
        .collect()
}

fn copy_checkout_to(copy: &Path) {
    for file in checkout_files() {
        let target = copy.join(&file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(Path::new(ROOT).join(file), target).unwrap();
    }
}

/// Compares a derived file of the repository with what it should be; with RENEW=1 in the environment it is written instead.
fn assert_renewed(file: &str, expected: &str) {
    let path = Path::new(ROOT).join(file);
    if std::env::var_os("RENEW").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let actual = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        actual == expected,
        "{file} is out of date: run `RENEW=1 cargo test derived` and look at the difference"
    );
}
