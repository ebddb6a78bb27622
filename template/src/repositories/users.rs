//! Users, as Better Auth keeps them.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set, sea_query::OnConflict};

use crate::{
    entities::user,
    error::AppError,
    types::{BetterAuthId, UserUuid, UtcDateTime},
};

/// A user to be written by us instead of Better Auth.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Better Auth's own id.
    pub id: BetterAuthId,
    /// The target of our foreign keys.
    pub uuid: UserUuid,
    /// The address.
    pub email: String,
    /// The display name.
    pub name: String,
}

/// The user's row.
///
/// # Errors
/// When the database fails.
pub async fn find(
    owner: UserUuid,
    db: &impl ConnectionTrait,
) -> Result<Option<user::Model>, AppError> {
    Ok(user::Entity::find()
        .filter(user::Column::Uuid.eq(owner))
        .one(db)
        .await?)
}

/// Adds a user unless the id, address or uuid is taken; says whether it did.
///
/// # Errors
/// When the database fails.
pub async fn insert_missing(new: NewUser, db: &impl ConnectionTrait) -> Result<bool, AppError> {
    let now = UtcDateTime::now();
    let row = user::ActiveModel {
        id: Set(new.id),
        name: Set(new.name),
        email: Set(new.email),
        email_verified: Set(true),
        image: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        uuid: Set(new.uuid),
        role: Set(Some("user".to_owned())),
    };
    let insert = user::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(insert.exec_without_returning(db).await? > 0)
}
