//! Many rows at once, for many users.

use std::collections::HashSet;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable,
    ModelTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};

use super::users::{self, NewUser};
use crate::{
    entities::user,
    error::AppError,
    types::{Operator, UserUuid},
};

/// SQLite takes at most 32,766 parameters in a statement (SQLITE_MAX_VARIABLE_NUMBER).
const PARAMETERS: usize = 32_766;

/// Adds users unless their id, address or uuid is taken, and says how many it did.
///
/// # Errors
/// When the database fails.
pub async fn insert_missing_users(
    operator: Operator,
    users: &[NewUser],
    db: &impl ConnectionTrait,
) -> Result<u64, AppError> {
    let rows = users.iter().cloned().map(|new| users::row(new, true));
    insert(operator, rows.collect(), db).await
}

/// Those of these users who have a row.
///
/// # Errors
/// When the database fails.
pub async fn present(
    _: Operator,
    users: &[NewUser],
    db: &impl ConnectionTrait,
) -> Result<HashSet<UserUuid>, AppError> {
    let found = user::Entity::find()
        .select_only()
        .column(user::Column::Uuid)
        .filter(user::Column::Uuid.is_in(users.iter().map(|user| user.uuid)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Adds rows unless what is unique in them is taken, and says how many it did.
///
/// # Errors
/// When the database fails, or a row refers to one that is not there.
pub async fn insert_missing<M>(
    operator: Operator,
    rows: Vec<M>,
    db: &impl ConnectionTrait,
) -> Result<u64, AppError>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    insert(operator, rows.collect(), db).await
}

async fn insert<A: ActiveModelTrait>(
    _: Operator,
    mut rows: Vec<A>,
    db: &impl ConnectionTrait,
) -> Result<u64, AppError> {
    let most = PARAMETERS / <A::Entity as EntityTrait>::Column::iter().count();
    let mut added = 0;
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(most));
        added += A::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
        rows = rest;
    }
    Ok(added)
}
