//! The names of the path's parameters that guards read.

/// The parameter of [`Owner`](crate::Owner).
pub(crate) const USER_ID: &str = "user_id";
/// The parameters of [`members_only`](crate::members_only).
pub(crate) const ORGANIZATION_ID: &str = "organization_id";
pub(crate) const TEAM_ID: &str = "team_id";
