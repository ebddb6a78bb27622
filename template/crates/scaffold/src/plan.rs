//! The changes that a command is going to make, and the errors that prevent them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use minijinja::Value;

use crate::{
    changes::{Change, Changes},
    edits::FileEdit,
    project::Project,
    rustfmt, templates,
};

/// Collects changes and errors; nothing is written.
pub struct Plan<'p> {
    project: &'p Project,
    changes: BTreeMap<PathBuf, Change>,
    errors: Vec<String>,
}

impl<'p> Plan<'p> {
    pub fn new(project: &'p Project) -> Self {
        Self {
            project,
            changes: BTreeMap::new(),
            errors: Vec::new(),
        }
    }

    pub fn add_error(&mut self, error: impl Into<String>) {
        self.errors.push(error.into());
    }

    /// Adds a file. Its module may have no other file either: `notes.rs` and `notes/mod.rs`.
    pub fn create(&mut self, file: impl Into<PathBuf>, text: String) {
        let file = file.into();
        let other = match file.file_name() {
            Some(name) if name == "mod.rs" => file.parent().map(|it| it.with_extension("rs")),
            _ => Some(file.with_extension("").join("mod.rs")),
        };
        for taken in [Some(&file), other.as_ref()].into_iter().flatten() {
            if self.project.has(taken) {
                self.add_error(format!("{}: exists already", taken.display()));
            }
        }
        let change = Change {
            file: file.clone(),
            before: None,
            after: Some(text),
        };
        self.changes.insert(file, change);
    }

    /// Adds a file that a template renders to.
    pub fn create_from(&mut self, template: &str, context: &Value, file: &str) {
        match templates::render(template, context) {
            Ok(text) => self.create(file, text),
            Err(error) => self.add_error(error),
        }
    }

    /// Makes the edits that a template renders to.
    pub fn edit_by(&mut self, template: &str, context: &Value) {
        for edit in self.edits(template, context) {
            self.change(edit.file.clone(), |text| edit.apply(text).map(Some));
        }
    }

    /// Undoes the edits that a template renders to.
    pub fn undo_by(&mut self, template: &str, context: &Value) {
        for edit in self.edits(template, context).iter().rev() {
            self.change(edit.file.clone(), |text| edit.undo(text).map(Some));
        }
    }

    fn edits(&mut self, template: &str, context: &Value) -> Vec<FileEdit> {
        templates::render_edits(template, context).unwrap_or_else(|error| {
            self.add_error(error);
            Vec::new()
        })
    }

    /// The texts of new files.
    pub fn new_texts(&self) -> impl Iterator<Item = &str> {
        let new = self
            .changes
            .values()
            .filter(|change| change.before.is_none());
        new.filter_map(|change| change.after.as_deref())
    }

    /// Removes a file.
    pub fn remove(&mut self, file: impl Into<PathBuf>) {
        self.change(file.into(), |_| Ok(None));
    }

    fn change(&mut self, file: PathBuf, next: impl FnOnce(&str) -> Result<Option<String>, String>) {
        let change = self.changes.remove(&file);
        let change = change.map_or_else(|| self.unchanged(&file), Ok);
        let changed = change.and_then(|change| {
            let after = next(change.after.as_deref().unwrap_or_default())?;
            Ok(Change { after, ..change })
        });
        match changed {
            Ok(change) => drop(self.changes.insert(file, change)),
            Err(error) => self.add_error(error),
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

    /// The changes, formatted, or all errors. A file that its owner formats otherwise keeps its
    /// formatting.
    pub fn finish(mut self) -> Result<Changes, Vec<String>> {
        let mut changes = Vec::new();
        for (file, mut change) in std::mem::take(&mut self.changes) {
            match self.formatted(&change) {
                Ok(text) => {
                    change.after = text;
                    changes.push(change);
                }
                Err(error) => self.add_error(format!("{}: {error}", file.display())),
            }
        }
        if self.errors.is_empty() {
            Ok(Changes(changes))
        } else {
            Err(self.errors)
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
        if is_formatted {
            format(text).map(Some)
        } else {
            Ok(Some(text.clone()))
        }
    }
}
