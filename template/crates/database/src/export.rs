//! Everything about one user, rows that were deleted softly included, a page at a time in the
//! order of ids.

use futures_util::future::LocalBoxFuture;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ModelTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Value,
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::rows::{self, Owned};
use crate::{
    entities::{account, session, user},
    error::{AppError, Code},
    types::UserUuid,
};

/// Rows in a page.
const PAGE: u64 = 500;

/// A row as an export holds it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Row {
    #[serde(skip)]
    id: Value,
    json: Box<RawValue>,
}

/// A table of users' rows, whichever it is.
pub trait Export {
    /// Its name.
    fn name(&self) -> &str;

    /// The owner's rows that follow `after`.
    fn page<'a>(
        &self,
        owner: UserUuid,
        after: Option<&Row>,
        db: &'a DatabaseTransaction,
    ) -> LocalBoxFuture<'a, Result<Vec<Row>, AppError>>;
}

impl<T: Owned> Export for T {
    fn name(&self) -> &str {
        self.table_name()
    }

    fn page<'a>(
        &self,
        owner: UserUuid,
        after: Option<&Row>,
        db: &'a DatabaseTransaction,
    ) -> LocalBoxFuture<'a, Result<Vec<Row>, AppError>> {
        let after = after.map(|last| last.id.clone());
        let rows = page(rows::find::<T>(owner, true), T::ID, after);
        Box::pin(async move {
            let rows = rows.all(db).await?;
            let ids: Vec<_> = rows.iter().map(|row| row.get(T::ID)).collect();
            let json = T::export(rows, db).await?;
            let rows = ids.into_iter().zip(json);
            Ok(rows.map(|(id, json)| Row { id, json }).collect())
        })
    }
}

/// How the owner signs in.
///
/// # Errors
/// When the database fails.
pub async fn accounts(
    owner: &user::Model,
    after: Option<&account::Model>,
    db: &impl ConnectionTrait,
) -> Result<Vec<account::Model>, AppError> {
    let owned = account::Entity::find().filter(account::Column::UserId.eq(owner.id.clone()));
    let after = after.map(|last| last.id.clone().into());
    Ok(page(owned, account::Column::Id, after).all(db).await?)
}

/// Where the owner is signed in.
///
/// # Errors
/// When the database fails.
pub async fn sessions(
    owner: &user::Model,
    after: Option<&session::Model>,
    db: &impl ConnectionTrait,
) -> Result<Vec<session::Model>, AppError> {
    let owned = session::Entity::find().filter(session::Column::UserId.eq(owner.id.clone()));
    let after = after.map(|last| last.id.clone().into());
    Ok(page(owned, session::Column::Id, after).all(db).await?)
}

fn page<E: EntityTrait>(owned: Select<E>, id: E::Column, after: Option<Value>) -> Select<E> {
    owned
        .apply_if(after, |query, after| query.filter(id.gt(after)))
        .order_by_asc(id)
        .limit(PAGE)
}

/// Rows as JSON, each by itself.
pub(super) fn to_json(rows: &[impl Serialize]) -> Result<Vec<Box<RawValue>>, AppError> {
    let json = rows.iter().map(to_raw_value).collect::<Result<_, _>>();
    json.map_err(|error| AppError::new(Code::InternalError).because(error))
}
