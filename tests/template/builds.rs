//! Generated projects are built, linted and tested, one cargo at a time, in folders that outlast the run: so only what
//! changed since the last run is built again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Project, files_below, generate};

static CARGO: Mutex<()> = Mutex::new(());

/// Whoever holds this may build.
pub fn turn_to_build() -> MutexGuard<'static, ()> {
    CARGO.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The target folder that all generated projects share.
pub fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("target")
}

/// A generated project in a lasting folder; its name and description are not those under which `template/` is developed.
fn lasting(answer: &str) -> PathBuf {
    let project = generate("shop", &["description=A shop", answer]).unwrap();
    let (_, folder) = answer.split_once('=').unwrap();
    lasting_copy(&project, folder)
}

/// The project in a folder that outlasts the run.
pub fn lasting_copy(project: &Project, folder: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    replace_what_differs(project, &dir);
    dir
}

/// An equal file keeps its time of change, by which cargo tells what to build.
fn replace_what_differs(project: &Project, dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    let files = project.files();
    for gone in files_below(dir).difference(&files) {
        fs::remove_file(dir.join(gone)).unwrap();
    }
    for file in &files {
        let (new, old) = (project.dir().join(file), dir.join(file));
        if fs::read(&new).ok() != fs::read(&old).ok() {
            fs::create_dir_all(old.parent().unwrap()).unwrap();
            fs::copy(new, old).unwrap();
        }
    }
}

pub fn cargo(dir: &Path, arguments: &str) -> Command {
    let mut cargo = generator::cargo(dir);
    cargo
        .args(arguments.split(' '))
        .env("CARGO_TARGET_DIR", target_dir());
    cargo
}

pub fn succeed(mut cargo: Command) {
    let output = cargo.output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{cargo:?}\n{out}\n{err}");
}

#[test]
fn the_lock_file_fits_from_the_first_moment() {
    for database in ["both", "sqlite", "postgres"] {
        let project = generate("another-name", &[&format!("database={database}")]).unwrap();
        let _turn = turn_to_build();
        succeed(cargo(
            &project.dir(),
            "metadata --locked --format-version 1",
        ));
    }
}

#[test]
fn a_plain_build_does_not_rewrite_the_lock_file() {
    let project = generate("another-name", &[]).unwrap();
    let before = project.read("Cargo.lock");
    let _turn = turn_to_build();
    succeed(cargo(&project.dir(), "metadata --format-version 1"));
    assert_eq!(project.read("Cargo.lock"), before);
}

#[test]
fn the_default_project_is_formatted_lints_clean_and_passes_its_tests() {
    let dir = lasting("database=both");
    let _turn = turn_to_build();
    succeed(cargo(&dir, "fmt --all --check"));
    succeed(cargo(
        &dir,
        "clippy --workspace --all-targets --locked -- -D warnings",
    ));
    succeed(cargo(&dir, "test --workspace --locked"));
}

#[test]
fn the_project_with_native_ids_lints_clean_and_passes_its_tests() {
    let dir = lasting("user_ids=native");
    let _turn = turn_to_build();
    succeed(cargo(
        &dir,
        "clippy --workspace --all-targets --locked -- -D warnings",
    ));
    succeed(cargo(&dir, "test --workspace --locked"));
}

#[test]
fn the_project_without_postgresql_lints_clean() {
    let dir = lasting("database=sqlite");
    let _turn = turn_to_build();
    succeed(cargo(
        &dir,
        "clippy --workspace --all-targets --locked -- -D warnings",
    ));
}

#[test]
fn the_project_without_sqlite_lints_clean() {
    let dir = lasting("database=postgres");
    let _turn = turn_to_build();
    succeed(cargo(
        &dir,
        "clippy --workspace --all-targets --locked -- -D warnings",
    ));
}
