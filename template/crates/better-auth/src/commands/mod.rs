//! Commands for the operator of an application: `doctor` and `verify-token`, as functions.

mod doctor;
mod failure;
mod key_set_location;
mod verify_token;

pub use doctor::{DoctorArguments, DoctorSettings, doctor};
pub use failure::Failure;
pub use verify_token::{VerifyTokenArguments, verify_token};
