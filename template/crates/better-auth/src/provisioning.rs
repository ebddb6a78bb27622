use aws_lc_rs::digest::{SHA256, digest};
use moka::future::Cache;

use super::claims::Identity;
use crate::{
    database::Database,
    error::{AppError, Constraint},
    repositories::users::{self, Described},
};

/// Users whose rows are known to be there.
const CAPACITY: u64 = 100_000;
/// How often a row is tried when other processes write the same at the same time.
const ATTEMPTS: usize = 3;

/// Creates users' rows from good tokens, where USER_PROVISIONING is on: for an API whose database
/// is not the one that Better Auth writes to.
///
/// What a token says is written when a process sees it for the first time; requests that come
/// meanwhile wait. So a token that outlives its user makes the row again.
pub struct Provisioning {
    database: Option<Database>,
    done: Cache<[u8; 32], ()>,
}

impl Provisioning {
    /// On with a database, off without.
    #[must_use]
    pub fn new(database: Option<Database>) -> Self {
        Self {
            database,
            done: Cache::new(CAPACITY),
        }
    }

    /// Sees to it that the caller has a row, unless that is Better Auth's task.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn provide(&self, caller: &Identity) -> Result<(), AppError> {
        let Some(database) = &self.database else {
            return Ok(());
        };
        let mirrored = self
            .done
            .try_get_with(fingerprint(caller), mirror(caller, database));
        mirrored
            .await
            .map_err(|failed| AppError::new(failed.code()).because(failed))
    }
}

async fn mirror(caller: &Identity, database: &Database) -> Result<(), AppError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let mirrored = database
            .write(async |transaction| {
                users::mirror(caller.uuid, describe(caller), transaction).await
            })
            .await;
        match mirrored {
            Err(error) if error.constraint() == Some(Constraint::Unique) && attempts < ATTEMPTS => {
            }
            outcome => return outcome,
        }
    }
}

/// PostgreSQL's text holds no NUL.
fn describe(caller: &Identity) -> Described {
    let storable = |text: &Option<String>| text.clone().filter(|text| !text.contains('\0'));
    Described {
        id: caller.id.clone(),
        email: storable(&caller.email),
        name: storable(&caller.name),
    }
}

fn fingerprint(caller: &Identity) -> [u8; 32] {
    let said = format!(
        "{:?}",
        (&caller.uuid, &caller.id, &caller.email, &caller.name)
    );
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest(&SHA256, said.as_bytes()).as_ref());
    fingerprint
}
