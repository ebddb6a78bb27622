//! The names a project cannot have.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{ROOT, assert_renewed, generate};

fn suggestion_for(name: &str) -> String {
    let message = generate(name, &[])
        .err()
        .unwrap_or_else(|| panic!("{name} is accepted"));
    let (_, rest) = message
        .split_once("Try \"")
        .unwrap_or_else(|| panic!("{name}: {message}"));
    rest.split_once('"').unwrap().0.to_owned()
}

#[test]
fn a_rejected_name_comes_with_one_that_works() {
    for (name, suggested) in [
        ("9lives", "lives"),
        ("fn", "fn-api"),
        ("core", "core-api"),
        ("std", "std-api"),
        ("test", "test-api"),
        ("self", "self-api"),
        ("proc_macro", "proc-macro-api"),
        ("ünï", "n-api"),
        ("日本", "my-api"),
        ("-", "my-api"),
        ("a", "a-api"),
        ("My API", "my-api"),
        ("MyApi", "my-api"),
        ("my--api", "my-api"),
        ("my-api-", "my-api"),
        ("../my-api", "my-api"),
        ("my_api-v2", "my-api-v2"),
        ("app", "app-api"),
        ("better-auth", "better-auth-api"),
        ("better_auth", "better-auth-api"),
        ("database", "database-api"),
        ("migration", "migration-api"),
        ("rest", "rest-api"),
        ("mock-auth", "mock-auth-api"),
        ("mock_auth", "mock-auth-api"),
        ("scaffold", "scaffold-api"),
        ("tokio", "tokio-api"),
        ("actix_web", "actix-web-api"),
        ("serde-json", "serde-json-api"),
        ("deps", "deps-api"),
        ("nul", "nul-api"),
    ] {
        assert_eq!(suggestion_for(name), suggested, "for {name}");
        generate(suggested, &[]).unwrap();
    }
}

#[test]
fn a_name_of_more_than_64_characters_is_rejected() {
    assert_eq!(suggestion_for(&"a".repeat(65)), "a".repeat(60));
    generate(&"a".repeat(64), &[]).unwrap();
}

#[test]
fn a_good_name_is_taken_as_it_is() {
    for name in ["my-api", "my_api", "api2", "v2-tasks", "ab"] {
        let manifest: toml::Table = generate(name, &[])
            .unwrap()
            .read("Cargo.toml")
            .parse()
            .unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some(name));
    }
}

#[test]
fn a_name_given_as_an_option_is_rejected() {
    let message = generate("good", &["project-name=fn"]).err().unwrap();
    assert!(message.contains("no option \"project-name\""), "{message}");
}

#[test]
fn no_member_of_the_workspace_gives_its_name() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("template/Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    for member in manifest["workspace"]["members"].as_array().unwrap() {
        suggestion_for(member.as_str().unwrap());
    }
    suggestion_for(manifest["lib"]["name"].as_str().unwrap());
}

/// A project called like a package of its lock file fails under `--locked`.
#[test]
fn derived_list_holds_every_package_of_the_lock_file() {
    let lock = fs::read_to_string(Path::new(ROOT).join("template/Cargo.lock")).unwrap();
    let lock: toml::Table = lock.parse().unwrap();
    let foreign: BTreeSet<_> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package.get("source").is_some())
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    let hook = fs::read_to_string(Path::new(ROOT).join("hooks/names.rhai")).unwrap();
    let (before, rest) = hook.split_once("fn packages() {\n    [\n").unwrap();
    let (_, after) = rest.split_once("    ]\n").unwrap();
    let list = wrapped(foreign);
    assert_renewed(
        "hooks/names.rhai",
        &format!("{before}fn packages() {{\n    [\n{list}    ]\n{after}"),
    );
}

fn wrapped<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut lines = vec![String::from("       ")];
    for name in names {
        let item = format!(" \"{name}\",");
        if lines.last().unwrap().len() + item.len() > 120 {
            lines.push(String::from("       "));
        }
        lines.last_mut().unwrap().push_str(&item);
    }
    lines.join("\n") + "\n"
}
