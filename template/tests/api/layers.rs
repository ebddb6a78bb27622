//! Imports point downward. Between the crates the compiler sees to it.

use std::path::Path;

use crate::support::{code, paths, rust_files};

/// Each layer of `src/` and what it may import of the crate.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("types", &["types"]),
    ("entities", &["entities", "types"]),
    ("error", &["error"]),
    ("config", &["config"]),
    ("auth", &["auth", "error"]),
    (
        "repositories",
        &["repositories", "entities", "types", "auth", "error"],
    ),
    (
        "services",
        &[
            "services",
            "repositories",
            "entities",
            "types",
            "auth",
            "error",
        ],
    ),
    (
        "routes",
        &[
            "routes",
            "services",
            "repositories",
            "entities",
            "types",
            "auth",
            "config",
            "error",
        ],
    ),
    ("app", &["routes", "services", "auth", "config", "error"]),
];

/// The program stands on the library: its commands may use all of it, as `app::...`.
const PROGRAM: [&str; 4] = ["lib", "main", "commands", "signals"];

fn layer(file: &Path) -> String {
    let inside = file.strip_prefix("src").unwrap();
    let first = Path::new(inside.components().next().unwrap().as_os_str());
    first.with_extension("").to_str().unwrap().to_owned()
}

#[test]
fn every_layer_imports_only_what_lies_below_it() {
    let mut seen = 0;
    for file in rust_files(Path::new("src")) {
        let layer = layer(&file);
        if PROGRAM.contains(&layer.as_str()) {
            continue;
        }
        let known = ALLOWED.iter().find(|(name, _)| *name == layer);
        let (_, allowed) = known.unwrap_or_else(|| panic!("{layer} is not a layer"));
        for path in paths(&code(&file)) {
            if path[0] == "crate" {
                let imported = path[1].as_str();
                assert!(
                    allowed.contains(&imported),
                    "{} imports crate::{imported}",
                    file.display()
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 15, "only {seen} imports were found");
}

/// The files in this folder whose code contains one of these texts.
fn files_with(folder: &str, texts: &[&str]) -> Vec<String> {
    let files = rust_files(Path::new(folder)).into_iter();
    let found = files.filter(|file| {
        let code = code(file);
        texts.iter().any(|text| code.contains(text))
    });
    found.map(|file| file.display().to_string()).collect()
}

#[test]
fn only_repositories_use_the_query_api() {
    for file in files_with("src", &["QueryFilter", "Entity::", "rows::{self", " rows}"]) {
        assert!(file.starts_with("src/repositories"), "{file}");
    }
}

#[test]
fn only_the_guards_of_the_crate_make_witnesses() {
    let check = ["Granted::check"];
    assert_eq!(files_with("src", &check), [""; 0]);
    assert_eq!(
        files_with("crates", &check),
        ["crates/better-auth/src/require.rs"]
    );
}

#[test]
fn only_commands_make_operators() {
    let make = ["Operator::at_the_command_line()"];
    for file in files_with("src", &make) {
        assert!(file.starts_with("src/commands"), "{file}");
    }
    assert_eq!(files_with("crates", &make), [""; 0]);
}
