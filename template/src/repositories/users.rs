//! Users, as Better Auth keeps them.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, Statement, Value, sea_query::OnConflict,
};

use crate::{
    entities::user,
    error::AppError,
    types::{Admin, BetterAuthId, Granted, Page, PageRequest, UserUuid, UtcDateTime},
};

/// A user to be written by us instead of Better Auth.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Better Auth's own id.
    pub id: BetterAuthId,
    /// The target of our foreign keys.
    pub uuid: UserUuid,
    /// The address.
    pub email: String,
    /// The display name.
    pub name: String,
}

/// The user's row.
///
/// # Errors
/// When the database fails.
pub async fn find(
    owner: UserUuid,
    db: &impl ConnectionTrait,
) -> Result<Option<user::Model>, AppError> {
    Ok(user::Entity::find()
        .filter(user::Column::Uuid.eq(owner))
        .one(db)
        .await?)
}

/// A page of all users, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    _: Granted<Admin>,
    page: PageRequest,
    db: &impl ConnectionTrait,
) -> Result<Page<user::Model>, AppError> {
    let total = user::Entity::find().count(db).await?;
    let users = user::Entity::find()
        .order_by_desc(user::Column::CreatedAt)
        .order_by_desc(user::Column::Id)
        .offset(page.offset())
        .limit(page.limit())
        .all(db)
        .await?;
    Ok(Page::new(users, total, page))
}

/// `banned` and `banExpires` exist only with Better Auth's admin plugin. Without them the names in
/// the inner selects mean the columns of `absent`, which say: not banned.
const BAN: &str = r#"
SELECT (SELECT banned FROM "user" WHERE uuid = $1) AS banned,
       (SELECT "banExpires" FROM "user" WHERE uuid = $2) AS expires
FROM (SELECT CAST(NULL AS boolean) AS banned, CAST(NULL AS timestamptz) AS "banExpires") AS absent
"#;

/// Whether the admin plugin bans the user at this moment.
///
/// # Errors
/// When the database fails.
pub async fn is_banned(owner: UserUuid, db: &impl ConnectionTrait) -> Result<bool, AppError> {
    let owner = Value::from(owner);
    let query =
        Statement::from_sql_and_values(db.get_database_backend(), BAN, [owner.clone(), owner]);
    let Some(row) = db.query_one_raw(query).await? else {
        return Ok(false);
    };
    let banned: Option<bool> = row.try_get("", "banned")?;
    let expires: Option<UtcDateTime> = row.try_get("", "expires")?;
    Ok(banned == Some(true) && expires.is_none_or(|expires| expires > UtcDateTime::now()))
}

/// Adds a user unless the id, address or uuid is taken; says whether it did.
///
/// # Errors
/// When the database fails.
pub async fn insert_missing(new: NewUser, db: &impl ConnectionTrait) -> Result<bool, AppError> {
    let now = UtcDateTime::now();
    let row = user::ActiveModel {
        id: Set(new.id),
        name: Set(new.name),
        email: Set(new.email),
        email_verified: Set(true),
        image: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        uuid: user::uuid_to_insert(new.uuid),
        role: Set(Some("user".to_owned())),
    };
    let insert = user::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(insert.exec_without_returning(db).await? > 0)
}
