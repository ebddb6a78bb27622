//! A small template, and a project that is made from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cargo_generate::{GenerateArgs, TemplatePath, Vcs};
use tempfile::TempDir;

use crate::git;

pub const CONFIG: &str = r#"
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
pub const MAIN: &str = "\
pub fn main() {
    greet();
    leave();
}

pub fn greet() {
    println!(\"hello\");
}

pub fn leave() {
    println!(\"bye\");
}
";

/// The command that makes a project.
#[derive(Clone, Copy, Debug)]
pub enum Route {
    CargoGenerate,
    Quickstart,
}

/// A folder with a small template at version 0.1.0, and with the project that is made from it.
pub struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub fn new() -> Self {
        let sandbox = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        git(sandbox.folder.path(), &["init", "--quiet", "template"]);
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
            sandbox.write("template", file, content);
        }
        sandbox.commit("0.1.0");
        sandbox
    }

    /// Version 0.2.0 of the template.
    pub fn release(&self) {
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

    pub fn commit(&self, version: &str) {
        commit_all(&self.path("template"));
        git(&self.path("template"), &["tag", &format!("v{version}")]);
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, folder: &str, file: &str, content: &str) {
        let file = self.path(folder).join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// A project called shop, with its first commit.
    pub fn make(&self, route: Route) {
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

    /// Changes files of the project and commits them.
    pub fn edit(&self, files: &[(&str, &str)]) {
        for (file, content) in files {
            self.write("shop", file, content);
        }
        commit_all(&self.path("shop"));
    }

    pub fn quickstart(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_quickstart"))
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("template"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// The exit status, and what is printed to standard output.
    pub fn update(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.quickstart(&[&["update", "shop"], arguments].concat());
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), said)
    }

    /// The error message of an update, which must have changed nothing.
    pub fn rejected(&self, arguments: &[&str]) -> String {
        let before = git_status(&self.path("shop"));
        let output = self.quickstart(&[&["update", "shop"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(git_status(&self.path("shop")), before);
        String::from_utf8(output.stderr).unwrap()
    }
}

pub fn commit_all(dir: &Path) {
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--message", "state"]);
}

pub fn git_status(dir: &Path) -> Option<String> {
    let inside = dir.join(".git").exists();
    inside.then(|| git(dir, &["status", "--porcelain", "--untracked-files=all"]))
}

pub fn status(sandbox: &Sandbox) -> Vec<String> {
    let status = git_status(&sandbox.path("shop")).unwrap();
    status.lines().map(str::to_owned).collect()
}
