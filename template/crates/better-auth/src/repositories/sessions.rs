//! Queries of Better Auth's `session`.

use database::{Error, UtcDateTime};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    RelationDef,
};

use crate::{
    entities::{plugin_column, session, user},
    ids::BetterAuthId,
    repositories::users::{self, UserWithBan},
    schema::definitions::TableId,
};

/// A session that has not expired, of a user who is not banned.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// When it expires.
    pub expires_at: UtcDateTime,
    /// The session's user.
    pub user: user::Model,
    /// `activeOrganizationId` of Better Auth's organization plugin.
    pub organization_id: Option<String>,
    /// `impersonatedBy` of Better Auth's admin plugin.
    pub impersonated_by: Option<BetterAuthId>,
}

/// The columns of a session that are read, and its user.
#[derive(FromQueryResult)]
struct SessionRow {
    session_expires_at: UtcDateTime,
    organization_id: Option<String>,
    impersonated_by: Option<String>,
    #[sea_orm(nested)]
    user: UserWithBan,
}

/// The session with this token, if it has not expired and its user is not banned: one statement.
///
/// # Errors
/// When the database fails.
pub async fn find_open(
    token: &str,
    db: &impl ConnectionTrait,
) -> Result<Option<OpenSession>, Error> {
    let sessions: RelationDef = user::Entity::belongs_to(session::Entity)
        .from(user::Column::Id)
        .to(session::Column::UserId)
        .into();
    let plugins = |name| plugin_column(TableId::Session, name);
    let found = users::select_with_ban()
        .join(JoinType::InnerJoin, sessions)
        .column_as(session::Column::ExpiresAt, "session_expires_at")
        .expr_as(plugins("activeOrganizationId"), "organization_id")
        .expr_as(plugins("impersonatedBy"), "impersonated_by")
        .filter(session::Column::Token.eq(token))
        .into_model::<SessionRow>()
        .one(db)
        .await?;
    // Not in SQL: on SQLite the time may be text in another format or a number.
    let open = found.filter(|row| row.session_expires_at > UtcDateTime::now());
    let open = open.filter(|row| !row.user.is_banned());
    Ok(open.map(|row| OpenSession {
        expires_at: row.session_expires_at,
        user: row.user.user,
        organization_id: row.organization_id,
        impersonated_by: row.impersonated_by.map(BetterAuthId::new),
    }))
}
