//! Imports point downward.

use std::{fs, path::Path};

use crate::support::rust_files;

/// Each layer and what it may import of the crate.
const ALLOWED: [(&str, &[&str]); 12] = [
    ("types", &["types"]),
    ("error", &["error"]),
    ("config", &["types"]),
    ("telemetry", &["config"]),
    ("http", &["http", "config", "error", "telemetry", "types"]),
    ("entities", &["entities", "types"]),
    ("database", &["config", "error", "repositories", "types"]),
    (
        "repositories",
        &["repositories", "entities", "error", "types"],
    ),
    (
        "auth",
        &[
            "auth",
            "config",
            "database",
            "entities",
            "error",
            "http",
            "repositories",
            "telemetry",
            "types",
        ],
    ),
    (
        "services",
        &[
            "services",
            "auth",
            "database",
            "entities",
            "error",
            "repositories",
            "types",
        ],
    ),
    (
        "routes",
        &[
            "routes",
            "auth",
            "config",
            "database",
            "entities",
            "error",
            "http",
            "repositories",
            "services",
            "telemetry",
            "types",
        ],
    ),
    (
        "app",
        &[
            "auth",
            "config",
            "database",
            "error",
            "http",
            "routes",
            "services",
            "telemetry",
            "types",
        ],
    ),
];

#[test]
fn every_layer_imports_only_what_lies_below_it() {
    let mut seen = 0;
    for file in rust_files(Path::new("src")) {
        let layer = file
            .strip_prefix("src")
            .unwrap()
            .components()
            .next()
            .unwrap();
        let layer = Path::new(&layer)
            .with_extension("")
            .to_string_lossy()
            .into_owned();
        // The program stands on the library: its commands may use all of it, as `app::...`.
        if ["lib", "main", "commands"].contains(&layer.as_str()) {
            continue;
        }
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(name, _)| *name == layer)
            .unwrap_or_else(|| panic!("{layer} is no layer"));
        for import in imports(&fs::read_to_string(&file).unwrap()) {
            assert!(
                allowed.contains(&import.as_str()),
                "{} imports crate::{import}",
                file.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 50, "only {seen} imports were found");
}

#[test]
fn only_repositories_use_the_query_api() {
    for file in rust_files(Path::new("src"))
        .into_iter()
        .filter(|file| !file.starts_with("src/repositories"))
    {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            !text.contains("QueryFilter") && !text.contains("Entity::"),
            "{}",
            file.display()
        );
    }
}

#[test]
fn only_guards_make_witnesses() {
    let mut made = 0;
    for file in rust_files(Path::new("src")) {
        let checks = fs::read_to_string(&file)
            .unwrap()
            .contains("Granted::check");
        assert!(
            !checks || file.starts_with("src/auth"),
            "{}",
            file.display()
        );
        made += usize::from(checks);
    }
    assert_eq!(made, 1);
}

#[test]
fn only_commands_make_operators() {
    for file in rust_files(Path::new("src")) {
        let makes = fs::read_to_string(&file)
            .unwrap()
            .contains("Operator::at_the_command_line()");
        assert!(
            !makes || file.starts_with("src/commands"),
            "{}",
            file.display()
        );
    }
}

/// The first path segment of everything imported from `crate`, in nested lists too.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // A macro names its own crate so wherever it is used.
    let text = text.replace("$crate::", "");
    for rest in text.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => found.extend(top_level_names(list)),
            None => found.push(
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .unwrap()
                    .to_owned(),
            ),
        }
    }
    found
}

fn top_level_names(list: &str) -> Vec<String> {
    let (mut depth, mut names) = (0, vec![String::new()]);
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            c if depth == 0 => names.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    let first = |name: String| name.trim().split("::").next().unwrap().to_owned();
    names
        .into_iter()
        .map(first)
        .filter(|name| !name.is_empty())
        .collect()
}
