//! The step from the layout in which the framework's code was in `src/` to the one with `crates/`, on this repository's own history.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::sandbox::{commit_all, git_status};
use crate::{ROOT, copy_checkout_to, files_below, git};

/// The last commit of the previous layout.
const PREVIOUS: &str = "03288d8";

/// A clone of this repository, and a project that was made from it at the last commit of the previous layout.
struct PreviousProject {
    folder: TempDir,
}

impl PreviousProject {
    fn new(answers: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Self { folder };
        git(
            project.folder.path(),
            &[
                "clone",
                "--quiet",
                "--shared",
                "--no-checkout",
                ROOT,
                "template",
            ],
        );
        let template = project.path("template");
        let found = Command::new("git")
            .args(["cat-file", "-e", &format!("{PREVIOUS}^{{commit}}")])
            .current_dir(&template)
            .status();
        assert!(
            found.unwrap().success(),
            "commit {PREVIOUS} is missing: these tests need the whole history (git fetch --unshallow)"
        );
        git(&template, &["checkout", "--quiet", "--detach", PREVIOUS]);
        project.generate("shop", answers);
        commit_all(&project.path("shop"));
        project.take_current_template();
        project
    }

    /// The clone gets this working copy as a commit on top of its history.
    fn take_current_template(&self) {
        let template = self.path("template");
        let head = git(ROOT.as_ref(), &["rev-parse", "HEAD"]);
        git(&template, &["checkout", "--quiet", "--detach", head.trim()]);
        git(&template, &["rm", "-r", "--quiet", "."]);
        copy_checkout_to(&template);
        git(&template, &["add", "--all"]);
        let message = "Working copy";
        git(
            &template,
            &["commit", "--quiet", "--allow-empty", "--message", message],
        );
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from} in {file}");
        fs::write(self.path(file), text.replacen(from, to, 1)).unwrap();
    }

    fn quickstart(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_quickstart"))
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("template"))
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    fn generate(&self, folder: &str, answers: &[&str]) {
        let mut arguments = vec!["shop", "--no-run", "--path", folder];
        arguments.extend(answers.iter().flat_map(|answer| ["-d", answer]));
        let output = self.quickstart(&arguments);
        assert!(output.status.success(), "{output:?}");
    }

    /// The exit status, and what is printed to standard output.
    fn update(&self) -> (i32, String) {
        let output = self.quickstart(&["update", "shop"]);
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), said)
    }
}

#[test]
fn records_of_scaffolded_resources_follow_the_command_that_reads_them() {
    let project = PreviousProject::new(&[]);
    let [old, new] = [
        "scaffold/resources/note.txt",
        "crates/scaffold/resources/note.txt",
    ];
    fs::create_dir(project.path("shop/scaffold/resources")).unwrap();
    fs::write(project.path(&format!("shop/{old}")), "resource note\n").unwrap();
    commit_all(&project.path("shop"));

    let (code, said) = project.update();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("{old} -> {new}: moved\n")), "{said}");
    assert!(!project.path("shop/scaffold").exists());
    assert_eq!(project.read(&format!("shop/{new}")), "resource note\n");
}

#[test]
fn an_edited_file_is_a_conflict_that_names_its_new_place_and_own_files_stay() {
    let project = PreviousProject::new(&[]);
    let mine = "    http::{Caller, RouteTable, my_own_extractor},\n";
    let [guard, fixture] = [
        "src/auth/guard.rs",
        "migration/tests/migrations/better_auth/sqlite.sql",
    ];
    project.edit(
        &format!("shop/{guard}"),
        "    http::{Caller, RouteTable},\n",
        mine,
    );
    let text = project.read(&format!("shop/{fixture}"));
    fs::write(
        project.path(&format!("shop/{fixture}")),
        format!("{text}-- my own\n"),
    )
    .unwrap();
    for own in [
        "src/routes/notes.rs",
        "src/http/notes.rs",
        "src/repositories/notes.rs",
    ] {
        fs::write(project.path(&format!("shop/{own}")), "// my own\n").unwrap();
    }
    commit_all(&project.path("shop"));

    let (code, said) = project.update();
    assert_eq!(code, 1, "{said}");
    let new_guard = "crates/better-auth/src/guard.rs";
    for line in [
        format!("{guard} -> {new_guard}: CONFLICT"),
        format!("{fixture} -> tests/migrations/better_auth/sqlite.sql: moved with your changes\n"),
    ] {
        assert!(said.contains(&line), "{line} in {said}");
    }
    assert!(said.contains("\n1 in conflict"), "{said}");
    assert!(!project.path("shop/src/auth/guard.rs").exists());
    assert!(project.read(&format!("shop/{new_guard}")).contains(mine));
    let status = git_status(&project.path("shop")).unwrap();
    assert!(status.contains(&format!("UU {new_guard}\n")), "{status}");
    let moved = project.read("shop/tests/migrations/better_auth/sqlite.sql");
    assert!(moved.ends_with("-- my own\n"), "{moved}");
    for own in [
        "src/routes/notes.rs",
        "src/http/notes.rs",
        "src/repositories/notes.rs",
    ] {
        assert_eq!(project.read(&format!("shop/{own}")), "// my own\n");
    }
}

#[test]
fn an_unchanged_project_becomes_what_is_generated_now() {
    for answers in [
        &[][..],
        &[
            "example=none",
            "database=sqlite",
            "user_ids=native",
            "ci=gitlab",
        ],
    ] {
        let project = PreviousProject::new(answers);
        let (code, said) = project.update();
        assert_eq!(code, 0, "{said}");
        project.generate("fresh", answers);
        for folder in ["shop", "fresh"] {
            fs::remove_dir_all(project.path(folder).join(".git")).unwrap();
        }
        let files = files_below(&project.path("fresh"));
        assert_eq!(files_below(&project.path("shop")), files);
        for file in files {
            let [shop, fresh] = ["shop", "fresh"].map(|folder| project.path(folder).join(&file));
            assert!(
                fs::read(shop).unwrap() == fs::read(fresh).unwrap(),
                "{file}"
            );
        }
    }
}
