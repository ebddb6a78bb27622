//! Better Auth's `account`: how a user signs in.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::types::{BetterAuthId, SecretText, UtcDateTime};

/// A row of `account`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Better Auth's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BetterAuthId,
    /// The user's id at the provider.
    #[sea_orm(column_name = "accountId")]
    pub account_id: String,
    /// `credential`, `github` and so on.
    #[sea_orm(column_name = "providerId")]
    pub provider_id: String,
    /// `user.id`.
    #[sea_orm(column_name = "userId")]
    pub user_id: BetterAuthId,
    /// The provider's access token.
    #[sea_orm(column_name = "accessToken")]
    #[serde(skip)]
    pub access_token: Option<SecretText>,
    /// The provider's refresh token.
    #[sea_orm(column_name = "refreshToken")]
    #[serde(skip)]
    pub refresh_token: Option<SecretText>,
    /// The provider's ID token.
    #[sea_orm(column_name = "idToken")]
    #[serde(skip)]
    pub id_token: Option<SecretText>,
    /// When the access token expires.
    #[sea_orm(column_name = "accessTokenExpiresAt")]
    pub access_token_expires_at: Option<UtcDateTime>,
    /// When the refresh token expires.
    #[sea_orm(column_name = "refreshTokenExpiresAt")]
    pub refresh_token_expires_at: Option<UtcDateTime>,
    /// What the provider granted.
    pub scope: Option<String>,
    /// The password's hash.
    #[serde(skip)]
    pub password: Option<SecretText>,
    /// When the account was linked.
    #[sea_orm(column_name = "createdAt")]
    pub created_at: UtcDateTime,
    /// When the row last changed.
    #[sea_orm(column_name = "updatedAt")]
    pub updated_at: UtcDateTime,
}

/// None: rows are looked up by id where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
