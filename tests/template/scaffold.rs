//! What `cargo scaffold` writes into a generated project works, and its tests are worth something.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::builds::{cargo, lasting_copy, succeed, turn_to_build};
use crate::{Project, generate};

/// A resource with every type, one of each kind of access, and what else there is.
const COMMANDS: [&str; 8] = [
    "resource note title:string! body:text pinned:bool due_at:datetime? priority:enum(low,medium,high) \
     rating:int(1..5) price:decimal(12,2) task_ref:references(task)",
    "resource order label:string! amount:decimal(18,4)? note_ref:references(note)?",
    "guard chief-editor",
    "migration add_colour_to_orders",
    "resource notice title:string! body:text expires_at:datetime? --public-read",
    "resource category name:string! rank:int --admin --public-read",
    "guard notes:read",
    "resource project name:string! rank:int category_ref:references(category) --organization",
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
        "pub mod task;\npub mod task_tag;\n",
        "pub  mod task_tag;\npub  mod task;\n",
    ),
    (
        "src/types/mod.rs",
        "pub use tag::{Color, TagId, TagName};\n",
        "pub use tag::{TagName,TagId, Color};\n",
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
        add_team_route(&project);
        after.iter().for_each(|words| scaffold(&project, words));
        project
    })
}

/// The folder in which it is built.
pub fn lasting() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| lasting_copy(scaffolded(), "scaffolded"))
}

/// A route of teams, as docs/organizations.md describes them.
const TEAM: &str = r#"//! What the members of a team see.

use actix_web::{get, web::Json};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Member, team_scope};

/// The organization's team that the caller is in.
#[utoipa::path(tag = "me", responses((status = 200, body = Option<String>)))]
#[get("")]
async fn get_team(member: Member) -> Json<Option<String>> {
    Json(member.team_id.clone())
}

/// Registers the routes.
pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(team_scope("/teams/{team_id}").service(get_team));
}
"#;

fn add_team_route(project: &Project) {
    let routes = project.dir().join("src/routes");
    fs::write(routes.join("teams.rs"), TEAM).unwrap();
    let wired = routes.join("mod.rs");
    replace_once(&wired, "mod tasks;\n", "mod tasks;\nmod teams;\n");
    replace_once(
        &wired,
        "fn organization_routes(_: &mut ServiceConfig) {}",
        "fn organization_routes(config: &mut ServiceConfig) {\n    config.configure(teams::configure);\n}",
    );
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
    let dir = lasting();
    let _turn = turn_to_build();
    for engine in ["sqlite", "postgres"] {
        let alone = format!("check --locked --no-default-features --features {engine}");
        succeed(cargo(dir, &alone));
    }
    succeed(cargo(
        dir,
        "clippy --workspace --all-targets --locked -- -D warnings",
    ));
    let mut test = cargo(dir, "test --locked --test api");
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

const MUTATIONS: [Mutation; 5] = [
    // A list holds everybody's rows.
    Mutation {
        file: "src/repositories/notes.rs",
        edits: &[(
            "rows::find(owner, filter.include_deleted)",
            "<note::Entity as rows::Table>::select().apply_if((!filter.include_deleted).then_some(()), |query, ()| {
            query.filter(Column::DeletedAt.is_null())
        })",
        )],
        noticed_by: &[
            "isolation::no_list_holds_another_users_rows",
            "notes::another_users_row_is_not_found_and_not_listed",
        ],
    },
    // A list holds the rows of all organizations.
    Mutation {
        file: "src/repositories/projects.rs",
        edits: &[(
            "rows::find(organization, filter.include_deleted)",
            "<project::Entity as rows::Table>::select().apply_if((!filter.include_deleted).then_some(()), |query, ()| {
            query.filter(Column::DeletedAt.is_null())
        })",
        )],
        noticed_by: &[
            "isolation::no_list_holds_another_users_rows",
            "projects::another_organizations_row_is_not_found_and_not_listed",
        ],
    },
    // A text may be longer than it is said to be.
    Mutation {
        file: "src/types/order.rs",
        edits: &[(
            "|text| line(not_blank(text)?, 200)",
            "|text| line(not_blank(text)?, 201)",
        )],
        noticed_by: &["orders::what_breaks_a_limit_is_rejected_field_by_field"],
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
            (
                r#"guarded_scope::<Admin>("/categories")"#,
                r#"utoipa_actix_web::scope::scope("/categories")"#,
            ),
            (
                "    admin: RequireRole<Admin>,\n    ListQuery { filter, request }: ListQuery<ListCategories>,",
                "    ListQuery { filter, request }: ListQuery<ListCategories>,",
            ),
            (
                "categories::list(admin.witness(), ",
                "categories::list(Public, ",
            ),
        ],
        noticed_by: &[
            "categories::a_category_is_changed_replaced_deleted_and_restored",
            "categories::categories_are_for_the_role_admin_alone",
        ],
    },
];

#[test]
fn the_tests_of_scaffolded_resources_notice_what_is_missing() {
    let dir = lasting();
    let _turn = turn_to_build();
    let mut expected = BTreeSet::new();
    let mut unchanged = Vec::new();
    for mutation in &MUTATIONS {
        let file = dir.join(mutation.file);
        unchanged.push((file.clone(), fs::read(&file).unwrap()));
        for (from, to) in mutation.edits {
            replace_once(&file, from, to);
        }
        expected.extend(mutation.noticed_by.iter().map(|&test| test.to_owned()));
    }
    let tests = "test --locked --test api -- categories notes notices orders projects isolation";
    let output = cargo(dir, tests).output().unwrap();
    for (file, text) in unchanged.into_iter().rev() {
        fs::write(file, text).unwrap();
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let red = text.lines().filter_map(|line| {
        let test = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(test.to_owned())
    });
    let red: BTreeSet<_> = red.collect();
    assert_eq!(red, expected, "{}", String::from_utf8_lossy(&output.stderr));
}
