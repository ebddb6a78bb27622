//! What the documents say is so.

use std::{fs, path::Path};

use crate::support::rust_files;

#[test]
fn every_trouble_has_its_symptom_cause_and_remedy() {
    let text = fs::read_to_string("docs/troubleshooting.md").unwrap();
    for number in 1..=13 {
        let row = format!("| R{number} |");
        let row = text.lines().find(|line| line.starts_with(&row));
        let row = row.unwrap_or_else(|| panic!("R{number} is missing"));
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{row}");
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{row}");
        assert!(cells[3].ends_with('.'), "{row}");
    }
}

/// The functions of all tests, wherever they stand.
fn functions() -> String {
    let files = ["src", "tests"].map(|folder| rust_files(Path::new(folder)));
    let read = |file| fs::read_to_string(file).unwrap();
    files.into_iter().flatten().map(read).collect()
}

#[test]
fn every_rule_of_verification_names_tests_that_exist() {
    let functions = functions();
    let text = fs::read_to_string("docs/verification.md").unwrap();
    let (rules, _) = text.split_once("## ").unwrap();
    let rows: Vec<_> = rules
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .collect();
    assert!(rows.len() > 30, "only {} rules", rows.len());
    for row in rows {
        let (_, tests) = row.trim_end_matches(" |").rsplit_once('|').unwrap();
        assert!(tests.contains('`'), "no test: {row}");
        for test in tests.split(',').map(|test| test.trim().trim_matches('`')) {
            assert!(
                functions.contains(&format!("fn {test}(")),
                "{test} is no test"
            );
        }
    }
}

#[test]
fn every_setting_that_verification_names_exists() {
    let settings = fs::read_to_string(".env.example").unwrap();
    let text = fs::read_to_string("docs/verification.md").unwrap();
    let (rules, _) = text.split_once("## ").unwrap();
    for row in rules.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let setting = row.split('|').nth(3).unwrap().trim();
        assert!(
            setting.is_empty() || settings.contains(&format!("{setting}=")),
            "{setting}"
        );
    }
}
