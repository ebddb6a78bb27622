//! The end of rows that were deleted softly.

use std::{fmt, time::Duration};

use crate::{
    database::Database,
    entities::{tag, task},
    error::AppError,
    repositories::purge::{self, SoftDeleted},
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
}

impl fmt::Display for Purged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tasks, {} tags", self.tasks, self.tags)
    }
}

/// Removes the rows that were deleted before this time, with the links that they have.
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
