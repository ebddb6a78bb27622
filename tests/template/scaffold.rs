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
        set_version(&project.dir(), "0.1.0", "0.1.1");
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

/// For cargo, packages of one name and version are the same whatever folder they are in: it would run what it built
/// from another one.
fn set_version(dir: &Path, old: &str, new: &str) {
    let version = |version| format!("version = \"{version}\"\nedition");
    replace_once(&dir.join("Cargo.toml"), &version(old), &version(new));
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
        let alone = format!("check --no-default-features --features {engine}");
        succeed(cargo(&dir, &alone));
    }
    succeed(cargo(
        &dir,
        "clippy --workspace --all-targets -- -D warnings",
    ));
    let mut test = cargo(&dir, "test --test api");
    // The API has new routes.
    test.env("INSTA_UPDATE", "always");
    succeed(test);
}

/// What somebody takes out of a resource, and the tests that notice.
struct Mutation {
    file: &'static str,
    edits: &'static [(&'static str, &'static str)],
    noticed_by: &'static [&'static str],
}

const MUTATIONS: [Mutation; 4] = [
    // A list holds everybody's rows.
    Mutation {
        file: "src/repositories/notes.rs",
        edits: &[(
            "rows::find(owner, filter.include_deleted)",
            "note::Entity::select().apply_if((!filter.include_deleted).then_some(()), |query, ()| {
            query.filter(Column::DeletedAt.is_null())
        })",
        )],
        noticed_by: &[
            "isolation::no_list_holds_another_users_rows",
            "notes::another_users_row_is_not_found_and_not_listed",
        ],
    },
    // A text may be longer than it is said to be.
    Mutation {
        file: "src/types/order.rs",
        edits: &[(
            "|text| line(not_blank(text)?, 200)",
            "|text| line(not_blank(text)?, 201)",
        )],
        noticed_by: &["orders::what_breaks_a_limit_is_refused_member_by_member"],
    },
    // Everybody reads what was deleted.
    Mutation {
        file: "src/repositories/notices.rs",
        edits: &[(".add(notice::Column::DeletedAt.is_null())", "")],
        noticed_by: &["notices::everybody_reads_live_notices_and_writes_none"],
    },
    // The list of administrators has no guard.
    Mutation {
        file: "src/routes/categories/mod.rs",
        edits: &[
            (".wrap(from_fn(auth::require::<Admin>))", ""),
            (
                "    admin: RequireRole<Admin>,\n    query: Query<ListCategories>,",
                "    query: Query<ListCategories>,",
            ),
            (
                "categories::list(admin.witness(), ",
                "categories::list(Everybody, ",
            ),
        ],
        noticed_by: &[
            "categories::a_category_is_changed_replaced_deleted_and_restored",
            "categories::categories_are_for_the_role_admin_alone",
            "isolation::what_is_for_administrators_is_forbidden_to_everybody_else",
        ],
    },
];

#[test]
fn the_tests_of_scaffolded_resources_notice_what_is_missing() {
    let dir = lasting_copy(scaffolded(), "mutated");
    let _turn = turn_to_build();
    set_version(&dir, "0.1.1", "0.1.2");
    let mut expected = BTreeSet::new();
    for mutation in &MUTATIONS {
        for (from, to) in mutation.edits {
            replace_once(&dir.join(mutation.file), from, to);
        }
        expected.extend(mutation.noticed_by.iter().map(|&test| test.to_owned()));
    }
    let tests = "test --test api -- categories notes notices orders isolation";
    let output = cargo(&dir, tests).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let red = text.lines().filter_map(|line| {
        let test = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(test.to_owned())
    });
    let red: BTreeSet<_> = red.collect();
    assert_eq!(red, expected, "{}", String::from_utf8_lossy(&output.stderr));
}
