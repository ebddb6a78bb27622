use std::collections::BTreeSet;

use utoipa::openapi::{Components, Paths, RefOr, Response, Schema, path::Operation};

use super::{operations, schema_of};

/// Which schemas hold a row's version, and at which paths such a row is: its version is its ETag.
pub(super) struct Versions {
    schemas: BTreeSet<String>,
    rows: BTreeSet<String>,
}

/// The header by which a request depends on a row's version.
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
        let is_row = |operation: &Operation| good_answers(operation).any(|it| versions.are_in(it));
        let rows = paths.paths.iter().filter(|(_, item)| {
            operations(item).any(|(method, operation)| method == "get" && is_row(operation))
        });
        versions.rows = rows.map(|(path, _)| path.clone()).collect();
        versions
    }

    /// Whether an answer is a row with its version.
    pub(super) fn are_in(&self, answer: &Response) -> bool {
        schema_of(answer).is_some_and(|name| self.schemas.contains(name))
    }

    /// Reading a row takes If-None-Match. Changing one takes If-Match: whatever is at its path or
    /// below, and answers with the row or with nothing.
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
        let mut answers = good_answers(operation);
        let answers_with_row = answers.any(|it| it.content.is_empty() || self.are_in(it));
        (is_of_row && answers_with_row).then_some(Precondition::IfMatch)
    }
}

fn good_answers(operation: &Operation) -> impl Iterator<Item = &Response> {
    let answers = operation.responses.responses.iter();
    answers.filter_map(|(status, answer)| match answer {
        RefOr::T(answer) if status.starts_with('2') => Some(answer),
        _ => None,
    })
}
