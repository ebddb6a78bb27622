//! The templates of new files: `templates/*.jinja`, built into the program.

use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};

use crate::{edits::FileEdit, resource::Resource};

macro_rules! templates {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../templates/", $name, ".jinja")))),*]
    };
}

/// The name of each template, which is its file without `.jinja`, and its text.
pub const TEMPLATES: &[(&str, &str)] = templates! {
    "dto.rs" "empty_migration.rs" "entity.rs" "guard.rs" "guard_edits.txt" "guard_test.rs"
    "migration.rs" "migration_edits.txt" "repository.rs" "resource_edits.txt" "routes.rs" "service.rs" "tests.rs"
    "types.rs"
};

/// The new files of a resource, each with its template.
pub fn of_resource(resource: &Resource) -> Vec<(String, &'static str)> {
    let (name, names) = (resource.names.singular(), resource.names.plural());
    let migration = &resource.migration;
    let mut files = vec![
        (format!("migration/src/{migration}.rs"), "migration.rs"),
        (format!("src/entities/{name}.rs"), "entity.rs"),
        (format!("src/types/{name}.rs"), "types.rs"),
        (format!("src/repositories/{names}.rs"), "repository.rs"),
        (format!("src/routes/{names}/dto.rs"), "dto.rs"),
        (format!("src/routes/{names}/mod.rs"), "routes.rs"),
        (format!("tests/api/{names}.rs"), "tests.rs"),
    ];
    if resource.fields.iter().any(|it| it.target().is_some()) {
        files.push((format!("src/services/{names}.rs"), "service.rs"));
    }
    files
}

/// Renders one template, or tells the file and line where it is wrong.
pub fn render(name: &str, context: &Value) -> Result<String, String> {
    let mut syntax = SyntaxConfig::builder();
    syntax
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true);
    let syntax = syntax.build().map_err(|error| error.to_string())?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let text = TEMPLATES.iter().find(|(other, _)| *other == name);
    let text = text.map_or("", |(_, text)| *text);
    let rendered = environment.render_named_str(name, text, context);
    rendered.map_err(|error| {
        let line = error.line().unwrap_or_default();
        format!("crates/scaffold/templates/{name}.jinja:{line}: {error}")
    })
}

/// Renders one template with edits.
pub fn render_edits(name: &str, context: &Value) -> Result<Vec<FileEdit>, String> {
    let edits = FileEdit::parse_all(&render(name, context)?);
    edits.map_err(|error| format!("crates/scaffold/templates/{name}.jinja: {error}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        context::context,
        resource::{Resource, Writer},
    };

    /// One resource of each kind of access, with every type of field.
    fn resources() -> impl Iterator<Item = Resource> {
        let fields = "a:string! b:text c:bool? d:int e:int(1..5) f:decimal(12,2)? g:datetime \
                      h:enum(low,step_1) i:references(task) j:references(task)?";
        let access = [
            (Writer::Owner, false),
            (Writer::Owner, true),
            (Writer::Admin, false),
            (Writer::Admin, true),
            (Writer::Organization, false),
        ];
        access
            .into_iter()
            .map(move |(writer, public_read)| Resource {
                names: crate::names::Names::new("line_item".parse().unwrap(), None),
                fields: fields
                    .split_whitespace()
                    .map(|it| it.parse().unwrap())
                    .collect(),
                writer,
                public_read,
                migration: "m20261121_000002_line_items".to_owned(),
            })
    }

    #[test]
    fn every_template_is_used_and_renders_to_rust() {
        let mut unused: BTreeSet<_> = TEMPLATES.iter().map(|(name, _)| *name).collect();
        for resource in resources() {
            for (_, name) in of_resource(&resource) {
                let text = render(name, &context(&resource)).unwrap();
                syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
                assert!(
                    !text.contains("{{") && !text.contains("{%"),
                    "{name}: {text}"
                );
                unused.remove(name);
            }
            assert!(
                render_edits("resource_edits.txt", &context(&resource))
                    .unwrap()
                    .len()
                    > 10
            );
            unused.remove("resource_edits.txt");
        }
        // The commands `migration` and `guard` use them: see tests/scaffold/others.rs.
        let others = [
            "empty_migration.rs",
            "guard.rs",
            "guard_edits.txt",
            "guard_test.rs",
            "migration_edits.txt",
        ];
        assert_eq!(unused, BTreeSet::from(others));
    }

    #[test]
    fn every_file_of_the_folder_is_a_template() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let files = std::fs::read_dir(folder).unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<_> = files.filter(|name| name != "README.md").collect();
        files.sort();
        let names = TEMPLATES.iter().map(|(name, _)| format!("{name}.jinja"));
        assert_eq!(files, names.collect::<Vec<_>>());
    }

    #[test]
    fn an_unknown_variable_is_an_error_that_names_its_line() {
        let error = render("empty_migration.rs", &minijinja::context! {}).unwrap_err();
        let place = "crates/scaffold/templates/empty_migration.rs.jinja:1: ";
        assert!(error.starts_with(place), "{error}");
    }
}
