//! Reads all rows of one user, soft-deleted ones included, page by page in the order of ids.

use futures_util::future::LocalBoxFuture;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, ModelTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Value,
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    Error, UserUuid,
    rows::{self, OwnedTable},
};

/// Rows in a page.
const PAGE: u64 = 500;

/// A row of an export, as JSON.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct ExportedRow {
    #[serde(skip)]
    id: Value,
    json: Box<RawValue>,
}

/// A table whose rows belong to users.
pub trait Export {
    /// Its name.
    fn name(&self) -> &str;

    /// The owner's rows that follow `after`.
    fn page<'a>(
        &self,
        owner: UserUuid,
        after: Option<&ExportedRow>,
        db: &'a DatabaseTransaction,
    ) -> LocalBoxFuture<'a, Result<Vec<ExportedRow>, Error>>;
}

impl<T: OwnedTable> Export for T {
    fn name(&self) -> &str {
        self.table_name()
    }

    fn page<'a>(
        &self,
        owner: UserUuid,
        after: Option<&ExportedRow>,
        db: &'a DatabaseTransaction,
    ) -> LocalBoxFuture<'a, Result<Vec<ExportedRow>, Error>> {
        let after = after.map(|last| last.id.clone());
        let rows = page(rows::find::<T>(owner, true), T::ID, after);
        Box::pin(async move {
            let rows = rows.all(db).await?;
            let ids: Vec<_> = rows.iter().map(|row| row.get(T::ID)).collect();
            let json = T::export(rows, db).await?;
            let rows = ids.into_iter().zip(json);
            Ok(rows.map(|(id, json)| ExportedRow { id, json }).collect())
        })
    }
}

/// The first rows of `owned` that follow the row with the id `after`, in the order of ids.
pub fn page<E: EntityTrait>(owned: Select<E>, id: E::Column, after: Option<Value>) -> Select<E> {
    // Compared in the form that queries read: the table may store a number.
    let id = id.select_as(id.into_expr());
    owned
        .apply_if(after, |query, after| query.filter(id.clone().gt(after)))
        .order_by_asc(id)
        .limit(PAGE)
}
