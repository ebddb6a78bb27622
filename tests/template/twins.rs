//! `X.liquid` is `X` with placeholders: derived from its plain sibling here, so that only the sibling is edited by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{ROOT, assert_renewed, files_below, generate};

const NAME: &str = "my-api";
const DESCRIPTION: &str = "An API for users who sign in with Better Auth";
const FEATURES: &str = r#"default = ["postgres", "sqlite"]"#;
const FEATURES_TWIN: &str = r#"default = [{% if database == "both" %}"postgres", "sqlite"{% else %}"{{database}}"{% endif %}]"#;
const DATABASE_URL: &str = "# DATABASE_URL=sqlite://app.db?mode=rwc";
const DATABASE_URL_TWIN: &str = r#"{% if database == "postgres" %}DATABASE_URL=postgres://postgres:postgres@localhost:5432/{{project-name}}{% else %}# DATABASE_URL=sqlite://app.db?mode=rwc{% endif %}"#;

/// The files that Liquid renders, from cargo-generate.toml.
fn rendered() -> BTreeSet<String> {
    let config = fs::read_to_string(Path::new(ROOT).join("cargo-generate.toml")).unwrap();
    let config: toml::Table = config.parse().unwrap();
    let include = config["template"]["include"].as_array().unwrap();
    include
        .iter()
        .map(|path| path.as_str().unwrap().trim_start_matches('/').to_owned())
        .collect()
}

fn plain(file: &str) -> String {
    let path = Path::new(ROOT).join("template").join(file);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn twin_of(file: &str) -> String {
    let plain = plain(file);
    match file {
        "Cargo.lock" => lock_twin(&plain),
        "Cargo.toml" => {
            let twin = replace_once(&plain, FEATURES, FEATURES_TWIN);
            let twin = replace_once(&twin, &quoted(DESCRIPTION), &quoted("{{description}}"));
            replace_once(&twin, &quoted(NAME), &quoted("{{project-name}}"))
        }
        "migration/Cargo.toml" => replace_once(&plain, FEATURES, FEATURES_TWIN),
        ".env.example" => replace_once(&plain, DATABASE_URL, DATABASE_URL_TWIN),
        "README.md" => plain
            .replace(NAME, "{{project-name}}")
            .replace(DESCRIPTION, "{{description}}"),
        other => panic!("how is the twin of {other} made?"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn replace_once(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

/// Cargo keeps the packages in the order of their names, so the project's own moves with its name.
fn lock_twin(plain: &str) -> String {
    let (header, packages) = plain.split_once("\n[[package]]\n").unwrap();
    let (own, others): (Vec<_>, Vec<_>) = packages
        .split("\n[[package]]\n")
        .partition(|package| package.starts_with(&format!("name = \"{NAME}\"\n")));
    let [own] = own[..] else {
        panic!("{NAME} must be in the lock file once");
    };
    let own = own.replace(NAME, "{{project-name}}");
    let others = others.join("\n[[package]]\n");
    format!(
        r#"{header}{{% capture own %}}{own}{{% endcapture %}}{{% capture others %}}{others}{{% endcapture -%}}
{{% assign own = own | strip %}}{{% assign others = others | split: "[[package]]" -%}}
{{% for package in others %}}{{% assign other = package | strip %}}{{% if own and own < other %}}
[[package]]
{{{{own}}}}
{{% assign own = false %}}{{% endif %}}
[[package]]
{{{{other}}}}
{{% endfor %}}{{% if own %}}
[[package]]
{{{{own}}}}
{{% endif %}}"#
    )
}

#[test]
fn derived_twins_are_up_to_date() {
    for file in rendered() {
        assert_renewed(&format!("template/{file}.liquid"), &twin_of(&file));
    }
}

#[test]
fn each_twin_rendered_with_the_defaults_is_its_sibling() {
    let project = generate(NAME, &[]).unwrap();
    for file in rendered() {
        assert!(project.read(&file) == plain(&file), "{file} differs");
    }
}

#[test]
fn liquid_renders_the_twins_and_nothing_else() {
    let twins: BTreeSet<_> = files_below(&Path::new(ROOT).join("template"))
        .into_iter()
        .filter_map(|file| file.strip_suffix(".liquid").map(str::to_owned))
        .collect();
    assert_eq!(rendered(), twins);
}

#[test]
fn no_liquid_is_left_in_a_rendered_file() {
    for database in ["both", "sqlite", "postgres"] {
        let project = generate("other-name", &[&format!("database={database}")]).unwrap();
        for file in rendered() {
            let text = project.read(&file);
            assert!(!text.contains("{{") && !text.contains("{%"), "{file}");
        }
    }
}

#[test]
fn no_placeholder_and_no_other_name_is_left_anywhere() {
    let project = generate("other-name", &[]).unwrap();
    for file in project.files() {
        let text = project.read(&file);
        assert!(!text.contains(NAME), "{file} says {NAME}");
        for placeholder in ["project-name", "crate_name", "description", "database"] {
            let compact = text.replace(' ', "");
            assert!(
                !compact.contains(&format!("{{{{{placeholder}")),
                "{file}: {placeholder}"
            );
        }
    }
}

#[test]
fn the_lock_file_stays_in_order_whatever_the_name() {
    for name in ["aa", "my-api", "tokio-api", "serde-api", "zzz"] {
        let lock: toml::Table = generate(name, &[])
            .unwrap()
            .read("Cargo.lock")
            .parse()
            .unwrap();
        let packages = lock["package"].as_array().unwrap();
        let names: Vec<_> = packages
            .iter()
            .map(|package| package["name"].as_str().unwrap())
            .collect();
        assert!(names.contains(&name));
        assert!(names.is_sorted(), "{name}");
    }
}
