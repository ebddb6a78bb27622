//! The options, one by one; docs/options.md describes them.

use std::fs;
use std::path::Path;

use generator::Answers;

use crate::variants::{VARIANTS, variants};
use crate::{Project, ROOT, generate, generate_with};

pub fn config() -> toml::Table {
    let config = fs::read_to_string(Path::new(ROOT).join("cargo-generate.toml")).unwrap();
    config.parse().unwrap()
}

fn default_features(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let features = manifest["features"]["default"].as_array().unwrap();
    features
        .iter()
        .map(|feature| feature.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_unknown_option_is_rejected() {
    let rejection = generate("my-api", &["databse=sqlite"]).err().unwrap();
    assert!(
        rejection.contains("there is no option \"databse\""),
        "{rejection}"
    );
    assert!(rejection.contains("database"), "{rejection}");
}

#[test]
fn an_option_without_a_value_is_rejected() {
    for value in ["database", "database="] {
        let rejection = generate("my-api", &[value]).err().unwrap();
        assert!(
            rejection.contains("database") || rejection.contains("\"\""),
            "{rejection}"
        );
    }
}

#[test]
fn an_unknown_database_is_rejected() {
    let rejection = generate("my-api", &["database=mysql"]).err().unwrap();
    assert!(rejection.contains("mysql"), "{rejection}");
    assert!(
        rejection.contains("is not a valid value for database"),
        "{rejection}"
    );
}

#[test]
fn a_description_that_means_something_to_toml_or_markdown_is_rejected() {
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
        let rejection = generate("my-api", &[&value]).err();
        assert!(rejection.is_some(), "{description:?} is accepted");
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
            default_features(&project.read("crates/database/Cargo.toml")),
            features
        );
        let example = format!("DATABASE_URL={scheme}");
        assert!(
            project.read(".env.example").contains(&example),
            "{database}"
        );
    }
}

/// In a member's folder, npm removes what the other members need.
#[test]
fn packages_of_a_workspace_are_installed_at_its_top() {
    for (frontend, in_client) in [("none", true), ("nextjs", false)] {
        let project = generate("my-api", &[&format!("frontend={frontend}")]).unwrap();
        let readme = project.read("README.md");
        assert_eq!(readme.contains("cd client && npm ci"), in_client);
        assert_eq!(
            readme.contains("    npm ci && npm run generate --workspace client"),
            !in_client
        );
    }
}

#[test]
fn the_kind_of_user_ids_decides_a_feature_and_the_shown_claim() {
    for (user_ids, feature, claim) in [("hybrid", false, "uuid"), ("native", true, "sub")] {
        let project = generate("my-api", &[&format!("user_ids={user_ids}")]).unwrap();
        let features = default_features(&project.read("Cargo.toml"));
        assert_eq!(features.contains(&"native-ids".to_owned()), feature);
        let shown = format!("# USER_UUID_CLAIM={claim}\n");
        assert!(project.read(".env.example").contains(&shown), "{user_ids}");
        let server = project.read("deploy/better-auth/auth.mjs");
        let makes_uuids = server.contains(r#"generateId: "uuid""#);
        assert_eq!(makes_uuids, feature, "{user_ids}");
    }
}

/// Combinations of good answers that cannot work, and what is said against each.
const REFUSED: [(&str, &str); 5] = [
    ("deploy=compose", "deploy=compose needs docker too"),
    ("deploy=kubernetes", "deploy=kubernetes needs docker too"),
    ("deploy=compose,systemd", "deploy=compose needs docker too"),
    (
        "database=sqlite deploy=docker,kubernetes",
        "deploy=kubernetes needs PostgreSQL",
    ),
    (
        "frontend=nextjs typescript_client=false",
        "frontend=nextjs needs typescript_client=true",
    ),
];

pub fn variant(name: &str, answers: &str) -> Result<Project, String> {
    generate(name, &answers.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn answers_that_do_not_go_together_are_rejected() {
    for (answers, reason) in REFUSED {
        let rejection = variant("my-api", answers).err();
        let rejection = rejection.unwrap_or_else(|| panic!("{answers} is accepted"));
        assert!(rejection.contains(reason), "{answers}: {rejection}");
    }
}

#[test]
fn an_answer_that_is_no_choice_is_rejected() {
    for answer in [
        "deploy=heroku",
        "deploy=docker,heroku",
        "deploy=docker compose",
        "ci=jenkins",
        "license=mit",
        "user_ids=serial",
        "license=",
    ] {
        let (option, _) = answer.split_once('=').unwrap();
        let rejection = generate("my-api", &[answer]).err();
        let rejection = rejection.unwrap_or_else(|| panic!("{answer} is accepted"));
        let reason = format!("not a valid value for {option}");
        assert!(rejection.contains(&reason), "{answer}: {rejection}");
    }
}

#[test]
fn the_license_is_in_the_manifest_and_beside_it() {
    for (license, expression, files) in [
        ("MIT", Some("MIT"), &["LICENSE-MIT"][..]),
        ("Apache-2.0", Some("Apache-2.0"), &["LICENSE-APACHE"]),
        (
            "both",
            Some("MIT OR Apache-2.0"),
            &["LICENSE-APACHE", "LICENSE-MIT"],
        ),
        ("none", None, &[]),
    ] {
        let project = generate("my-api", &[&format!("license={license}")]).unwrap();
        let manifest: toml::Table = project.read("Cargo.toml").parse().unwrap();
        let stated = manifest["package"].get("license").map(|it| it.as_str());
        assert_eq!(stated.flatten(), expression, "{license}");
        let found = project.files().into_iter();
        let found: Vec<_> = found.filter(|file| file.starts_with("LICENSE")).collect();
        assert_eq!(found, files, "{license}");
    }
}

#[test]
fn a_project_records_its_answers_and_they_make_it_again() {
    for (answers, project) in variants().step_by(VARIANTS.len() / 3) {
        let file = project.dir().join(".template.toml");
        let again = generate_with(&Answers {
            name: "other-name".to_owned(),
            values: Vec::new(),
            values_file: Some(file),
        })
        .unwrap();
        assert_eq!(again.files(), project.files(), "{answers}");
        for file in project.files() {
            assert!(
                again.read(&file) == project.read(&file),
                "{answers}: {file}"
            );
        }
    }
}

#[test]
fn an_unknown_option_in_a_values_file_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.toml");
    for (text, reason) in [
        (
            "[values]\ncolour = \"red\"\n",
            "there is no option \"colour\"",
        ),
        ("database = \"sqlite\"\n", "no table [values]"),
    ] {
        fs::write(&file, text).unwrap();
        let answers = Answers {
            name: "my-api".to_owned(),
            values_file: Some(file.clone()),
            ..Answers::default()
        };
        let rejection = generate_with(&answers).err().unwrap();
        assert!(rejection.contains(reason), "{rejection}");
    }
}

#[test]
fn the_recorded_version_and_source_are_those_of_the_template() {
    let record: toml::Table = generate("my-api", &[])
        .unwrap()
        .read(".template.toml")
        .parse()
        .unwrap();
    let template = record["template"].as_table().unwrap();
    assert_eq!(template["source"].as_str(), Some(env!("CARGO_PKG_NAME")));
    assert_eq!(
        template["version"].as_str(),
        Some(env!("CARGO_PKG_VERSION"))
    );
    assert!(!template.contains_key("commit"), "there is no repository");
}

#[test]
fn each_option_has_a_question_of_one_line_a_default_and_a_check() {
    for (option, entry) in config()["placeholders"].as_table().unwrap() {
        let question = entry["prompt"].as_str().unwrap();
        assert!(
            !question.contains('\n') && question.len() <= 120,
            "{option}"
        );
        assert!(entry.get("default").is_some(), "{option}");
        let checked = entry.get("choices").is_some() || entry.get("regex").is_some();
        let boolean = entry["type"].as_str() == Some("bool");
        assert!(checked || boolean, "{option}");
    }
}

#[test]
fn the_guide_describes_each_option_and_each_choice() {
    let guide = fs::read_to_string(Path::new(ROOT).join("docs/options.md")).unwrap();
    for (option, entry) in config()["placeholders"].as_table().unwrap() {
        let (_, section) = guide
            .split_once(&format!("\n## {option}\n"))
            .unwrap_or_else(|| panic!("{option} is not described"));
        let section = section.split("\n## ").next().unwrap();
        let choices = entry.get("choices").and_then(|choices| choices.as_array());
        for choice in choices.into_iter().flatten() {
            let value = choice["value"].as_str().unwrap();
            assert!(section.contains(&format!("`{value}`")), "{option}: {value}");
        }
    }
}
