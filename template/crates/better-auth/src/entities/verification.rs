//! Better Auth's `verification`: e-mail confirmations and the like.

use sea_orm::entity::prelude::*;

use crate::types::{BetterAuthId, SecretText, UtcDateTime};

/// A row of `verification`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "verification")]
pub struct Model {
    /// Better Auth's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BetterAuthId,
    /// What is verified.
    pub identifier: String,
    /// What proves it.
    pub value: SecretText,
    /// When the proof ends.
    #[sea_orm(column_name = "expiresAt")]
    pub expires_at: UtcDateTime,
    /// When it was asked for.
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
