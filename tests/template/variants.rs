//! Every combination of answers that is promised to work: what it has, and what it must not have.

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

use crate::options::{config, variant};
use crate::{Project, assert_renewed, checkout_files, generate};

/// The combinations that are promised to work, one answer or several that meet in a file.
pub const VARIANTS: [&str; 30] = [
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
    "extras=false",
    "extras=false deploy=systemd ci=gitlab typescript_client=false",
    "database=sqlite deploy=docker,compose,systemd ci=gitlab license=both typescript_client=false",
    "database=postgres deploy=docker,compose,kubernetes,systemd ci=gitlab license=Apache-2.0",
    "database=postgres deploy= ci=none license=none",
    "frontend=nextjs",
    "frontend=nextjs user_ids=native database=sqlite deploy=docker,compose ci=gitlab",
    "frontend=nextjs example=none database=postgres ci=gitlab",
    "frontend=nextjs deploy= ci=none",
];

/// Each variant with its answers, generated once under a name that is not the one under which template/ is developed.
pub fn variants() -> impl Iterator<Item = (&'static str, &'static Project)> {
    static PROJECTS: OnceLock<Vec<Project>> = OnceLock::new();
    let projects = PROJECTS.get_or_init(|| {
        let projects = VARIANTS.map(|answers| variant("other-name", answers).unwrap());
        projects.into()
    });
    VARIANTS.into_iter().zip(projects)
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
        "compose.nextjs.sqlite.yaml",
        "compose.nextjs.yaml",
        "compose.sqlite.yaml",
        "deploy/better-auth/auth.native.mjs",
        "web/lib/auth.native.ts",
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

/// Names of the project's own files that files in other folders have too.
const EVERYWHERE: [&str; 3] = [".npmrc", "package-lock.json", "package.json"];

#[test]
fn nothing_of_the_template_or_of_another_option_is_left_in_any_variant() {
    let optional = optional_files();
    let mut leftovers = Vec::new();
    for (answers, project) in variants() {
        let files = project.files();
        let absent: Vec<_> = optional.difference(&files).collect();
        for file in &files {
            let text = project.read(file);
            if text.contains("my-api") {
                leftovers.push(format!("{answers}: {file} says my-api"));
            }
            // Rust's own format strings and GitHub's expressions have braces too.
            let braces = text.replace("${{", "").contains("{{") && !file.ends_with(".rs");
            let liquid = text.contains("{%") || braces;
            // What `cargo scaffold` writes, and Prometheus and Grafana, have templates of their own.
            let own = ["crates/scaffold/", "deploy/grafana/"];
            let is_own = own.iter().any(|folder| file.starts_with(folder));
            if liquid && !is_own {
                leftovers.push(format!("{answers}: {file} holds Liquid"));
            }
            for other in &absent {
                let named = text.contains(other.as_str())
                    && !file.ends_with(".dockerignore")
                    && !EVERYWHERE.contains(&other.as_str());
                if named {
                    leftovers.push(format!("{answers}: {file} names {other}"));
                }
            }
        }
        let left = |file: &String| file.ends_with(".liquid") || file.starts_with("none/");
        assert!(!files.iter().any(left), "{answers}");
        let empty = fs::read_dir(project.dir().join("deploy"));
        assert!(empty.is_err() || files.iter().any(|file| file.starts_with("deploy/")));
    }
    assert!(leftovers.is_empty(), "{leftovers:#?}");
}

/// What speaks of the example, in code and in words; not `task` alone, which is tokio's too, nor `tag`, which is HTTP's.
const EXAMPLE_WORDS: [&str; 9] = [
    "tasks", "task_", "_task", "Task", "TagId", "TagName", "tag_id", "tag_name", "/tags",
];

#[test]
fn without_the_example_nothing_speaks_of_it() {
    let none = |(answers, _): &(&str, _)| answers.contains("example=none");
    let mut spoken = Vec::new();
    for (answers, project) in variants().filter(none) {
        // The names of packages, and of the resources that the scaffold's own tests make up.
        let spoken_of = |file: &String| {
            !file.ends_with("Cargo.lock")
                && !file.ends_with("package-lock.json")
                && !file.starts_with("crates/scaffold/")
        };
        for file in project.files().into_iter().filter(spoken_of) {
            let text = project.read(&file).replace("run_pending_tasks", "");
            for word in EXAMPLE_WORDS {
                let lines = text.lines().filter(|line| line.contains(word));
                spoken.extend(lines.map(|line| format!("{answers}: {file}: {line}")));
            }
        }
    }
    assert!(spoken.is_empty(), "{spoken:#?}");
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
