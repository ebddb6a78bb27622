//! Removes rows that were soft-deleted long ago, expired Idempotency-Keys and old audit entries.

use std::{fmt, time::Duration};

use futures_util::future::LocalBoxFuture;
use sea_orm::{
    ColumnTrait, DatabaseConnection, DatabaseTransaction, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Value,
};

use crate::{Database, Error, Operator, UtcDateTime, audit, idempotency_keys, rows::Table};

/// How many rows one transaction removes; other writers wait meanwhile.
const BATCH: u64 = 500;
/// The pause after each transaction, which lets writers of other processes in.
const PAUSE: Duration = Duration::from_millis(5);

/// A table that can be purged.
pub trait Purge {
    /// Its name.
    fn name(&self) -> &str;

    /// The ids of rows that were deleted before this time: at most `most`, in order, those after
    /// `after`.
    fn find<'a>(
        &self,
        _: Operator,
        before: UtcDateTime,
        after: Option<Value>,
        most: u64,
        db: &'a DatabaseConnection,
    ) -> LocalBoxFuture<'a, Result<Vec<Value>, Error>>;

    /// Removes those of these rows that were deleted before this time; returns how many.
    fn remove<'a>(
        &self,
        _: Operator,
        ids: Vec<Value>,
        before: UtcDateTime,
        db: &'a DatabaseTransaction,
    ) -> LocalBoxFuture<'a, Result<u64, Error>>;
}

impl<T: Table> Purge for T {
    fn name(&self) -> &str {
        self.table_name()
    }

    fn find<'a>(
        &self,
        _: Operator,
        before: UtcDateTime,
        after: Option<Value>,
        most: u64,
        db: &'a DatabaseConnection,
    ) -> LocalBoxFuture<'a, Result<Vec<Value>, Error>> {
        let ids = T::find()
            .select_only()
            .column(T::ID)
            .filter(T::DELETED_AT.lt(before))
            .apply_if(after, |query, after| query.filter(T::ID.gt(after)))
            .order_by_asc(T::ID)
            .limit(most);
        Box::pin(async move {
            let ids: Vec<T::Id> = ids.into_tuple().all(db).await?;
            Ok(ids.into_iter().map(Into::into).collect())
        })
    }

    fn remove<'a>(
        &self,
        _: Operator,
        ids: Vec<Value>,
        before: UtcDateTime,
        db: &'a DatabaseTransaction,
    ) -> LocalBoxFuture<'a, Result<u64, Error>> {
        let old = T::delete_many()
            .filter(T::ID.is_in(ids))
            .filter(T::DELETED_AT.lt(before));
        Box::pin(async move { Ok(old.exec(db).await?.rows_affected) })
    }
}

/// How many rows were removed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Soft-deleted rows, by table.
    pub rows: Vec<(&'static str, u64)>,
    /// Rows of `idempotency_keys`.
    pub keys: u64,
    /// Rows of `audit_entries`.
    pub audit_entries: u64,
}

impl fmt::Display for Purged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (table, removed) in &self.rows {
            write!(f, "{removed} {table}, ")?;
        }
        write!(
            f,
            "{} idempotency keys, {} audit entries",
            self.keys, self.audit_entries
        )
    }
}

/// Removes rows that were deleted before this time, with their links; expired Idempotency-Keys; and
/// entries of the audit trail from before `audited_before` (`None` keeps them all).
///
/// # Errors
/// When the database fails; what was removed before stays removed.
pub async fn purge(
    operator: Operator,
    tables: &'static [&'static dyn Purge],
    before: UtcDateTime,
    audited_before: Option<UtcDateTime>,
    db: &Database,
) -> Result<Purged, Error> {
    let mut purged = Purged::default();
    for table in tables {
        let removed = purge_rows(*table, operator, before, db).await?;
        purged.rows.push((table.name(), removed));
    }
    let expiry = UtcDateTime::now().plus_seconds(-idempotency_keys::KEPT_FOR);
    purged.keys = in_batches(db, async |transaction| {
        idempotency_keys::delete_older_than(operator, expiry, BATCH, transaction).await
    })
    .await?;
    if let Some(before) = audited_before {
        purged.audit_entries = in_batches(db, async |transaction| {
            audit::delete_older_than(operator, before, BATCH, transaction).await
        })
        .await?;
    }
    Ok(purged)
}

async fn purge_rows(
    table: &dyn Purge,
    operator: Operator,
    before: UtcDateTime,
    db: &Database,
) -> Result<u64, Error> {
    let (mut removed, mut after) = (0, None);
    loop {
        let ids = table
            .find(operator, before, after, BATCH, db.read())
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

/// Repeats `remove`, which removes at most [`BATCH`] rows, until there are no more.
async fn in_batches(
    db: &Database,
    remove: impl AsyncFn(&DatabaseTransaction) -> Result<u64, Error>,
) -> Result<u64, Error> {
    let mut removed = 0;
    loop {
        let batch = db.write(&remove).await?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
