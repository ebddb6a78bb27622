//! A checkout that was worked in holds files that no project may receive.

use std::fs;
use std::path::Path;

use generator::Checkout;

use crate::{ROOT, answers, copy_checkout_to, files_below, generate, generate_from};

/// A file name for each pattern of the two .gitignore files.
fn ignored_names() -> Vec<String> {
    let mut names = Vec::new();
    for file in [
        ".gitignore",
        "template/.gitignore",
        "template/client/.gitignore",
        "template/web/.gitignore",
    ] {
        let text = fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
        let patterns = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        names.extend(patterns.map(|pattern| pattern.trim_matches('/').replace('*', "x")));
    }
    names
}

#[test]
fn what_git_ignores_is_not_copied_from_a_used_checkout() {
    let checkout = tempfile::tempdir().unwrap();
    copy_checkout_to(checkout.path());
    for name in ignored_names() {
        for folder in [
            "",
            "template",
            "template/src",
            "template/migration/src",
            "template/tests/api",
        ] {
            let folder = checkout.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            let folders = [
                ".hypothesis",
                ".next",
                "backups",
                "dist",
                "target",
                "node_modules",
            ];
            if folders.contains(&name.as_str()) {
                fs::create_dir_all(folder.join(&name)).unwrap();
                fs::write(folder.join(&name).join("planted"), "secret").unwrap();
            } else {
                fs::write(folder.join(&name), "secret").unwrap();
            }
        }
    }
    let project = generate_from(&Checkout::at(checkout.path()), &answers("my-api", &[])).unwrap();
    let clean = generate("my-api", &[]).unwrap();
    assert_eq!(project.files(), clean.files());
}

#[test]
fn nothing_of_the_generator_is_copied() {
    let files = generate("my-api", &[]).unwrap().files();
    for file in files_below(&Path::new(ROOT).join("hooks")) {
        assert!(!files.contains(&format!("hooks/{file}")), "{file}");
    }
    for file in [
        "cargo-generate.toml",
        "src/bin/quickstart.rs",
        "tests/template/main.rs",
        "CHANGELOG.md",
    ] {
        assert!(!files.contains(file), "{file}");
    }
}
