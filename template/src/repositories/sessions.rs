//! Sessions, as Better Auth keeps them.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};

use super::users;
use crate::{
    entities::{session, user},
    error::AppError,
    types::{BetterAuthId, UtcDateTime},
};

/// A session that is open, of a user who is not banned.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// When it ends.
    pub expires_at: UtcDateTime,
    /// Whose it is.
    pub user: user::Model,
    /// `activeOrganizationId` of Better Auth's organization plugin.
    pub organization_id: Option<String>,
}

/// The session with this token, if it is open and its user is not banned.
///
/// # Errors
/// When the database fails.
pub async fn find_open(
    token: &str,
    db: &impl ConnectionTrait,
) -> Result<Option<OpenSession>, AppError> {
    let session = session::Entity::find()
        .filter(session::Column::Token.eq(token))
        .one(db)
        .await?;
    // Not in SQL: on SQLite a time that others wrote is not always text of our form.
    let open = session.filter(|session| session.expires_at > UtcDateTime::now());
    let Some(session) = open else {
        return Ok(None);
    };
    let user = user::Entity::find_by_id(session.user_id).one(db).await?;
    let Some(user) = user else {
        return Ok(None);
    };
    if users::is_banned(user.uuid, db).await? {
        return Ok(None);
    }
    Ok(Some(OpenSession {
        expires_at: session.expires_at,
        user,
        organization_id: organization(session.id, db).await?,
    }))
}

/// Without the organization plugin there is no such column, and the inner name means the column of
/// `absent`.
const ORGANIZATION: &str = r#"
SELECT (SELECT "activeOrganizationId" FROM session WHERE id = $1) AS organization
FROM (SELECT CAST(NULL AS text) AS "activeOrganizationId") AS absent
"#;

async fn organization(
    session: BetterAuthId,
    db: &impl ConnectionTrait,
) -> Result<Option<String>, AppError> {
    let backend = db.get_database_backend();
    let query = Statement::from_sql_and_values(backend, ORGANIZATION, [session.into()]);
    match db.query_one_raw(query).await? {
        Some(row) => Ok(row.try_get("", "organization")?),
        None => Ok(None),
    }
}
