//! Requests that were sent under an Idempotency-Key, and their responses.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    Set, prelude::Expr, sea_query::OnConflict,
};

use crate::{
    Error, IdempotencyKey, Operator, StoredResponse, UserUuid, UtcDateTime,
    idempotency_key_entity::{ActiveModel, Column, Entity, Model},
};

/// How long a response is kept, in seconds.
pub const KEPT_FOR: i64 = 24 * 60 * 60;

/// Claims the owner's key for this request. Returns `None` if the key was free or older than
/// `expiry`, else the earlier request. Waits for a transaction that has claimed the same key.
///
/// # Errors
/// When the database fails, or the owner's row is gone.
pub async fn claim(
    owner: UserUuid,
    request: &IdempotencyKey,
    expiry: UtcDateTime,
    db: &impl ConnectionTrait,
) -> Result<Option<Model>, Error> {
    let row = ActiveModel {
        user_id: Set(owner),
        key: Set(request.key().to_owned()),
        fingerprint: Set(request.fingerprint().to_owned()),
        answer: Set(None),
        created_at: Set(UtcDateTime::now()),
    };
    let unless_taken = OnConflict::columns([Column::UserId, Column::Key])
        .update_columns([Column::Fingerprint, Column::Answer, Column::CreatedAt])
        .action_and_where(Column::CreatedAt.lt(expiry))
        .to_owned();
    let taken = Entity::insert(row)
        .on_conflict(unless_taken)
        .exec_without_returning(db)
        .await?;
    match taken {
        0 => Ok(Entity::find_by_id((owner, request.key().to_owned()))
            .one(db)
            .await?),
        _ => Ok(None),
    }
}

/// Stores the response to a request whose key the owner has claimed.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    owner: UserUuid,
    request: &IdempotencyKey,
    answer: &StoredResponse,
    db: &impl ConnectionTrait,
) -> Result<(), Error> {
    let columns = ActiveModel {
        answer: Set(Some(answer.clone())),
        ..Default::default()
    };
    Entity::update_many()
        .set(columns)
        .filter(Column::UserId.eq(owner))
        .filter(Column::Key.eq(request.key()))
        .exec(db)
        .await?;
    Ok(())
}

/// Deletes at most `limit` requests of all users from before `expiry`; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn delete_older_than(
    _: Operator,
    expiry: UtcDateTime,
    limit: u64,
    db: &impl ConnectionTrait,
) -> Result<u64, Error> {
    let old = Entity::find()
        .select_only()
        .columns([Column::UserId, Column::Key])
        .filter(Column::CreatedAt.lt(expiry))
        .limit(limit);
    let key = Expr::tuple([Column::UserId.into_expr(), Column::Key.into_expr()]);
    let deleted = Entity::delete_many()
        .filter(key.in_subquery(old.into_query()))
        .exec(db)
        .await?;
    Ok(deleted.rows_affected)
}
