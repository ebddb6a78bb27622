//! The project around us, as its files tell.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use syn::{Item, UseTree};

/// A folder with a project in it.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
}

/// A table as the project has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its module, which is the singular.
    pub module: String,
    /// The table, which is the plural.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
}

impl Entity {
    /// Whether there is such a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// Whether it has what every resource has, so that rows may refer to it.
    #[must_use]
    pub fn is_resource(&self) -> bool {
        let columns = ["id", "version", "deleted_at"];
        columns.iter().all(|column| self.has(column))
    }
}

impl Project {
    /// The one that this folder is in.
    #[must_use]
    pub fn around(folder: &Path) -> Option<Self> {
        let is_root = |folder: &&Path| folder.join("scaffold/Cargo.toml").is_file();
        let root = folder.ancestors().find(is_root)?.to_owned();
        Some(Self { root })
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is such a file or folder.
    #[must_use]
    pub fn has(&self, path: impl AsRef<Path>) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok()
    }

    /// A file's text; none where there is no file.
    ///
    /// # Errors
    /// When it cannot be read, or is no UTF-8.
    pub fn read(&self, file: impl AsRef<Path>) -> Result<Option<String>, String> {
        let file = file.as_ref();
        match fs::read_to_string(self.root.join(file)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", file.display())),
        }
    }

    /// The names of the files in a folder without `.rs`, in order; none where there is no folder.
    #[must_use]
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

    /// The tables that have a model; a file that is no Rust has none.
    #[must_use]
    pub fn entities(&self) -> Vec<Entity> {
        let modules = self.names_in("src/entities").into_iter();
        let entities = modules.filter_map(|module| {
            let file = format!("src/entities/{module}.rs");
            entity(module, &self.read(file).ok()??)
        });
        entities.collect()
    }

    /// The names that a module exports with `pub use`.
    #[must_use]
    pub fn exports_of(&self, module: &str) -> Vec<String> {
        let text = self.read(format!("src/{module}/mod.rs")).ok().flatten();
        let file = text.and_then(|text| syn::parse_file(&text).ok());
        let items = file.into_iter().flat_map(|file| file.items);
        let exported = items.filter_map(|item| match item {
            Item::Use(item) => Some(leaves(&item.tree)),
            _ => None,
        });
        exported.flatten().collect()
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

/// The names that a `use` brings.
pub(crate) fn leaves(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => leaves(&path.tree),
        UseTree::Name(name) => vec![name.ident.to_string()],
        UseTree::Rename(rename) => vec![rename.rename.to_string()],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
        UseTree::Glob(_) => Vec::new(),
    }
}
