use std::{
    fs,
    iter::Peekable,
    path::{Path, PathBuf},
    vec::IntoIter,
};

/// The files in this folder and in the folders inside it.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// The code of a file, without comments and without its unit tests, which stand at its end.
pub fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    let lines = code.split_inclusive('\n');
    lines
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect()
}

/// Every path in `code` that begins with `crate` or `super`, with lists of imports taken apart.
pub fn paths(code: &str) -> Vec<Vec<String>> {
    let mut tokens = tokens(code).into_iter().peekable();
    let (mut found, mut before) = (Vec::new(), String::new());
    while let Some(token) = tokens.next() {
        // `pub(in crate::a)` imports nothing, and a macro's `$crate` is the crate that defines it.
        let begins = ["crate", "super"].contains(&token.as_str());
        if begins && !["in", "$"].contains(&before.as_str()) && separator(&mut tokens) {
            tree(vec![token.clone()], &mut tokens, &mut found);
        }
        before = token;
    }
    found
}

type Tokens = Peekable<IntoIter<String>>;

/// Identifiers, and every other character by itself.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    for c in code.chars() {
        if c.is_alphanumeric() || c == '_' {
            tokens.last_mut().unwrap().push(c);
        } else {
            tokens.extend([c.to_string(), String::new()]);
        }
    }
    tokens.retain(|token| !token.trim().is_empty());
    tokens
}

fn separator(tokens: &mut Tokens) -> bool {
    let mut colon = || tokens.next_if_eq(":").is_some();
    colon() && colon()
}

/// What follows a `::`: an identifier, or a list of such paths in braces.
fn tree(mut path: Vec<String>, tokens: &mut Tokens, found: &mut Vec<Vec<String>>) {
    if tokens.next_if_eq("{").is_some() {
        while let Some(token) = tokens.next_if(|token| token != "}") {
            if is_name(&token) {
                rest([path.clone(), vec![token]].concat(), tokens, found);
            }
        }
        return;
    }
    path.extend(tokens.next_if(|token| is_name(token)));
    rest(path, tokens, found);
}

fn rest(path: Vec<String>, tokens: &mut Tokens, found: &mut Vec<Vec<String>>) {
    if separator(tokens) {
        return tree(path, tokens, found);
    }
    if tokens.next_if_eq("as").is_some() {
        tokens.next();
    }
    found.push(path);
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
