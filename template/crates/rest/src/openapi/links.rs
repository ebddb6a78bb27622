use std::collections::BTreeMap;

use utoipa::openapi::{
    Paths, RefOr,
    link::{Link, LinkBuilder},
};

use super::{OWNED, operations};

/// Leads from the answer that holds a new row to everything that can be done with it.
pub(super) fn add(paths: &mut Paths) {
    let links = paths
        .paths
        .keys()
        .map(|path| (path.clone(), links_below(path, paths)));
    let links: BTreeMap<_, _> = links.collect();
    for (path, item) in &mut paths.paths {
        let responses = item.post.as_mut().map(|post| &mut post.responses.responses);
        let created = responses.and_then(|responses| responses.get_mut("201"));
        if let (Some(RefOr::T(created)), Some(links)) = (created, links.get(path)) {
            created.links.extend(links.clone());
        }
    }
}

/// Links to the operations on a row of this collection, by operation id.
fn links_below(collection: &str, paths: &Paths) -> BTreeMap<String, RefOr<Link>> {
    let rows = format!("{collection}/{{");
    let is_owned = rows.starts_with(OWNED);
    let below = paths.paths.iter().filter_map(|(path, item)| {
        let (parameter, _) = path.strip_prefix(&rows)?.split_once('}')?;
        Some((parameter, item))
    });
    below
        .flat_map(|(parameter, item)| {
            let ids =
                operations(item).filter_map(|(_, operation)| operation.operation_id.as_deref());
            ids.map(|id| (id.to_owned(), RefOr::T(link(id, parameter, is_owned))))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn link(operation: &str, parameter: &str, is_owned: bool) -> Link {
    let link = LinkBuilder::new()
        .operation_id(operation)
        .parameter(parameter, "$response.body#/id");
    match is_owned {
        true => link.parameter("user_id", "$request.path.user_id").build(),
        false => link.build(),
    }
}
