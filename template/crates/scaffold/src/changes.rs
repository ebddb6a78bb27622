//! Changes of files: all of them are made, or none.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// A change of one file.
#[derive(Debug)]
pub struct Change {
    /// Its path below the project's folder.
    pub file: PathBuf,
    /// Its text before and after; `None` if there is no file.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// All changes of a command.
#[derive(Debug)]
pub struct Changes(pub Vec<Change>);

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.0 {
            let what = match (&change.before, &change.after) {
                (None, _) => "create",
                (_, Some(_)) => "change",
                (_, None) => "remove",
            };
            writeln!(f, "  {what:<7} {}", change.file.display())?;
        }
        Ok(())
    }
}

impl Changes {
    /// Makes all changes. When one fails, those before it are undone.
    pub fn apply(&self, root: &Path) -> Result<(), String> {
        let is_other = |it: &&Change| fs::read_to_string(root.join(&it.file)).ok() != it.before;
        if let Some(change) = self.0.iter().find(is_other) {
            let file = change.file.display();
            return Err(format!(
                "{file}: was changed meanwhile; nothing was changed"
            ));
        }
        let new_folders = self.new_folders(root);
        for (index, change) in self.0.iter().enumerate() {
            let Err(error) = set(&root.join(&change.file), change.after.as_deref()) else {
                continue;
            };
            let error = format!("{}: cannot be written: {error}", change.file.display());
            let undo = |it: &Change| set(&root.join(&it.file), it.before.as_deref()).err();
            let worse: Vec<_> = self.0[..=index].iter().filter_map(undo).collect();
            for folder in new_folders {
                let _ = fs::remove_dir(folder);
            }
            return Err(match worse.first() {
                None => format!("{error}; nothing was changed"),
                Some(worse) => format!("{error}; other changes could not be undone: {worse}"),
            });
        }
        for change in self.0.iter().filter(|change| change.after.is_none()) {
            // Fails if something is left in the folder.
            let _ = root.join(&change.file).parent().map(fs::remove_dir);
        }
        Ok(())
    }

    /// The folders that are missing, inner ones first.
    fn new_folders(&self, root: &Path) -> Vec<PathBuf> {
        let files = self.0.iter().map(|change| root.join(&change.file));
        let folders = files.flat_map(|file| {
            let folders = file
                .ancestors()
                .skip(1)
                .take_while(|folder| !folder.exists());
            folders.map(Path::to_owned).collect::<Vec<_>>()
        });
        folders.collect()
    }
}

/// Writes a file, or removes it if there is to be none.
fn set(file: &Path, text: Option<&str>) -> io::Result<()> {
    match text {
        Some(text) => {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(file, text)
        }
        None if file.is_file() => fs::remove_file(file),
        None => Ok(()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn change(file: &str, before: Option<&str>, after: Option<&str>) -> Change {
        Change {
            file: file.into(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        }
    }

    /// The changes that come before one that fails: one of each kind.
    fn changes(last: Change) -> Changes {
        Changes(vec![
            change("new/file.rs", None, Some("new")),
            change("changed.rs", Some("old"), Some("new")),
            change("removed.rs", Some("old"), None),
            last,
        ])
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        for (last, reason) in [
            // A folder has its name.
            (
                change("folder", None, Some("new")),
                "folder: cannot be written",
            ),
            // Its folder is a file.
            (
                change("changed.rs/a.rs", None, Some("new")),
                "changed.rs/a.rs: cannot be written",
            ),
            (
                change("other.rs", Some("old"), Some("new")),
                "other.rs: was changed meanwhile",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            let files = [
                ("changed.rs", "old"),
                ("removed.rs", "old"),
                ("other.rs", "theirs"),
            ];
            for (file, text) in files {
                fs::write(root.join(file), text).unwrap();
            }
            fs::create_dir(root.join("folder")).unwrap();
            let error = changes(last).apply(root).unwrap_err();
            assert!(error.starts_with(reason), "{error}");
            assert!(error.ends_with("nothing was changed"), "{error}");
            for (file, text) in files {
                assert_eq!(fs::read_to_string(root.join(file)).unwrap(), text);
            }
            assert_eq!(fs::read_dir(root).unwrap().count(), 4);
        }
    }

    #[test]
    fn all_changes_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("old")).unwrap();
        for file in ["changed.rs", "removed.rs", "old/alone.rs"] {
            fs::write(root.join(file), "old").unwrap();
        }
        let all = changes(change("old/alone.rs", Some("old"), None));
        all.apply(root).unwrap();
        assert_eq!(fs::read_to_string(root.join("new/file.rs")).unwrap(), "new");
        assert_eq!(fs::read_to_string(root.join("changed.rs")).unwrap(), "new");
        assert_eq!(fs::read_dir(root).unwrap().count(), 2);
        let said = all.to_string();
        let words: Vec<_> = said.split_whitespace().step_by(2).collect();
        assert_eq!(words, ["create", "change", "remove", "remove"]);
    }
}
