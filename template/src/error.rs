//! The codes of this application's own problems. `rest` has those of every API.

use actix_web::http::StatusCode;

pub use rest::{AppError, Code, OnConstraint};

pub const TAG_NAME_CONFLICT: Code = Code::new(
    StatusCode::CONFLICT,
    "tag_name_conflict",
    "A tag of this name exists",
);
pub const TAG_ALREADY_ASSIGNED: Code = Code::new(
    StatusCode::CONFLICT,
    "tag_already_assigned",
    "The task has this tag already",
);

/// What the OpenAPI document lists beside the general codes.
pub const CODES: &[Code] = &[TAG_NAME_CONFLICT, TAG_ALREADY_ASSIGNED];
