//! A resource is added and removed completely or not at all.

use crate::project::TestProject;

const ALL_TYPES: &str = "resource gadget label:string! story:text used:bool due_at:datetime? \
                         mood:enum(low,high) rating:int(1..5) count:int price:decimal(12,2)?";

#[test]
fn names_that_are_taken_are_rejected() {
    let project = TestProject::new();
    for (name, reason) in [
        ("Gadget", "is not a valid name"),
        ("type", "is a Rust keyword"),
        ("gen", "is a Rust keyword"),
        ("user", "taken by the API or by Better Auth"),
        ("me", "taken by the API or by Better Auth"),
        ("admin", "taken by the API or by Better Auth"),
        ("health", "taken by the API or by Better Auth"),
        ("organization", "taken by the API or by Better Auth"),
        ("writer --organization", "there is a type Writer already"),
        ("page", "there is a type Page already"),
        ("option", "there is a type Option already"),
        ("path", "there is a type Path already"),
        ("serialize", "there is a type Serialize already"),
        ("sheep --plural=sheep", "is its own plural"),
        ("choice --plural=values", "is an SQL keyword"),
    ] {
        let message = project.error_message(&format!("resource {name} label:string"));
        assert!(message.contains(reason), "{name}: {message}");
    }
}

#[test]
fn a_resource_is_not_added_twice() {
    let project = TestProject::new();
    project.scaffold("resource gadget label:string");
    for name in ["gadget", "widget --plural=gadgets"] {
        let message = project.error_message(&format!("resource {name} label:string"));
        assert!(
            message.contains("there is a resource gadget with the table gadgets already"),
            "{message}"
        );
    }
}

#[test]
fn all_errors_of_a_command_line_are_reported_at_once() {
    let project = TestProject::new();
    let message = project.error_message(
        "resource user id:int page:int a:strin b b:int b:int order:int self:bool \
         c:enum(self,low) filter:text group:bool d:int d_min:int e:references(nothing) F:bool",
    );
    for error in [
        "\"user\" is taken by the API or by Better Auth",
        "id: every resource has this column",
        "page: every list has a parameter of this name",
        "a: \"strin\" is not a type; the types are string, text,",
        "\"b\" has no type: name:type, such as title:string!",
        "b: there are two fields of this name",
        "order: every list has a parameter of this name",
        "self: is a Rust keyword",
        "c: Self is a Rust keyword",
        "filter: a type of the resource itself has this name",
        "group: is an SQL keyword",
        "d_min: the list's filter by d has this name",
        "e: there is no resource nothing",
        "\"F\" is not a valid name",
    ] {
        assert!(message.contains(error), "{error} is not in {message}");
    }
}

#[test]
fn names_that_postgresql_would_cut_off_are_rejected() {
    let (name, field) = ("a".repeat(20), "b".repeat(30));
    let message = TestProject::new().error_message(&format!("resource {name} {field}:int"));
    assert!(message.contains("PostgreSQL allows 63"), "{message}");
}

#[test]
fn an_invalid_command_line_is_rejected() {
    let project = TestProject::new();
    for (words, reason) in [
        ("resource", "a resource needs a name"),
        ("resource gadget", "a resource has at least one field"),
        ("resource gadget a:int --plurals=b", "plurals"),
        ("remove", "takes one name"),
        ("remove a b", "takes one name"),
        ("remove a --admin", "do not apply to remove"),
        (
            "resource gadget a:int --organization --public-read",
            "--organization goes with neither",
        ),
        (
            "resource gadget created_by:int --organization",
            "created_by: every resource has this column",
        ),
        ("make a", "there is no command"),
        ("guard Editor", "is neither a role"),
    ] {
        let message = project.error_message(words);
        assert!(message.contains(reason), "{words}: {message}");
    }
}

#[test]
fn no_file_is_overwritten() {
    let project = TestProject::new();
    project.write("src/entities/gadget/mod.rs", "mine");
    project.write("tests/api/gadgets.rs", "mine too");
    let message = project.error_message("resource gadget label:string");
    for file in ["src/entities/gadget/mod.rs", "tests/api/gadgets.rs"] {
        let error = format!("{file}: exists already");
        assert!(message.contains(&error), "{message}");
    }
}

#[test]
fn files_that_cannot_be_edited_are_all_reported_with_what_to_do() {
    let project = TestProject::new();
    let routes = project
        .read("src/routes/mod.rs")
        .replace("fn user_routes", "fn users");
    project.write("src/routes/mod.rs", &routes);
    project.write("src/entities/mod.rs", "pub mod tag;\npub mod (");
    let message = project.error_message("resource gadget label:string");
    for error in [
        "src/routes/mod.rs: there is no `fn user_routes`; call `.configure(gadgets::configure)` in one",
        "src/entities/mod.rs:2: ",
    ] {
        assert!(message.contains(error), "{message}");
    }
}

#[test]
fn a_dry_run_prints_the_same_and_writes_nothing() {
    let project = TestProject::new();
    let before = project.files();
    let said = project.scaffold(&format!("{ALL_TYPES} --dry-run"));
    assert!(project.files() == before);
    let (said, _) = said.split_once("Nothing was written").unwrap();
    let done = project.scaffold(ALL_TYPES);
    let without_time = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| !line.contains("migration/src/m"));
        lines.map(str::to_owned).collect()
    };
    let (done, next) = done.split_once("\nNext:\n").unwrap();
    assert_eq!(without_time(said), without_time(done));
    assert!(next.contains("cargo test"), "{next}");
}

#[test]
fn removing_a_resource_leaves_no_trace() {
    let project = TestProject::new();
    let before = project.files();
    for switches in [
        "",
        " --public-read",
        " --admin",
        " --admin --public-read",
        " --organization",
    ] {
        project.scaffold(&format!("{ALL_TYPES}{switches}"));
        assert!(project.files() != before);
        let planned = project.scaffold("remove gadget --dry-run");
        let done = project.scaffold("remove gadget");
        assert!(
            done.starts_with(planned.split("Nothing").next().unwrap()),
            "{done}"
        );
        assert!(done.contains("migrate down"), "{done}");
        let after = project.files();
        let changed = before
            .iter()
            .filter(|(file, text)| after.get(*file) != Some(*text));
        assert_eq!(
            changed.map(|(file, _)| file).collect::<Vec<_>>(),
            Vec::<&std::path::PathBuf>::new()
        );
        assert_eq!(after.len(), before.len(), "{switches}");
    }
}

#[test]
fn a_resource_with_a_changed_file_is_not_removed() {
    let project = TestProject::new();
    project.scaffold("resource gadget label:string");
    let model = project.read("src/entities/gadget.rs");
    project.write("src/entities/gadget.rs", &format!("{model}// Mine.\n"));
    let modules = project
        .read("src/entities/mod.rs")
        .replace("pub mod gadget;\n", "");
    project.write("src/entities/mod.rs", &modules);
    let message = project.error_message("remove gadget");
    for error in [
        "src/entities/gadget.rs: has been changed",
        "src/entities/mod.rs: there is no `mod gadget;`",
    ] {
        assert!(message.contains(error), "{message}");
    }
}

#[test]
fn only_a_scaffolded_resource_that_nothing_refers_to_is_removed() {
    let project = TestProject::new();
    let message = project.error_message("remove task");
    assert!(
        message.contains("only resources that cargo scaffold added"),
        "{message}"
    );
    project.scaffold("resource gadget label:string");
    project.scaffold("resource part gadget:references(gadget)? label:string");
    let message = project.error_message("remove gadget");
    assert!(message.contains("remove part first"), "{message}");
    project.scaffold("remove part");
    project.scaffold("remove gadget");
}

#[test]
fn rows_refer_only_to_those_of_their_owner_and_of_nobody() {
    let project = TestProject::new();
    let kinds = [
        ("gadget", ""),
        ("team_plan", " --organization"),
        ("part", " --admin"),
    ];
    for (name, switch) in kinds {
        project.scaffold(&format!("resource {name} label:string{switch}"));
    }
    for (own, switch) in kinds {
        for (other, _) in kinds {
            let words = format!("resource item it:references({other}){switch}");
            if own == other || other == "part" {
                project.scaffold(&words);
                project.scaffold("remove item");
            } else {
                let message = project.error_message(&words);
                let error = format!("cannot refer to {other}, whose rows belong to ");
                assert!(message.contains(&error), "{message}");
            }
        }
    }
}

#[test]
fn migrations_of_the_same_second_keep_their_order() {
    let project = TestProject::new();
    for (name, field) in [
        ("zebra", "a:int"),
        ("ant", "zebra:references(zebra)?"),
        ("bee", "a:int"),
    ] {
        project.scaffold(&format!("resource {name} {field}"));
    }
    let migrations = project.read("migration/src/lib.rs");
    let places = ["_zebras::Migration", "_ants::Migration", "_bees::Migration"];
    let places = places.map(|name| migrations.find(name).unwrap());
    assert!(places.is_sorted(), "{migrations}");
    let mut modules: Vec<_> = migrations
        .lines()
        .filter(|line| line.starts_with("mod m2"))
        .collect();
    let declared = modules.clone();
    modules.sort_unstable();
    assert_eq!(declared, modules);
    assert!(declared.last().unwrap().ends_with("_bees;"), "{declared:?}");
}
