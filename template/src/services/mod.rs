//! Rules and transactions. What needs neither is not here: routes call the repository.

pub mod demo;
pub mod tags;
pub mod tasks;
