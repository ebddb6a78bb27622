use database::{Constraint, Database, Error};
use moka::future::Cache;
use rest::AppError;
use uuid::Uuid;

use crate::{
    claims::Identity,
    fingerprint::Fingerprint,
    ids::BetterAuthId,
    repositories::users::{self, TokenProfile},
};

/// How many users are remembered whose rows are up to date.
const CAPACITY: u64 = 100_000;
/// How often a write is tried while other processes write the same row.
const ATTEMPTS: usize = 3;

/// Creates users' rows from valid tokens when USER_PROVISIONING is on: for an API whose database
/// is not the one that Better Auth writes to.
///
/// A process writes what a token says when it sees it for the first time; other requests with the
/// same identity wait. So a token that outlives its user creates the row again.
pub struct Provisioning {
    database: Option<Database>,
    up_to_date: Cache<Fingerprint, ()>,
}

impl Provisioning {
    /// On with a database, off without.
    #[must_use]
    pub fn new(database: Option<Database>) -> Self {
        Self {
            database,
            up_to_date: Cache::new(CAPACITY),
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
        let profile = (&caller.uuid, &caller.id, &caller.email, &caller.name);
        let fingerprint = Fingerprint::of(&format!("{profile:?}"));
        let upsert = upsert(caller, database);
        let written = self.up_to_date.try_get_with(fingerprint, upsert).await;
        Ok(written?)
    }
}

async fn upsert(caller: &Identity, database: &Database) -> Result<(), Error> {
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

/// What ends a rehearsal, so that nothing of it stays.
enum Rehearsed {
    Done,
    Failed(Error),
}

impl From<Error> for Rehearsed {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Adds a user, changes their name, and takes both back.
///
/// # Errors
/// Why a user cannot be added.
pub(crate) async fn rehearse(database: &Database) -> Result<(), Error> {
    let uuid = Uuid::new_v4();
    let profile = |name: &str| TokenProfile {
        id: BetterAuthId::new(uuid.to_string()),
        email: Some(format!("{uuid}@user.invalid")),
        name: Some(name.to_owned()),
    };
    let rehearsed = database
        .write(async |transaction| {
            for name in ["Doctor", "Doctor Who"] {
                users::upsert_from_token(uuid.into(), profile(name), transaction).await?;
            }
            Err::<(), _>(Rehearsed::Done)
        })
        .await;
    match rehearsed {
        Err(Rehearsed::Failed(error)) => Err(error),
        Ok(()) | Err(Rehearsed::Done) => Ok(()),
    }
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
