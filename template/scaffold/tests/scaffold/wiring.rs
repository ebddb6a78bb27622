//! Files are changed at the right place however they are laid out, and nowhere else.

use scaffold::wiring::{Edit, List, Place, Wiring};

fn wiring(edit: Edit) -> Wiring {
    let file = "src/wired.rs".into();
    Wiring { file, edit }
}

fn module(name: &str) -> Wiring {
    let name = name.to_owned();
    wiring(Edit::Module { public: true, name })
}

fn reexport(module: &str, names: &[&str]) -> Wiring {
    wiring(Edit::Reexport {
        module: module.to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    })
}

fn call(call: &str) -> Wiring {
    wiring(Edit::Call {
        function: "owned".to_owned(),
        call: call.to_owned(),
    })
}

fn import(path: &str, name: &str) -> Wiring {
    let (path, name) = (path.to_owned(), name.to_owned());
    wiring(Edit::Import { path, name })
}

fn element(list: List, element: &str) -> Wiring {
    placed(list, Place::Last, element)
}

fn placed(list: List, place: Place, element: &str) -> Wiring {
    let element = element.to_owned();
    wiring(Edit::Element {
        list,
        place,
        element,
    })
}

fn function() -> List {
    List::Function("list".to_owned())
}

fn constant() -> List {
    List::Constant("LIST".to_owned())
}

fn called() -> List {
    List::Macro("list".to_owned())
}

/// Adds it, and takes it away again: then the text is as it was.
#[track_caller]
fn changes(wiring: &Wiring, before: &str, after: &str) {
    let added = wiring.add(before).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(added, after);
    let taken = wiring
        .take_away(after)
        .unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(taken, before);
}

#[track_caller]
fn refused(wiring: &Wiring, text: &str, fault: &str) {
    assert_eq!(wiring.add(text).unwrap_err().to_string(), fault);
}

#[test]
fn what_is_there_already_is_refused_with_its_line() {
    for (wiring, text, fault) in [
        (
            module("note"),
            "mod a;\nmod note;\n",
            "src/wired.rs:2: there is a module note already",
        ),
        (
            module("note"),
            "mod note {}\n",
            "src/wired.rs:1: there is a module note already",
        ),
        (
            reexport("note", &["NoteId"]),
            "\npub use other::{A, NoteId};\n",
            "src/wired.rs:2: NoteId is exported already",
        ),
        (
            call(".configure(notes::configure)"),
            "fn owned(c: C) {\n    c.a()\n        .configure( notes :: configure );\n}\n",
            "src/wired.rs:2: `.configure(notes::configure)` is in `fn owned` already",
        ),
        (
            element(constant(), "note::Entity"),
            "const LIST: &[T] = &[note :: Entity];\n",
            "src/wired.rs: `note::Entity` is there already",
        ),
    ] {
        refused(&wiring, text, fault);
    }
}

#[test]
fn a_place_that_is_missing_or_not_understood_is_refused_with_what_to_do() {
    for (wiring, text, fault) in [
        (
            module("note"),
            "mod a;\nfn ();\n",
            "src/wired.rs:2: expected identifier",
        ),
        (
            module("note"),
            "\u{feff}mod a;\n",
            "src/wired.rs: begins with a byte order mark or a #! line; take it away",
        ),
        (
            call(".x()"),
            "fn other() {}\n",
            "src/wired.rs: there is no `fn owned`; call `.x()` in one",
        ),
        (
            call(".x()"),
            "\nfn owned() {}\n",
            "src/wired.rs:2: `fn owned` has no parameter to call `.x()` on",
        ),
        (
            call(".x()"),
            "\nfn owned(c: C) {\n    other.y();\n}\n",
            "src/wired.rs:2: `fn owned` has no chain of calls on `c`; call `.x()` there",
        ),
        (
            element(function(), "x"),
            "fn other() {}\n",
            "src/wired.rs: there is no list that `fn list` answers; put `x` there",
        ),
        (
            element(function(), "x"),
            "fn list() -> Vec<u8> {\n    Vec::new()\n}\n",
            "src/wired.rs:1: `fn list` does not end with a list; put `x` there",
        ),
        (
            element(constant(), "x"),
            "\nconst LIST: &[u8] = OTHER;\n",
            "src/wired.rs:2: `LIST` is no list; put `x` there",
        ),
        (
            element(called(), "x"),
            "list!(a);\nlist!(b);\n",
            "src/wired.rs: there is no `list!`; put `x` there",
        ),
    ] {
        refused(&wiring, text, fault);
    }
}

#[test]
fn what_is_not_there_cannot_be_taken_away() {
    for (wiring, text) in [
        (module("note"), "mod a;\n"),
        (module("note"), "mod note {}\n"),
        (reexport("note", &["A", "B"]), "pub use note::A;\n"),
        (call(".x()"), "fn owned(c: C) {\n    c.y();\n}\n"),
        (element(constant(), "x"), "const LIST: &[u8] = &[y];\n"),
    ] {
        assert!(wiring.take_away(text).is_err(), "{text}");
    }
}

#[test]
fn a_module_is_declared_in_order() {
    let note = module("note");
    changes(
        &note,
        "mod a;\npub mod z;\n",
        "mod a;\npub mod note;\npub mod z;\n",
    );
    changes(
        &note,
        "//! Why.\n\npub mod z;\n",
        "//! Why.\n\npub mod note;\npub mod z;\n",
    );
    changes(
        &note,
        "mod z;\nmod a; // first\nmod b {}\n",
        "mod z;\nmod a; // first\npub mod note;\nmod b {}\n",
    );
    changes(
        &note,
        "mod me; mod a; // both\nmod z;\n",
        "mod me; mod a; // both\npub mod note;\nmod z;\n",
    );
    changes(
        &note,
        "/// B.\n#[cfg(x)]\nmod b;\n\nfn main() {}\n",
        "/// B.\n#[cfg(x)]\nmod b;\npub mod note;\n\nfn main() {}\n",
    );
    changes(
        &module("m20261124_100000_notes"),
        "mod runner;\n\npub use runner::up;\n\nmod m20261121_000001_tags;\n",
        "mod runner;\n\npub use runner::up;\n\nmod m20261121_000001_tags;\npub mod m20261124_100000_notes;\n",
    );
}

#[test]
fn a_file_without_modules_gets_one() {
    let note = module("note");
    assert_eq!(note.add("").unwrap(), "pub mod note;\n");
    assert_eq!(
        note.add("//! Why.\n").unwrap(),
        "//! Why.\n\npub mod note;\n"
    );
    assert_eq!(
        note.add("fn a() {}\n").unwrap(),
        "pub mod note;\n\nfn a() {}\n"
    );
}

#[test]
fn lines_end_as_those_of_the_file() {
    changes(
        &module("b"),
        "mod a;\r\nmod c;\r\n",
        "mod a;\r\npub mod b;\r\nmod c;\r\n",
    );
}

#[test]
fn names_are_exported_in_order() {
    let note = reexport("note", &["NoteId", "Priority"]);
    changes(
        &note,
        "mod a;\n\npub use a::A;\npub use z::{Y, Z};\n",
        "mod a;\n\npub use a::A;\npub use note::{NoteId, Priority};\npub use z::{Y, Z};\n",
    );
    let editor = reexport("access", &["Editor"]);
    changes(
        &editor,
        "pub use access::{Admin, Role};\n",
        "pub use access::{Admin, Editor, Role};\n",
    );
    changes(
        &editor,
        "pub use access::{\n    Role, // what it is\n    Admin,\n};\n",
        "pub use access::{\n    Role, // what it is\n    Admin,\n    Editor,\n};\n",
    );
    assert_eq!(
        editor.add("pub use access::Role;\n").unwrap(),
        "pub use access::{Editor, Role};\n"
    );
    assert_eq!(
        editor.add("pub use access::*;\n").unwrap(),
        "pub use access::*;\n"
    );
    assert_eq!(
        editor.add("mod access;\n").unwrap(),
        "mod access;\n\npub use access::Editor;\n"
    );
}

#[test]
fn a_call_goes_to_the_end_of_the_chain() {
    let notes = call(".configure(notes::configure)");
    changes(
        &notes,
        "fn owned(c: &mut C) {\n    c.configure(a).configure(b);\n}\n",
        "fn owned(c: &mut C) {\n    c.configure(a).configure(b).configure(notes::configure);\n}\n",
    );
    changes(
        &notes,
        "fn owned(c: &mut C) {\n    c\n      .a() // first\n      .b();\n}\n",
        "fn owned(c: &mut C) {\n    c\n      .a() // first\n      .b()\n      .configure(notes::configure);\n}\n",
    );
    changes(
        &notes,
        "fn owned(c: &mut C) {\n    let x = 1;\n    c.a(x);\n    c.b();\n    x.y();\n}\n",
        "fn owned(c: &mut C) {\n    let x = 1;\n    c.a(x);\n    c.b().configure(notes::configure);\n    x.y();\n}\n",
    );
    changes(
        &notes,
        "impl A {\n    fn owned(&self, c: &mut C) -> D {\n        c.a()\n    }\n}\n",
        "impl A {\n    fn owned(&self, c: &mut C) -> D {\n        c.a().configure(notes::configure)\n    }\n}\n",
    );
}

#[test]
fn a_function_without_calls_gets_one_and_a_name_for_its_parameter() {
    let notes = call(".configure(notes::configure)");
    let full = "fn owned(config: &mut C) {\n    config.configure(notes::configure);\n}\n";
    assert_eq!(notes.add("fn owned(_: &mut C) {}\n").unwrap(), full);
    assert_eq!(notes.add("fn owned(_config: &mut C) {\n}\n").unwrap(), full);
    assert_eq!(notes.add("fn owned(config: &mut C) { }\n").unwrap(), full);
    changes(
        &notes,
        "fn owned(_: &mut C) {\n    // Each its own.\n}\n",
        "fn owned(config: &mut C) {\n    // Each its own.\n    config.configure(notes::configure);\n}\n",
    );
    changes(&notes, "fn owned(_: &mut C) {\n}\n", full);
}

#[test]
fn an_element_goes_to_the_end_of_a_list() {
    changes(
        &element(function(), "Box::new(c::M)"),
        "impl M for A {\n    fn list() -> V {\n        vec![\n            Box::new(b::M),\n            Box::new(a::M), // last\n        ]\n    }\n}\n",
        "impl M for A {\n    fn list() -> V {\n        vec![\n            Box::new(b::M),\n            Box::new(a::M), // last\n            Box::new(c::M),\n        ]\n    }\n}\n",
    );
    changes(
        &element(constant(), "c"),
        "const LIST: &[T] = &[b, a];\n",
        "const LIST: &[T] = &[b, a, c];\n",
    );
    changes(
        &element(function(), "c(1, 2)"),
        "fn list() -> [T; 2] {\n    [b(3, 4), a,]\n}\n",
        "fn list() -> [T; 2] {\n    [b(3, 4), a, c(1, 2),]\n}\n",
    );
    assert_eq!(
        element(constant(), "c")
            .add("const LIST: &[T] = &[\n    b,\n    a\n];\n")
            .unwrap(),
        "const LIST: &[T] = &[\n    b,\n    a,\n    c\n];\n"
    );
}

#[test]
fn an_element_keeps_the_order_of_a_list_that_is_sorted() {
    let sorted = |list, element| placed(list, Place::Sorted, element);
    changes(
        &sorted(constant(), "\"/b\""),
        "const LIST: [&str; 2] = [\n    \"/a\",\n    \"/c\",\n];\n",
        "const LIST: [&str; 3] = [\n    \"/a\",\n    \"/b\",\n    \"/c\",\n];\n",
    );
    changes(
        &sorted(called(), "a"),
        "list![b, c];\n",
        "list![a, b, c];\n",
    );
    changes(
        &sorted(called(), "b"),
        "list![c, a];\n",
        "list![c, a, b];\n",
    );
}

#[test]
fn an_element_goes_before_all_others_where_it_must() {
    let first = placed(called(), Place::First, "a");
    changes(
        &first,
        "list! {\n    c, // why\n    b,\n}\n",
        "list! {\n    a,\n    c, // why\n    b,\n}\n",
    );
    changes(&first, "list!(c, b);\n", "list!(a, c, b);\n");
}

#[test]
fn a_name_is_imported_with_others_from_there() {
    let note = import("crate::entities", "note");
    changes(
        &note,
        "use crate::{\n    entities::{tag, task},\n    types::X,\n};\n",
        "use crate::{\n    entities::{note, tag, task},\n    types::X,\n};\n",
    );
    changes(
        &note,
        "use crate::types::X;\n\nfn a() {}\n",
        "use crate::types::X;\nuse crate::entities::note;\n\nfn a() {}\n",
    );
    assert_eq!(
        note.add("use crate::entities::tag;\n").unwrap(),
        "use crate::entities::{note, tag};\n"
    );
    assert_eq!(
        note.add("mod a;\n\nfn b() {}\n").unwrap(),
        "use crate::entities::note;\n\nmod a;\n\nfn b() {}\n"
    );
    refused(
        &note,
        "use crate::{entities::note};\n",
        "src/wired.rs:1: crate::entities::note is imported already",
    );
}

#[test]
fn a_list_that_is_empty_gets_its_first_element() {
    changes(
        &element(constant(), "a"),
        "static LIST: &[T] = &[];\n",
        "static LIST: &[T] = &[a];\n",
    );
    changes(
        &element(constant(), "a"),
        "const LIST: [T; 0] = [\n    // None yet.\n];\n",
        "const LIST: [T; 1] = [\n    // None yet.\n    a,\n];\n",
    );
    changes(
        &element(function(), "a"),
        "fn list() -> V {\n    vec![]\n}\n",
        "fn list() -> V {\n    vec![a]\n}\n",
    );
}

#[test]
fn a_list_in_a_macro_keeps_its_separator() {
    changes(
        &element(called(), "Role Editor = \"editor\""),
        "list! {\n    /// Who may all.\n    Role Admin = \"admin\";\n    Permission Z = \"z\";\n}\n",
        "list! {\n    /// Who may all.\n    Role Admin = \"admin\";\n    Permission Z = \"z\";\n    Role Editor = \"editor\";\n}\n",
    );
    changes(
        &element(called(), "note"),
        "fn all() {\n    list!(task, tag);\n}\n",
        "fn all() {\n    list!(task, tag, note);\n}\n",
    );
    changes(
        &placed(called(), Place::Sorted, "note"),
        "fn all() {\n    list![\n        db;\n        jwks,\n        tag,\n    ]\n}\n",
        "fn all() {\n    list![\n        db;\n        jwks,\n        note,\n        tag,\n    ]\n}\n",
    );
    changes(
        &placed(called(), Place::Sorted, "a"),
        "list![db; jwks, tag];\n",
        "list![db; a, jwks, tag];\n",
    );
}
