//! Reads the project's files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use syn::{Item, UseTree};

use crate::resource::Writer;

/// A project, found by its folder.
pub struct Project {
    root: PathBuf,
}

/// A table with its entity.
pub struct Entity {
    /// The singular.
    pub module: String,
    /// The plural.
    pub table: String,
    pub columns: Vec<String>,
}

impl Entity {
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// Whether it has the columns that let rows of other tables refer to it.
    pub fn is_resource(&self) -> bool {
        let columns = ["id", "version", "deleted_at"];
        columns.iter().all(|column| self.has(column))
    }

    /// Who writes its rows, by the column that says whom they belong to.
    pub fn writer(&self) -> Writer {
        if self.has("user_id") {
            Writer::Owner
        } else if self.has("organization_id") && self.has("created_by") {
            Writer::Organization
        } else {
            Writer::Admin
        }
    }
}

impl Project {
    /// The project that this folder is in.
    pub fn around(folder: &Path) -> Option<Self> {
        let is_root = |folder: &&Path| folder.join("crates/scaffold/Cargo.toml").is_file();
        let root = folder.ancestors().find(is_root)?.to_owned();
        Some(Self { root })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is such a file or folder.
    pub fn has(&self, path: impl AsRef<Path>) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok()
    }

    /// A file's text; `None` if there is no file.
    pub fn read(&self, file: impl AsRef<Path>) -> Result<Option<String>, String> {
        let file = file.as_ref();
        match fs::read_to_string(self.root.join(file)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", file.display())),
        }
    }

    /// The names of the files in a folder without `.rs`, in order; empty if there is no folder.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(folder));
        let names = entries.into_iter().flatten().filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            Some(name.strip_suffix(".rs").unwrap_or(&name).to_owned())
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    /// The tables that have an entity; files that are not valid Rust are skipped.
    pub fn entities(&self) -> Vec<Entity> {
        let modules = self.names_in("src/entities").into_iter();
        let entities = modules.filter_map(|module| {
            let file = format!("src/entities/{module}.rs");
            entity(module, &self.read(file).ok()??)
        });
        entities.collect()
    }
}

fn entity(module: String, text: &str) -> Option<Entity> {
    let (_, rest) = text.split_once("table_name = \"")?;
    let (table, _) = rest.split_once('"')?;
    let file = syn::parse_file(text).ok()?;
    let model = file.items.into_iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == "Model" => Some(item),
        _ => None,
    })?;
    let columns = model.fields.into_iter().filter_map(|field| field.ident);
    Some(Entity {
        module,
        table: table.to_owned(),
        columns: columns.map(|column| column.to_string()).collect(),
    })
}

/// The names that a `use` brings into scope.
pub fn leaves(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => leaves(&path.tree),
        UseTree::Name(name) => vec![name.ident.to_string()],
        UseTree::Rename(rename) => vec![rename.rename.to_string()],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
        UseTree::Glob(_) => Vec::new(),
    }
}
