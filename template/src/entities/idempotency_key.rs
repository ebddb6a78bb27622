//! Requests that were sent under an Idempotency-Key.

use sea_orm::entity::prelude::*;

use crate::types::{Answer, UserUuid, UtcDateTime};

/// A row of `idempotency_keys`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// Whose request it was.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserUuid,
    /// What the client called it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// What it was.
    pub fingerprint: String,
    /// What came of it; null while it is at work, in a transaction that nobody else sees.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub answer: Option<Answer>,
    /// When it came in.
    pub created_at: UtcDateTime,
}

/// It belongs to a user, and to nothing else.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
