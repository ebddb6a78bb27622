//! Rules and transactions. What needs neither is not here: routes call the repository.

pub mod crowd;
pub mod demo;
pub mod export;
pub mod idempotency;
pub mod purge;
pub mod rows;
