//! Generates a project from a checkout of this repository, and updates it later.

mod git;
pub mod update;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use cargo_generate::{GenerateArgs, TemplatePath, Vcs};

pub use git::init as init_git;

/// The variable that gives `.template.toml.liquid` the commit of the template.
const COMMIT: &str = "template-commit";

/// The variables of cargo that another cargo inherits: where it keeps files, how it builds, and how it reaches its registry.
const INHERITED: [&str; 9] = [
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_INCREMENTAL",
    "CARGO_NET_",
    "CARGO_PROFILE_",
    "CARGO_REGISTR",
    "CARGO_SOURCE_",
    "CARGO_TARGET_DIR",
    "CARGO_TERM_",
];

/// A project's name, and its answers to the template's options.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The project's name.
    pub name: String,
    /// Pairs `key=value`.
    pub values: Vec<String>,
    /// A TOML file with a table `values`, such as a project's `.template.toml`; `values` take precedence.
    pub values_file: Option<PathBuf>,
}

/// A working copy of this repository.
#[derive(Debug)]
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The working copy in `root`, the folder of `cargo-generate.toml`.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Generates a project into the folder `dir`, which must be missing or empty.
    ///
    /// # Errors
    /// If `dir` is not empty, or the template rejects the name or a value; then nothing is created.
    pub fn generate(&self, answers: &Answers, dir: &Path) -> Result<()> {
        reject_occupied(dir)?;
        self.reject_unknown_keys(answers)?;
        let dir = std::path::absolute(dir)?;
        // On the file system of `dir`, so that the finished project can be renamed to it.
        let workshop = tempfile::Builder::new()
            .prefix(".generating-")
            .tempdir_in(nearest_folder(&dir))
            .map_err(|error| anyhow!("cannot write beside {}: {error}", dir.display()))?;
        let source = self.export(workshop.path())?;
        let project = render(&source, answers, self.commit().as_deref(), workshop.path())
            .context("nothing was created; docs/options.md lists the options and their values")?;
        put_in_place(&project, &dir)
    }

    /// Copies the files that git tracks, in the state of the working copy. Without git the working copy itself is the source,
    /// and the template's init hook deletes ignored files.
    fn export(&self, workshop: &Path) -> Result<PathBuf> {
        let tracked = git::tracked_files(&self.root);
        if tracked.is_empty() {
            return Ok(self.root.clone());
        }
        let copy = workshop.join(".checkout");
        for file in tracked.iter().filter(|file| self.root.join(file).is_file()) {
            let target = copy.join(file);
            fs::create_dir_all(target.parent().unwrap_or(&copy))?;
            fs::copy(self.root.join(file), target)?;
        }
        Ok(copy)
    }

    /// The commit that is checked out, if the working copy is the top of a repository.
    fn commit(&self) -> Option<String> {
        let is_top = git::prefix(&self.root).is_ok_and(|prefix| prefix.is_empty());
        is_top
            .then(|| git::commit(&self.root, "HEAD"))
            .and_then(Result::ok)
    }

    /// cargo-generate silently ignores values with an unknown key.
    fn reject_unknown_keys(&self, answers: &Answers) -> Result<()> {
        let options = options(&self.root)?;
        let mut keys: Vec<_> = answers
            .values
            .iter()
            .map(|value| key(value).to_owned())
            .collect();
        if let Some(file) = &answers.values_file {
            let file: toml::Table = read(file)?.parse()?;
            let values = file.get("values").and_then(toml::Value::as_table);
            let values = values.context("the values file has no table [values]")?;
            keys.extend(values.keys().cloned());
        }
        for key in keys {
            ensure!(
                options.contains(&key),
                "there is no option \"{key}\", only {options:?}"
            );
        }
        Ok(())
    }
}

fn key(value: &str) -> &str {
    value.split('=').next().unwrap_or_default().trim()
}

/// The options of the template in `root`.
fn options(root: &Path) -> Result<Vec<String>> {
    let config: toml::Table = read(&root.join("cargo-generate.toml"))?.parse()?;
    let options = config.get("placeholders").and_then(toml::Value::as_table);
    Ok(options
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| anyhow!("cannot read {}: {error}", file.display()))
}

/// Generates the project from the template in `source` into a new folder in `destination`.
fn render(
    source: &Path,
    answers: &Answers,
    commit: Option<&str>,
    destination: &Path,
) -> Result<PathBuf> {
    let commit = commit.map(|commit| format!("{COMMIT}={commit}"));
    let path = |path: &Path| path.to_string_lossy().into_owned();
    cargo_generate::generate(GenerateArgs {
        template_path: TemplatePath {
            path: Some(path(source)),
            ..TemplatePath::default()
        },
        name: Some(answers.name.clone()),
        define: answers.values.iter().cloned().chain(commit).collect(),
        template_values_file: answers.values_file.as_deref().map(path),
        destination: Some(destination.to_owned()),
        vcs: Some(Vcs::None),
        no_workspace: true,
        silent: true,
        quiet: true,
        ..GenerateArgs::default()
    })
    .map_err(|error| anyhow!("{}", cause(&format!("{error:#}"))))
}

/// What cargo-generate reports, without its symbols and without the place in a hook that aborted.
fn cause(report: &str) -> &str {
    let text = report.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    text.split_once("Runtime error: ")
        .and_then(|(_, abort)| abort.rsplit_once(" (line "))
        .map_or(text, |(message, _)| message)
}

fn reject_occupied(dir: &Path) -> Result<()> {
    let vacant = !dir.exists() || fs::read_dir(dir).is_ok_and(|mut dir| dir.next().is_none());
    ensure!(
        vacant,
        "{} is not an empty folder; name another with --path",
        dir.display()
    );
    Ok(())
}

fn nearest_folder(dir: &Path) -> &Path {
    dir.ancestors()
        .skip(1)
        .find(|folder| folder.is_dir())
        .unwrap_or(dir)
}

/// The manifest of a workspace around `dir` that does not exclude it yet, and the line that does: cargo rejects a workspace
/// that is a member of another.
pub fn enclosing_workspace(dir: &Path) -> Option<(PathBuf, String)> {
    let dir = dir.canonicalize().ok()?;
    dir.ancestors().skip(1).find_map(|folder| {
        let manifest = folder.join("Cargo.toml");
        let table: toml::Table = fs::read_to_string(&manifest).ok()?.parse().ok()?;
        let excluded = table.get("workspace")?.get("exclude");
        let mut excluded = excluded
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        let relative = dir.strip_prefix(folder).ok()?;
        let is_excluded =
            excluded.any(|path| path.as_str().is_some_and(|path| relative.starts_with(path)));
        let relative = relative.to_string_lossy().replace('\\', "/");
        (!is_excluded).then(|| (manifest, format!("exclude = [\"{relative}\"]")))
    })
}

fn put_in_place(project: &Path, dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir(dir)?;
    } else if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::rename(project, dir).map_err(|error| anyhow!("cannot create {}: {error}", dir.display()))
}

/// Cargo as if called in `dir` by hand: it does not inherit the variables that the cargo around us sets for this package.
pub fn cargo(dir: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let foreign = |name: &OsStr| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_") && !INHERITED.iter().any(|kept| name.starts_with(kept))
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| foreign(name)) {
        cargo.env_remove(name);
    }
    cargo.current_dir(dir);
    cargo
}
