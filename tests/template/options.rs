//! The options, one by one; docs/options.md describes them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use generator::Answers;

use crate::{Project, ROOT, assert_renewed, checkout_files, generate, generate_with};

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
fn the_kind_of_user_ids_decides_a_feature_and_the_shown_claim() {
    for (user_ids, feature, claim) in [("hybrid", false, "uuid"), ("native", true, "sub")] {
        let project = generate("my-api", &[&format!("user_ids={user_ids}")]).unwrap();
        for manifest in ["Cargo.toml", "migration/Cargo.toml"] {
            let features = default_features(&project.read(manifest));
            assert_eq!(features.contains(&"native-ids".to_owned()), feature);
        }
        let shown = format!("# USER_UUID_CLAIM={claim}\n");
        assert!(project.read(".env.example").contains(&shown), "{user_ids}");
        let server = project.read("deploy/better-auth/server.mjs");
        let makes_uuids = server.contains(r#"generateId: "uuid""#);
        assert_eq!(makes_uuids, feature, "{user_ids}");
    }
}

/// The combinations that are promised to work, one answer or several that meet in a file.
const VARIANTS: [&str; 24] = [
    "",
    "database=sqlite",
    "database=postgres",
    "user_ids=native",
    "user_ids=native database=sqlite deploy=docker,compose",
    "example=none",
    "example=none user_ids=native",
    "example=none database=sqlite deploy=docker,compose ci=gitlab",
    "example=none database=postgres deploy=docker,kubernetes typescript_client=false",
    "example=none user_ids=native database=sqlite deploy= ci=none typescript_client=false",
    "deploy=",
    "deploy=docker",
    "deploy=systemd",
    "deploy=docker,kubernetes",
    "deploy=docker,compose,kubernetes,systemd",
    "ci=gitlab",
    "ci=none",
    "license=Apache-2.0",
    "license=both",
    "license=none",
    "typescript_client=false",
    "database=sqlite deploy=docker,compose,systemd ci=gitlab license=both typescript_client=false",
    "database=postgres deploy=docker,compose,kubernetes,systemd ci=gitlab license=Apache-2.0",
    "database=postgres deploy= ci=none license=none",
];

/// Combinations of good answers that cannot work, and what is said against each.
const REFUSED: [(&str, &str); 4] = [
    ("deploy=compose", "deploy=compose needs docker too"),
    ("deploy=kubernetes", "deploy=kubernetes needs docker too"),
    ("deploy=compose,systemd", "deploy=compose needs docker too"),
    (
        "database=sqlite deploy=docker,kubernetes",
        "deploy=kubernetes needs PostgreSQL",
    ),
];

fn variant(name: &str, answers: &str) -> Result<Project, String> {
    generate(name, &answers.split_whitespace().collect::<Vec<_>>())
}

/// Each variant with its answers, generated once under a name that is not the one under which template/ is developed.
fn variants() -> impl Iterator<Item = (&'static str, &'static Project)> {
    static PROJECTS: OnceLock<Vec<Project>> = OnceLock::new();
    let projects = PROJECTS.get_or_init(|| {
        let projects = VARIANTS.map(|answers| variant("other-name", answers).unwrap());
        projects.into()
    });
    VARIANTS.into_iter().zip(projects)
}

#[test]
fn answers_that_do_not_go_together_are_refused() {
    for (answers, reason) in REFUSED {
        let refusal = variant("my-api", answers).err();
        let refusal = refusal.unwrap_or_else(|| panic!("{answers} is accepted"));
        assert!(refusal.contains(reason), "{answers}: {refusal}");
    }
}

#[test]
fn an_answer_that_is_no_choice_is_refused() {
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
        let refusal = generate("my-api", &[answer]).err();
        let refusal = refusal.unwrap_or_else(|| panic!("{answer} is accepted"));
        let reason = format!("not a valid value for {option}");
        assert!(refusal.contains(&reason), "{answer}: {refusal}");
    }
}

/// The files that an option can take away, as projects know them.
fn optional_files() -> BTreeSet<String> {
    let all = checkout_files();
    let all = all.iter().filter_map(|file| file.strip_prefix("template/"));
    let all: Vec<_> = all.collect();
    let mut files = BTreeSet::new();
    for entry in config()["conditional"].as_table().unwrap().values() {
        for path in entry["ignore"].as_array().unwrap() {
            let path = path.as_str().unwrap();
            let below = format!("{path}/");
            let found = all
                .iter()
                .filter(|file| **file == path || file.starts_with(&below));
            let found: Vec<_> = found.map(|&file| file.to_owned()).collect();
            assert!(!found.is_empty(), "there is no template/{path}");
            files.extend(found);
        }
    }
    let renamed = [
        "compose.sqlite.yaml",
        "deploy/better-auth/server.native.mjs",
    ];
    files.retain(|file| {
        let gets_another_name = renamed.contains(&file.as_str()) || file.starts_with("none/");
        !file.ends_with(".liquid") && !gets_another_name
    });
    files
}

#[test]
fn each_optional_file_is_in_some_project_and_not_in_another() {
    let trees: Vec<_> = variants().map(|(_, project)| project.files()).collect();
    for file in optional_files() {
        let with = trees.iter().filter(|tree| tree.contains(&file)).count();
        assert!(with > 0 && with < trees.len(), "{file}: in {with}");
    }
}

#[test]
fn nothing_of_the_template_or_of_another_option_is_left_in_any_variant() {
    let optional = optional_files();
    for (answers, project) in variants() {
        let files = project.files();
        let absent: Vec<_> = optional.difference(&files).collect();
        for file in &files {
            let text = project.read(file);
            assert!(!text.contains("my-api"), "{answers}: {file} says my-api");
            // Rust's own format strings and a shell's variables have braces too.
            let liquid = text.contains("{%") || text.contains("{{") && !file.ends_with(".rs");
            assert!(!liquid, "{answers}: {file} holds Liquid");
            for other in &absent {
                let named = text.contains(other.as_str()) && !file.ends_with(".dockerignore");
                assert!(!named, "{answers}: {file} names {other}");
            }
        }
        let left = |file: &String| file.ends_with(".liquid") || file.starts_with("none/");
        assert!(!files.iter().any(left), "{answers}");
        let empty = fs::read_dir(project.dir().join("deploy"));
        assert!(empty.is_err() || files.iter().any(|file| file.starts_with("deploy/")));
    }
}

/// What speaks of the example, in code and in words; not `task` alone, which is tokio's too, nor `tag`, which is HTTP's.
const EXAMPLE_WORDS: [&str; 9] = [
    "tasks", "task_", "_task", "Task", "TagId", "TagName", "tag_id", "tag_name", "/tags",
];

#[test]
fn without_the_example_nothing_speaks_of_it() {
    let none = |(answers, _): &(&str, _)| answers.contains("example=none");
    for (answers, project) in variants().filter(none) {
        // The names of packages, and of the resources that the scaffold's own tests make up.
        let spoken_of = |file: &String| {
            !file.ends_with("Cargo.lock")
                && !file.ends_with("package-lock.json")
                && !file.starts_with("scaffold/")
        };
        for file in project.files().into_iter().filter(spoken_of) {
            let text = project.read(&file).replace("run_pending_tasks", "");
            for word in EXAMPLE_WORDS {
                let found = text.lines().find(|line| line.contains(word));
                assert!(found.is_none(), "{answers}: {file}: {found:?}");
            }
        }
    }
}

/// Rust sees nothing of the other options, so that the combinations of these three are compiled and no more (`builds.rs`).
#[test]
fn the_options_beside_database_user_ids_and_example_change_no_line_that_is_compiled() {
    let compiled = |project: &Project| -> Vec<(String, String)> {
        let kinds = [".rs", "Cargo.toml", "Cargo.lock", "config.toml"];
        let files = project.files().into_iter();
        let files = files.filter(|file| kinds.iter().any(|kind| file.ends_with(kind)));
        files
            .map(|file| {
                let text = project.read(&file);
                let text = text.lines().filter(|line| !line.starts_with("license = "));
                let text = text.collect::<Vec<_>>().join("\n");
                (file, text)
            })
            .collect()
    };
    for (answers, project) in variants() {
        let counts = |answer: &&str| {
            let (option, _) = answer.split_once('=').unwrap_or_default();
            ["database", "user_ids", "example"].contains(&option)
        };
        let counting =
            |answers: &'static str| -> BTreeSet<_> { answers.split(' ').filter(counts).collect() };
        let (_, plain) = variants()
            .find(|(other, _)| counting(other) == counting(answers))
            .unwrap();
        assert!(compiled(project) == compiled(plain), "{answers}");
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
fn an_unknown_option_in_a_values_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.toml");
    for (text, reason) in [
        (
            "[values]\ncolour = \"red\"\n",
            "there is no option \"colour\"",
        ),
        ("database = \"sqlite\"\n", "a table [values]"),
    ] {
        fs::write(&file, text).unwrap();
        let answers = Answers {
            name: "my-api".to_owned(),
            values_file: Some(file.clone()),
            ..Answers::default()
        };
        let refusal = generate_with(&answers).err().unwrap();
        assert!(refusal.contains(reason), "{refusal}");
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

#[test]
fn derived_tree_is_up_to_date() {
    let files = generate("my-api", &[]).unwrap().files();
    let tree: String = files.iter().map(|file| format!("{file}\n")).collect();
    assert_renewed("tests/template/tree.txt", &tree);
}

/// What each variant has more (+) and less (-) than the default project.
#[test]
fn derived_trees_of_the_variants_are_up_to_date() {
    let mut variants = variants();
    let default = variants.next().unwrap().1.files();
    let mut trees = String::new();
    for (answers, project) in variants {
        let files = project.files();
        trees.push_str(&format!("{answers}\n"));
        for file in default.difference(&files) {
            trees.push_str(&format!("  - {file}\n"));
        }
        for file in files.difference(&default) {
            trees.push_str(&format!("  + {file}\n"));
        }
    }
    assert_renewed("tests/template/tree-of-variants.txt", &trees);
}
