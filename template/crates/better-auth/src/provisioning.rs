use database::{Constraint, Database, Error, UserUuid};
use moka::future::Cache;
use rest::AppError;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::{
    claims::Identity,
    fingerprint::Fingerprint,
    ids::BetterAuthId,
    repositories::users::{self, TokenProfile},
};

/// How many tokens and users are remembered whose rows are up to date.
const CAPACITY: u64 = 100_000;
/// How often a write is tried while other processes write the same row.
const ATTEMPTS: usize = 3;

/// Creates users' rows from valid tokens when USER_PROVISIONING is on: for an API whose database
/// is not the one that Better Auth writes to.
///
/// A process compares what a token says when it sees it for the first time; other requests with the
/// same token wait. So a token that outlives its user creates the row again. Of two tokens the later
/// one counts.
pub struct Provisioning {
    database: Option<Database>,
    up_to_date: Cache<Fingerprint, ()>,
    /// When the latest of the tokens was made that a user's row was compared with.
    latest: Cache<UserUuid, f64>,
}

impl Provisioning {
    /// On with a database, off without.
    #[must_use]
    pub fn new(database: Option<Database>) -> Self {
        Self {
            database,
            up_to_date: Cache::new(CAPACITY),
            latest: Cache::new(CAPACITY),
        }
    }

    /// Creates or updates the caller's row when provisioning is on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ensure_user(&self, caller: &Identity) -> Result<(), AppError> {
        let Some(database) = &self.database else {
            return Ok(());
        };
        let latest = self.latest.get(&caller.uuid).await;
        if latest.is_some_and(|latest| caller.as_of < latest) {
            return Ok(());
        }
        let Identity {
            uuid,
            id,
            email,
            name,
            as_of,
            ..
        } = caller;
        let fingerprint = Fingerprint::of(&format!("{:?}", (uuid, id, email, name, as_of)));
        let update = self.update(caller, database);
        Ok(self.up_to_date.try_get_with(fingerprint, update).await?)
    }

    async fn update(&self, caller: &Identity, database: &Database) -> Result<(), Error> {
        let displaced = upsert(caller, database).await?;
        for user in [caller.uuid].into_iter().chain(displaced) {
            let known = self.latest.get(&user).await.unwrap_or_default();
            self.latest.insert(user, caller.as_of.max(known)).await;
        }
        Ok(())
    }
}

/// Returns the users whose id or address the caller has taken.
async fn upsert(caller: &Identity, database: &Database) -> Result<Vec<UserUuid>, Error> {
    // Most tokens say what the one before said, and reading works beside a writer.
    if users::is_up_to_date(caller.uuid, &profile(caller), database.read()).await? {
        return Ok(Vec::new());
    }
    let mut attempts = 0;
    loop {
        attempts += 1;
        let written = database
            .write(async |transaction| {
                users::upsert_from_token(caller.uuid, profile(caller), transaction).await
            })
            .await;
        match written {
            Err(error) if error.constraint() == Some(Constraint::Unique) && attempts < ATTEMPTS => {
            }
            outcome => return outcome,
        }
    }
}

/// Adds users, one of whom changes their name to that of another, and one of whom has none.
///
/// # Errors
/// Why a user cannot be added or changed.
pub(crate) async fn add_users(transaction: &impl ConnectionTrait) -> Result<(), Error> {
    let users = [0; 3].map(|_| Uuid::new_v4());
    let named = [
        (users[0], "Doctor"),
        (users[0], "Doctor Who"),
        (users[1], "Doctor Who"),
        (users[2], ""),
    ];
    for (uuid, name) in named {
        let profile = TokenProfile {
            id: BetterAuthId::new(uuid.to_string()),
            email: Some(format!("{uuid}@user.invalid")),
            name: Some(name.to_owned()),
        };
        users::upsert_from_token(uuid.into(), profile, transaction).await?;
    }
    Ok(())
}

/// Leaves out text with NUL, which PostgreSQL cannot store.
fn profile(caller: &Identity) -> TokenProfile {
    let storable = |text: &Option<String>| text.clone().filter(|text| !text.contains('\0'));
    TokenProfile {
        id: caller.id.clone(),
        email: storable(&caller.email),
        name: storable(&caller.name),
    }
}
