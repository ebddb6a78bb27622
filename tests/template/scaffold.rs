//! What `cargo scaffold` writes into a generated project works, and its tests are worth something.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use crate::builds::{cargo, lasting_copy, succeed, turn_to_build};
use crate::{Project, generate};

/// A resource with every type, one of each kind of access, and what else there is.
const COMMANDS: [&str; 7] = [
    "resource note title:string! body:text pinned:bool due_at:datetime? priority:enum(low,medium,high) \
     rating:int(1..5) price:decimal(12,2) task_ref:references(task)",
    "resource order label:string! amount:decimal(18,4)? note_ref:references(note)?",
    "guard chief-editor",
    "migration add_colour_to_orders",
    "resource notice title:string! body:text expires_at:datetime? --public-read",
    "resource category name:string! rank:int --admin --public-read",
    "guard notes:read",
];

/// Lines of wired files that somebody lays out by hand, in a way that rustfmt would not.
const BY_HAND: [(&str, &str, &str); 5] = [
    (
        "tests/api/main.rs",
        "mod me;\nmod metrics;\n",
        "mod metrics; mod me; // both\n",
    ),
    (
        "src/entities/mod.rs",
        "pub mod user;\npub mod verification;\n",
        "pub  mod verification;\npub  mod user;\n",
    ),
    (
        "src/types/mod.rs",
        "pub use time::{InvalidDateTime, UtcDateTime};\n",
        "pub use time::{UtcDateTime,InvalidDateTime};\n",
    ),
    (
        "src/routes/mod.rs",
        ".configure(admin::configure)\n",
        ". configure( admin::configure ) // first\n",
    ),
    (
        "migration/src/lib.rs",
        "_better_auth::Migration),\n            ",
        "_better_auth::Migration), ",
    ),
];

fn scaffold(project: &Project, words: &str) {
    let mut cargo = cargo(&project.dir(), &format!("scaffold {words}"));
    // Its migrations are called the same in each run, and nothing is built twice.
    cargo.env("SOURCE_DATE_EPOCH", "1795600000");
    succeed(cargo);
}

/// A project with all of it; the last ones came after somebody had been at the wired files.
fn scaffolded() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let project = generate("shop", &["description=A shop"]).unwrap();
        let _turn = turn_to_build();
        let (before, after) = COMMANDS.split_at(4);
        before.iter().for_each(|words| scaffold(&project, words));
        succeed(cargo(&project.dir(), "fmt --all --check"));
        for (file, formatted, by_hand) in BY_HAND {
            replace_once(&project.dir().join(file), formatted, by_hand);
        }
        after.iter().for_each(|words| scaffold(&project, words));
        project
    })
}

fn replace_once(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(
        text.matches(from).count(),
        1,
        "{from} in {}",
        file.display()
    );
    fs::write(file, text.replace(from, to)).unwrap();
}

#[test]
fn what_was_laid_out_by_hand_stays_so() {
    for (file, _, by_hand) in BY_HAND {
        assert!(scaffolded().read(file).contains(by_hand), "{file}");
    }
}

#[test]
fn what_is_scaffolded_lints_clean_and_passes_its_tests() {
    let dir = lasting_copy(scaffolded(), "scaffolded");
    let _turn = turn_to_build();
    for engine in ["sqlite", "postgres"] {
        let alone = format!("check --locked --no-default-features --features {engine}");
        succeed(cargo(&dir, &alone));
    }
    succeed(cargo(
        &dir,
        "clippy --workspace --all-targets --locked -- -D warnings",
    ));
    let mut test = cargo(&dir, "test --locked --test api");
    // The API has new routes.
    test.env("INSTA_UPDATE", "always");
    succeed(test);
}

/// What somebody takes out of a resource, and the tests that must notice.
const MUTATIONS: [(&str, &str, &str, &[&str]); 0] = [];

#[test]
fn the_tests_of_scaffolded_resources_notice_what_is_missing() {
    let dir = lasting_copy(scaffolded(), "mutated");
    let _turn = turn_to_build();
    let mut expected = BTreeSet::new();
    for (file, from, to, tests) in MUTATIONS {
        replace_once(&dir.join(file), from, to);
        expected.extend(tests.iter().map(|&test| test.to_owned()));
    }
    let output = cargo(&dir, "test --locked --test api").output().unwrap();
    let output = String::from_utf8_lossy(&output.stdout);
    let red = output.lines().filter_map(|line| {
        let test = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(test.to_owned())
    });
    assert_eq!(red.collect::<BTreeSet<_>>(), expected);
}
