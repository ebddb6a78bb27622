//! What the documents say is so.

use std::fs;

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
