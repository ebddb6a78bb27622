//! Rows that were deleted softly, whoever they belonged to.

use futures_util::future::LocalBoxFuture;
use sea_orm::{
    ColumnTrait, DatabaseConnection, DatabaseTransaction, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Value,
};

use super::rows::Table;
use crate::{
    error::AppError,
    types::{Operator, UtcDateTime},
};

/// A table that can be purged, whichever it is.
pub trait Purge {
    /// Its name.
    fn name(&self) -> &str;

    /// The ids that follow `after` of rows that were deleted before this time: at most `most`, in
    /// order.
    fn find<'a>(
        &self,
        _: Operator,
        before: UtcDateTime,
        after: Option<Value>,
        most: u64,
        db: &'a DatabaseConnection,
    ) -> LocalBoxFuture<'a, Result<Vec<Value>, AppError>>;

    /// Removes those of these rows that were deleted before this time, and says how many.
    fn remove<'a>(
        &self,
        _: Operator,
        ids: Vec<Value>,
        before: UtcDateTime,
        db: &'a DatabaseTransaction,
    ) -> LocalBoxFuture<'a, Result<u64, AppError>>;
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
    ) -> LocalBoxFuture<'a, Result<Vec<Value>, AppError>> {
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
    ) -> LocalBoxFuture<'a, Result<u64, AppError>> {
        let old = T::delete_many()
            .filter(T::ID.is_in(ids))
            .filter(T::DELETED_AT.lt(before));
        Box::pin(async move { Ok(old.exec(db).await?.rows_affected) })
    }
}
