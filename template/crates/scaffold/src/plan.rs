//! What a command is going to change, and everything that speaks against it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    changes::{Change, Changes},
    project::Project,
    rustfmt,
    wiring::{Fault, Wiring},
};

/// Grows by one change after another; nothing is written.
pub struct Plan<'p> {
    project: &'p Project,
    changes: BTreeMap<PathBuf, Change>,
    faults: Vec<String>,
}

impl<'p> Plan<'p> {
    /// Nothing yet.
    #[must_use]
    pub fn new(project: &'p Project) -> Self {
        Self {
            project,
            changes: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Notes why it cannot be carried out.
    pub fn object(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    /// A new file. Its module must have no other file either.
    pub fn make(&mut self, file: impl Into<PathBuf>, text: impl Into<String>) {
        let (file, after) = (file.into(), Some(text.into()));
        let taken = self.same_module(&file).find(|path| self.project.has(path));
        if let Some(taken) = taken {
            self.object(format!("{}: exists already", taken.display()));
        }
        let change = Change {
            file: file.clone(),
            before: None,
            after,
        };
        self.changes.insert(file, change);
    }

    /// The paths that a module may have: `notes.rs` and `notes/mod.rs`.
    fn same_module(&self, file: &Path) -> impl Iterator<Item = PathBuf> + use<> {
        let other = match file.file_name() {
            Some(name) if name == "mod.rs" => file.parent().map(|it| it.with_extension("rs")),
            _ => Some(file.with_extension("").join("mod.rs")),
        };
        [Some(file.to_owned()), other].into_iter().flatten()
    }

    /// A file that is taken away.
    pub fn remove(&mut self, file: impl Into<PathBuf>) {
        let file = file.into();
        self.change(file, |_| Ok(None));
    }

    /// An edit of a file that is there.
    pub fn wire(&mut self, wiring: &Wiring) {
        self.edit(wiring, Wiring::add);
    }

    /// The edit taken back.
    pub fn unwire(&mut self, wiring: &Wiring) {
        self.edit(wiring, Wiring::take_away);
    }

    fn edit(&mut self, wiring: &Wiring, edit: fn(&Wiring, &str) -> Result<String, Fault>) {
        self.change(wiring.file.clone(), |text| {
            edit(wiring, text)
                .map(Some)
                .map_err(|fault| fault.to_string())
        });
    }

    fn change(&mut self, file: PathBuf, next: impl FnOnce(&str) -> Result<Option<String>, String>) {
        let change = self
            .changes
            .remove(&file)
            .map_or_else(|| self.unchanged(&file), Ok);
        let changed = change.and_then(|change| {
            let after = next(change.after.as_deref().unwrap_or_default())?;
            Ok(Change { after, ..change })
        });
        match changed {
            Ok(change) => drop(self.changes.insert(file, change)),
            Err(fault) => self.object(fault),
        }
    }

    fn unchanged(&self, file: &Path) -> Result<Change, String> {
        let text = self.project.read(file)?;
        let text = text.ok_or_else(|| format!("{}: is missing", file.display()))?;
        Ok(Change {
            file: file.to_owned(),
            before: Some(text.clone()),
            after: Some(text),
        })
    }

    /// The changes, formatted. A file that its owner formats otherwise keeps its formatting.
    ///
    /// # Errors
    /// Everything that speaks against them.
    pub fn finish(mut self) -> Result<Changes, Vec<String>> {
        let mut changes = Vec::new();
        for (file, mut change) in std::mem::take(&mut self.changes) {
            match self.formatted(&change) {
                Ok(text) => {
                    change.after = text;
                    changes.push(change);
                }
                Err(fault) => self.object(format!("{}: {fault}", file.display())),
            }
        }
        match self.faults.is_empty() {
            true => Ok(Changes(changes)),
            false => Err(self.faults),
        }
    }

    fn formatted(&self, change: &Change) -> Result<Option<String>, String> {
        let Some(text) = &change.after else {
            return Ok(None);
        };
        let format = |text| rustfmt::format(text, self.project.root());
        let is_rust = change.file.extension().is_some_and(|ending| ending == "rs");
        let is_formatted = match &change.before {
            Some(before) if is_rust => format(before)? == *before,
            _ => is_rust,
        };
        match is_formatted {
            true => format(text).map(Some),
            false => Ok(Some(text.clone())),
        }
    }
}
