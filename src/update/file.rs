//! The update of one file.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::git;

/// What an update does to one file of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the template has the file: it is added.
    Added,
    /// Only the template changed the file: its version is taken.
    Updated,
    /// Both changed the file, in different lines: both changes are kept.
    Merged,
    /// Only the template moved the file: its version is written to the new place.
    Moved,
    /// The template moved the file and the project changed it: the project's changes move along.
    MovedAndMerged,
    /// The template removed the file, the project did not change it: it is deleted.
    Removed,
    /// The template changed the file, the project deleted it: it stays deleted.
    StaysDeleted,
    /// Both changed the same lines: the file shows both versions.
    Conflict,
    /// The template moved the file, and both changed the same lines: the file at the new place shows both versions.
    MovedConflict,
    /// Both changed a binary file: the project's version stays.
    BinaryConflict,
    /// The template removed the file, the project changed it: the project's version stays.
    RemovedConflict,
    /// The project has something else at this path, such as a link or a folder: it stays.
    PlaceTaken,
}

impl Change {
    /// Whether the project's owner must decide.
    #[must_use]
    pub fn is_conflict(self) -> bool {
        matches!(
            self,
            Self::Conflict
                | Self::MovedConflict
                | Self::BinaryConflict
                | Self::RemovedConflict
                | Self::PlaceTaken
        )
    }

    /// The same change of a file that the template moved.
    fn with_move(self) -> Self {
        match self {
            Self::Updated => Self::Moved,
            Self::Merged => Self::MovedAndMerged,
            Self::Conflict => Self::MovedConflict,
            other => other,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Merged => "merged",
            Self::Moved => "moved",
            Self::MovedAndMerged => "moved with your changes",
            Self::Removed => "deleted",
            Self::StaysDeleted => "not taken: you deleted it",
            Self::Conflict => "CONFLICT: you and the template changed the same lines",
            Self::MovedConflict => "CONFLICT: moved; you and the template changed the same lines",
            Self::BinaryConflict => {
                "CONFLICT: you and the template changed this binary file; yours stays"
            }
            Self::RemovedConflict => {
                "CONFLICT: the template removed it, you changed it; yours stays"
            }
            Self::PlaceTaken => "CONFLICT: it is not a regular file here; yours stays",
        })
    }
}

/// The paths of a file that differs between two versions of the template; they differ if it moved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Paths {
    pub old: String,
    pub new: String,
}

impl Paths {
    pub fn unmoved(path: String) -> Self {
        Self {
            old: path.clone(),
            new: path,
        }
    }

    pub fn moved(old: String, new: String) -> Self {
        Self { old, new }
    }

    fn is_moved(&self) -> bool {
        self.old != self.new
    }

    /// The same paths if the project's file can move to the new one; else the removal of a file, and the addition of another.
    pub fn followed_in(self, dir: &Path) -> Vec<Self> {
        let is_free = !is_taken(dir, &self.new) && !dir.join(&self.new).exists();
        if !self.is_moved() || is_free && !is_taken(dir, &self.old) {
            return vec![self];
        }
        vec![Self::unmoved(self.old), Self::unmoved(self.new)]
    }
}

impl fmt::Display for Paths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_moved() {
            write!(formatter, "{} -> {}", self.old, self.new)
        } else {
            formatter.write_str(&self.new)
        }
    }
}

/// The three versions of a file, and what becomes of it in the project.
pub struct FileUpdate {
    pub paths: Paths,
    pub change: Change,
    base: Option<Vec<u8>>,
    mine: Option<Vec<u8>>,
    theirs: Option<Vec<u8>>,
    /// The content after the update; `None` if there will be no file.
    result: Option<Vec<u8>>,
}

impl FileUpdate {
    /// Compares the file in the project `dir` with the two rendered versions of the template; `None` if the project already
    /// has what the template has now. `labels` name the three versions in the marks of a conflict.
    pub fn find(
        dir: &Path,
        paths: Paths,
        versions: [&Path; 2],
        labels: [&str; 3],
    ) -> Result<Option<Self>> {
        let my_file = dir.join(&paths.old);
        let base_file = versions[0].join(&paths.old);
        let their_file = versions[1].join(&paths.new);
        let (base, theirs) = (content(&base_file)?, content(&their_file)?);
        let taken = is_taken(dir, &paths.old);
        let mine = if taken { None } else { content(&my_file)? };
        if !taken && !paths.is_moved() && mine == theirs {
            return Ok(None);
        }
        let all = [&base, &mine, &theirs];
        let is_binary = all.into_iter().flatten().any(|content| is_binary(content));
        let (change, result) = match (&base, &mine, &theirs) {
            _ if taken => (Change::PlaceTaken, None),
            (None, None, _) => (Change::Added, theirs.clone()),
            (Some(_), None, _) => (Change::StaysDeleted, None),
            (_, Some(_), None) if mine == base => (Change::Removed, None),
            (_, Some(_), None) => (Change::RemovedConflict, mine.clone()),
            (_, Some(_), Some(_)) if mine == base || mine == theirs => {
                (Change::Updated, theirs.clone())
            }
            (_, Some(_), Some(_)) if theirs == base => (Change::Merged, mine.clone()),
            (_, Some(_), Some(_)) if is_binary => (Change::BinaryConflict, mine.clone()),
            (_, Some(_), Some(_)) => merge([&my_file, &base_file, &their_file], labels)?,
        };
        let change = if paths.is_moved() {
            change.with_move()
        } else {
            change
        };
        Ok(Some(Self {
            paths,
            change,
            base,
            mine,
            theirs,
            result,
        }))
    }

    /// The move of a file that the template does not have; `None` if it cannot move.
    pub fn of_own(dir: &Path, paths: Paths) -> Result<Option<Self>> {
        let mine = content(&dir.join(&paths.old))?;
        let followed = paths.followed_in(dir);
        let [paths] = &followed[..] else {
            return Ok(None);
        };
        Ok(mine.map(|mine| Self {
            paths: paths.clone(),
            change: Change::Moved,
            base: Some(mine.clone()),
            theirs: Some(mine.clone()),
            result: Some(mine.clone()),
            mine: Some(mine),
        }))
    }

    /// Writes the result into the project `dir`; `current` is the rendered current version of the template.
    pub fn write(&self, dir: &Path, current: &Path) -> Result<()> {
        let file = dir.join(&self.paths.new);
        self.write_to(dir, &file, current)
            .with_context(|| format!("cannot write {}", file.display()))
    }

    fn write_to(&self, dir: &Path, file: &Path, current: &Path) -> std::io::Result<()> {
        if self.paths.is_moved() && self.result.is_some() {
            let old = dir.join(&self.paths.old);
            create_folder_of(file)?;
            fs::rename(&old, file)?;
            remove_empty_folders(dir, &old);
        }
        match &self.result {
            _ if self.result == self.mine => Ok(()),
            None => fs::remove_file(file).map(|()| remove_empty_folders(dir, file)),
            // A copy has the template's permissions too.
            Some(_) if self.result == self.theirs => {
                create_folder_of(file)?;
                fs::copy(current.join(&self.paths.new), file).map(drop)
            }
            Some(merged) => fs::write(file, merged),
        }
    }

    /// Marks a conflict in the index of the project's repository.
    pub fn mark(&self, dir: &Path) -> Result<()> {
        if !self.change.is_conflict() || self.change == Change::PlaceTaken {
            return Ok(());
        }
        let versions = [&self.base, &self.mine, &self.theirs];
        git::mark_conflict(dir, &self.paths.new, versions.map(|text| text.as_deref()))
    }
}

/// Merges my file, the common version and theirs as git does; a file that does not exist counts as empty.
fn merge(files: [&Path; 3], labels: [&str; 3]) -> Result<(Change, Option<Vec<u8>>)> {
    let empty = tempfile::NamedTempFile::new()?;
    let files = files.map(|file| if file.is_file() { file } else { empty.path() });
    let (merged, has_conflicts) = git::merge(files, labels)?;
    let change = if has_conflicts {
        Change::Conflict
    } else {
        Change::Merged
    };
    Ok((change, Some(merged)))
}

fn create_folder_of(file: &Path) -> std::io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Removes the folders inside `dir` that are empty without `file`, as git does.
fn remove_empty_folders(dir: &Path, file: &Path) {
    let folders = file.ancestors().skip(1);
    for folder in folders.take_while(|folder| *folder != dir) {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// The content of a file; `None` if there is no file.
pub fn content(file: &Path) -> Result<Option<Vec<u8>>> {
    if !file.is_file() {
        return Ok(None);
    }
    let content = fs::read(file);
    let content = content.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Some(content))
}

/// Whether the path, or a folder on it, is something other than a regular file or folder: nothing may be written through it.
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

/// Git's own rule: a NUL near the beginning.
fn is_binary(content: &[u8]) -> bool {
    content.iter().take(8000).any(|&byte| byte == 0)
}
