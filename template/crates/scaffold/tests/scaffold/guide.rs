//! docs/adding-a-resource.md says what `cargo scaffold` does.

use crate::project::TestProject;

const GUIDE: &str = include_str!("../../../../docs/adding-a-resource.md");

/// A resource like the guide's `note title:string!`, under a name as long and at the same place in
/// the alphabet: a project may have notes.
const COMMAND: &str = "resource nook title:string!";

/// The guide, rewritten for that resource.
fn guide() -> String {
    GUIDE.replace("note", "nook").replace("Note", "Nook")
}

/// The files that are created or changed, and their texts. The migration has no time in its name.
fn files() -> Vec<(String, String)> {
    let project = TestProject::new();
    let said = project.scaffold(COMMAND);
    let files = said.lines().filter_map(|line| {
        let (what, file) = line.trim().split_once(' ')?;
        ["create", "change"]
            .contains(&what)
            .then(|| file.trim().to_owned())
    });
    let files: Vec<_> = files.collect();
    let migration = files.iter().find_map(|file| {
        let name = file
            .strip_prefix("migration/src/")?
            .strip_suffix("_nooks.rs")?;
        Some(name.to_owned())
    });
    let migration = migration.unwrap();
    let untimed = |text: &str| text.replace(&migration, "mYYYYMMDD_HHMMSS");
    let read = |file: &String| (untimed(file), untimed(&project.read(file)));
    files.iter().map(read).collect()
}

/// The blocks of code whose first line is a comment with the name of a file.
fn snippets(guide: &str) -> Vec<(&str, &str)> {
    let blocks = guide.split("```rust\n// ").skip(1);
    let snippets = blocks.filter_map(|block| {
        let (code, _) = block.split_once("```")?;
        code.split_once('\n')
    });
    snippets.collect()
}

#[test]
fn every_line_of_its_code_is_one_that_the_scaffold_writes() {
    let (guide, files) = (guide(), files());
    let snippets = snippets(&guide);
    assert!(snippets.len() >= 6, "{snippets:?}");
    for (name, code) in snippets {
        let (_, text) = files.iter().find(|(file, _)| file == name).expect(name);
        for line in code.lines().map(str::trim) {
            assert!(text.contains(line), "{name} has no line {line}");
        }
    }
}

#[test]
fn every_file_that_is_created_or_changed_is_named() {
    let guide = guide();
    for (file, _) in files() {
        assert!(guide.contains(&file), "{file}");
    }
}

#[test]
fn the_types_in_its_table_are_accepted() {
    let (_, table) = GUIDE.split_once("| type | ").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let cells = table
        .lines()
        .skip(2)
        .map(|row| row.split('|').nth(1).unwrap());
    let types = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let types: Vec<_> = types.map(|it| it.replace("(task)", "(gadget)")).collect();
    assert_eq!(types.len(), 9);
    let fields = types.iter().enumerate();
    let fields: Vec<_> = fields
        .map(|(index, it)| format!("field_{index}:{it}"))
        .collect();
    let project = TestProject::new();
    project.scaffold("resource gadget label:string");
    project.scaffold(&format!("resource part {}", fields.join(" ")));
}
