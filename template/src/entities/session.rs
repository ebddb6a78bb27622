//! Better Auth's `session`.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::types::{BetterAuthId, SecretText, UtcDateTime};

/// A row of `session`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Better Auth's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BetterAuthId,
    /// When the session ends.
    #[sea_orm(column_name = "expiresAt")]
    pub expires_at: UtcDateTime,
    /// What the session cookie holds.
    #[sea_orm(unique)]
    #[serde(skip)]
    pub token: SecretText,
    /// When it began.
    #[sea_orm(column_name = "createdAt")]
    pub created_at: UtcDateTime,
    /// When it was last prolonged.
    #[sea_orm(column_name = "updatedAt")]
    pub updated_at: UtcDateTime,
    /// Where it began.
    #[sea_orm(column_name = "ipAddress")]
    pub ip_address: Option<String>,
    /// With which browser.
    #[sea_orm(column_name = "userAgent")]
    pub user_agent: Option<String>,
    /// `user.id`.
    #[sea_orm(column_name = "userId")]
    pub user_id: BetterAuthId,
}

/// None: rows are looked up by id where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
