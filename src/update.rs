//! `cargo quickstart update`: merges what changed in the template since a project was made into the project.
//!
//! The recorded version and the current one are rendered with the project's answers. The differences between the two are the
//! template's changes; each is merged into the project's file. Files that are in neither version are not touched.

mod file;
mod record;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

pub use file::Change;

use crate::{Answers, Checkout, git, key, options, read, render};
use file::{FileUpdate, Paths, content};
use record::{RECORD, Record};

/// Folders in which a project's own commands keep files, and where they look for them now.
const MOVED_FOLDERS: [(&str, &str); 1] = [("scaffold/resources", "crates/scaffold/resources")];

/// The changes of the template since a project was made, and what they do to the project's files.
pub struct Update {
    dir: PathBuf,
    base: Version,
    current: Version,
    moves: Vec<Paths>,
    files: Vec<FileUpdate>,
    _workshop: TempDir,
}

/// A rendered version of the template.
struct Version {
    /// The name for people, such as v0.1.0.
    name: String,
    commit: String,
    dir: PathBuf,
}

impl Update {
    /// Works out an update of the project in `dir` to the commit that `checkout` is at, without writing to the project.
    ///
    /// `from` names the version that the project was made from, if its record does not; `values` are answers to new
    /// options, and new answers to old ones.
    ///
    /// # Errors
    /// If the project has no readable record, if its version is not in the checkout, or if a version cannot be rendered with
    /// its answers.
    pub fn plan(
        checkout: &Checkout,
        dir: &Path,
        from: Option<&str>,
        values: &[String],
    ) -> Result<Self> {
        let given = Answers {
            values: values.to_vec(),
            ..Answers::default()
        };
        checkout.reject_unknown_keys(&given)?;
        let record = Record::read(dir)?;
        let workshop = tempfile::tempdir()?;
        let base_commit = record.commit_in(&checkout.root, from)?;
        let base_dir = workshop.path().join("base");
        let base = Version::render(checkout, base_commit, &record.answers, &base_dir).context(
            "the version that the project was made from cannot be rendered with its answers",
        )?;
        let head = checkout
            .commit()
            .context("the checkout of the template is not a git repository")?;
        let mut answers = record.answers;
        answers.values.extend_from_slice(values);
        let current = Version::render(checkout, head, &answers, &workshop.path().join("current"))
            .context("the current version cannot be rendered with the project's answers; -d key=value gives others")?;
        let mut update = Self {
            dir: dir.to_owned(),
            moves: moves(&checkout.root, &base, &current)?,
            base,
            current,
            files: Vec::new(),
            _workshop: workshop,
        };
        update.name_commits();
        update.compare()?;
        update.move_own_files()?;
        Ok(update)
    }

    /// The names of the version that the project was made from, and of the current one.
    #[must_use]
    pub fn versions(&self) -> (&str, &str) {
        (&self.base.name, &self.current.name)
    }

    /// Whether the template or an answer has changed since the project was made or last updated.
    ///
    /// # Errors
    /// If a rendered record cannot be read.
    pub fn is_due(&self) -> Result<bool> {
        let record = |version: &Version| -> Result<String> {
            let text = read(&version.dir.join(RECORD))?;
            Ok(text
                .lines()
                .filter(|line| !line.starts_with("commit = "))
                .collect())
        };
        let has_changes = !self.files.is_empty() || !self.changed_files()?.is_empty();
        Ok(has_changes || record(&self.base)? != record(&self.current)?)
    }

    /// The files that the update changes, and how; a moved file as `old -> new`.
    pub fn changes(&self) -> impl Iterator<Item = (String, Change)> {
        self.files
            .iter()
            .map(|file| (file.paths.to_string(), file.change))
    }

    /// Writes the result into the project and marks conflicts in its index; makes no commit.
    ///
    /// # Errors
    /// If the project has uncommitted changes or is not in a git repository; then nothing is written.
    pub fn apply(&self) -> Result<()> {
        let uncommitted = git::changes(&self.dir).with_context(|| {
            format!(
                "{} is not in a git repository, so an update could not be undone; nothing was changed",
                self.dir.display()
            )
        })?;
        ensure!(
            uncommitted.is_empty(),
            "{} has changes that are not committed; commit or stash them first:\n{}",
            self.dir.display(),
            uncommitted.trim_end()
        );
        for file in &self.files {
            file.write(&self.dir, &self.current.dir)?;
        }
        fs::copy(self.current.dir.join(RECORD), self.dir.join(RECORD))?;
        self.files.iter().try_for_each(|file| file.mark(&self.dir))
    }

    /// Different commits of the same version are called by their hashes.
    fn name_commits(&mut self) {
        if self.base.name != self.current.name || self.base.commit == self.current.commit {
            return;
        }
        for version in [&mut self.base, &mut self.current] {
            let short = version.commit.get(..12).unwrap_or(&version.commit);
            version.name = format!("commit {short}");
        }
    }

    fn compare(&mut self) -> Result<()> {
        let versions = [self.base.dir.as_path(), &self.current.dir];
        let labels = ["yours", &self.base.name, &self.current.name];
        for paths in self.changed_files()? {
            for paths in paths.followed_in(&self.dir) {
                let found = FileUpdate::find(&self.dir, paths, versions, labels)?;
                self.files.extend(found);
            }
        }
        Ok(())
    }

    /// Files that a command of the project wrote follow it to its new place.
    fn move_own_files(&mut self) -> Result<()> {
        for (old, new) in MOVED_FOLDERS {
            let command = Path::new(new).parent().unwrap_or(Path::new(""));
            let folder = self.dir.join(old);
            if !folder.is_dir() || !self.current.dir.join(command).is_dir() {
                continue;
            }
            for file in fs::read_dir(folder)? {
                let name = file?.file_name();
                let name = name.to_str().context("a path is not UTF-8")?;
                let paths = Paths::moved(format!("{old}/{name}"), format!("{new}/{name}"));
                self.files.extend(FileUpdate::of_own(&self.dir, paths)?);
            }
        }
        Ok(())
    }

    /// The files that differ between the two versions, except for the record, which is always taken.
    fn changed_files(&self) -> Result<Vec<Paths>> {
        let mut changed = self.moves.clone();
        let paired: BTreeSet<_> = self
            .moves
            .iter()
            .flat_map(|file| [file.old.as_str(), &file.new])
            .chain([RECORD])
            .collect();
        for path in self.base.files()?.union(&self.current.files()?) {
            let [base, current] = [&self.base, &self.current].map(|version| version.dir.join(path));
            if !paired.contains(path.as_str()) && content(&base)? != content(&current)? {
                changed.push(Paths::unmoved(path.clone()));
            }
        }
        changed.sort();
        Ok(changed)
    }
}

/// The files that moved between the two versions, by the renames in the template's history.
fn moves(checkout: &Path, base: &Version, current: &Version) -> Result<Vec<Paths>> {
    let mut moves: Vec<Paths> = Vec::new();
    for (old, new) in git::renames(checkout, &base.commit, &current.commit)? {
        let old = path_in_project(&old).to_owned();
        let new = path_in_project(&new).to_owned();
        match moves.iter_mut().find(|file| file.new == old) {
            Some(file) => file.new = new,
            None => moves.push(Paths { old, new }),
        }
    }
    let (base, current) = (base.files()?, current.files()?);
    let mut removed: BTreeSet<_> = base.difference(&current).collect();
    let mut added: BTreeSet<_> = current.difference(&base).collect();
    moves.retain(|file| {
        let is_move = removed.contains(&file.old) && added.contains(&file.new);
        is_move && removed.remove(&file.old) && added.remove(&file.new)
    });
    Ok(moves)
}

/// The path in a project of a file of the template.
fn path_in_project(path: &str) -> &str {
    let path = path.strip_prefix("template/").unwrap_or(path);
    path.strip_suffix(".liquid").unwrap_or(path)
}

impl Version {
    /// Renders the template as of a commit, with those of the answers that it has options for.
    fn render(
        checkout: &Checkout,
        commit: String,
        answers: &Answers,
        workshop: &Path,
    ) -> Result<Self> {
        let source = workshop.join(".checkout");
        fs::create_dir_all(&source)?;
        git::export(&checkout.root, &commit, &source)?;
        let known = options(&source)?;
        let mut answers = answers.clone();
        answers
            .values
            .retain(|value| known.iter().any(|option| option == key(value)));
        let dir = render(&source, &answers, Some(&commit), workshop)?;
        let record = Record::read(&dir)?;
        Ok(Self {
            name: format!("v{}", record.version),
            commit,
            dir,
        })
    }

    /// The paths of its files.
    fn files(&self) -> Result<BTreeSet<String>> {
        let mut files = BTreeSet::new();
        let mut folders = vec![self.dir.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let path = path.strip_prefix(&self.dir)?.to_str();
                    files.insert(path.context("a path is not UTF-8")?.to_owned());
                }
            }
        }
        Ok(files)
    }
}
