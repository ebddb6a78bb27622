//! Queries of the audit trail.

use database::{
    Error, ListRequest, Page, SortOrder, UserUuid,
    audit::{AuditEntryId, ChangedRowId, Column, Entity, Model},
    keyset::{Keyset, time_value},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};
use serde::Serialize;

use crate::access::{Admin, Granted};

/// Which entries a list holds: those that match every field.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct AuditFilter {
    /// Only those of this administrator.
    pub actor_id: Option<UserUuid>,
    /// Only those about this row.
    pub row_id: Option<ChangedRowId>,
}

const NEWEST_FIRST: Keyset<Entity> = Keyset {
    column: Column::CreatedAt,
    nullable: false,
    id: Column::Id,
    order: SortOrder::Desc,
    position: |entry: &Model| (Some(entry.created_at.to_string()), *entry.id.as_uuid()),
    value: time_value,
    id_value: |id| AuditEntryId::from(id).into(),
};

/// A page of the audit trail, newest entries first.
///
/// # Errors
/// [`Error::InvalidCursor`].
pub async fn list(
    _: Granted<Admin>,
    filter: AuditFilter,
    request: &ListRequest,
    db: &impl ConnectionTrait,
) -> Result<Page<Model>, Error> {
    let entries = Entity::find()
        .apply_if(filter.actor_id, |query, actor| {
            query.filter(Column::ActorId.eq(actor))
        })
        .apply_if(filter.row_id, |query, row| {
            query.filter(Column::RowId.eq(row))
        });
    NEWEST_FIRST
        .page(entries, &("audit", filter), request, db)
        .await
}
