//! The audit trail: which administrator changed which row, when, and in which request.
//!
//! [`crate::rows`] records each change in the same transaction if its [`Actor`] may change rows of
//! others. No contents of rows are recorded, and there are no foreign keys: the trail outlives the
//! row and the administrator.

use arrayvec::ArrayString;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DeriveActiveEnum, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Set, Value, entity::prelude::*,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Error, Operator, UserUuid, UtcDateTime, ids, row_id, uuid_id};

/// The longest request id that is recorded, in bytes.
const MAX_REQUEST_ID: usize = 64;
/// The longest id of Better Auth that is recorded without cutting it, in bytes: its own ids have
/// 32, UUIDs 36.
const MAX_IMPERSONATOR: usize = 64;

row_id!(
    /// The id of an entry of the audit trail, a UUIDv7.
    AuditEntryId,
    "01936f2b-3f40-7172-8d6e-8f9a0b1c2d3e"
);
uuid_id!(
    /// The id of a row that was changed, whichever table it is in.
    ChangedRowId,
    "01936f2b-0c1d-7e4f-8a3b-5c6d7e8f9a0b"
);

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// It was added.
    Create,
    /// It was changed.
    Update,
    /// It was deleted, softly.
    Delete,
    /// It was brought back.
    Restore,
}

/// A row of `audit_entries`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    /// When the change was made.
    pub created_at: UtcDateTime,
    /// The user who made the change; their row may no longer exist.
    pub actor_id: UserUuid,
    /// Better Auth's id of the administrator who acted as that user.
    pub impersonated_by: Option<String>,
    /// What was done.
    pub action: AuditAction,
    /// The table of the row.
    pub table_name: String,
    /// The row; it may be gone.
    pub row_id: ChangedRowId,
    /// The id of the request, as in the log.
    pub request_id: String,
}

/// No relations: an entry outlives its user and its row.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The administrator who makes a change, and the id of the request.
#[derive(Clone, Copy, Debug)]
pub struct Author {
    user: UserUuid,
    impersonated_by: Option<ArrayString<MAX_IMPERSONATOR>>,
    request_id: ArrayString<MAX_REQUEST_ID>,
}

impl Author {
    /// The author of the changes that a request of `user` makes; `impersonated_by` is Better Auth's
    /// id of the administrator who acts as the user. A request id of more than 64 bytes is left
    /// out, an administrator's id is cut.
    #[must_use]
    pub fn new(user: UserUuid, impersonated_by: Option<&str>, request_id: &str) -> Self {
        let cut = |id: &str| {
            let end = id.floor_char_boundary(MAX_IMPERSONATOR);
            ArrayString::from(&id[..end]).unwrap_or_default()
        };
        Self {
            user,
            impersonated_by: impersonated_by.map(cut),
            request_id: ArrayString::from(request_id).unwrap_or_default(),
        }
    }
}

/// Someone who changes rows.
pub trait Actor: Copy {
    /// The author to record with each change; `None` for users, who change only their own rows.
    fn author(self) -> Option<Author>;
}

impl Actor for UserUuid {
    fn author(self) -> Option<Author> {
        None
    }
}

/// Records a change of the row `id` of `table`, unless the actor has no [`Author`].
///
/// # Errors
/// When the database fails, or the id is not a UUID.
pub async fn record(
    actor: impl Actor,
    action: AuditAction,
    table: &str,
    id: Value,
    db: &impl ConnectionTrait,
) -> Result<(), Error> {
    let Some(author) = actor.author() else {
        return Ok(());
    };
    let id = ids::from_value(id).map_err(|error| Error::Internal(Box::new(error)))?;
    let entry = ActiveModel {
        id: Set(AuditEntryId::generate()),
        created_at: Set(UtcDateTime::now()),
        actor_id: Set(author.user),
        impersonated_by: Set(author.impersonated_by.map(|id| id.to_string())),
        action: Set(action),
        table_name: Set(table.to_owned()),
        row_id: Set(id.into()),
        request_id: Set(author.request_id.to_string()),
    };
    Entity::insert(entry).exec_without_returning(db).await?;
    Ok(())
}

/// Deletes at most `limit` entries from before this time; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn delete_older_than(
    _: Operator,
    before: UtcDateTime,
    limit: u64,
    db: &impl ConnectionTrait,
) -> Result<u64, Error> {
    let old = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::CreatedAt.lt(before))
        .order_by_asc(Column::CreatedAt)
        .limit(limit);
    let deleted = Entity::delete_many()
        .filter(Column::Id.in_subquery(old.into_query()))
        .exec(db)
        .await?;
    Ok(deleted.rows_affected)
}
