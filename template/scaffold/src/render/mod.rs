//! The text of a resource's files.

use std::path::PathBuf;

use crate::{commands::wirings, resource::Resource, wiring::Wiring};

/// A resource as files.
#[derive(Debug)]
pub struct Rendered {
    /// New ones, below the project's folder.
    pub files: Vec<(PathBuf, String)>,
    /// What makes them a part of the project.
    pub wirings: Vec<Wiring>,
}

/// Writes a resource. So far its migration is declared, and no more.
#[must_use]
pub fn render(resource: &Resource) -> Rendered {
    Rendered {
        files: Vec::new(),
        wirings: wirings(&resource.migration).to_vec(),
    }
}
