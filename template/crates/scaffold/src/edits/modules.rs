//! Declared modules, and the names that are imported or exported.

use std::ops::Range;

use syn::{File, Item, ItemMod, ItemUse, UseGroup, UseTree, Visibility};

use super::{
    EditError, Place, lists,
    text::{Splice, indent, line_start, range_of},
};
use crate::project::leaves;

pub fn add(text: &str, file: &File, public: bool, name: &str) -> Result<Vec<Splice>, EditError> {
    let present = modules(file).find(|module| module.ident == name);
    if let Some(present) = present {
        let message = format!("there is a module {name} already");
        return Err(EditError::at(present, message));
    }
    let others = modules(file).filter(|module| module.content.is_none());
    let others: Vec<_> = others
        .map(|it| (it.ident.to_string(), range_of(it)))
        .collect();
    let line = format!("{}mod {name};", if public { "pub " } else { "" });
    Ok(vec![beside(text, file, &others, name, &line)])
}

pub fn remove(text: &str, file: &File, name: &str) -> Result<Vec<Splice>, EditError> {
    let mut modules = modules(file).filter(|module| module.content.is_none());
    let module = modules.find(|module| module.ident == name);
    let module = module.ok_or_else(|| EditError::new(format!("there is no `mod {name};`")))?;
    Ok(vec![Splice::remove(text, range_of(module))])
}

fn modules(file: &File) -> impl Iterator<Item = &ItemMod> {
    file.items.iter().filter_map(|item| match item {
        Item::Mod(module) => Some(module),
        _ => None,
    })
}

pub fn add_use(
    text: &str,
    file: &File,
    public: bool,
    path: &str,
    name: &str,
) -> Result<Vec<Splice>, EditError> {
    let (keyword, done) = if public {
        ("pub use", "exported")
    } else {
        ("use", "imported")
    };
    let has_name = |item: &&ItemUse| leaves(&item.tree).iter().any(|other| other == name);
    if let Some(item) = uses(file, public).find(has_name) {
        return Err(EditError::at(item, format!("{name} is {done} already")));
    }
    let segments: Vec<_> = path.split("::").collect();
    if let Some(tree) = uses(file, public).find_map(|item| below(&item.tree, &segments)) {
        return join(text, tree, name);
    }
    // Exports are sorted by module; imports have an order of their own.
    let key = |tree| if public { root(tree) } else { String::new() };
    let others = uses(file, public).map(|item| (key(&item.tree), range_of(item)));
    let others: Vec<_> = others.collect();
    let line = format!("{keyword} {path}::{name};");
    Ok(vec![beside(text, file, &others, path, &line)])
}

pub fn remove_use(
    text: &str,
    file: &File,
    public: bool,
    path: &str,
    name: &str,
) -> Result<Vec<Splice>, EditError> {
    let segments: Vec<_> = path.split("::").collect();
    let found = uses(file, public).find_map(|item| {
        let tree = below(&item.tree, &segments)?;
        let has_name = leaves(tree).iter().any(|other| other == name);
        has_name.then_some((item, tree))
    });
    let splice = found.and_then(|(item, tree)| match tree {
        UseTree::Group(group) if group.items.len() > 1 => {
            lists::remove_between(text, inside(group), name)
        }
        _ if leaves(&item.tree).len() == 1 => Some(Splice::remove(text, range_of(item))),
        _ => None,
    });
    let missing = || EditError::new(format!("there is no `use {path}::{name}`"));
    Ok(vec![splice.ok_or_else(missing)?])
}

fn uses(file: &File, public: bool) -> impl Iterator<Item = &ItemUse> {
    file.items.iter().filter_map(move |item| match item {
        Item::Use(item) if matches!(item.vis, Visibility::Public(_)) == public => Some(item),
        _ => None,
    })
}

/// Adds a name to what is used from one path.
fn join(text: &str, tree: &UseTree, name: &str) -> Result<Vec<Splice>, EditError> {
    match tree {
        UseTree::Glob(_) => Ok(Vec::new()),
        UseTree::Group(group) => lists::insert(text, inside(group), Place::Sorted, name),
        single => {
            let mut both = [&text[range_of(single)], name];
            both.sort_unstable();
            let group = format!("{{{}}}", both.join(", "));
            Ok(vec![Splice::replace(range_of(single), group)])
        }
    }
}

fn inside(group: &UseGroup) -> Range<usize> {
    let brace = group.brace_token.span;
    brace.open().byte_range().end..brace.close().byte_range().start
}

/// What is used from a path, wherever in the tree.
fn below<'a>(tree: &'a UseTree, path: &[&str]) -> Option<&'a UseTree> {
    match (tree, path) {
        (tree, []) => Some(tree),
        (UseTree::Path(segment), [first, rest @ ..]) if segment.ident == first => {
            below(&segment.tree, rest)
        }
        (UseTree::Group(group), path) => group.items.iter().find_map(|tree| below(tree, path)),
        _ => None,
    }
}

/// The first segment: the module that has the exported names.
fn root(tree: &UseTree) -> String {
    match tree {
        UseTree::Path(path) => path.ident.to_string(),
        UseTree::Name(name) => name.ident.to_string(),
        _ => String::new(),
    }
}

/// Adds a line in alphabetical order: after the last smaller one of its kind, or before the first.
fn beside(
    text: &str,
    file: &File,
    others: &[(String, Range<usize>)],
    name: &str,
    line: &str,
) -> Splice {
    let smaller = others.iter().filter(|(other, _)| other.as_str() < name);
    if let Some((_, range)) = smaller.max_by(|(a, _), (b, _)| a.cmp(b)) {
        let start = line_start(text, range.start);
        let on_its_line = others
            .iter()
            .filter(|(_, it)| line_start(text, it.start) == start);
        let end = on_its_line.map(|(_, it)| it.end).max();
        let end = end.unwrap_or(range.end);
        return Splice::below(text, end, indent(text, range.start), line);
    }
    match (others.first(), file.items.first(), file.items.last()) {
        (Some((_, range)), ..) => {
            let indent = indent(text, range.start);
            Splice::insert(range.start, format!("{line}\n{indent}"))
        }
        (None, _, Some(last @ Item::Mod(_))) => {
            Splice::below(text, range_of(last).end, "", &format!("\n{line}"))
        }
        (None, Some(first), _) => Splice::insert(range_of(first).start, format!("{line}\n\n")),
        (None, None, _) => {
            let end = text.trim_end().len();
            let gap = if end == 0 { "" } else { "\n\n" };
            Splice::replace(end..text.len(), format!("{gap}{line}\n"))
        }
    }
}
