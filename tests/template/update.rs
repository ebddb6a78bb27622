//! `cargo quickstart update`, by its binary, on a small template of its own with two versions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cargo_generate::{GenerateArgs, TemplatePath, Vcs};
use tempfile::TempDir;

use crate::git;

const CONFIG: &str = r#"
[template]
include = ["/.template.toml", "/Cargo.toml", "/colour.txt"]
fmt = false

[placeholders.colour]
type = "string"
prompt = "Which colour?"
choices = ["red", "green"]
default = "red"

[placeholders.sizes]
type = "array"
prompt = "Which sizes?"
choices = ["s", "m", "l"]
default = ["s", "m"]
"#;

const RECORD: &str = r#"[template]
source = "small"
version = "VERSION"
{% if template-commit %}commit = "{{template-commit}}"
{% endif %}
[project]
name = "{{project-name}}"

[values]
colour = "{{colour}}"
sizes = [{% for size in sizes %}"{{size}}"{% unless forloop.last %}, {% endunless %}{% endfor %}]
"#;

const MANIFEST: &str =
    "[package]\nname = \"{{project-name}}\"\nedition = \"2024\"\n\n[workspace]\n";
const COLOUR: &str = "{{colour}}: {{sizes | join: \"+\"}}\n";
const MAIN: &str = "\
fn main() {
    greet();
    leave();
}

fn greet() {
    println!(\"hello\");
}

fn leave() {
    println!(\"bye\");
}
";

/// How a project is made.
#[derive(Clone, Copy, Debug)]
enum Route {
    CargoGenerate,
    Quickstart,
}

/// A template at version 0.1.0 and, beside it, what is made from it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        git(desk.folder.path(), &["init", "--quiet", "template"]);
        for (file, content) in [
            ("cargo-generate.toml", CONFIG),
            (".template.toml", &RECORD.replace("VERSION", "0.1.0")),
            ("Cargo.toml", MANIFEST),
            ("colour.txt", COLOUR),
            ("src/main.rs", MAIN),
            ("docs/{{project-name}}.md", "first\n"),
            ("logo.png", "\0one"),
            ("dropped.txt", "dropped\n"),
            ("notes.txt", "one\ntwo\nthree\n"),
        ] {
            desk.write("template", file, content);
        }
        desk.commit("0.1.0");
        desk
    }

    /// Version 0.2.0 of the template.
    fn release(&self) {
        let main = MAIN.replace("bye", "good bye");
        for (file, content) in [
            (
                ".template.toml",
                RECORD.replace("VERSION", "0.2.0").as_str(),
            ),
            ("src/main.rs", &main),
            ("docs/{{project-name}}.md", "second\n"),
            ("logo.png", "\0two"),
            ("notes.txt", "one\nTWO\nthree\n"),
            ("new/file.txt", "new\n"),
        ] {
            self.write("template", file, content);
        }
        fs::remove_file(self.path("template/dropped.txt")).unwrap();
        self.commit("0.2.0");
    }

    fn commit(&self, version: &str) {
        commit_all(&self.path("template"));
        git(&self.path("template"), &["tag", &format!("v{version}")]);
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, folder: &str, file: &str, content: &str) {
        let file = self.path(folder).join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// A project called shop, with its first commit.
    fn make(&self, route: Route) {
        match route {
            Route::Quickstart => assert!(self.quickstart(&["shop", "--no-run"]).status.success()),
            Route::CargoGenerate => {
                cargo_generate::generate(GenerateArgs {
                    template_path: TemplatePath {
                        path: Some(self.path("template").to_str().unwrap().to_owned()),
                        ..TemplatePath::default()
                    },
                    name: Some("shop".to_owned()),
                    destination: Some(self.folder.path().to_owned()),
                    vcs: Some(Vcs::None),
                    no_workspace: true,
                    silent: true,
                    quiet: true,
                    ..GenerateArgs::default()
                })
                .unwrap();
                git(&self.path("shop"), &["init", "--quiet"]);
            }
        }
        commit_all(&self.path("shop"));
    }

    /// What somebody changes in the project, committed.
    fn edit(&self, files: &[(&str, &str)]) {
        for (file, content) in files {
            self.write("shop", file, content);
        }
        commit_all(&self.path("shop"));
    }

    fn quickstart(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_quickstart"))
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("template"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// The status and what is said on the standard output.
    fn update(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.quickstart(&[&["update", "shop"], arguments].concat());
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), said)
    }

    /// What is said against an update, which then has changed nothing.
    fn refused(&self, arguments: &[&str]) -> String {
        let before = git_status(&self.path("shop"));
        let output = self.quickstart(&[&["update", "shop"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(git_status(&self.path("shop")), before);
        String::from_utf8(output.stderr).unwrap()
    }
}

fn commit_all(dir: &Path) {
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--message", "state"]);
}

fn git_status(dir: &Path) -> Option<String> {
    let inside = dir.join(".git").exists();
    inside.then(|| git(dir, &["status", "--porcelain", "--untracked-files=all"]))
}

fn status(desk: &Desk) -> Vec<String> {
    let status = git_status(&desk.path("shop")).unwrap();
    status.lines().map(str::to_owned).collect()
}

#[test]
fn the_changes_of_both_are_there_and_the_project_compiles() {
    for route in [Route::CargoGenerate, Route::Quickstart] {
        let desk = Desk::new();
        desk.make(route);
        let has_commit = desk.read("shop/.template.toml").contains("commit = ");
        assert_eq!(has_commit, matches!(route, Route::Quickstart), "{route:?}");
        desk.edit(&[("src/main.rs", &MAIN.replace("hello", "welcome"))]);
        desk.release();

        let head = git(&desk.path("shop"), &["rev-parse", "HEAD"]);
        let (code, said) = desk.update(&[]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("from v0.1.0 to v0.2.0"), "{said}");
        for line in [
            "src/main.rs: merged",
            "docs/shop.md: updated",
            "logo.png: updated",
            "new/file.txt: added",
            "dropped.txt: deleted",
        ] {
            assert!(said.contains(&format!("  {line}\n")), "{line} in {said}");
        }
        assert_eq!(
            desk.read("shop/src/main.rs"),
            MAIN.replace("hello", "welcome").replace("bye", "good bye")
        );
        assert_eq!(desk.read("shop/docs/shop.md"), "second\n");
        assert_eq!(desk.read("shop/logo.png"), "\0two");
        assert_eq!(desk.read("shop/new/file.txt"), "new\n");
        assert!(!desk.path("shop/dropped.txt").exists());
        assert!(
            desk.read("shop/.template.toml")
                .contains("version = \"0.2.0\"")
        );
        assert_eq!(
            git(&desk.path("shop"), &["rev-parse", "HEAD"]),
            head,
            "it made a commit"
        );

        let mut cargo = generator::cargo(&desk.path("shop"));
        let built = cargo
            .arg("check")
            .env("CARGO_TARGET_DIR", desk.path("target"))
            .status();
        assert!(built.unwrap().success());
    }
}

#[test]
fn a_conflict_is_marked_as_git_marks_it() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    desk.edit(&[("notes.txt", "one\nzwei\nthree\n")]);
    desk.release();
    let (code, said) = desk.update(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("notes.txt: CONFLICT"), "{said}");
    assert!(said.contains("1 in conflict"), "{said}");
    assert_eq!(
        desk.read("shop/notes.txt"),
        "one\n<<<<<<< yours\nzwei\n=======\nTWO\n>>>>>>> v0.2.0\nthree\n"
    );
    assert!(
        status(&desk).contains(&"UU notes.txt".to_owned()),
        "{:?}",
        status(&desk)
    );
    let shop = desk.path("shop");
    let commit = Command::new("git")
        .args(["commit", "--all=no"])
        .current_dir(&shop)
        .output();
    assert!(!commit.unwrap().status.success());
    git(&shop, &["checkout", "--ours", "notes.txt"]);
    assert_eq!(desk.read("shop/notes.txt"), "one\nzwei\nthree\n");
    git(&shop, &["checkout", "--theirs", "notes.txt"]);
    assert_eq!(desk.read("shop/notes.txt"), "one\nTWO\nthree\n");
}

#[cfg(unix)]
#[test]
fn a_file_in_conflict_stays_executable() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    let file = desk.path("shop/notes.txt");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    desk.edit(&[("notes.txt", "one\nzwei\nthree\n")]);
    desk.release();
    assert_eq!(desk.update(&[]).0, 1);
    let stages = git(&desk.path("shop"), &["ls-files", "--stage", "notes.txt"]);
    assert_eq!(stages.matches("100755 ").count(), 3, "{stages}");
}

#[test]
fn a_conflict_is_marked_below_the_top_of_a_repository_too() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    fs::remove_dir_all(desk.path("shop/.git")).unwrap();
    fs::create_dir(desk.path("mono")).unwrap();
    fs::rename(desk.path("shop"), desk.path("mono/shop")).unwrap();
    desk.write("mono/shop", "notes.txt", "one\nzwei\nthree\n");
    git(&desk.path("mono"), &["init", "--quiet"]);
    commit_all(&desk.path("mono"));
    desk.release();
    let output = desk.quickstart(&["update", "mono/shop"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let status = git_status(&desk.path("mono")).unwrap();
    assert!(status.contains("UU shop/notes.txt\n"), "{status}");
}

#[test]
fn a_new_file_that_the_project_has_already_is_a_conflict_unless_it_is_the_same() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    desk.edit(&[("new/file.txt", "mine\n")]);
    desk.release();
    let (code, said) = desk.update(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("new/file.txt: CONFLICT"), "{said}");
    let text = desk.read("shop/new/file.txt");
    assert!(text.contains("mine\n") && text.contains("new\n"), "{text}");
    assert!(
        status(&desk).contains(&"AA new/file.txt".to_owned()),
        "{:?}",
        status(&desk)
    );

    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    desk.edit(&[("new/file.txt", "new\n")]);
    desk.release();
    let (code, said) = desk.update(&[]);
    assert_eq!(code, 0);
    assert!(!said.contains("new/file.txt"), "{said}");
}

#[test]
fn what_the_user_deleted_stays_deleted() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    for file in ["notes.txt", "dropped.txt"] {
        fs::remove_file(desk.path("shop").join(file)).unwrap();
    }
    commit_all(&desk.path("shop"));
    desk.release();
    let (code, said) = desk.update(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("notes.txt: not taken: you deleted it"),
        "{said}"
    );
    assert!(!said.contains("dropped.txt"), "{said}");
    assert!(!desk.path("shop/notes.txt").exists());
}

#[test]
fn files_that_the_template_does_not_know_are_not_touched() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    desk.edit(&[("src/note.rs", "// mine\n"), ("new/other.txt", "mine\n")]);
    desk.release();
    let (_, said) = desk.update(&[]);
    assert!(
        !said.contains("note.rs") && !said.contains("other.txt"),
        "{said}"
    );
    assert_eq!(desk.read("shop/src/note.rs"), "// mine\n");
    assert_eq!(desk.read("shop/new/other.txt"), "mine\n");
}

#[test]
fn a_dropped_file_that_the_user_changed_stays_as_a_conflict() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    desk.edit(&[("dropped.txt", "mine\n")]);
    desk.release();
    let (code, said) = desk.update(&[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("dropped.txt: CONFLICT: the template dropped it"),
        "{said}"
    );
    assert_eq!(desk.read("shop/dropped.txt"), "mine\n");
    assert!(
        status(&desk).contains(&"UD dropped.txt".to_owned()),
        "{:?}",
        status(&desk)
    );
}

#[test]
fn a_changed_file_that_is_no_text_stays_as_a_conflict() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    desk.edit(&[("logo.png", "\0mine")]);
    desk.release();
    let (code, said) = desk.update(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("logo.png: CONFLICT"), "{said}");
    assert_eq!(desk.read("shop/logo.png"), "\0mine");
    git(&desk.path("shop"), &["checkout", "--theirs", "logo.png"]);
    assert_eq!(desk.read("shop/logo.png"), "\0two");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    desk.write("outside", "notes.txt", "one\ntwo\nthree\n");
    fs::remove_file(desk.path("shop/notes.txt")).unwrap();
    std::os::unix::fs::symlink(desk.path("outside/notes.txt"), desk.path("shop/notes.txt"))
        .unwrap();
    std::os::unix::fs::symlink(desk.path("outside"), desk.path("shop/new")).unwrap();
    commit_all(&desk.path("shop"));
    desk.release();
    let (code, said) = desk.update(&[]);
    assert_eq!(code, 1);
    for file in ["notes.txt", "new/file.txt"] {
        assert!(
            said.contains(&format!("{file}: CONFLICT: it is not a plain file")),
            "{said}"
        );
    }
    assert_eq!(desk.read("outside/notes.txt"), "one\ntwo\nthree\n");
    assert!(!desk.path("outside/file.txt").exists());
}

#[test]
fn a_work_tree_with_changes_is_refused() {
    for file in ["notes.txt", "untracked.txt"] {
        let desk = Desk::new();
        desk.make(Route::CargoGenerate);
        desk.release();
        desk.write("shop", file, "not committed\n");
        let refusal = desk.refused(&[]);
        assert!(
            refusal.contains("not committed") && refusal.contains(file),
            "{refusal}"
        );
        assert_eq!(desk.read("shop/docs/shop.md"), "first\n");
    }
}

#[test]
fn a_project_without_a_repository_is_refused() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    fs::remove_dir_all(desk.path("shop/.git")).unwrap();
    desk.release();
    let refusal = desk.refused(&[]);
    assert!(refusal.contains("is not in a git repository"), "{refusal}");
    assert_eq!(desk.read("shop/docs/shop.md"), "first\n");
}

#[test]
fn a_folder_without_a_record_is_refused() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    for (text, reason) in [
        ("[template", "is damaged"),
        ("[template]\nversion = 1\n", "has no template.version"),
        ("[template]\nversion = \"0.1.0\"\n", "has no project.name"),
    ] {
        desk.edit(&[(".template.toml", text)]);
        let refusal = desk.refused(&[]);
        assert!(refusal.contains(reason), "{refusal}");
    }
    fs::remove_file(desk.path("shop/.template.toml")).unwrap();
    assert!(
        desk.refused(&[])
            .contains("cannot read shop/.template.toml")
    );
}

#[test]
fn check_changes_nothing_and_tells_by_its_status_whether_the_project_is_behind() {
    for route in [Route::CargoGenerate, Route::Quickstart] {
        let desk = Desk::new();
        desk.make(route);
        desk.edit(&[("notes.txt", "mine\n")]);
        let (code, said) = desk.update(&["--check"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("up to date with v0.1.0"), "{said}");

        desk.release();
        let (code, said) = desk.update(&["--check"]);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("made from v0.1.0, the template is at v0.2.0"),
            "{said}"
        );
        assert!(said.contains("notes.txt: CONFLICT"), "{said}");
        assert!(status(&desk).is_empty(), "{:?}", status(&desk));

        desk.update(&[]);
        commit_all(&desk.path("shop"));
        let (code, said) = desk.update(&["--check"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("up to date with v0.2.0"), "{said}");
    }
}

#[test]
fn a_version_that_is_not_in_the_checkout_can_be_named() {
    let desk = Desk::new();
    desk.make(Route::CargoGenerate);
    desk.release();
    git(&desk.path("template"), &["tag", "--delete", "v0.1.0"]);
    let refusal = desk.refused(&[]);
    assert!(
        refusal.contains("refs/tags/v0.1.0, which is not in this checkout"),
        "{refusal}"
    );
    assert!(refusal.contains("--from"), "{refusal}");
    assert!(
        desk.refused(&["--from=--help-me"])
            .contains("not in this checkout")
    );
    let (code, said) = desk.update(&["--from", "v0.2.0~1"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(desk.read("shop/docs/shop.md"), "second\n");
}

#[test]
fn an_answer_can_be_changed_and_a_new_option_answered() {
    let desk = Desk::new();
    desk.make(Route::Quickstart);
    assert_eq!(desk.read("shop/colour.txt"), "red: s+m\n");
    let refusal = desk.refused(&["-d", "color=green"]);
    assert!(refusal.contains("no option \"color\""), "{refusal}");
    let refusal = desk.refused(&["-d", "colour=blue"]);
    assert!(
        refusal.contains("cannot be rendered with the project's answers"),
        "{refusal}"
    );

    desk.release();
    let option = "\n[placeholders.shape]\ntype = \"string\"\nprompt = \"Which shape?\"\ndefault = \"round\"\n";
    desk.write(
        "template",
        "cargo-generate.toml",
        &format!("{CONFIG}{option}"),
    );
    desk.write(
        "template",
        "colour.txt",
        "{{colour}} {{shape}}: {{sizes | join: \"+\"}}\n",
    );
    desk.commit("0.2.1");
    let (code, said) = desk.update(&["-d", "colour=green", "-d", "shape=square", "-d", "sizes=l"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(desk.read("shop/colour.txt"), "green square: l\n");
    assert!(
        desk.read("shop/.template.toml")
            .contains("colour = \"green\"\nsizes = [\"l\"]\n")
    );
}

#[test]
fn what_is_not_committed_in_the_template_is_not_taken() {
    let desk = Desk::new();
    desk.make(Route::Quickstart);
    desk.write("template", "notes.txt", "draft\n");
    let (code, said) = desk.update(&["--check"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        git_status(&desk.path("template"))
            .unwrap()
            .contains("M notes.txt")
    );
}
