use database::{
    Database, IdempotencyKey, UserUuid, UtcDateTime,
    idempotency_keys::{self, KEPT_FOR},
};
use rest::{AppError, Code, Reply};
use sea_orm::{DatabaseConnection, DatabaseExecutor, DatabaseTransaction};

use crate::write_as::WriteAs;

/// Runs `work` in one transaction and returns its response. Of several requests with the same
/// Idempotency-Key only the first runs it, and all get its response. A failed request leaves no
/// trace, so that it can be sent again.
///
/// # Errors
/// `validation_failed` when the key was used for a different request; `user_unknown`; errors of
/// `work`.
pub async fn run_idempotent(
    owner: UserUuid,
    request: Option<IdempotencyKey>,
    db: &Database,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<Reply, AppError>,
) -> Result<Reply, AppError> {
    db.write_as(owner, async |transaction| {
        let Some(request) = request else {
            return work(transaction).await;
        };
        let expiry = UtcDateTime::now().plus_seconds(-KEPT_FOR);
        let earlier = idempotency_keys::claim(owner, &request, expiry, transaction).await?;
        if let Some(earlier) = earlier {
            if earlier.fingerprint != request.fingerprint() {
                return Err(AppError::invalid(
                    "Idempotency-Key",
                    "reused",
                    "was used for another request within 24 hours",
                ));
            }
            return earlier.answer.map(Reply).ok_or_else(|| {
                let error = AppError::new(Code::INTERNAL_ERROR);
                error.with_source("a request was committed without its response")
            });
        }
        let reply = work(transaction).await?;
        idempotency_keys::keep(owner, &request, &reply.0, transaction).await?;
        Ok(reply)
    })
    .await
}

/// What makes a write all or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Atomicity {
    /// It is a single statement, which is all or nothing by itself ([`Database::write_once`]).
    Statement,
    /// It needs a transaction.
    Transaction,
}

/// [`run_idempotent`] for work that may be a single statement: without a key, it then needs no
/// transaction, which saves two round trips.
///
/// # Errors
/// Errors of [`run_idempotent`].
pub async fn run_idempotent_in(
    atomicity: Atomicity,
    owner: UserUuid,
    request: Option<IdempotencyKey>,
    db: &Database,
    work: impl AsyncFnOnce(&DatabaseExecutor<'_>) -> Result<Reply, AppError>,
) -> Result<Reply, AppError> {
    if request.is_none() && atomicity == Atomicity::Statement {
        let work = async |connection: &DatabaseConnection| work(&connection.into()).await;
        return db.write_once_as(owner, work).await;
    }
    let work = async |transaction: &DatabaseTransaction| work(&transaction.into()).await;
    run_idempotent(owner, request, db, work).await
}
