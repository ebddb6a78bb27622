//! Declared modules, and the names that are exported from them.

use std::ops::Range;

use syn::{File, Item, ItemMod, ItemUse, UseGroup, UseTree, Visibility};

use super::{
    Place, Trouble, lists,
    text::{Splice, indent, line_start, range_of},
};
use crate::project::leaves;

pub fn declare(text: &str, file: &File, public: bool, name: &str) -> Result<Vec<Splice>, Trouble> {
    let mut modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) => Some(module),
        _ => None,
    });
    if let Some(present) = modules.find(|module| module.ident == name) {
        return Err(Trouble::at(
            present,
            format!("there is a module {name} already"),
        ));
    }
    let visibility = if public { "pub " } else { "" };
    let declared = declared(file).map(|module| (module.ident.to_string(), range_of(module)));
    let others: Vec<_> = declared.collect();
    let line = format!("{visibility}mod {name};");
    Ok(vec![beside(text, file, &others, name, &line)])
}

pub fn undeclare(text: &str, file: &File, name: &str) -> Result<Vec<Splice>, Trouble> {
    let module = declared(file).find(|module| module.ident == name);
    let module = module.ok_or_else(|| Trouble::new(format!("there is no `mod {name};`")))?;
    Ok(vec![Splice::remove(text, range_of(module))])
}

/// The modules that have a file of their own.
fn declared(file: &File) -> impl Iterator<Item = &ItemMod> {
    file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() => Some(module),
        _ => None,
    })
}

pub fn export(text: &str, file: &File, module: &str, name: &str) -> Result<Vec<Splice>, Trouble> {
    let is_exported = |tree| leaves(tree).iter().any(|other| other == name);
    if let Some(item) = exports(file).find(|item| is_exported(&item.tree)) {
        let what = format!("{name} is exported already");
        return Err(Trouble::at(item, what));
    }
    if let Some(tree) = exports(file).find_map(|item| below(&item.tree, &[module])) {
        return join(text, tree, name);
    }
    let others = exports(file).map(|item| (root(&item.tree), range_of(item)));
    let others: Vec<_> = others.collect();
    let line = format!("pub use {module}::{name};");
    Ok(vec![beside(text, file, &others, module, &line)])
}

pub fn withhold(text: &str, file: &File, module: &str, name: &str) -> Result<Vec<Splice>, Trouble> {
    let missing = || Trouble::new(format!("there is no `pub use {module}::{name}`"));
    leave(text, exports(file), &[module], name).ok_or_else(missing)
}

pub fn import(text: &str, file: &File, path: &str, name: &str) -> Result<Vec<Splice>, Trouble> {
    let segments: Vec<_> = path.split("::").collect();
    for item in imports(file) {
        if let Some(tree) = below(&item.tree, &segments) {
            let present = leaves(tree).iter().any(|other| other == name);
            return match present {
                true => Err(Trouble::at(
                    item,
                    format!("{path}::{name} is imported already"),
                )),
                false => join(text, tree, name),
            };
        }
    }
    let others = imports(file).map(|item| (String::new(), range_of(item)));
    let others: Vec<_> = others.collect();
    let line = format!("use {path}::{name};");
    Ok(vec![beside(text, file, &others, path, &line)])
}

pub fn forget(text: &str, file: &File, path: &str, name: &str) -> Result<Vec<Splice>, Trouble> {
    let missing = || Trouble::new(format!("there is no `use {path}::{name}`"));
    let segments: Vec<_> = path.split("::").collect();
    leave(text, imports(file), &segments, name).ok_or_else(missing)
}

/// Adds a name to what is used from one path.
fn join(text: &str, tree: &UseTree, name: &str) -> Result<Vec<Splice>, Trouble> {
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

/// Takes a name away from what is used from one path, and the whole item if there is nothing else
/// in it.
fn leave<'a>(
    text: &str,
    mut items: impl Iterator<Item = &'a ItemUse>,
    path: &[&str],
    name: &str,
) -> Option<Vec<Splice>> {
    let (item, tree) = items.find_map(|item| {
        let tree = below(&item.tree, path)?;
        let is_there = leaves(tree).iter().any(|other| other == name);
        is_there.then_some((item, tree))
    })?;
    let splice = match tree {
        UseTree::Group(group) if group.items.len() > 1 => lists::remove(text, inside(group), name)?,
        _ if leaves(&item.tree).len() == 1 => Splice::remove(text, range_of(item)),
        _ => return None,
    };
    Some(vec![splice])
}

fn inside(group: &UseGroup) -> Range<usize> {
    let brace = group.brace_token.span;
    brace.open().byte_range().end..brace.close().byte_range().start
}

fn exports(file: &File) -> impl Iterator<Item = &ItemUse> {
    uses(file).filter(|item| matches!(item.vis, Visibility::Public(_)))
}

fn imports(file: &File) -> impl Iterator<Item = &ItemUse> {
    uses(file).filter(|item| !matches!(item.vis, Visibility::Public(_)))
}

fn uses(file: &File) -> impl Iterator<Item = &ItemUse> {
    file.items.iter().filter_map(|item| match item {
        Item::Use(item) => Some(item),
        _ => None,
    })
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

/// The first segment: the module whose names are exported.
fn root(tree: &UseTree) -> String {
    match tree {
        UseTree::Path(path) => path.ident.to_string(),
        UseTree::Name(name) => name.ident.to_string(),
        _ => String::new(),
    }
}

/// A line after the greatest of its like that is smaller, or before the first.
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
    match (others.first(), file.items.last()) {
        (Some((_, range)), _) => {
            let indent = indent(text, range.start);
            Splice::insert(range.start, format!("{line}\n{indent}"))
        }
        (None, Some(last @ Item::Mod(_))) => {
            Splice::below(text, range_of(last).end, "", &format!("\n{line}"))
        }
        (None, _) => first_item(text, file, line),
    }
}

/// A line before every item, or at the end of a file without any.
fn first_item(text: &str, file: &File, line: &str) -> Splice {
    match file.items.first() {
        Some(first) => Splice::insert(range_of(first).start, format!("{line}\n\n")),
        None => {
            let end = text.trim_end().len();
            let gap = if end == 0 { "" } else { "\n\n" };
            Splice::replace(end..text.len(), format!("{gap}{line}\n"))
        }
    }
}
