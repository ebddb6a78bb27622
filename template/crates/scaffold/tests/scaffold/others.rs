//! Migrations and guards.

use crate::project::TestProject;

#[test]
fn a_migration_comes_last() {
    let project = TestProject::new();
    let said = project.scaffold("migration add_colour_to_gadgets");
    let file = said
        .split_whitespace()
        .find(|word| word.starts_with("migration/src/m"))
        .unwrap();
    assert!(
        project
            .read(file)
            .starts_with("//! Add colour to gadgets.\n")
    );
    let module = file
        .strip_prefix("migration/src/")
        .unwrap()
        .strip_suffix(".rs")
        .unwrap();
    let list = project.read("migration/src/lib.rs");
    assert!(list.contains(&format!("mod {module};\n")), "{list}");
    let last = format!("Box::new({module}::Migration),\n        ]");
    assert!(list.contains(&last), "{list}");
}

#[test]
fn a_guard_is_declared_exported_and_tested() {
    let project = TestProject::new();
    for (name, declared, exported) in [
        (
            "chief-editor",
            "Role ChiefEditor = \"chief-editor\";",
            "ChiefEditor",
        ),
        (
            "gadgets:read",
            "Permission GadgetsRead = \"gadgets:read\";",
            "GadgetsRead",
        ),
    ] {
        project.scaffold(&format!("guard {name}"));
        let module = format!("{}_guard", name.replace(['-', ':'], "_"));
        let file = project.read(&format!("src/auth/{module}.rs"));
        assert!(file.contains(declared), "{name}");
        let export = format!("pub use {module}::{exported};");
        assert!(project.read("src/auth/mod.rs").contains(&export), "{name}");
        assert!(
            project
                .read("tests/api/main.rs")
                .contains(&format!("mod {module};"))
        );
        assert!(
            project
                .read(&format!("tests/api/{module}.rs"))
                .contains(exported)
        );
    }
}

#[test]
fn a_guard_is_not_added_twice() {
    let project = TestProject::new();
    let message = project.error_message("guard admin");
    assert!(message.contains("Admin is exported already"), "{message}");
}
