//! Better Auth's `user`, with our `uuid` and `role`.

use migration::NATIVE_IDS;
use sea_orm::{ActiveValue, entity::prelude::*};
use serde::Serialize;

use crate::types::{BetterAuthId, UserUuid, UtcDateTime};

/// A row of `user`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// Better Auth's own id (`sub`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BetterAuthId,
    /// The display name.
    pub name: String,
    /// The address, unique.
    #[sea_orm(unique)]
    pub email: String,
    /// Whether the address was confirmed.
    #[sea_orm(column_name = "emailVerified")]
    pub email_verified: bool,
    /// A picture's URL.
    pub image: Option<String>,
    /// When the user signed up.
    #[sea_orm(column_name = "createdAt")]
    pub created_at: UtcDateTime,
    /// When the row last changed.
    #[sea_orm(column_name = "updatedAt")]
    pub updated_at: UtcDateTime,
    /// The target of our foreign keys.
    #[sea_orm(unique)]
    pub uuid: UserUuid,
    /// One role or several separated by commas.
    pub role: Option<String>,
}

impl Model {
    /// The roles in `role`.
    #[must_use]
    pub fn roles(&self) -> Vec<String> {
        let words = self.role.iter().flat_map(|roles| roles.split(','));
        words
            .map(str::trim)
            .filter(|role| !role.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// What is inserted as `uuid`: nothing, where the database computes it from `id`.
#[must_use]
pub fn uuid_to_insert(uuid: UserUuid) -> ActiveValue<UserUuid> {
    match NATIVE_IDS {
        true => ActiveValue::NotSet,
        false => ActiveValue::Set(uuid),
    }
}

/// None: rows are looked up by id where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
