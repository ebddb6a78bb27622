//! Writes new resources, migrations and guards into the project.

pub mod arguments;
pub mod changes;
pub mod clashes;
pub mod commands;
pub mod names;
pub mod plan;
pub mod project;
pub mod record;
pub mod render;
pub mod resource;
pub mod rustfmt;
pub mod wiring;
pub mod wish;
