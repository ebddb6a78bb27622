//! Business rules and transactions. Routes that need neither call the repository.

pub mod demo;
pub mod tags;
pub mod tasks;
