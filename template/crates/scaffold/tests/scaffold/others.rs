//! Migrations and guards.

use crate::desk::Desk;

#[test]
fn a_migration_comes_last() {
    let desk = Desk::new();
    let said = desk.scaffold("migration add_colour_to_gadgets");
    let file = said
        .split_whitespace()
        .find(|word| word.starts_with("migration/src/m"))
        .unwrap();
    assert!(desk.read(file).starts_with("//! Add colour to gadgets.\n"));
    let module = file
        .strip_prefix("migration/src/")
        .unwrap()
        .strip_suffix(".rs")
        .unwrap();
    let list = desk.read("migration/src/lib.rs");
    assert!(list.contains(&format!("mod {module};\n")), "{list}");
    let last = format!("Box::new({module}::Migration),\n        ]");
    assert!(list.contains(&last), "{list}");
}

#[test]
fn a_guard_is_declared_exported_and_tested() {
    let desk = Desk::new();
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
        desk.scaffold(&format!("guard {name}"));
        assert!(
            desk.read("src/types/access.rs").contains(declared),
            "{name}"
        );
        assert!(desk.read("src/types/mod.rs").contains(exported), "{name}");
        let module = format!("{}_guard", name.replace(['-', ':'], "_"));
        assert!(
            desk.read("tests/api/main.rs")
                .contains(&format!("mod {module};"))
        );
        assert!(
            desk.read(&format!("tests/api/{module}.rs"))
                .contains(exported)
        );
    }
}

#[test]
fn a_guard_that_is_there_is_refused() {
    let desk = Desk::new();
    let refusal = desk.refusal("guard admin");
    assert!(refusal.contains("Admin is exported already"), "{refusal}");
}
