//! The names of the path's parameters that guards read.

/// [`Owner`](crate::Owner)'s.
pub(crate) const USER_ID: &str = "user_id";
/// Those of [`members_only`](crate::members_only).
pub(crate) const ORGANIZATION_ID: &str = "organization_id";
pub(crate) const TEAM_ID: &str = "team_id";
