use std::collections::BTreeMap;

use utoipa::openapi::{
    Paths, RefOr,
    link::{Link, LinkBuilder},
};

use super::operations::operations;

/// Links the response that holds a new row to every operation on that row.
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
    let below = paths.paths.iter().filter_map(|(path, item)| {
        let (parameter, _) = path.strip_prefix(&rows)?.split_once('}')?;
        Some((parameter, item))
    });
    below
        .flat_map(|(parameter, item)| {
            let ids =
                operations(item).filter_map(|(_, operation)| operation.operation_id.as_deref());
            ids.map(|id| (id.to_owned(), RefOr::T(link(id, parameter, collection))))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn link(operation: &str, parameter: &str, collection: &str) -> Link {
    let around = collection.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?;
        name.strip_suffix('}')
    });
    let link = LinkBuilder::new()
        .operation_id(operation)
        .parameter(parameter, "$response.body#/id");
    around
        .fold(link, |link, name| {
            link.parameter(name, format!("$request.path.{name}"))
        })
        .build()
}
