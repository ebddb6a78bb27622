//! Generated projects are built, linted and tested, one cargo at a time, in folders that outlast the run: so only what
//! changed since the last run is built again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Project, ROOT, assert_renewed, files_below, generate};

const DOCUMENT: &str = "tests/api/snapshots/api__openapi__the_document_is_as_it_was_reviewed.snap";

static CARGO: Mutex<()> = Mutex::new(());

/// Whoever holds this may build, and change the folder of all combinations.
pub type Turn = MutexGuard<'static, ()>;

pub fn turn_to_build() -> Turn {
    CARGO.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The target folder that all generated projects share.
pub fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("target")
}

/// The answers that decide what is compiled: the databases, the kind of ids, the example.
#[derive(Clone, Copy, PartialEq)]
struct Compiled([&'static str; 3]);

impl Compiled {
    /// Every combination.
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for database in ["both", "sqlite", "postgres"] {
            for user_ids in ["hybrid", "native"] {
                all.extend(["tasks", "none"].map(|example| Self([database, user_ids, example])));
            }
        }
        all
    }

    fn name(self) -> String {
        self.0.join("-")
    }

    /// Generates it into the lasting folder of all combinations; its name and description are not those under which
    /// `template/` is developed.
    fn project(self, _: &Turn) -> PathBuf {
        let [database, user_ids, example] = self.0;
        let answers = [
            "description=A shop".to_owned(),
            format!("database={database}"),
            format!("user_ids={user_ids}"),
            format!("example={example}"),
        ];
        let project = generate("shop", &answers.each_ref().map(String::as_str)).unwrap();
        lasting_copy(&project, "combinations")
    }

    /// Runs all tests of it; `.ci/run` counts those of the log.
    fn passes_its_tests(self, turn: &Turn, engine: &str, server: Option<&str>) {
        let dir = self.project(turn);
        let mut cargo = cargo(&dir, "test --workspace --locked");
        match server {
            Some(server) => cargo.env("TEST_DATABASE_URL", server),
            None => cargo.env_remove("TEST_DATABASE_URL"),
        };
        let log = format!("{}.{engine}.log", self.name());
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(log);
        fs::write(log, succeed(cargo)).unwrap();
    }
}

/// Every two answers meet in a project of one of the two sets. The last one here is the first on PostgreSQL: it is built once.
const SQLITE: [Compiled; 4] = [
    Compiled(["sqlite", "native", "tasks"]),
    Compiled(["sqlite", "hybrid", "none"]),
    Compiled(["both", "native", "none"]),
    Compiled(["both", "hybrid", "tasks"]),
];
const POSTGRES: [Compiled; 3] = [
    Compiled(["both", "hybrid", "tasks"]),
    Compiled(["postgres", "native", "tasks"]),
    Compiled(["postgres", "hybrid", "none"]),
];

/// The folders of projects that outlast the run.
const LASTING: [&str; 2] = ["combinations", "scaffolded"];

/// The project in a folder that outlasts the run. Cargo tells what it built apart by names, features and profiles, and not
/// by folders: each has a profile of its own, or the packages of one would be taken for those of another.
pub fn lasting_copy(project: &Project, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let dir = folder.join("project");
    replace_what_differs(project, &dir);
    let number = LASTING.iter().position(|known| *known == name);
    let units = 17 + number.expect(name);
    let profiles = [
        "shop",
        "migration",
        "better-auth",
        "database",
        "mock-auth",
        "rest",
        "scaffold",
    ]
    .map(|package| format!("[profile.dev.package.{package}]\ncodegen-units = {units}\n"));
    fs::create_dir_all(folder.join(".cargo")).unwrap();
    fs::write(folder.join(".cargo/config.toml"), profiles.concat()).unwrap();
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

/// What it prints.
pub fn succeed(mut cargo: Command) -> String {
    let output = cargo.output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{cargo:?}\n{out}\n{err}");
    out.into_owned()
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
fn the_program_and_its_tests_are_built_with_the_features_of_the_whole_workspace() {
    let dir = Path::new(ROOT).join("template");
    let packages = |edges: &str| -> BTreeSet<String> {
        let tree =
            format!("tree --locked --no-dedupe --prefix none --format {{p}}|{{f}} -e {edges}");
        succeed(cargo(&dir, &tree))
            .lines()
            .map(str::to_owned)
            .collect()
    };
    let sets = ["no-dev", "normal,build,dev", "normal,build,dev --workspace"].map(packages);
    for [part, whole] in sets.array_windows() {
        let built_twice: Vec<_> = part.difference(whole).collect();
        assert!(built_twice.is_empty(), "{built_twice:#?}");
    }
}

#[test]
fn every_combination_that_is_compiled_is_formatted_and_lints_clean() {
    let turn = turn_to_build();
    for compiled in Compiled::all() {
        let dir = compiled.project(&turn);
        succeed(cargo(&dir, "fmt --all --check"));
        let tested = SQLITE.contains(&compiled) || POSTGRES.contains(&compiled);
        let targets = if tested { " --all-targets" } else { "" };
        let clippy = format!("clippy --workspace{targets} --locked -- -D warnings");
        succeed(cargo(&dir, &clippy));
    }
}

#[test]
fn the_tests_of_a_set_that_covers_every_two_answers_pass_on_sqlite() {
    let turn = turn_to_build();
    for compiled in SQLITE {
        compiled.passes_its_tests(&turn, "sqlite", None);
    }
}

#[test]
#[ignore = "needs PostgreSQL: scripts/postgres run cargo test builds -- --ignored"]
fn the_tests_of_a_set_that_covers_every_two_answers_pass_on_postgresql() {
    let server = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL names a server");
    let turn = turn_to_build();
    for compiled in POSTGRES {
        compiled.passes_its_tests(&turn, "postgresql", Some(&server));
    }
}

/// The reviewed document of the API without the example, which stands below `template/none`.
#[test]
fn derived_document_without_the_example_is_up_to_date() {
    let turn = turn_to_build();
    let dir = Compiled(["sqlite", "hybrid", "none"]).project(&turn);
    let test = "test --locked --test api openapi::the_document_is_as_it_was_reviewed";
    let mut cargo = cargo(&dir, test);
    cargo.env("INSTA_UPDATE", "always");
    succeed(cargo);
    let document = fs::read_to_string(dir.join(DOCUMENT)).unwrap();
    assert_renewed(&format!("template/none/{DOCUMENT}"), &document);
}

#[test]
fn every_two_answers_that_are_compiled_meet_in_a_project_whose_tests_run() {
    let tested = || SQLITE.iter().chain(&POSTGRES);
    for Compiled(wanted) in Compiled::all() {
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            let meet = |Compiled(answers): &Compiled| {
                answers[one] == wanted[one] && answers[other] == wanted[other]
            };
            assert!(tested().any(meet), "{} with {}", wanted[one], wanted[other]);
        }
    }
}
