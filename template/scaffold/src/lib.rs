//! Writes new resources, migrations and guards into the project.

pub mod names;
pub mod resource;
pub mod wiring;
