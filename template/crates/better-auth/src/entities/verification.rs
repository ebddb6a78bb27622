//! Better Auth's `verification`: pending e-mail confirmations, password resets and so on.

use database::{SecretText, UtcDateTime};
use sea_orm::entity::prelude::*;

use crate::ids::BetterAuthId;

/// A row of `verification`.
#[derive(Clone, Debug, PartialEq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    /// The row's id.
    pub id: BetterAuthId,
    /// What is verified, for example an e-mail address.
    pub identifier: String,
    /// The secret that proves it.
    pub value: SecretText,
    /// When the secret expires.
    pub expires_at: UtcDateTime,
    /// When it was requested.
    pub created_at: UtcDateTime,
    /// When the row was last changed.
    pub updated_at: UtcDateTime,
}

entity!(Verification: Id, Identifier, Value, ExpiresAt, CreatedAt, UpdatedAt);
