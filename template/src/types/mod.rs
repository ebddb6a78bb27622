//! Values that are right by construction: parse once at the edge, trust everywhere after.

mod access;
mod color;
mod engine;
mod ids;
mod page;
mod patch;
mod priority;
mod secret;
mod text;
mod time;

pub use access::{Admin, AllOf, AnyOf, Granted, Held, Permission, Requirement, Role, TasksDelete};
pub use color::Color;
pub use engine::{Engine, EngineConflict};
pub use ids::{BetterAuthId, TagId, TaskId, UserUuid};
pub use page::{Page, PageRequest};
pub use patch::{Patch, not_null};
pub use priority::Priority;
pub use secret::SecretText;
pub use text::{Description, TagName, Title};
pub use time::{InvalidDateTime, UtcDateTime};
