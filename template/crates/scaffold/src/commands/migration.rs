use minijinja::context;

use super::Outcome;
use crate::{names::Word, plan::Plan, project::Project};

/// Adds a migration without statements. `now` is the time as `YYYYMMDD_HHMMSS`.
pub fn migration(project: &Project, name: &Word, now: &str) -> Result<Outcome, Vec<String>> {
    let module = format!("m{}_{name}", number(project, now));
    let file = format!("migration/src/{module}.rs");
    let context = context! { words => name.words(), migration => module.as_str() };
    let mut plan = Plan::new(project);
    plan.create_from("empty_migration.rs", &context, &file);
    plan.edit_by("migration_edits.txt", &context);
    Ok(Outcome {
        changes: plan.finish()?,
        next: vec![
            format!(
                "write its statements for each engine into {file}, and new columns into the entity"
            ),
            "cargo test --workspace".to_owned(),
        ],
    })
}

/// The time, or the number after the last migration's if that is later: migrations are applied in
/// the order of their names.
pub(super) fn number(project: &Project, now: &str) -> String {
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
