//! Resources come whole or not at all, and go as they came.

use crate::desk::Desk;

const ALL_TYPES: &str = "resource gadget label:string! story:text used:bool due_at:datetime? \
                         mood:enum(low,high) rating:int(1..5) count:int price:decimal(12,2)?";

#[test]
fn names_that_something_else_has_are_refused() {
    let desk = Desk::new();
    for (name, reason) in [
        ("Gadget", "is no name"),
        ("type", "a keyword of Rust"),
        ("gen", "a keyword of Rust"),
        ("user", "taken by the API or by Better Auth"),
        ("me", "taken by the API or by Better Auth"),
        ("admin", "taken by the API or by Better Auth"),
        ("health", "taken by the API or by Better Auth"),
        ("page", "there is a type Page already"),
        ("option", "there is a type Option already"),
        ("sheep --plural=sheep", "is its own plural"),
        ("choice --plural=values", "is a word of SQL"),
    ] {
        let refusal = desk.refusal(&format!("resource {name} label:string"));
        assert!(refusal.contains(reason), "{name}: {refusal}");
    }
}

#[test]
fn a_resource_that_is_there_is_not_made_again() {
    let desk = Desk::new();
    desk.scaffold("resource gadget label:string");
    for name in ["gadget", "widget --plural=gadgets"] {
        let refusal = desk.refusal(&format!("resource {name} label:string"));
        assert!(
            refusal.contains("there is a resource gadget with the table gadgets already"),
            "{refusal}"
        );
    }
}

#[test]
fn everything_that_is_wrong_with_a_command_line_is_said_at_once() {
    let desk = Desk::new();
    let refusal = desk.refusal(
        "resource user id:int page:int a:strin b b:int b:int order:int self:bool \
         c:enum(self,low) filter:text group:bool d:int d_min:int e:references(nothing) F:bool",
    );
    for fault in [
        "\"user\" is taken by the API or by Better Auth",
        "id: every resource has this column",
        "page: every list has a parameter of this name",
        "a: \"strin\" is no type; types are string, text,",
        "\"b\" has no type: name:type, such as title:string!",
        "b: there are two fields of this name",
        "order: every list has a parameter of this name",
        "self: a keyword of Rust",
        "c: Self is a keyword of Rust",
        "filter: a type of the resource itself is called so",
        "group: a word of SQL",
        "d_min: the list's filter by d is called so",
        "e: there is no resource nothing",
        "\"F\" is no name",
    ] {
        assert!(refusal.contains(fault), "{fault} is not in {refusal}");
    }
}

#[test]
fn names_that_a_database_would_cut_off_are_refused() {
    let (name, field) = ("a".repeat(20), "b".repeat(30));
    let refusal = Desk::new().refusal(&format!("resource {name} {field}:int"));
    assert!(refusal.contains("and PostgreSQL takes 63"), "{refusal}");
}

#[test]
fn a_command_line_that_is_none_is_refused() {
    let desk = Desk::new();
    for (words, reason) in [
        ("resource", "a resource needs a name"),
        ("resource gadget", "a resource has at least one field"),
        ("resource gadget a:int --plurals=b", "plurals"),
        ("remove", "takes one name"),
        ("remove a b", "takes one name"),
        ("remove a --admin", "are not for remove"),
        ("make a", "there is no command"),
        ("guard Editor", "is neither a role"),
    ] {
        let refusal = desk.refusal(words);
        assert!(refusal.contains(reason), "{words}: {refusal}");
    }
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let desk = Desk::new();
    desk.write("src/entities/gadget/mod.rs", "mine");
    desk.write("tests/api/gadgets.rs", "mine too");
    let refusal = desk.refusal("resource gadget label:string");
    for file in ["src/entities/gadget/mod.rs", "tests/api/gadgets.rs"] {
        let fault = format!("{file}: exists already");
        assert!(refusal.contains(&fault), "{refusal}");
    }
}

#[test]
fn files_that_cannot_be_wired_are_all_named_with_what_to_mend() {
    let desk = Desk::new();
    let routes = desk.read("src/routes/mod.rs").replace("fn owned", "fn own");
    desk.write("src/routes/mod.rs", &routes);
    desk.write("src/entities/mod.rs", "pub mod tag;\npub mod (");
    let refusal = desk.refusal("resource gadget label:string");
    for fault in [
        "src/routes/mod.rs: there is no `fn owned`; call `.configure(gadgets::configure)` in one",
        "src/entities/mod.rs:2: ",
    ] {
        assert!(refusal.contains(fault), "{refusal}");
    }
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let desk = Desk::new();
    let before = desk.files();
    let said = desk.scaffold(&format!("{ALL_TYPES} --dry-run"));
    assert!(desk.files() == before);
    let (said, _) = said.split_once("Nothing was written").unwrap();
    let done = desk.scaffold(ALL_TYPES);
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
fn what_is_removed_leaves_no_trace() {
    let desk = Desk::new();
    let before = desk.files();
    for switches in ["", " --public-read", " --admin", " --admin --public-read"] {
        desk.scaffold(&format!("{ALL_TYPES}{switches}"));
        assert!(desk.files() != before);
        let planned = desk.scaffold("remove gadget --dry-run");
        let done = desk.scaffold("remove gadget");
        assert!(
            done.starts_with(planned.split("Nothing").next().unwrap()),
            "{done}"
        );
        assert!(done.contains("migrate down"), "{done}");
        let after = desk.files();
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
fn what_somebody_changed_is_not_removed() {
    let desk = Desk::new();
    desk.scaffold("resource gadget label:string");
    let model = desk.read("src/entities/gadget.rs");
    desk.write("src/entities/gadget.rs", &format!("{model}// Mine.\n"));
    let modules = desk
        .read("src/entities/mod.rs")
        .replace("pub mod gadget;\n", "");
    desk.write("src/entities/mod.rs", &modules);
    let refusal = desk.refusal("remove gadget");
    for fault in [
        "src/entities/gadget.rs: was changed since it was made",
        "src/entities/mod.rs: there is no `mod gadget;`",
    ] {
        assert!(refusal.contains(fault), "{refusal}");
    }
}

#[test]
fn only_what_the_scaffold_made_is_removed_and_only_when_nothing_refers_to_it() {
    let desk = Desk::new();
    let refusal = desk.refusal("remove task");
    assert!(refusal.contains("only what the scaffold made"), "{refusal}");
    desk.scaffold("resource gadget label:string");
    desk.scaffold("resource part gadget:references(gadget)? label:string");
    let refusal = desk.refusal("remove gadget");
    assert!(refusal.contains("remove part first"), "{refusal}");
    desk.scaffold("remove part");
    desk.scaffold("remove gadget");
}

#[test]
fn everybodys_rows_refer_to_no_row_of_a_user() {
    let desk = Desk::new();
    desk.scaffold("resource gadget label:string");
    let refusal = desk.refusal("resource part gadget:references(gadget) --admin");
    assert!(refusal.contains("cannot refer to gadget"), "{refusal}");
}

#[test]
fn resources_made_within_one_second_have_migrations_in_their_order() {
    let desk = Desk::new();
    for (name, field) in [
        ("zebra", "a:int"),
        ("ant", "zebra:references(zebra)?"),
        ("bee", "a:int"),
    ] {
        desk.scaffold(&format!("resource {name} {field}"));
    }
    let migrations = desk.read("migration/src/lib.rs");
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
