//! The end of rows that are no longer needed.

use std::{fmt, time::Duration};

use super::idempotency::KEPT_FOR;
use crate::{
    database::Database,
    entities::{tag, task},
    error::AppError,
    repositories::{
        idempotency::delete_older_than,
        purge::{self, SoftDeleted},
    },
    types::{Operator, UtcDateTime},
};

/// Rows that go in one transaction: other writers wait so long.
const BATCH: u64 = 500;
/// Lets writers of other processes in between.
const PAUSE: Duration = Duration::from_millis(5);

/// How many rows are gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Rows of `tasks`.
    pub tasks: u64,
    /// Rows of `tags`.
    pub tags: u64,
    /// Rows of `idempotency_keys`.
    pub keys: u64,
}

impl fmt::Display for Purged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} tasks, {} tags, {} idempotency keys",
            self.tasks, self.tags, self.keys
        )
    }
}

/// Removes the rows that were deleted before this time, with the links that they have, and the
/// Idempotency-Keys that are past their day.
///
/// # Errors
/// When the database fails; what was removed before stays removed.
pub async fn purge(
    operator: Operator,
    before: UtcDateTime,
    db: &Database,
) -> Result<Purged, AppError> {
    Ok(Purged {
        tasks: purge_all::<task::Entity>(operator, before, db).await?,
        tags: purge_all::<tag::Entity>(operator, before, db).await?,
        keys: purge_keys(operator, db).await?,
    })
}

async fn purge_all<E: SoftDeleted>(
    operator: Operator,
    before: UtcDateTime,
    db: &Database,
) -> Result<u64, AppError> {
    let (mut removed, mut after) = (0, None);
    loop {
        let ids = purge::find::<E>(operator, before, after, BATCH, db.reader()).await?;
        let Some(last) = ids.last() else {
            return Ok(removed);
        };
        removed += db
            .write(async |transaction| {
                purge::remove::<E>(operator, &ids, before, transaction).await
            })
            .await?;
        after = Some(*last);
        tokio::time::sleep(PAUSE).await;
    }
}

async fn purge_keys(operator: Operator, db: &Database) -> Result<u64, AppError> {
    let expiry = UtcDateTime::now().plus_seconds(-KEPT_FOR);
    let mut removed = 0;
    loop {
        let batch = db
            .write(async |transaction| {
                delete_older_than(operator, expiry, BATCH, transaction).await
            })
            .await?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
