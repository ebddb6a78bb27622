//! Better Auth's `user`, with the additional fields `uuid` and `role`.

use database::{UserUuid, UtcDateTime};
use sea_orm::{ActiveValue, entity::prelude::*};
use serde::Serialize;
use serde_json::Value;

use crate::{
    claims,
    ids::{BetterAuthId, NATIVE_IDS},
};

/// A row of `user`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveModel, DeriveActiveModel)]
pub struct Model {
    /// Better Auth's own id (`sub`).
    pub id: BetterAuthId,
    /// The display name.
    pub name: String,
    /// The e-mail address, unique.
    pub email: String,
    /// Whether the user confirmed the e-mail address.
    pub email_verified: bool,
    /// The URL of a picture.
    pub image: Option<String>,
    /// When the user signed up.
    pub created_at: UtcDateTime,
    /// When the row was last changed.
    pub updated_at: UtcDateTime,
    /// The target of the application's foreign keys.
    pub uuid: UserUuid,
    /// One role or several separated by commas, or as a JSON array.
    pub role: Option<String>,
}

impl Model {
    /// The roles in `role`.
    #[must_use]
    pub fn roles(&self) -> Vec<String> {
        let text = self.role.as_deref().unwrap_or_default();
        // A field of type string[] is stored as JSON on an engine without arrays.
        let list = serde_json::from_str(text).ok().filter(Value::is_array);
        claims::roles(Some(&list.unwrap_or_else(|| text.into())))
    }
}

/// The `uuid` of a row to insert: not set with [`NATIVE_IDS`], because the database generates it
/// from `id`.
#[must_use]
pub fn uuid_to_insert(uuid: UserUuid) -> ActiveValue<UserUuid> {
    if NATIVE_IDS {
        ActiveValue::NotSet
    } else {
        ActiveValue::Set(uuid)
    }
}

entity!(User: Id, Name, Email, EmailVerified, Image, CreatedAt, UpdatedAt, Uuid, Role);
