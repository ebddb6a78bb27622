//! Queries of Better Auth's `user`.

use database::{Engine, Error, ListRequest, Page, UserUuid, UtcDateTime, keyset};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, NotSet, QueryFilter,
    QueryOrder, QuerySelect, Select, Set, prelude::Expr, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    access::{Admin, Granted},
    entities::{MILLISECONDS, account, plugin_column, session, user},
    ids::BetterAuthId,
    schema::{
        definitions::TableId,
        names::{self, Form},
    },
};

/// A user that this application inserts instead of Better Auth.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Better Auth's own id.
    pub id: BetterAuthId,
    /// The target of the application's foreign keys.
    pub uuid: UserUuid,
    /// The e-mail address.
    pub email: String,
    /// The display name.
    pub name: String,
}

/// The user's data in a token.
#[derive(Clone, Debug)]
pub struct TokenProfile {
    /// Better Auth's own id.
    pub id: BetterAuthId,
    /// The e-mail address, if the token has one.
    pub email: Option<String>,
    /// The display name, if the token has one.
    pub name: Option<String>,
}

/// The user's row.
///
/// # Errors
/// When the database fails.
pub async fn find(
    owner: UserUuid,
    db: &impl ConnectionTrait,
) -> Result<Option<user::Model>, Error> {
    Ok(user::Entity::find()
        .filter(user::Column::Uuid.eq(owner))
        .one(db)
        .await?)
}

/// A user's row, and the ban that Better Auth's admin plugin recorded.
#[derive(Clone, Debug, FromQueryResult)]
pub struct UserWithBan {
    /// The row.
    #[sea_orm(nested)]
    pub user: user::Model,
    banned: Option<bool>,
    ban_expires: Option<UtcDateTime>,
}

impl UserWithBan {
    /// Whether the user is banned now.
    #[must_use]
    pub fn is_banned(&self) -> bool {
        let lasts = |end: UtcDateTime| end > UtcDateTime::now();
        self.banned == Some(true) && self.ban_expires.is_none_or(lasts)
    }
}

/// The user's row, and whether the user is banned: one statement.
///
/// # Errors
/// When the database fails.
pub async fn find_with_ban(
    owner: UserUuid,
    db: &impl ConnectionTrait,
) -> Result<Option<UserWithBan>, Error> {
    let user = select_with_ban().filter(user::Column::Uuid.eq(owner));
    Ok(user.into_model().one(db).await?)
}

pub(crate) fn select_with_ban() -> Select<user::Entity> {
    let plugin = |name| plugin_column(TableId::User, name);
    user::Entity::find()
        .expr_as(plugin("banned"), "banned")
        .expr_as(plugin("banExpires"), "ban_expires")
}

/// `createdAt` in a form that can be sorted. On SQLite, it may be text with any time zone, or a
/// number: seconds or milliseconds since 1970, as [`UtcDateTime`] reads it.
fn created_at() -> Expr {
    if Engine::current() == Engine::Postgres {
        return Expr::col(user::Column::CreatedAt);
    }
    let column = names::current().quoted_column(TableId::User, "createdAt");
    Expr::cust(format!(
        "CASE WHEN typeof({column}) = 'text' THEN julianday({column})
              WHEN abs({column}) < {MILLISECONDS} THEN {column} / 86400.0 + 2440587.5
              ELSE {column} / 86400000.0 + 2440587.5 END"
    ))
}

/// A page of all users, newest first; without cursors.
///
/// # Errors
/// When the database fails.
pub async fn list(
    _: Granted<Admin>,
    request: &ListRequest,
    db: &impl ConnectionTrait,
) -> Result<Page<user::Model>, Error> {
    let total = if request.is_counted() {
        Some(keyset::count(user::Entity::find(), db).await?)
    } else {
        None
    };
    let page = request.page;
    let users = user::Entity::find()
        .order_by_desc(created_at())
        .order_by_desc(user::Column::Id)
        .offset(page.offset())
        .limit(page.limit() + 1)
        .all(db)
        .await?;
    Ok(Page::new(users, total, page))
}

/// Inserts a user unless the id, e-mail address or UUID is taken; returns whether it did.
///
/// # Errors
/// When the database fails.
pub async fn insert_if_absent(new: NewUser, db: &impl ConnectionTrait) -> Result<bool, Error> {
    let unless_taken = OnConflict::new().do_nothing().to_owned();
    let insert = user::Entity::insert(new_row(new, true)).on_conflict(unless_taken);
    Ok(insert.exec_without_returning(db).await? > 0)
}

/// Sets only columns that exist, and a role only where it is text.
fn new_row(new: NewUser, email_verified: bool) -> user::ActiveModel {
    let now = UtcDateTime::now();
    let is_text = |name| names::current().form(TableId::User, name) == Form::Plain;
    user::ActiveModel {
        id: Set(new.id),
        name: Set(new.name),
        email: Set(new.email),
        email_verified: Set(email_verified),
        image: NotSet,
        created_at: Set(now),
        updated_at: Set(now),
        uuid: user::uuid_to_insert(new.uuid),
        role: if is_text("role") {
            Set(Some("user".to_owned()))
        } else {
            NotSet
        },
    }
}

/// Whether the owner's row has the values of the profile.
///
/// # Errors
/// When the database fails.
pub async fn is_up_to_date(
    owner: UserUuid,
    profile: &TokenProfile,
    db: &impl ConnectionTrait,
) -> Result<bool, Error> {
    let row = find(owner, db).await?;
    Ok(row.is_some_and(|row| matches(&row, profile)))
}

/// Updates the owner's row to the profile in a token, or inserts it. A field that the token lacks
/// keeps its value; in a new row it gets a placeholder: an address below `user.invalid` (RFC 6761
/// section 6.4), an empty name.
///
/// If another row has the id or address, that row gets a placeholder instead, so that it does not
/// block the owner. Rows that Better Auth manages, which have an account or a session, never
/// change; then the owner's row gets the placeholder. Returns the users whose rows got one.
///
/// # Errors
/// A unique [`Error::constraint`] when another process wrote the same row at the same time: then
/// try again in a new transaction. Otherwise when the database fails.
pub async fn upsert_from_token(
    owner: UserUuid,
    profile: TokenProfile,
    db: &impl ConnectionTrait,
) -> Result<Vec<UserUuid>, Error> {
    lock_upserts(db).await?;
    let row = find(owner, db).await?;
    if let Some(row) = &row
        && (matches(row, &profile) || is_managed_by_better_auth(row, db).await?)
    {
        return Ok(Vec::new());
    }
    let mut displaced = Vec::new();
    let changes = profile_changes(owner, profile, &mut displaced, db).await?;
    if row.is_some() {
        let update = user::Entity::update_many().set(changes);
        update.filter(user::Column::Uuid.eq(owner)).exec(db).await?;
    } else {
        let insert = user::Entity::insert(complete(owner, changes));
        insert.exec_without_returning(db).await?;
    }
    Ok(displaced)
}

/// Makes other upserts wait until the transaction ends. On PostgreSQL, processes that move addresses
/// between the same rows would deadlock; SQLite has only one writer.
async fn lock_upserts(db: &impl ConnectionTrait) -> Result<(), Error> {
    // Any number that no other program locks in this database.
    const UPSERTS: i64 = 0x6d69_7272_6f72_7573;
    if Engine::current() == Engine::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({UPSERTS})");
        db.execute_unprepared(&lock).await?;
    }
    Ok(())
}

fn matches(row: &user::Model, profile: &TokenProfile) -> bool {
    let same = |new: &Option<String>, old: &String| new.as_ref().is_none_or(|new| new == old);
    row.id == profile.id && same(&profile.email, &row.email) && same(&profile.name, &row.name)
}

/// Whether Better Auth wrote this row: it has an account or a session.
async fn is_managed_by_better_auth(
    row: &user::Model,
    db: &impl ConnectionTrait,
) -> Result<bool, Error> {
    let names = names::current();
    let mut rows = 0;
    if names.has(TableId::Account) {
        let accounts = account::Entity::find().filter(account::Column::UserId.eq(row.id.clone()));
        rows += keyset::count(accounts, db).await?;
    }
    if names.has(TableId::Session) {
        let sessions = session::Entity::find().filter(session::Column::UserId.eq(row.id.clone()));
        rows += keyset::count(sessions, db).await?;
    }
    Ok(rows > 0)
}

/// The changes to the owner's row. Takes id and address from other rows where that is allowed, and
/// adds the users of these to `displaced`.
async fn profile_changes(
    owner: UserUuid,
    profile: TokenProfile,
    displaced: &mut Vec<UserUuid>,
    db: &impl ConnectionTrait,
) -> Result<user::ActiveModel, Error> {
    let mut changes = user::ActiveModel {
        name: profile.name.map_or(NotSet, Set),
        updated_at: Set(UtcDateTime::now()),
        ..Default::default()
    };
    let replacement = user::ActiveModel {
        id: Set(placeholder_id()),
        ..Default::default()
    };
    let same_id = user::Column::Id.eq(profile.id.clone());
    if make_available(owner, same_id, replacement, displaced, db).await? {
        changes.id = Set(profile.id);
    }
    let replacement = user::ActiveModel {
        email: Set(placeholder_email()),
        ..Default::default()
    };
    if let Some(email) = profile.email {
        let same_email = user::Column::Email.eq(&email);
        if make_available(owner, same_email, replacement, displaced, db).await? {
            changes.email = Set(email);
        }
    }
    Ok(changes)
}

/// Writes `replacement` to another user's row that matches, unless Better Auth manages it; returns
/// whether only the owner's row can match now.
async fn make_available(
    owner: UserUuid,
    matches: Expr,
    replacement: user::ActiveModel,
    displaced: &mut Vec<UserUuid>,
    db: &impl ConnectionTrait,
) -> Result<bool, Error> {
    let others = matches.and(user::Column::Uuid.ne(owner));
    let other = user::Entity::find().filter(others.clone()).one(db).await?;
    let Some(other) = other else {
        return Ok(true);
    };
    if is_managed_by_better_auth(&other, db).await? {
        return Ok(false);
    }
    let update = user::Entity::update_many().set(replacement);
    update.filter(others).exec(db).await?;
    displaced.push(other.uuid);
    Ok(true)
}

/// A new row with placeholders for what is not set.
fn complete(owner: UserUuid, mut row: user::ActiveModel) -> user::ActiveModel {
    let new = NewUser {
        id: row.id.take().unwrap_or_else(placeholder_id),
        uuid: owner,
        email: row.email.take().unwrap_or_else(placeholder_email),
        name: row.name.take().unwrap_or_default(),
    };
    new_row(new, false)
}

fn placeholder_id() -> BetterAuthId {
    BetterAuthId::new(Uuid::new_v4())
}

fn placeholder_email() -> String {
    format!("{}@user.invalid", Uuid::new_v4())
}
