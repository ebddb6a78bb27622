//! Better Auth's `session`: where users are signed in.

use database::{SecretText, UtcDateTime};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::ids::BetterAuthId;

/// A row of `session`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveModel, DeriveActiveModel)]
pub struct Model {
    /// The row's id.
    pub id: BetterAuthId,
    /// When the session expires.
    pub expires_at: UtcDateTime,
    /// The secret in the session cookie.
    #[serde(skip)]
    pub token: SecretText,
    /// When the user signed in.
    pub created_at: UtcDateTime,
    /// When the session was last extended.
    pub updated_at: UtcDateTime,
    /// The address that the user signed in from.
    pub ip_address: Option<String>,
    /// The browser that the user signed in with.
    pub user_agent: Option<String>,
    /// `user.id` of the session's user.
    pub user_id: BetterAuthId,
}

entity!(Session: Id, ExpiresAt, Token, CreatedAt, UpdatedAt, IpAddress, UserAgent, UserId);
