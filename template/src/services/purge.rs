//! The end of rows that are no longer needed.

use std::{fmt, time::Duration};

use super::idempotency::KEPT_FOR;
use crate::{
    database::Database,
    error::AppError,
    repositories::{PURGED, idempotency::delete_older_than, purge::Purge},
    types::{Operator, UtcDateTime},
};

/// Rows that go in one transaction: other writers wait so long.
const BATCH: u64 = 500;
/// Lets writers of other processes in between.
const PAUSE: Duration = Duration::from_millis(5);

/// How many rows are gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Those that were deleted softly, by table.
    pub rows: Vec<(&'static str, u64)>,
    /// Rows of `idempotency_keys`.
    pub keys: u64,
}

impl fmt::Display for Purged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (table, removed) in &self.rows {
            write!(f, "{removed} {table}, ")?;
        }
        write!(f, "{} idempotency keys", self.keys)
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
    let mut purged = Purged::default();
    for table in PURGED {
        let removed = purge_rows(*table, operator, before, db).await?;
        purged.rows.push((table.name(), removed));
    }
    purged.keys = purge_keys(operator, db).await?;
    Ok(purged)
}

async fn purge_rows(
    table: &dyn Purge,
    operator: Operator,
    before: UtcDateTime,
    db: &Database,
) -> Result<u64, AppError> {
    let (mut removed, mut after) = (0, None);
    loop {
        let ids = table
            .find(operator, before, after, BATCH, db.reader())
            .await?;
        let Some(last) = ids.last().cloned() else {
            return Ok(removed);
        };
        removed += db
            .write(async |transaction| table.remove(operator, ids, before, transaction).await)
            .await?;
        after = Some(last);
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
