//! The commands.

mod guard;
mod migration;
mod remove;
mod resource;

pub use guard::{Guard, guard};
pub use migration::migration;
pub use remove::remove;
pub use resource::resource;

use crate::changes::Changes;

/// The outcome of a command.
pub struct Outcome {
    pub changes: Changes,
    /// What is left to do, a line each.
    pub next: Vec<String>,
}
