//! Inside `src/` and inside each crate, no two files import each other, nor in a circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::support::{code, paths, rust_files};

type Module = Vec<String>;

/// The modules of one crate, and which of them import which.
struct Graph {
    files: BTreeMap<Module, PathBuf>,
    /// Names that a module exports for modules inside it: `pub use pool::Database` in lib.rs.
    exported: BTreeMap<(Module, String), Module>,
}

impl Graph {
    fn of(source: &Path) -> Self {
        let mut graph = Self {
            files: BTreeMap::new(),
            exported: BTreeMap::new(),
        };
        for file in rust_files(source) {
            let inside = file.strip_prefix(source).unwrap().with_extension("");
            let mut module: Module = inside
                .iter()
                .map(|name| name.to_str().unwrap().to_owned())
                .collect();
            // A program beside a library stands on it; alone it is the root of its crate.
            if module == ["main"] && source.join("lib.rs").exists() {
                continue;
            }
            module.pop_if(|name| ["lib", "main", "mod"].contains(&name.as_str()));
            graph.files.insert(module, file);
        }
        for (module, file) in &graph.files {
            for statement in code(file).split("pub use ").skip(1) {
                let statement = statement.split(';').next().unwrap();
                for path in paths(&format!("crate::{statement}")) {
                    let path = [module, &path[1..]].concat();
                    let name = path.last().unwrap().clone();
                    graph.exported.insert((module.clone(), name), path);
                }
            }
        }
        graph
    }

    /// The module that has this path's last part.
    fn module_of(&self, path: &[String]) -> Module {
        let mut module = path.to_vec();
        while !self.files.contains_key(&module) {
            module.pop().expect("the crate has a root");
        }
        let export = path.get(module.len());
        let export = export.and_then(|name| self.exported.get(&(module.clone(), name.clone())));
        match export {
            // Else it comes from another crate.
            Some(path) if self.files.contains_key(&path[..=module.len()]) => self.module_of(path),
            _ => module,
        }
    }

    fn imports(&self, module: &Module) -> BTreeSet<Module> {
        let code = code(&self.files[module]);
        let absolute = |path: Vec<String>| {
            let up = path.iter().take_while(|name| *name == "super").count();
            if up == 0 {
                path[1..].to_vec()
            } else {
                [&module[..module.len() - up], &path[up..]].concat()
            }
        };
        let imports = paths(&code).into_iter().map(absolute);
        let mut imports: BTreeSet<_> = imports.map(|path| self.module_of(&path)).collect();
        imports.extend(self.used_children(module, &code));
        imports.remove(module);
        // Relations of sea-orm are declared on both sides.
        let is_entity = |module: &Module| module.first().is_some_and(|name| name == "entities");
        imports.retain(|other| !(is_entity(module) && is_entity(other)));
        imports
    }

    /// The modules inside this one whose names it uses, other than to export what they have.
    fn used_children(&self, module: &Module, code: &str) -> Vec<Module> {
        let statements = code.split_inclusive(';');
        let used: String = statements
            .filter(|statement| !statement.trim_start().starts_with("pub use"))
            .collect();
        let is_used = |name: &str| {
            let begin = |(at, _): (usize, &str)| used[..at].chars().next_back();
            let mut before = used.match_indices(name).map(begin);
            before.any(|c| !c.is_some_and(|c| c.is_alphanumeric() || c == '_'))
        };
        let children = self
            .files
            .keys()
            .filter(|other| other.len() == module.len() + 1 && other.starts_with(module));
        let used = children.filter(|child| is_used(&format!("{}::", child.last().unwrap())));
        used.cloned().collect()
    }

    /// Every import from which a chain of others leads back.
    fn circles(&self) -> Vec<String> {
        let imports = |module: &Module| (module.clone(), self.imports(module));
        let imports: BTreeMap<_, _> = self.files.keys().map(imports).collect();
        let leads_back = |from: &Module, to: &Module| {
            let (mut reached, mut next) = (BTreeSet::new(), vec![to]);
            while let Some(module) = next.pop() {
                if reached.insert(module) {
                    next.extend(&imports[module]);
                }
            }
            reached.contains(from)
        };
        let file = |module: &Module| self.files[module].display();
        let mut circles = Vec::new();
        for (from, targets) in &imports {
            for to in targets.iter().filter(|to| leads_back(from, to)) {
                circles.push(format!("{} imports {}", file(from), file(to)));
            }
        }
        circles
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let crates = Path::new("crates").read_dir().unwrap();
    let mut sources: Vec<_> = crates
        .map(|entry| entry.unwrap().path().join("src"))
        .collect();
    sources.push("src".into());
    let circles: Vec<_> = sources
        .iter()
        .flat_map(|source| Graph::of(source).circles())
        .collect();
    assert!(circles.is_empty(), "{circles:#?}");
}
