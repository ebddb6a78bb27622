//! Functions that read the operations of the document.

use utoipa::openapi::{PathItem, RefOr, Response, path::Operation};

/// Whether the operation reads credentials, so that a response may be private to the caller.
pub(super) fn asks_for_credentials(operation: &Operation) -> bool {
    operation
        .security
        .as_ref()
        .is_some_and(|ways| !ways.is_empty())
}

pub(super) fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("get", &item.get),
        ("post", &item.post),
        ("put", &item.put),
        ("patch", &item.patch),
        ("delete", &item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

pub(super) fn operations_mut(
    item: &mut PathItem,
) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The name of the schema of a response's body.
pub(super) fn schema_of(response: &Response) -> Option<&str> {
    let RefOr::T(content) = response.content.values().next()? else {
        return None;
    };
    match content.schema.as_ref()? {
        RefOr::Ref(schema) => schema.ref_location.rsplit('/').next(),
        RefOr::T(_) => None,
    }
}
