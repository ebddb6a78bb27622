//! What files look like without the example: derived here where a file lists what there is, so that only the file itself is
//! edited by hand, and written by `hooks/none.rhai`. Files that a tool makes stand in `template/none`.

use std::fs;
use std::path::Path;

use crate::{ROOT, assert_renewed, checkout_files};

const PACK: &str = "hooks/none.rhai";
/// What ends no file.
const QUOTE: &str = "###\"";

/// Lists with a line for each thing: those of the example are left out.
const LISTS: [&str; 9] = [
    "benches/load.rs",
    "migration/src/lib.rs",
    "src/entities/mod.rs",
    "src/auth/mod.rs",
    "src/auth/permissions.rs",
    "src/services/mod.rs",
    "tests/api/drift.rs",
    "tests/api/main.rs",
    "tests/migrations/main.rs",
];

/// Lists of other forms.
const WIRED: [&str; 5] = [
    "src/error.rs",
    "src/repositories/mod.rs",
    "src/routes/mod.rs",
    "src/services/demo/mod.rs",
    "src/types/mod.rs",
];

/// What is written by hand, or made by another tool (docs/maintaining.md).
const OWN: [&str; 4] = [
    "client/src/operations.ts",
    "client/src/schema.ts",
    "tests/api/snapshots/api__openapi__the_document_is_as_it_was_reviewed.snap",
    "web/app/page.tsx",
];

const USER_ROUTES: &str = "fn user_routes(config: &mut ServiceConfig) {
    config
        .configure(tasks::configure)
        .configure(tags::configure);
}";
const ADMIN_END: &str = "(audit::configure)
        .configure(tasks::configure_admin);
";

fn sibling_of(file: &str) -> String {
    let path = Path::new(ROOT).join("template").join(file);
    let whole = fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
    match file {
        "src/error.rs" => {
            let text = without(&whole, "OnConstraint};\n\n", "/// What the OpenAPI");
            let text = replace_once(&text, "use actix_web::http::StatusCode;\n\n", "");
            without(&text, "pub const CODES: &[Code] = &[", "];")
        }
        "src/repositories/mod.rs" => {
            let text = without(&whole, "pub const EXPORTED: &[&dyn Export] = &[", "];");
            let text = without(&text, "pub const PURGED: &[&dyn Purge] = &[", "];");
            without_lines(&text)
        }
        "src/routes/mod.rs" => {
            let text = replace_once(
                &whole,
                USER_ROUTES,
                "fn user_routes(_: &mut ServiceConfig) {}",
            );
            without_lines(&replace_once(&text, ADMIN_END, "(audit::configure);\n"))
        }
        "src/services/demo/mod.rs" => {
            let text = without(&whole, "pub const PERMISSIONS: &[&str] = &[", "];");
            without_lines(&text)
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
    let mut rest = String::new();
    // The list TAGS describes parts of the OpenAPI document.
    for line in lines.filter(|line| line.contains("TAGS") || !words(line).any(is_of_it)) {
        // What stood between two lines of the example leaves no gap.
        if line != "\n" || !rest.ends_with("\n\n") {
            rest += line;
        }
    }
    rest.trim_end().replace("[\n]", "[]").replace("{\n}", "{}") + "\n"
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

/// The hook that writes them.
fn pack() -> String {
    let mut hook = String::from(
        "// Files as they are without the example. Derived by tests/template/siblings.rs: do not edit.\n\nfn write() {\n",
    );
    for file in LISTS.iter().chain(&WIRED) {
        let text = sibling_of(file);
        let end: String = QUOTE.chars().rev().collect();
        assert!(!text.contains(&end), "{file} has {end}");
        hook += &format!("    file::write(\"{file}\", {QUOTE}{text}{end});\n");
    }
    hook + "}\n"
}

#[test]
fn derived_siblings_are_up_to_date() {
    assert_renewed(PACK, &pack());
}

#[test]
fn every_other_sibling_is_known() {
    let files = checkout_files();
    let found = files
        .iter()
        .filter_map(|file| file.strip_prefix("template/none/"));
    assert_eq!(found.collect::<Vec<_>>(), OWN);
    for file in LISTS.iter().chain(&WIRED).chain(&OWN) {
        let sibling = Path::new(ROOT).join("template").join(file);
        assert!(sibling.exists(), "{file} takes nobody's place");
    }
}
