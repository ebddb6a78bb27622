//! Demo data for development: two users.

use std::fmt;

use uuid::Uuid;

use crate::{
    database::Database,
    error::AppError,
    repositories::users::{self, NewUser},
    types::{BetterAuthId, UserUuid},
};

/// How many rows were added.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Rows of `user`.
    pub users: u64,
}

impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} users", self.users)
    }
}

/// The demo users; their ids never change.
#[must_use]
pub fn users() -> [NewUser; 2] {
    [("demo", "Demo", 0xd1), ("guest", "Guest", 0xd2)].map(|(id, name, number)| {
        let uuid = UserUuid::from(Uuid::from_u128(
            0x0000_0000_0000_4000_8000_0000_0000_0000 | number,
        ));
        NewUser {
            id: BetterAuthId::of_user(uuid, id),
            uuid,
            email: format!("{id}@example.test"),
            name: name.to_owned(),
        }
    })
}

/// What to try with a token of the first one: paths, and curl's options behind them.
pub const REQUESTS: &[&str] = &["/api/me", "/api/profile"];

/// What an administrator may do to everybody's rows.
pub const PERMISSIONS: &[&str] = &[];

/// Adds what is missing; safe to repeat.
///
/// # Errors
/// When the database fails; then nothing is added.
pub async fn seed(db: &Database) -> Result<Added, AppError> {
    db.write(async |transaction| {
        let mut added = Added::default();
        for user in users() {
            added.users += u64::from(users::insert_missing(user, transaction).await?);
        }
        Ok(added)
    })
    .await
}
