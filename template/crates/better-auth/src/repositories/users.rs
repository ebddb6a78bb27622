//! Users, as Better Auth keeps them.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, NotSet, QueryFilter, QueryOrder,
    QuerySelect, Set, Statement, Value, prelude::Expr, sea_query::OnConflict,
};
use uuid::Uuid;

use super::keyset;
use crate::{
    entities::{account, session, user},
    error::AppError,
    types::{Admin, BetterAuthId, Engine, Granted, Page, PageRequest, UserUuid, UtcDateTime},
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

/// What a token says about its user.
#[derive(Clone, Debug)]
pub struct Described {
    /// Better Auth's own id.
    pub id: BetterAuthId,
    /// The address, where the token has one.
    pub email: Option<String>,
    /// The display name, where the token has one.
    pub name: Option<String>,
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

/// When a user signed up, for sorting. On SQLite what others write need not be text of our form:
/// Better Auth reads text with any zone, and milliseconds since 1970.
fn created_at() -> Expr {
    match Engine::current() {
        Engine::Postgres => Expr::col(user::Column::CreatedAt),
        Engine::Sqlite => Expr::cust(
            r#"CASE typeof("createdAt") WHEN 'text' THEN julianday("createdAt")
               ELSE "createdAt" / 86400000.0 + 2440587.5 END"#,
        ),
    }
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
    let total = keyset::count(user::Entity::find(), db).await?;
    let users = user::Entity::find()
        .order_by_desc(created_at())
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
    let insert =
        user::Entity::insert(row(new, true)).on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(insert.exec_without_returning(db).await? > 0)
}

/// A row as we write it; Better Auth writes its own.
pub(super) fn row(new: NewUser, email_verified: bool) -> user::ActiveModel {
    let now = UtcDateTime::now();
    user::ActiveModel {
        id: Set(new.id),
        name: Set(new.name),
        email: Set(new.email),
        email_verified: Set(email_verified),
        image: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        uuid: user::uuid_to_insert(new.uuid),
        role: Set(Some("user".to_owned())),
    }
}

/// Makes the owner's row say what a token says, or adds it. What the token does not say stays as
/// it is, or is filled in: an address below `user.invalid` (RFC 6761 section 6.4), an empty name.
///
/// Nobody is kept out by an id or address that another row holds: that row gives it up. Only rows
/// that Better Auth keeps itself, which have an account or a session, are never touched; then it
/// is the owner's row that goes without.
///
/// # Errors
/// One whose [`AppError::constraint`] is unique when another process did the same at this moment:
/// then repeat it in a new transaction. When the database fails.
pub async fn mirror(
    owner: UserUuid,
    said: Described,
    db: &impl ConnectionTrait,
) -> Result<(), AppError> {
    if find(owner, db).await?.is_some_and(|row| says(&row, &said)) {
        return Ok(());
    }
    one_at_a_time(db).await?;
    let row = find(owner, db).await?;
    if let Some(row) = &row
        && (says(row, &said) || is_kept(row, db).await?)
    {
        return Ok(());
    }
    let changes = claim(owner, said, db).await?;
    if row.is_some() {
        let update = user::Entity::update_many().set(changes);
        update.filter(user::Column::Uuid.eq(owner)).exec(db).await?;
    } else {
        let insert = user::Entity::insert(complete(owner, changes));
        insert.exec_without_returning(db).await?;
    }
    Ok(())
}

/// Until the transaction ends. Rows that hand addresses on to one another in several processes at
/// once would deadlock on PostgreSQL; SQLite's writers queue anyway.
async fn one_at_a_time(db: &impl ConnectionTrait) -> Result<(), AppError> {
    // Any number that nobody else on the database locks.
    const MIRRORING: i64 = 0x6d69_7272_6f72_7573;
    if Engine::current() == Engine::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({MIRRORING})");
        db.execute_unprepared(&lock).await?;
    }
    Ok(())
}

fn says(row: &user::Model, said: &Described) -> bool {
    let same = |said: &Option<String>, is: &String| said.as_ref().is_none_or(|said| said == is);
    row.id == said.id && same(&said.email, &row.email) && same(&said.name, &row.name)
}

/// Whether Better Auth keeps this row itself.
async fn is_kept(row: &user::Model, db: &impl ConnectionTrait) -> Result<bool, AppError> {
    let accounts = account::Entity::find().filter(account::Column::UserId.eq(row.id.clone()));
    let sessions = session::Entity::find().filter(session::Column::UserId.eq(row.id.clone()));
    let accounts = keyset::count(accounts, db).await?;
    Ok(accounts + keyset::count(sessions, db).await? > 0)
}

/// What of it the owner's row can have, once others gave up what they may.
async fn claim(
    owner: UserUuid,
    said: Described,
    db: &impl ConnectionTrait,
) -> Result<user::ActiveModel, AppError> {
    let mut changes = user::ActiveModel {
        name: said.name.map_or(NotSet, Set),
        updated_at: Set(UtcDateTime::now()),
        ..Default::default()
    };
    let freed = user::ActiveModel {
        id: Set(nobodys_id()),
        ..Default::default()
    };
    if is_free(owner, user::Column::Id.eq(said.id.clone()), freed, db).await? {
        changes.id = Set(said.id);
    }
    let freed = user::ActiveModel {
        email: Set(nobodys_email()),
        ..Default::default()
    };
    if let Some(email) = said.email
        && is_free(owner, user::Column::Email.eq(email.as_str()), freed, db).await?
    {
        changes.email = Set(email);
    }
    Ok(changes)
}

/// Whether no row but the owner's fits any more, now that one that may be changed was `freed`.
async fn is_free(
    owner: UserUuid,
    fits: Expr,
    freed: user::ActiveModel,
    db: &impl ConnectionTrait,
) -> Result<bool, AppError> {
    let others = fits.and(user::Column::Uuid.ne(owner));
    let other = user::Entity::find().filter(others.clone()).one(db).await?;
    let Some(other) = other else {
        return Ok(true);
    };
    if is_kept(&other, db).await? {
        return Ok(false);
    }
    let free = user::Entity::update_many().set(freed).filter(others);
    free.exec(db).await?;
    Ok(true)
}

/// A whole row: what nobody said is filled in.
fn complete(owner: UserUuid, mut said: user::ActiveModel) -> user::ActiveModel {
    let new = NewUser {
        id: said.id.take().unwrap_or_else(nobodys_id),
        uuid: owner,
        email: said.email.take().unwrap_or_else(nobodys_email),
        name: said.name.take().unwrap_or_default(),
    };
    row(new, false)
}

/// Unique, and nobody can have claimed it before.
fn nobodys_id() -> BetterAuthId {
    BetterAuthId::new(Uuid::new_v4())
}

fn nobodys_email() -> String {
    format!("{}@user.invalid", Uuid::new_v4())
}
