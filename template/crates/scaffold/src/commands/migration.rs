use super::Outcome;
use crate::{
    names::Word,
    plan::Plan,
    project::Project,
    wiring::{Edit, List, Place, Wiring},
};

/// A migration whose statements are still to be written. `now` is the time as `YYYYMMDD_HHMMSS`.
///
/// # Errors
/// Everything that speaks against it.
pub fn migration(project: &Project, name: &Word, now: &str) -> Result<Outcome, Vec<String>> {
    let module = format!("m{}_{name}", number(project, now));
    let file = format!("migration/src/{module}.rs");
    let mut plan = Plan::new(project);
    plan.make(&file, text(name));
    for wiring in wirings(&module) {
        plan.wire(&wiring);
    }
    Ok(Outcome {
        changes: plan.finish()?,
        next: vec![
            format!(
                "write the statements into {file}, for each engine, and the entity's new columns"
            ),
            "cargo test --workspace".to_owned(),
        ],
    })
}

/// Where a migration is declared.
#[must_use]
pub fn wirings(module: &str) -> [Wiring; 2] {
    let edits = [
        Edit::Module {
            public: false,
            name: module.to_owned(),
        },
        Edit::Element {
            list: List::Function("migrations".to_owned()),
            place: Place::Last,
            element: format!("Box::new({module}::Migration)"),
        },
    ];
    edits.map(|edit| Wiring {
        file: "migration/src/lib.rs".into(),
        edit,
    })
}

/// The time, or what follows the last migration where that is later: migrations are applied in
/// the order of their names.
#[must_use]
pub fn number(project: &Project, now: &str) -> String {
    let digits = |text: &str| -> Option<u64> {
        let (day, time) = (text.get(..8)?, text.get(9..15)?);
        format!("{day}{time}").parse().ok()
    };
    let names = project.names_in("migration/src");
    let numbers = names
        .iter()
        .filter_map(|name| digits(name.strip_prefix('m')?));
    let last = numbers.max().unwrap_or_default();
    let next = digits(now).unwrap_or_default().max(last + 1);
    format!("{:08}_{:06}", next / 1_000_000, next % 1_000_000)
}

fn text(name: &Word) -> String {
    let words = name.as_str().replace('_', " ");
    let title = words[..1].to_uppercase() + &words[1..];
    format!(
        r##"//! {title}.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {{
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
        crate::execute(manager, UP_POSTGRES, UP_SQLITE).await
    }}

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
        crate::execute(manager, DOWN_POSTGRES, DOWN_SQLITE).await
    }}
}}

// Statements, each with its semicolon.
const UP_POSTGRES: &str = "";
const UP_SQLITE: &str = "";
const DOWN_POSTGRES: &str = "";
const DOWN_SQLITE: &str = "";
"##
    )
}
