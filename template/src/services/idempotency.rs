//! Requests that a client may send again without doing anything twice.

use sea_orm::DatabaseTransaction;

use crate::{
    database::Database,
    error::{AppError, Code},
    repositories::idempotency,
    types::{Answer, KeyedRequest, UserUuid, UtcDateTime},
};

/// How long an answer is kept, in seconds.
pub const KEPT_FOR: i64 = 24 * 60 * 60;

/// Does `work` in one transaction and gives its answer. Of requests with the same key the first one
/// does it, and all get its answer; what fails is not kept, so that it can be sent again.
///
/// # Errors
/// `validation_failed` when the key was used for another request; `user_unknown`; those of `work`.
pub async fn once(
    owner: UserUuid,
    request: Option<KeyedRequest>,
    db: &Database,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<Answer, AppError>,
) -> Result<Answer, AppError> {
    db.write_as(owner, async |transaction| {
        let Some(request) = request else {
            return work(transaction).await;
        };
        let expiry = UtcDateTime::now().plus_seconds(-KEPT_FOR);
        let earlier = idempotency::claim(owner, &request, expiry, transaction).await?;
        if let Some(earlier) = earlier {
            return match earlier.fingerprint == request.fingerprint() {
                true => earlier.answer.ok_or_else(unanswered),
                false => Err(reused()),
            };
        }
        let answer = work(transaction).await?;
        idempotency::keep(owner, &request, &answer, transaction).await?;
        Ok(answer)
    })
    .await
}

fn unanswered() -> AppError {
    AppError::new(Code::InternalError).because("a request was committed without its answer")
}

fn reused() -> AppError {
    AppError::invalid(
        "Idempotency-Key",
        "reused",
        "was used for another request within 24 hours",
    )
}
