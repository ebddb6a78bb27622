//! The guides answer every row of the check-lists they follow, and name what exists.

use std::{collections::BTreeSet, fs, path::Path};

const GUARDS: &str = include_str!("../../docs/guards.md");
const CHECKLIST: &str = include_str!("../../docs/security-checklist.md");

#[test]
fn every_pattern_of_guards_is_shown_and_compiled() {
    for number in 35..=44 {
        let heading = format!("(R{number})\n");
        let (_, section) = GUARDS.split_once(&heading).expect(&heading);
        let section = section.split("\n## ").next().unwrap();
        assert!(section.contains("\n```rust\n"), "R{number} has no snippet");
    }
    assert!(GUARDS.contains("(R50)"));
}

#[test]
fn every_rule_of_the_security_checklist_has_a_row_with_tests_that_exist() {
    let functions = functions();
    for number in 22..=29 {
        let row = format!("\n| R{number} | ");
        assert_eq!(CHECKLIST.matches(&row).count(), 1, "R{number}");
    }
    let rows: Vec<_> = CHECKLIST
        .lines()
        .filter(|line| line.starts_with("| R") || line.starts_with("| | "))
        .skip_while(|line| line.starts_with("| | rule"))
        .collect();
    assert!(rows.len() >= 17, "{rows:?}");
    for row in rows {
        let tests: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test: {row}");
        for test in tests {
            assert!(functions.contains(test), "there is no test {test}");
        }
    }
}

#[test]
fn the_settings_that_the_guides_name_exist() {
    let example = include_str!("../../.env.example").lines();
    let settings = example.filter_map(|line| line.trim_start_matches("# ").split_once('='));
    let known: BTreeSet<_> = settings.map(|(name, _)| name).collect();
    for guide in [GUARDS, CHECKLIST] {
        let words = guide.split(|c: char| !c.is_ascii_uppercase() && c != '_');
        for word in words.filter(|word| word.len() > 3 && word.contains('_')) {
            assert!(known.contains(word) || word == "UNIX_EPOCH", "{word}");
        }
    }
}

/// The names of all functions of the library and of the tests.
fn functions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in ["src", "tests"] {
        collect(Path::new(folder), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.split("fn ").skip(1);
            found.extend(names.filter_map(|rest| Some(rest.split_once('(')?.0.to_owned())));
        }
    }
}
