use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use better_auth::repositories::audit::{self, AuditFilter};
use database::{
    Database, Page, UserUuid, UtcDateTime,
    audit::{AuditAction, AuditEntryId, ChangedRowId, Model},
};
use rest::{List, ListParameters, ListQuery};

use crate::{
    auth::{Admin, RequireRole, guarded_scope},
    error::AppError,
};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(guarded_scope::<Admin>("/audit").service(list_audit_entries));
}

/// A change by somebody who may change rows of others.
#[derive(Serialize, ToSchema)]
struct AuditEntry {
    id: AuditEntryId,
    created_at: UtcDateTime,
    /// Who made it; the user may be gone.
    actor_id: UserUuid,
    /// Better Auth's id of the administrator who acted as that user.
    impersonated_by: Option<String>,
    action: AuditAction,
    /// The table of the row.
    table: String,
    /// The row; it may be gone.
    row_id: ChangedRowId,
    /// The request, as X-Request-Id and the log name it.
    request_id: String,
}

impl From<Model> for AuditEntry {
    fn from(entry: Model) -> Self {
        Self {
            id: entry.id,
            created_at: entry.created_at,
            actor_id: entry.actor_id,
            impersonated_by: entry.impersonated_by,
            action: entry.action,
            table: entry.table_name,
            row_id: entry.row_id,
            request_id: entry.request_id,
        }
    }
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
struct ListAuditEntries {
    /// Only those of this administrator.
    actor_id: Option<UserUuid>,
    /// Only those about this row.
    row_id: Option<ChangedRowId>,
}

/// What administrators have changed, newest first. Needs the role `admin`.
#[utoipa::path(
    tag = "admin",
    params(ListAuditEntries, ListParameters),
    responses((status = 200, body = Page<AuditEntry>))
)]
#[get("")]
async fn list_audit_entries(
    admin: RequireRole<Admin>,
    ListQuery { filter, request }: ListQuery<ListAuditEntries>,
    db: Data<Database>,
) -> Result<List<AuditEntry>, AppError> {
    let filter = AuditFilter {
        actor_id: filter.actor_id,
        row_id: filter.row_id,
    };
    let page = audit::list(admin.witness(), filter, &request, db.read()).await?;
    Ok(List(page.map(AuditEntry::from)))
}
