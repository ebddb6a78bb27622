//! Demo data for development: two users, and what the example adds for them.

mod tasks;

use std::fmt;

use better_auth::repositories::users::{self, NewUser};
use database::{Database, UserUuid};
use uuid::Uuid;

use crate::{auth::BetterAuthId, error::AppError};

/// How many rows were added.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Rows of `user`.
    pub users: u64,
    /// Rows of `tags`.
    pub tags: u64,
    /// Rows of `tasks`.
    pub tasks: u64,
}

impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} users", self.users)?;
        write!(f, ", {} tags, {} tasks", self.tags, self.tasks)?;
        Ok(())
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

/// Requests to try with a token of the first user: paths, followed by curl's options.
pub const REQUESTS: &[&str] = &[
    // The token's user, and their row.
    "/api/me",
    "/api/profile",
    // Their tasks, and a new one.
    "/api/me/tasks",
    r#"/api/me/tasks --json '{"title":"Water the plants"}'"#,
];

/// The permissions for everybody's rows that an administrator may have.
pub const PERMISSIONS: &[&str] = &["tasks:delete"];

/// Adds what is missing; safe to repeat. Users who have rows already get no more.
///
/// # Errors
/// When the database fails; then nothing is added.
pub async fn seed(db: &Database) -> Result<Added, AppError> {
    db.write(async |transaction| {
        let mut added = Added::default();
        for user in users() {
            added.users += u64::from(users::insert_if_absent(user, transaction).await?);
        }
        (added.tags, added.tasks) = tasks::add(users().map(|it| it.uuid), transaction).await?;
        Ok(added)
    })
    .await
}
