//! What can be asked for.

mod guard;
mod migration;
mod remove;
mod resource;

pub use guard::{Guard, guard};
pub use migration::{migration, wirings};
pub use remove::remove;
pub use resource::resource;

use crate::changes::Changes;

/// What is to be changed, and what is left to the reader.
#[derive(Debug)]
pub struct Outcome {
    /// In files.
    pub changes: Changes,
    /// In words, a line each.
    pub next: Vec<String>,
}
