//! Better Auth's `jwks`: the keys that it signs tokens with.

use sea_orm::entity::prelude::*;

use crate::types::{BetterAuthId, SecretText, UtcDateTime};

/// A row of `jwks`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jwks")]
pub struct Model {
    /// The key's id (`kid`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BetterAuthId,
    /// The public JWK.
    #[sea_orm(column_name = "publicKey")]
    pub public_key: String,
    /// The private JWK, encrypted by Better Auth.
    #[sea_orm(column_name = "privateKey")]
    pub private_key: SecretText,
    /// When the key was made.
    #[sea_orm(column_name = "createdAt")]
    pub created_at: UtcDateTime,
    /// When it stops signing.
    #[sea_orm(column_name = "expiresAt")]
    pub expires_at: Option<UtcDateTime>,
    /// The algorithm.
    pub alg: Option<String>,
    /// The curve.
    pub crv: Option<String>,
}

/// None: rows are looked up by id where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
