//! Requests that were sent under an Idempotency-Key.

use sea_orm::entity::prelude::*;

use crate::{StoredResponse, UserUuid, UtcDateTime};

/// A row of `idempotency_keys`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// The user who sent the request.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserUuid,
    /// The key that the client chose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The fingerprint of the request.
    pub fingerprint: String,
    /// The response; null only inside the transaction that handles the request.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub answer: Option<StoredResponse>,
    /// When the request arrived.
    pub created_at: UtcDateTime,
}

/// No relations are defined.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
