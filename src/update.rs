//! `cargo quickstart update`: what changed in the template since a project was made, merged into the project.
//!
//! The recorded version and the current one are rendered with the project's own answers. What differs between the two is
//! what the template changed; it is merged into the project file by file. A file that neither of the two has is not touched.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use tempfile::TempDir;

use crate::{Answers, Checkout, git, key, options, read, render};

/// Where a project records how it was made.
const RECORD: &str = ".template.toml";

/// What an update would do, or has done, to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The template has a new file.
    Added,
    /// The template changed a file that the project had left alone.
    Updated,
    /// Both changed it, in different places.
    Merged,
    /// The template dropped a file that the project had left alone.
    Removed,
    /// The template changed a file that the project has deleted; it stays deleted.
    StaysDeleted,
    /// Both changed the same lines; the file shows both.
    Conflict,
    /// Both changed a file that is no text; the project's own stays.
    BinaryConflict,
    /// The template dropped a file that the project changed; the project's own stays.
    DroppedConflict,
    /// In the file's place the project has something else, such as a link or a folder; it stays.
    PlaceTaken,
}

impl Change {
    /// Whether someone has to decide.
    #[must_use]
    pub fn is_conflict(self) -> bool {
        matches!(
            self,
            Self::Conflict | Self::BinaryConflict | Self::DroppedConflict | Self::PlaceTaken
        )
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Merged => "merged",
            Self::Removed => "deleted",
            Self::StaysDeleted => "not taken: you deleted it",
            Self::Conflict => "CONFLICT: both changed it",
            Self::BinaryConflict => "CONFLICT: both changed it and it is no text; yours stays",
            Self::DroppedConflict => {
                "CONFLICT: the template dropped it, you changed it; yours stays"
            }
            Self::PlaceTaken => "CONFLICT: it is not a plain file here; yours stays",
        })
    }
}

/// What the template changed since a project was made, and what that means for each file of it.
pub struct Update {
    dir: PathBuf,
    base: Version,
    current: Version,
    files: Vec<FileUpdate>,
    _workshop: TempDir,
}

/// A rendered version of the template.
struct Version {
    /// As people call it, such as v0.1.0.
    name: String,
    dir: PathBuf,
}

/// A file that differs between the two versions.
struct FileUpdate {
    path: String,
    change: Change,
    base: Option<Vec<u8>>,
    mine: Option<Vec<u8>>,
    theirs: Option<Vec<u8>>,
    /// What the file will hold; none = it will not be there.
    result: Option<Vec<u8>>,
}

impl Update {
    /// Finds out what an update of the project in `dir` to the commit that `checkout` is at would do; writes nothing there.
    ///
    /// `from` names the version that the project was made from, where it does not know itself; `values` are answers to new
    /// options, and new answers to old ones.
    ///
    /// # Errors
    /// When the project has no readable record, when its version is not in the checkout, and when a version cannot be
    /// rendered with its answers.
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
        checkout.refuse_unknown_keys(&given)?;
        let record = Record::read(dir)?;
        let workshop = tempfile::tempdir()?;
        let base_commit = record.commit_in(&checkout.root, from)?;
        let base = Version::render(
            checkout,
            &base_commit,
            &record.answers,
            &workshop.path().join("base"),
        )
        .context(
            "the version that the project was made from cannot be rendered with its answers",
        )?;
        let head = checkout
            .commit()
            .context("the checkout of the template is not a git repository")?;
        let mut answers = record.answers.clone();
        answers.values.extend_from_slice(values);
        let current = Version::render(
            checkout,
            &head,
            &answers,
            &workshop.path().join("current"),
        )
        .context("the current version cannot be rendered with the project's answers; -d key=value gives others")?;
        let mut update = Self {
            dir: dir.to_owned(),
            base,
            current,
            files: Vec::new(),
            _workshop: workshop,
        };
        update.compare()?;
        Ok(update)
    }

    /// From which version to which.
    #[must_use]
    pub fn versions(&self) -> (&str, &str) {
        (&self.base.name, &self.current.name)
    }

    /// Whether the template, or an answer, has changed since the project was made or last updated.
    ///
    /// # Errors
    /// When a rendered record cannot be read.
    pub fn is_due(&self) -> Result<bool> {
        let record = |version: &Version| -> Result<String> {
            let text = read(&version.dir.join(RECORD))?;
            Ok(text
                .lines()
                .filter(|line| !line.starts_with("commit = "))
                .collect())
        };
        Ok(!self.changed_files()?.is_empty() || record(&self.base)? != record(&self.current)?)
    }

    /// What happens to each file that the template changed and the project does not have so already.
    pub fn changes(&self) -> impl Iterator<Item = (&str, Change)> {
        self.files
            .iter()
            .map(|file| (file.path.as_str(), file.change))
    }

    /// Writes the result into the project, and marks conflicts in its index; commits nothing.
    ///
    /// # Errors
    /// When something in the project is not committed, or it is not in a git repository; then nothing is written.
    pub fn apply(&self) -> Result<()> {
        let uncommitted = git::changes(&self.dir).with_context(|| {
            format!(
                "{} is not in a git repository: without a commit to go back to nothing is changed",
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
        let marked =
            |file: &&FileUpdate| file.change.is_conflict() && file.change != Change::PlaceTaken;
        for file in self.files.iter().filter(marked) {
            let versions = [&file.base, &file.mine, &file.theirs];
            git::mark_conflict(&self.dir, &file.path, versions.map(|text| text.as_deref()))?;
        }
        Ok(())
    }

    fn compare(&mut self) -> Result<()> {
        for path in self.changed_files()? {
            let labels = ["yours", &self.base.name, &self.current.name];
            let [base, theirs] = [&self.base, &self.current].map(|version| version.dir.join(&path));
            if let Some(file) = FileUpdate::find(&self.dir, path, &base, &theirs, labels)? {
                self.files.push(file);
            }
        }
        Ok(())
    }

    /// The files that are not the same in both versions; the record, which is always taken, is none of them.
    fn changed_files(&self) -> Result<Vec<String>> {
        let mut paths = files_below(&self.base.dir)?;
        paths.append(&mut files_below(&self.current.dir)?);
        paths.remove(RECORD);
        let content = |version: &Version, path: &str| content(&version.dir.join(path));
        let mut changed = Vec::new();
        for path in paths {
            if content(&self.base, &path)? != content(&self.current, &path)? {
                changed.push(path);
            }
        }
        Ok(changed)
    }
}

impl Version {
    fn render(
        checkout: &Checkout,
        commit: &str,
        answers: &Answers,
        workshop: &Path,
    ) -> Result<Self> {
        eprintln!("Rendering the template as of {commit}");
        let source = workshop.join(".checkout");
        fs::create_dir_all(&source)?;
        git::export(&checkout.root, commit, &source)?;
        let known = options(&source)?;
        let mut answers = answers.clone();
        answers
            .values
            .retain(|value| known.iter().any(|option| option == key(value)));
        let dir = render(&source, &answers, Some(commit), workshop)?;
        let record = Record::read(&dir)?;
        Ok(Self {
            name: format!("v{}", record.version),
            dir,
        })
    }
}

impl FileUpdate {
    /// Compares the three versions of a file; nothing is to do where the project has it as the template has it now.
    fn find(
        dir: &Path,
        path: String,
        base_file: &Path,
        their_file: &Path,
        labels: [&str; 3],
    ) -> Result<Option<Self>> {
        let my_file = dir.join(&path);
        let (base, theirs) = (content(base_file)?, content(their_file)?);
        let taken = is_taken(dir, &path);
        let mine = if taken { None } else { content(&my_file)? };
        if !taken && mine == theirs {
            return Ok(None);
        }
        let (change, result) = match (&base, &mine, &theirs) {
            _ if taken => (Change::PlaceTaken, None),
            (None, None, _) => (Change::Added, theirs.clone()),
            (Some(_), None, _) => (Change::StaysDeleted, None),
            (_, Some(_), None) if mine == base => (Change::Removed, None),
            (_, Some(_), None) => (Change::DroppedConflict, mine.clone()),
            (_, Some(_), Some(_)) if mine == base => (Change::Updated, theirs.clone()),
            (_, Some(_), Some(_))
                if [&base, &mine, &theirs]
                    .into_iter()
                    .flatten()
                    .any(|content| is_binary(content)) =>
            {
                (Change::BinaryConflict, mine.clone())
            }
            (_, Some(_), Some(_)) => {
                let empty = tempfile::NamedTempFile::new()?;
                let base_file = if base.is_some() {
                    base_file
                } else {
                    empty.path()
                };
                let (merged, conflict) = git::merge(&my_file, base_file, their_file, labels)?;
                let change = if conflict {
                    Change::Conflict
                } else {
                    Change::Merged
                };
                (change, Some(merged))
            }
        };
        Ok(Some(Self {
            path,
            change,
            base,
            mine,
            theirs,
            result,
        }))
    }

    fn write(&self, dir: &Path, current: &Path) -> Result<()> {
        let file = dir.join(&self.path);
        let folder = file.parent().unwrap_or(dir);
        match &self.result {
            _ if self.result == self.mine => Ok(()),
            None => fs::remove_file(&file),
            // With its permissions.
            Some(_) if self.result == self.theirs => fs::create_dir_all(folder)
                .and_then(|()| fs::copy(current.join(&self.path), &file))
                .map(drop),
            Some(merged) => fs::write(&file, merged),
        }
        .with_context(|| format!("cannot write {}", file.display()))
    }
}

/// How a project was made, from its record.
struct Record {
    version: String,
    commit: Option<String>,
    answers: Answers,
}

impl Record {
    fn read(dir: &Path) -> Result<Self> {
        let file = dir.join(RECORD);
        let record: toml::Table = read(&file)?
            .parse()
            .with_context(|| format!("{} is damaged", file.display()))?;
        let text = |table: &str, key: &str| {
            let value = record.get(table).and_then(|table| table.get(key));
            value.and_then(toml::Value::as_str).map(str::to_owned)
        };
        let required = |table: &str, key: &str| {
            text(table, key).with_context(|| format!("{} has no {table}.{key}", file.display()))
        };
        let values = record.get("values").and_then(toml::Value::as_table);
        Ok(Self {
            version: required("template", "version")?,
            commit: text("template", "commit"),
            answers: Answers {
                name: required("project", "name")?,
                values: values
                    .into_iter()
                    .flatten()
                    .map(|(key, value)| format!("{key}={}", answer(value)))
                    .collect(),
                values_file: None,
            },
        })
    }

    /// The commit that the project was made from: `from`, or the recorded one, or that of the version's tag.
    fn commit_in(&self, checkout: &Path, from: Option<&str>) -> Result<String> {
        let tag = format!("refs/tags/v{}", self.version);
        let revision = from.or(self.commit.as_deref()).unwrap_or(&tag);
        let hint =
            "fetch it (git fetch --tags), or name a commit or tag that comes close with --from";
        git::commit(checkout, revision).map_err(|_| {
            anyhow!("the project was made from {revision}, which is not in this checkout of the template: {hint}")
        })
    }
}

/// As `-d` takes it.
fn answer(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(answer).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A file's content; none if there is no file.
fn content(file: &Path) -> Result<Option<Vec<u8>>> {
    if !file.is_file() {
        return Ok(None);
    }
    let content = fs::read(file);
    let content = content.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Some(content))
}

/// Whether something else than a plain file is in its place: it must not be written through.
fn is_taken(dir: &Path, path: &str) -> bool {
    let mut place = dir.to_owned();
    let parts: Vec<_> = Path::new(path).components().collect();
    for (index, part) in parts.iter().enumerate() {
        place.push(part);
        let is_last = index + 1 == parts.len();
        match fs::symlink_metadata(&place) {
            Ok(found) if is_last => return !found.is_file(),
            Ok(found) if !found.is_dir() => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

/// As git tells it: by a NUL near the beginning.
fn is_binary(content: &[u8]) -> bool {
    content.iter().take(8000).any(|&byte| byte == 0)
}

/// The files below a folder, by their paths from there.
fn files_below(dir: &Path) -> Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let path = path
                    .strip_prefix(dir)?
                    .to_str()
                    .context("a path is not UTF-8")?;
                files.insert(path.to_owned());
            }
        }
    }
    Ok(files)
}
