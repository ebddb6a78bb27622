//! Files are edited at the right place however they are laid out, and nowhere else.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::FileEdit;

const CASES: &str = include_str!("cases.txt");

/// The edits of these lines, each of the same file.
fn edits(lines: &str) -> Vec<FileEdit> {
    let lines: String = lines
        .lines()
        .map(|line| format!("src/edited.rs: {line}\n"))
        .collect();
    FileEdit::parse_all(&lines).unwrap()
}

/// Text up to the blank line before the next case, without the titles.
fn text(section: &str) -> String {
    let lines = section.lines().filter(|line| !line.starts_with("# "));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    if text.trim().is_empty() {
        String::new()
    } else {
        format!("{}\n", text.trim_end())
    }
}

/// Makes edits one after the other.
fn edited(edits: &[FileEdit], text: &str) -> Result<String, String> {
    edits
        .iter()
        .try_fold(text.to_owned(), |text, edit| edit.apply(&text))
}

fn undone(edits: &[FileEdit], text: &str) -> Result<String, String> {
    edits
        .iter()
        .rev()
        .try_fold(text.to_owned(), |text, edit| edit.undo(&text))
}

#[test]
fn every_case_is_edited_as_it_says() {
    let cases: Vec<_> = CASES.split("\n== ").skip(1).collect();
    assert!(cases.len() > 50);
    for case in cases {
        let (lines, rest) = case.split_once("\n-- before\n").unwrap();
        let (before, rest) = rest.split_once("-- ").unwrap();
        let (outcome, after) = rest.split_once('\n').unwrap();
        let edits = edits(lines);
        let (before, after) = (text(before), text(after));
        match outcome {
            "error" => assert_eq!(edited(&edits, &before).unwrap_err() + "\n", after, "{case}"),
            "error when undone" => assert!(undone(&edits, &before).is_err(), "{case}"),
            _ => assert_eq!(edited(&edits, &before).unwrap(), after, "{case}"),
        }
        if outcome == "after" {
            assert_eq!(undone(&edits, &after).unwrap(), before, "{case}");
        }
    }
}

#[test]
fn lines_end_as_those_of_the_file() {
    let (before, after) = ("mod a;\r\nmod c;\r\n", "mod a;\r\nmod b;\r\nmod c;\r\n");
    let edits = edits("mod b;");
    assert_eq!(edited(&edits, before).unwrap(), after);
    assert_eq!(undone(&edits, after).unwrap(), before);
}

#[test]
fn what_comes_before_the_code_is_rejected() {
    for text in ["\u{feff}mod a;\n", "#!/usr/bin/env rust\nmod a;\n"] {
        let error = edited(&edits("mod b;"), text).unwrap_err();
        assert!(
            error.contains("begins with a byte order mark or a #! line"),
            "{error}"
        );
    }
}

#[test]
fn what_is_not_an_edit_is_rejected() {
    for line in [
        "mod",
        "mod a",
        "mod a::b;",
        "use a;",
        "fn a",
        "list! somewhere: a",
        "let a: b",
    ] {
        let error = FileEdit::parse_all(&format!("src/edited.rs: {line}")).unwrap_err();
        assert_eq!(error, format!("`{line}` is not an edit"));
    }
    assert!(FileEdit::parse_all("src/edited.rs").is_err());
}
