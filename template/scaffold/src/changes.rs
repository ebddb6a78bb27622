//! Files that are made, changed and removed: all of them, or none.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// What one file becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Below the project's folder.
    pub file: PathBuf,
    /// Its text; none = there is no file.
    pub before: Option<String>,
    /// Its text afterwards.
    pub after: Option<String>,
}

/// All that a command changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(pub Vec<Change>);

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.0 {
            let what = match (&change.before, &change.after) {
                (None, _) => "make",
                (_, Some(_)) => "change",
                (_, None) => "remove",
            };
            writeln!(f, "  {what:<7} {}", change.file.display())?;
        }
        Ok(())
    }
}

impl Changes {
    /// Writes everything, each file beside its place first. What fails is put back.
    ///
    /// # Errors
    /// When a file cannot be written or its place was taken meanwhile.
    pub fn apply(&self, root: &Path) -> Result<(), String> {
        let mut folders = Vec::new();
        let mut done = 0;
        let result = self.stage(root, &mut folders).and_then(|()| {
            for change in &self.0 {
                change.finish(root)?;
                done += 1;
            }
            Ok(())
        });
        let result = result.map_err(|error| match self.undo(root, done, &folders) {
            Ok(()) => format!("{error}; nothing was changed"),
            Err(worse) => format!("{error}; and putting back failed: {worse}"),
        });
        if result.is_ok() {
            self.remove_empty_folders(root);
        }
        result
    }

    fn stage(&self, root: &Path, folders: &mut Vec<PathBuf>) -> Result<(), String> {
        for change in &self.0 {
            let file = root.join(&change.file);
            let missing = file
                .ancestors()
                .skip(1)
                .take_while(|folder| !folder.exists());
            let missing: Vec<_> = missing.map(Path::to_owned).collect();
            folders.extend(missing.into_iter().rev());
            change.stage(root)?;
        }
        Ok(())
    }

    /// Puts the first changes back, and takes away what was staged for the others.
    fn undo(&self, root: &Path, done: usize, folders: &[PathBuf]) -> Result<(), String> {
        let mut result = Ok(());
        for (index, change) in self.0.iter().enumerate() {
            let _ = fs::remove_file(change.staged(root));
            let undone = if index < done {
                change.undo(root)
            } else {
                Ok(())
            };
            result = result.and(undone);
        }
        for folder in folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        result
    }

    fn remove_empty_folders(&self, root: &Path) {
        for change in self.0.iter().filter(|change| change.after.is_none()) {
            if let Some(folder) = root.join(&change.file).parent() {
                // Fails where something is left in it.
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

impl Change {
    /// Where the new text waits.
    fn staged(&self, root: &Path) -> PathBuf {
        let name = self.file.file_name().unwrap_or_default();
        let name = format!(".{}.scaffold", name.to_string_lossy());
        root.join(&self.file).with_file_name(name)
    }

    fn stage(&self, root: &Path) -> Result<(), String> {
        let (file, staged) = (root.join(&self.file), self.staged(root));
        let Some(text) = &self.after else {
            return Ok(());
        };
        let write = || -> io::Result<()> {
            fs::create_dir_all(file.parent().unwrap_or(root))?;
            fs::write(&staged, text)?;
            match &self.before {
                Some(_) => fs::set_permissions(&staged, fs::metadata(&file)?.permissions()),
                None => Ok(()),
            }
        };
        write().map_err(|error| self.cannot("write", &error))
    }

    fn finish(&self, root: &Path) -> Result<(), String> {
        let file = root.join(&self.file);
        if fs::read_to_string(&file).ok() != self.before {
            return Err(format!("{}: somebody else changed it", self.file.display()));
        }
        match &self.after {
            Some(_) => fs::rename(self.staged(root), &file),
            None => fs::remove_file(&file),
        }
        .map_err(|error| self.cannot("write", &error))
    }

    fn undo(&self, root: &Path) -> Result<(), String> {
        let file = root.join(&self.file);
        match &self.before {
            Some(text) => fs::write(file, text),
            None => fs::remove_file(file),
        }
        .map_err(|error| self.cannot("put back", &error))
    }

    fn cannot(&self, what: &str, error: &io::Error) -> String {
        format!("{}: cannot {what} it: {error}", self.file.display())
    }
}
