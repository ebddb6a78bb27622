//! The guides are complete, and what they name exists.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use better_auth::trouble::Trouble;

use crate::support::rust_files;

const CHECKLIST: &str = include_str!("../../docs/security-checklist.md");
const ENV_EXAMPLE: &str = include_str!("../../.env.example");
const GUARDS: &str = include_str!("../../docs/guards.md");
const TROUBLESHOOTING: &str = include_str!("../../docs/troubleshooting.md");
const VERIFICATION: &str = include_str!("../../docs/verification.md");

#[test]
fn every_section_about_guards_has_a_compiled_snippet() {
    let sections: Vec<_> = GUARDS.split("\n## ").skip(1).collect();
    assert!(sections.len() >= 10, "{}", sections.len());
    for section in sections {
        assert!(section.contains("\n```rust\n"), "no snippet: {section}");
    }
}

#[test]
fn troubleshooting_shows_the_sentences_that_the_commands_print() {
    let shown: Vec<Vec<_>> = rows(TROUBLESHOOTING)
        .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let expected: Vec<_> = Trouble::ALL
        .iter()
        .map(|trouble| vec![trouble.symptom, trouble.cause, trouble.remedy])
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn troubles_have_distinct_names_and_full_sentences() {
    let names: BTreeSet<_> = Trouble::ALL.iter().map(|trouble| trouble.name).collect();
    assert_eq!(names.len(), Trouble::ALL.len());
    for trouble in Trouble::ALL {
        assert!(trouble.cause.ends_with('.'), "{}", trouble.cause);
        assert!(trouble.remedy.ends_with('.'), "{}", trouble.remedy);
    }
}

#[test]
fn every_row_of_the_security_checklist_names_tests_that_exist() {
    let rows: Vec<_> = rows(CHECKLIST).collect();
    assert!(rows.len() >= 17, "only {} rows", rows.len());
    assert_names_tests(&rows);
}

#[test]
fn every_rule_of_verification_names_tests_that_exist() {
    let (rules, _) = VERIFICATION.split_once("\n## ").unwrap();
    let rows: Vec<_> = rows(rules).collect();
    assert!(rows.len() > 30, "only {} rules", rows.len());
    assert_names_tests(&rows);
}

#[test]
fn the_settings_that_the_guides_name_exist() {
    let settings = ENV_EXAMPLE
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='));
    let known: BTreeSet<_> = settings.map(|(name, _)| name).collect();
    for guide in [GUARDS, CHECKLIST, VERIFICATION] {
        for word in prose(guide).split(|c: char| !c.is_ascii_uppercase() && c != '_') {
            let is_setting = word.len() > 3 && word.contains('_') && word != "WYCHEPROOF_DIR";
            assert!(!is_setting || known.contains(word), "{word}");
        }
    }
}

/// The rows of the tables of a guide, without their headings.
fn rows(guide: &str) -> impl Iterator<Item = &str> {
    let lines = guide.lines().filter(|line| line.starts_with('|'));
    lines.skip_while(|line| !line.starts_with("|-")).skip(1)
}

/// A guide without its blocks of code.
fn prose(guide: &str) -> String {
    guide.split("\n```").step_by(2).collect()
}

/// Words in backticks with two or more underscores are names of tests.
fn assert_names_tests(rows: &[&str]) {
    let known = tests();
    for row in rows {
        let words = row.split('`').skip(1).step_by(2);
        let tests: Vec<_> = words.filter(|word| word.matches('_').count() > 1).collect();
        assert!(!tests.is_empty(), "no test: {row}");
        for test in tests {
            assert!(known.contains(test), "there is no test {test}");
        }
    }
}

/// The names of all tests of the workspace.
fn tests() -> BTreeSet<String> {
    let files = ["src", "tests", "crates", "migration"]
        .map(Path::new)
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let names = |file: PathBuf| -> Vec<_> {
        let text = fs::read_to_string(file).unwrap();
        let marked = text.split("test]\n").skip(1);
        let name = |rest: &str| Some(rest.split_once("fn ")?.1.split_once('(')?.0.to_owned());
        marked.filter_map(name).collect()
    };
    files.flat_map(names).collect()
}
