//! docs/recipe.md maps each row of the recipe to a place that answers it.

use std::fs;
use std::path::Path;

use crate::ROOT;

#[test]
fn every_row_of_the_recipe_is_answered_at_a_place_that_exists() {
    let root = Path::new(ROOT);
    let guide = fs::read_to_string(root.join("docs/recipe.md")).unwrap();
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| R"));
    let mut numbers = Vec::new();
    for row in rows {
        let (number, _) = row.split_once(' ').unwrap();
        numbers.push(number.parse::<u32>().unwrap());
        let [_, file, _, text, _] = row.split('`').collect::<Vec<_>>()[..] else {
            panic!("R{number} names no file, or no text in it");
        };
        let content = fs::read_to_string(root.join(file))
            .unwrap_or_else(|error| panic!("R{number}: {file}: {error}"));
        assert!(content.contains(text), "R{number}: {file} has no {text:?}");
    }
    assert_eq!(numbers, (1..=53).collect::<Vec<_>>());
}

#[test]
fn the_template_does_not_mention_the_numbers() {
    let is_number = |word: &str| {
        let digits = word.strip_prefix('R').unwrap_or_default();
        matches!(digits.len(), 1 | 2) && digits.chars().all(|c| c.is_ascii_digit())
    };
    for file in crate::checkout_files() {
        let derived = [
            "lock",
            "lock.liquid",
            "snap",
            "package-lock.json",
            "schema.ts",
        ];
        if !file.starts_with("template/") || derived.iter().any(|end| file.ends_with(end)) {
            continue;
        }
        let text = fs::read_to_string(Path::new(ROOT).join(&file)).unwrap_or_default();
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        assert!(!words.any(is_number), "{file} names a row of the recipe");
    }
}
