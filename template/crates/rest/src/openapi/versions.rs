use std::collections::BTreeSet;

use utoipa::openapi::{Components, Paths, RefOr, Response, Schema, path::Operation};

use super::operations::{operations, schema_of};

/// The schemas that have a row's version, which is its ETag, and the paths of such rows.
pub(super) struct Versions {
    schemas: BTreeSet<String>,
    rows: BTreeSet<String>,
}

/// The header that makes a request depend on a row's version.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Precondition {
    IfMatch,
    IfNoneMatch,
}

impl Precondition {
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::IfMatch => "If-Match",
            Self::IfNoneMatch => "If-None-Match",
        }
    }
}

impl Versions {
    pub(super) fn of(components: &Components, paths: &Paths) -> Self {
        let has_version = |schema: &RefOr<Schema>| match schema {
            RefOr::T(Schema::Object(object)) => object.properties.contains_key("version"),
            _ => false,
        };
        let schemas = components.schemas.iter();
        let schemas = schemas.filter(|(_, schema)| has_version(schema));
        let mut versions = Self {
            schemas: schemas.map(|(name, _)| name.clone()).collect(),
            rows: BTreeSet::new(),
        };
        let is_row =
            |operation: &Operation| successful_responses(operation).any(|it| versions.are_in(it));
        let rows = paths.paths.iter().filter(|(_, item)| {
            operations(item).any(|(method, operation)| method == "get" && is_row(operation))
        });
        versions.rows = rows.map(|(path, _)| path.clone()).collect();
        versions
    }

    /// Whether a response is a row with its version.
    pub(super) fn are_in(&self, response: &Response) -> bool {
        schema_of(response).is_some_and(|name| self.schemas.contains(name))
    }

    /// Reading a row takes If-None-Match. Changing one takes If-Match: that is any operation at its
    /// path or below that responds with the row or with nothing.
    pub(super) fn precondition(
        &self,
        operation: &Operation,
        method: &str,
        path: &str,
    ) -> Option<Precondition> {
        if method == "get" {
            return self
                .rows
                .contains(path)
                .then_some(Precondition::IfNoneMatch);
        }
        let mut rows = self.rows.iter();
        let is_of_row = rows.any(|row| {
            let below = path.strip_prefix(row.as_str());
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        });
        let mut responses = successful_responses(operation);
        let responds_with_row = responses.any(|it| it.content.is_empty() || self.are_in(it));
        (is_of_row && responds_with_row).then_some(Precondition::IfMatch)
    }
}

fn successful_responses(operation: &Operation) -> impl Iterator<Item = &Response> {
    let responses = operation.responses.responses.iter();
    responses.filter_map(|(status, response)| match response {
        RefOr::T(response) if status.starts_with('2') => Some(response),
        _ => None,
    })
}
