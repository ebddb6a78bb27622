//! Better Auth's `account`: how a user signs in.

use database::{SecretText, UtcDateTime};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::ids::BetterAuthId;

/// A row of `account`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveModel, DeriveActiveModel)]
pub struct Model {
    /// The row's id.
    pub id: BetterAuthId,
    /// The user's id at the provider.
    pub account_id: String,
    /// `credential`, `github` and so on.
    pub provider_id: String,
    /// `user.id` of the account's user.
    pub user_id: BetterAuthId,
    /// The provider's access token.
    #[serde(skip)]
    pub access_token: Option<SecretText>,
    /// The provider's refresh token.
    #[serde(skip)]
    pub refresh_token: Option<SecretText>,
    /// The provider's ID token.
    #[serde(skip)]
    pub id_token: Option<SecretText>,
    /// When the access token expires.
    pub access_token_expires_at: Option<UtcDateTime>,
    /// When the refresh token expires.
    pub refresh_token_expires_at: Option<UtcDateTime>,
    /// The scope that the provider granted.
    pub scope: Option<String>,
    /// The password's hash.
    #[serde(skip)]
    pub password: Option<SecretText>,
    /// When the account was linked.
    pub created_at: UtcDateTime,
    /// When the row was last changed.
    pub updated_at: UtcDateTime,
}

entity!(Account: Id, AccountId, ProviderId, UserId, AccessToken, RefreshToken, IdToken, AccessTokenExpiresAt, RefreshTokenExpiresAt, Scope, Password, CreatedAt, UpdatedAt);
