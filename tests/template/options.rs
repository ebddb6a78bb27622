//! The options, one by one; docs/options.md describes them.

use crate::{assert_renewed, generate};

fn default_features(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let features = manifest["features"]["default"].as_array().unwrap();
    features
        .iter()
        .map(|feature| feature.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_unknown_option_is_refused() {
    let refusal = generate("my-api", &["databse=sqlite"]).err().unwrap();
    assert!(
        refusal.contains("there is no option \"databse\""),
        "{refusal}"
    );
    assert!(refusal.contains("database"), "{refusal}");
}

#[test]
fn an_option_without_a_value_is_refused() {
    for value in ["database", "database="] {
        let refusal = generate("my-api", &[value]).err().unwrap();
        assert!(
            refusal.contains("database") || refusal.contains("\"\""),
            "{refusal}"
        );
    }
}

#[test]
fn an_unknown_database_is_refused() {
    let refusal = generate("my-api", &["database=mysql"]).err().unwrap();
    assert!(refusal.contains("mysql"), "{refusal}");
    assert!(
        refusal.contains("is not a valid value for database"),
        "{refusal}"
    );
}

#[test]
fn a_description_that_means_something_to_toml_or_markdown_is_refused() {
    let long = "a".repeat(121);
    for description in [
        "",
        " ",
        "trailing ",
        "say \"hi\"",
        "back\\slash",
        "# heading",
        "- item",
        "1. item",
        "> quote",
        "`code`",
        "*bold*",
        "under_score",
        "[link](url)",
        "<b>",
        "a | b",
        "{{project-name}}",
        "{% if %}",
        "two\nlines",
        "tab\there",
        &long,
    ] {
        let value = format!("description={description}");
        let refusal = generate("my-api", &[&value]).err();
        assert!(refusal.is_some(), "{description:?} is accepted");
    }
}

#[test]
fn a_description_reaches_the_manifest_and_the_readme() {
    let long = "a".repeat(120);
    for description in [
        "A",
        "Müller & Söhne: tasks, 100% theirs (v2)!",
        "Qué? L’API / l'autre - 1+1",
        &long,
    ] {
        let project = generate("my-api", &[&format!("description={description}")]).unwrap();
        let manifest: toml::Table = project.read("Cargo.toml").parse().unwrap();
        assert_eq!(
            manifest["package"]["description"].as_str(),
            Some(description)
        );
        assert!(project.read("README.md").contains(description));
    }
}

#[test]
fn the_database_decides_the_default_features_and_the_example_url() {
    for (database, features, scheme) in [
        ("both", &["postgres", "sqlite"][..], "sqlite:"),
        ("sqlite", &["sqlite"], "sqlite:"),
        ("postgres", &["postgres"], "postgres:"),
    ] {
        let project = generate("my-api", &[&format!("database={database}")]).unwrap();
        assert_eq!(default_features(&project.read("Cargo.toml")), features);
        assert_eq!(
            default_features(&project.read("migration/Cargo.toml")),
            features
        );
        let example = format!("DATABASE_URL={scheme}");
        assert!(
            project.read(".env.example").contains(&example),
            "{database}"
        );
    }
}

#[test]
fn derived_tree_is_up_to_date() {
    let files = generate("my-api", &[]).unwrap().files();
    let tree: String = files.iter().map(|file| format!("{file}\n")).collect();
    assert_renewed("tests/template/tree.txt", &tree);
}
