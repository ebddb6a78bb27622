//! Every query. A function that touches rows of a user or an organization takes their owner first,
//! so that a query without its owner cannot be written; one that touches everybody's rows takes
//! proof that the caller may.

pub mod tags;
pub mod tasks;

use database::{export::Export, purge::Purge};

use crate::entities::{tag, task};

/// The tables of users' rows, which an export holds: those that others refer to come first.
pub const EXPORTED: &[&dyn Export] = &[&tag::Entity, &task::Entity];

/// The tables with rows that were deleted softly, which a purge removes: those that refer to others
/// come first.
pub const PURGED: &[&dyn Purge] = &[&task::Entity, &tag::Entity];
