//! Generates a project from a checkout of this repository.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, ensure};
use cargo_generate::{GenerateArgs, TemplatePath, Vcs};
use tempfile::TempDir;

/// The inherited variables of cargo that another cargo may see: where it keeps things and how it reaches its registry.
const INHERITED: [&str; 7] = [
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTR",
    "CARGO_SOURCE_",
    "CARGO_TARGET_DIR",
    "CARGO_TERM_",
];

/// A working copy of this repository.
#[derive(Debug)]
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The working copy whose `cargo-generate.toml` is in `root`.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Generates the project `name` with the `key=value` pairs of `values` into the folder `dir`, which may exist if empty.
    ///
    /// # Errors
    /// When `dir` holds something, and when the template refuses the name or a value; then nothing is left behind.
    pub fn generate(&self, name: &str, values: &[String], dir: &Path) -> Result<()> {
        refuse_occupied(dir)?;
        self.refuse_unknown_keys(values)?;
        let dir = std::path::absolute(dir)?;
        // On the file system of `dir`, so that one rename puts the finished project in its place.
        let workshop = tempfile::Builder::new()
            .prefix(".generating-")
            .tempdir_in(nearest_folder(&dir))
            .map_err(|error| anyhow!("cannot write beside {}: {error}", dir.display()))?;
        let source = self.export(&workshop)?;
        let project = cargo_generate::generate(GenerateArgs {
            template_path: TemplatePath {
                path: Some(source.to_string_lossy().into_owned()),
                ..TemplatePath::default()
            },
            name: Some(name.to_owned()),
            define: values.to_vec(),
            destination: Some(workshop.path().to_owned()),
            vcs: Some(Vcs::None),
            no_workspace: true,
            silent: true,
            quiet: true,
            ..GenerateArgs::default()
        })
        .context("nothing was created; docs/options.md lists the options and their values")?;
        put_in_place(&project, &dir)
    }

    /// Copies what git tracks, as it stands in the working copy; without git the working copy itself is the source, and
    /// the template's own hook leaves out what .gitignore names.
    fn export(&self, workshop: &TempDir) -> Result<PathBuf> {
        let tracked = self.tracked_files();
        if tracked.is_empty() {
            return Ok(self.root.clone());
        }
        let copy = workshop.path().join("checkout");
        for file in tracked.iter().filter(|file| self.root.join(file).is_file()) {
            let target = copy.join(file);
            fs::create_dir_all(target.parent().unwrap_or(&copy))?;
            fs::copy(self.root.join(file), target)?;
        }
        Ok(copy)
    }

    fn tracked_files(&self) -> Vec<PathBuf> {
        let listing = Command::new("git")
            .args(["ls-files", "-z"])
            .current_dir(&self.root)
            .output();
        let listing = listing.map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&listing)
            .split_terminator('\0')
            .map(PathBuf::from)
            .collect()
    }

    /// cargo-generate drops a value whose key it does not know, without a word.
    fn refuse_unknown_keys(&self, values: &[String]) -> Result<()> {
        let config = fs::read_to_string(self.root.join("cargo-generate.toml"))
            .map_err(|error| anyhow!("no template in {}: {error}", self.root.display()))?;
        let config: toml::Table = config.parse()?;
        let options = config.get("placeholders").and_then(toml::Value::as_table);
        let options: Vec<_> = options.into_iter().flat_map(|table| table.keys()).collect();
        for value in values {
            let key = value.split('=').next().unwrap_or_default().trim();
            ensure!(
                options.iter().any(|option| *option == key),
                "there is no option \"{key}\", only {options:?}"
            );
        }
        Ok(())
    }
}

fn refuse_occupied(dir: &Path) -> Result<()> {
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

fn put_in_place(project: &Path, dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir(dir)?;
    } else if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::rename(project, dir).map_err(|error| anyhow!("cannot create {}: {error}", dir.display()))
}

/// Starts a git repository in `dir` unless it is inside of one; without git there is none.
pub fn init_git(dir: &Path) {
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(args).current_dir(dir);
        git.stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    let inside = git(&["rev-parse", "--is-inside-work-tree"]).is_ok_and(|status| status.success());
    if !inside {
        let _ = git(&["init"]);
    }
}

/// Cargo as if called in `dir` by hand: what the cargo around us says about its own package does not reach it.
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
