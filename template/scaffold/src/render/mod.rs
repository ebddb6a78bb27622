//! The text of a resource's files, and what makes them a part of the project. The files are
//! formatted afterwards.

mod access;
mod dto;
mod entity;
mod field;
mod migration;
mod repository;
mod routes;
mod service;
mod template;
mod tests;
mod types;

use std::path::PathBuf;

use self::{access::Actors, template::fill};
use crate::{
    commands::wirings,
    names,
    resource::Resource,
    wiring::{Edit, List, Place, Wiring},
};

/// A resource as files.
#[derive(Debug)]
pub struct Rendered {
    /// New ones, below the project's folder.
    pub files: Vec<(PathBuf, String)>,
    /// What makes them a part of the project.
    pub wirings: Vec<Wiring>,
}

/// Writes a resource.
#[must_use]
pub fn render(resource: &Resource) -> Rendered {
    let names = Names::of(&resource.names);
    let (singular, plural) = (resource.names.singular(), resource.names.plural());
    let mut files = vec![
        (
            format!("migration/src/{}.rs", resource.migration),
            migration::migration(resource, &names),
        ),
        (
            format!("src/entities/{singular}.rs"),
            entity::entity(resource, &names),
        ),
        (
            format!("src/types/{singular}.rs"),
            types::types(resource, &names),
        ),
        (
            format!("src/repositories/{plural}.rs"),
            repository::repository(resource, &names),
        ),
        (
            format!("src/routes/{plural}/dto.rs"),
            dto::dto(resource, &names),
        ),
        (
            format!("src/routes/{plural}/mod.rs"),
            routes::routes(resource, &names),
        ),
        (
            format!("tests/api/{plural}.rs"),
            tests::tests(resource, &names),
        ),
    ];
    let service = service::service(resource, &names);
    let has_service = service.is_some();
    files.extend(service.map(|text| (format!("src/services/{plural}.rs"), text)));
    Rendered {
        files: files
            .into_iter()
            .map(|(file, text)| (file.into(), text))
            .collect(),
        wirings: wirings_of(resource, has_service),
    }
}

/// A resource's names for the gaps in texts.
pub struct Names(Vec<(&'static str, String)>);

impl Names {
    fn of(names: &names::Names) -> Self {
        let capitalized = |text: String| text[..1].to_uppercase() + &text[1..];
        Self(vec![
            ("module", names.singular().to_owned()),
            ("plural", names.plural().to_owned()),
            ("segment", names.segment()),
            ("Types", names.plural_type_name()),
            ("Type", names.type_name()),
            ("Id", names.id_type()),
            ("id", names.id()),
            ("words", names.words()),
            ("many", names.plural_words()),
            ("Many", capitalized(names.plural_words())),
            ("a_words", names.with_article()),
            ("a_row", names.with_article().replace(' ', "_")),
            ("A_", capitalized(names.with_article())),
        ])
    }

    /// The text with the names in it.
    pub fn fill(&self, text: &str) -> String {
        fill(text, &self.0)
    }
}

fn wirings_of(resource: &Resource, has_service: bool) -> Vec<Wiring> {
    let (singular, plural) = (resource.names.singular(), resource.names.plural());
    let actors = Actors::of(resource);
    let wiring = |file: &str, edit: Edit| Wiring {
        file: file.into(),
        edit,
    };
    let module = |file: &str, name: &str, public: bool| {
        let name = name.to_owned();
        wiring(file, Edit::Module { public, name })
    };
    let element = |file: &str, list: List, place: Place, element: String| {
        let edit = Edit::Element {
            list,
            place,
            element,
        };
        wiring(file, edit)
    };
    let call = |function: &str, call: String| {
        let function = function.to_owned();
        wiring("src/routes/mod.rs", Edit::Call { function, call })
    };
    let mut wirings = wirings(&resource.migration).to_vec();
    wirings.extend([
        module("src/entities/mod.rs", singular, true),
        module("src/types/mod.rs", singular, false),
        wiring(
            "src/types/mod.rs",
            Edit::Reexport {
                module: singular.to_owned(),
                names: types::exports(resource),
            },
        ),
        module("src/repositories/mod.rs", plural, true),
        wiring(
            "src/repositories/mod.rs",
            Edit::Import {
                path: "crate::entities".to_owned(),
                name: singular.to_owned(),
            },
        ),
        element(
            "src/repositories/mod.rs",
            List::Constant("PURGED".to_owned()),
            Place::First,
            format!("&{singular}::Entity"),
        ),
        module("src/routes/mod.rs", plural, false),
        module("tests/api/main.rs", plural, false),
        element(
            "tests/api/drift.rs",
            List::Macro("drifts".to_owned()),
            Place::Sorted,
            singular.to_owned(),
        ),
    ]);
    if has_service {
        wirings.push(module("src/services/mod.rs", plural, true));
    }
    if actors.is_owned {
        wirings.push(element(
            "src/repositories/mod.rs",
            List::Constant("EXPORTED".to_owned()),
            Place::Last,
            format!("&{singular}::Entity"),
        ));
        wirings.push(call("owned", format!(".configure({plural}::configure)")));
    } else {
        let configure = format!(".configure({plural}::configure_admin)");
        wirings.push(call("administered", configure));
    }
    if actors.is_public {
        let configure = format!(".configure({plural}::configure_open)");
        wirings.push(call("open", configure));
        let segment = resource.names.segment();
        let id = resource.names.id();
        for path in [
            format!("/api/{segment}"),
            format!("/api/{segment}/{{{id}}}"),
        ] {
            wirings.push(element(
                "tests/api/authorization.rs",
                List::Constant("OPEN".to_owned()),
                Place::Sorted,
                format!("\"{path}\""),
            ));
        }
    }
    wirings
}
