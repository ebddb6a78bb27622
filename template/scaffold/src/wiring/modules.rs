//! Declared modules, and the names that are exported from them.

use std::ops::Range;

use syn::{File, Item, ItemMod, ItemUse, UseGroup, UseTree, Visibility};

use super::{
    Trouble, lists,
    text::{Splice, indent, range_of},
};

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
    let is_exported = |tree| exported(tree).iter().any(|other| other == name);
    if let Some((item, _)) = exports(file).find(|(_, tree)| is_exported(tree)) {
        return Err(Trouble::at(item, format!("{name} is exported already")));
    }
    let of_module = exports(file).find(|(_, tree)| root(tree) == module);
    match of_module.map(|(_, tree)| leaves(tree)) {
        Some(UseTree::Glob(_)) => Ok(Vec::new()),
        Some(UseTree::Group(group)) => lists::insert(text, inside(group), name),
        Some(single) => {
            let mut both = [&text[range_of(single)], name];
            both.sort_unstable();
            let group = format!("{{{}}}", both.join(", "));
            Ok(vec![Splice::replace(range_of(single), group)])
        }
        None => {
            let others = exports(file).map(|(item, tree)| (root(tree), range_of(item)));
            let others: Vec<_> = others.collect();
            let line = format!("pub use {module}::{name};");
            Ok(vec![beside(text, file, &others, module, &line)])
        }
    }
}

pub fn withhold(text: &str, file: &File, module: &str, name: &str) -> Result<Vec<Splice>, Trouble> {
    let missing = || Trouble::new(format!("there is no `pub use {module}::{name}`"));
    let is_exported = |tree| exported(tree).iter().any(|other| other == name);
    let mut exports = exports(file);
    let found = exports.find(|(_, tree)| root(tree) == module && is_exported(tree));
    let (item, tree) = found.ok_or_else(missing)?;
    match leaves(tree) {
        UseTree::Group(group) if group.items.len() > 1 => {
            let removed = lists::remove(text, inside(group), name);
            removed.map(|splice| vec![splice]).ok_or_else(missing)
        }
        _ => Ok(vec![Splice::remove(text, range_of(item))]),
    }
}

fn inside(group: &UseGroup) -> Range<usize> {
    let brace = group.brace_token.span;
    brace.open().byte_range().end..brace.close().byte_range().start
}

fn exports(file: &File) -> impl Iterator<Item = (&ItemUse, &UseTree)> {
    file.items.iter().filter_map(|item| match item {
        Item::Use(item) if matches!(item.vis, Visibility::Public(_)) => Some((item, &item.tree)),
        _ => None,
    })
}

/// The first segment: the module whose names are exported.
fn root(tree: &UseTree) -> String {
    match tree {
        UseTree::Path(path) => path.ident.to_string(),
        UseTree::Name(name) => name.ident.to_string(),
        _ => String::new(),
    }
}

/// What follows the first segment.
fn leaves(tree: &UseTree) -> &UseTree {
    match tree {
        UseTree::Path(path) => &path.tree,
        other => other,
    }
}

fn exported(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => exported(&path.tree),
        UseTree::Name(name) => vec![name.ident.to_string()],
        UseTree::Rename(rename) => vec![rename.rename.to_string()],
        UseTree::Group(group) => group.items.iter().flat_map(exported).collect(),
        UseTree::Glob(_) => Vec::new(),
    }
}

/// A line after the last of its like that is smaller, or before the first.
fn beside(
    text: &str,
    file: &File,
    others: &[(String, Range<usize>)],
    name: &str,
    line: &str,
) -> Splice {
    let smaller = others.iter().filter(|(other, _)| other.as_str() < name);
    if let Some((_, range)) = smaller.max_by(|(a, _), (b, _)| a.cmp(b)) {
        return Splice::below(text, range.end, indent(text, range.start), line);
    }
    match (others.first(), file.items.last()) {
        (Some((_, range)), _) => {
            let indent = indent(text, range.start);
            Splice::insert(range.start, format!("{line}\n{indent}"))
        }
        (None, Some(last)) if matches!(last, Item::Mod(_)) => {
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
