//! `template/none/X` is what `X` looks like without the example: derived from it here where it is a list of what there is,
//! so that only `X` is edited by hand.

use std::fs;
use std::path::Path;

use crate::{ROOT, assert_renewed, checkout_files};

/// Lists with a line for each thing: those of the example are left out.
const LISTS: [&str; 8] = [
    "benches/load.rs",
    "migration/src/lib.rs",
    "migration/tests/migrations/main.rs",
    "src/entities/mod.rs",
    "src/error/code.rs",
    "src/services/mod.rs",
    "tests/api/drift.rs",
    "tests/api/main.rs",
];

/// Lists of other forms.
const WIRED: [&str; 3] = [
    "src/repositories/mod.rs",
    "src/routes/mod.rs",
    "src/types/mod.rs",
];

/// What is written by hand, or made by another tool (docs/maintaining.md).
const OWN: [&str; 6] = [
    "client/src/operations.ts",
    "client/src/schema.ts",
    "src/commands/seed.rs",
    "src/services/crowd.rs",
    "src/services/demo.rs",
    "tests/api/snapshots/api__openapi__the_document_is_as_it_was_reviewed.snap",
];

const OWNED: &str = "fn owned(config: &mut ServiceConfig) {
    config
        .configure(tasks::configure)
        .configure(tags::configure);
}";
const ADMINISTERED: &str = "    config
        .configure(admin::configure)
        .configure(tasks::configure_admin);
";

fn sibling_of(file: &str) -> String {
    let path = Path::new(ROOT).join("template").join(file);
    let whole = fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
    match file {
        "src/repositories/mod.rs" => {
            let text = without(&whole, "pub const EXPORTED: &[&dyn Export] = &[", "];");
            let text = without(&text, "pub const PURGED: &[&dyn Purge] = &[", "];");
            without_lines(&text.replace("mod search;\n", ""))
        }
        "src/routes/mod.rs" => {
            let text = replace_once(&whole, OWNED, "fn owned(_: &mut ServiceConfig) {}");
            let admin = "    config.configure(admin::configure);\n";
            without_lines(&replace_once(&text, ADMINISTERED, admin))
        }
        "src/types/mod.rs" => {
            let text = without(&whole, "pub use task::{", "};\n");
            without_lines(&replace_once(&text, "pub use task::{};\n", ""))
        }
        _ => without_lines(&whole),
    }
}

/// Without what stands between two texts.
fn without(text: &str, begin: &str, end: &str) -> String {
    let (before, rest) = text.split_once(begin).unwrap_or_else(|| panic!("{begin}"));
    let (_, after) = rest.split_once(end).unwrap_or_else(|| panic!("{end}"));
    format!("{before}{begin}{end}{after}")
}

fn replace_once(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

/// Without the lines that have a word of the example.
fn without_lines(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !words(line).any(is_of_it)).collect()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn is_of_it(word: &str) -> bool {
    let names = ["tag", "tags", "task", "tasks", "task_tag"];
    let migrations = ["_000002_tags", "_000003_tasks", "_000004_search"];
    let types = ["Tag", "Task"];
    names.contains(&word)
        || migrations.iter().any(|name| word.ends_with(name))
        || types.iter().any(|name| word.starts_with(name))
}

#[test]
fn derived_siblings_are_up_to_date() {
    for file in LISTS.iter().chain(&WIRED) {
        assert_renewed(&format!("template/none/{file}"), &sibling_of(file));
    }
}

#[test]
fn every_sibling_is_derived_or_known_to_be_of_its_own() {
    let files = checkout_files();
    let found = files
        .iter()
        .filter_map(|file| file.strip_prefix("template/none/"));
    let mut known = [LISTS.as_slice(), &WIRED, &OWN].concat();
    known.sort_unstable();
    assert_eq!(found.collect::<Vec<_>>(), known);
    for file in known {
        let sibling = Path::new(ROOT).join("template").join(file);
        assert!(sibling.exists(), "{file} takes nobody's place");
    }
}
