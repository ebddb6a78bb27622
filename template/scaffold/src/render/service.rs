//! The rule of a resource that refers to others.

use super::{Names, access::Actors, field::Column, template::each};
use crate::resource::{Kind, Resource, Target};

/// None without a reference.
pub fn service(resource: &Resource, names: &Names) -> Option<String> {
    let columns = Column::all(resource);
    let references: Vec<_> = columns.iter().filter_map(reference).collect();
    if references.is_empty() {
        return None;
    }
    let user = if Actors::of(resource).is_owned {
        "owner"
    } else {
        "user"
    };
    let mut ids: Vec<_> = references
        .iter()
        .map(|(_, it)| it.names.id_type())
        .collect();
    ids.sort();
    ids.dedup();
    let parameter = |(column, target): &(&Column, &Target)| {
        format!(
            "    {}: Option<{}>,\n",
            column.name(),
            target.names.id_type()
        )
    };
    let check = |(column, target): &(&Column, &Target)| {
        let (name, singular, words) = (
            column.name(),
            target.names.singular(),
            target.names.with_article(),
        );
        let whose = if target.owned { " of yours" } else { "" };
        format!(
            "    let missing = || AppError::invalid(\"{name}\", \"unknown_{singular}\", \
             \"is not {words}{whose}\");\n    \
             rows::refer({user}, {name}, missing, transaction).await?;\n"
        )
    };
    let mut checks = each(&references, check).trim_end().to_owned();
    checks.truncate(checks.trim_end_matches("?;").len());
    Some(names.fill(&format!(
        "//! $Many.\n\nuse sea_orm::DatabaseTransaction;\n\nuse super::rows;\nuse crate::{{\n    \
         error::AppError,\n    types::{{{}, UserUuid}},\n}};\n\n\
         /// What $a_words refers to has to be there, and not deleted, until the transaction ends.\n\
         ///\n/// # Errors\n/// `validation_failed`.\n\
         pub async fn check(\n    {user}: UserUuid,\n{}    transaction: &DatabaseTransaction,\n\
         ) -> Result<(), AppError> {{\n{checks}\n}}\n",
        ids.join(", "),
        each(&references, parameter),
    )))
}

fn reference<'a>(column: &'a Column<'a>) -> Option<(&'a Column<'a>, &'a Target)> {
    match column.kind() {
        Kind::References(target) => Some((column, target)),
        _ => None,
    }
}
