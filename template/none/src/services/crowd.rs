//! Many users, for load tests. The same in every run, so that it can be repeated and enlarged;
//! tokens for them can be made by name (`User::named` of `mock-auth`).

use aws_lc_rs::digest::{SHA256, digest};
use uuid::Builder;

use super::demo::Added;
use crate::{
    database::Database,
    error::AppError,
    repositories::{bulk, users::NewUser},
    types::{BetterAuthId, Operator, UserUuid},
};

/// Users in one transaction.
const USERS: u32 = 100;

/// Adds what is missing of so many users. A user whose id or address somebody else has is left
/// out. `progress` hears how many were looked at.
///
/// # Errors
/// When the database fails; what was added before stays.
pub async fn gather(
    operator: Operator,
    users: u32,
    db: &Database,
    mut progress: impl FnMut(u64),
) -> Result<Added, AppError> {
    let mut added = Added::default();
    let mut first = 1;
    while first <= users {
        let last = users.min(first + USERS - 1);
        let members = (first..=last).map(|number| Member::numbered(number).to_new());
        let members: Vec<_> = members.collect();
        added.users += db
            .write(async |transaction| {
                bulk::insert_missing_users(operator, &members, transaction).await
            })
            .await?;
        progress(u64::from(last - first + 1));
        first = last + 1;
    }
    Ok(added)
}

/// One of the crowd: `user0001` and so on.
struct Member {
    name: String,
    uuid: UserUuid,
}

impl Member {
    fn numbered(number: u32) -> Self {
        let name = format!("user{number:04}");
        let uuid = UserUuid::from(Builder::from_random_bytes(bytes(&name)).into_uuid());
        Self { name, uuid }
    }

    fn to_new(&self) -> NewUser {
        let alphabet = ('a'..='z').chain('A'..='Z').chain('0'..='9');
        let alphabet: Vec<_> = alphabet.collect();
        let letter = |byte: u8| alphabet[usize::from(byte) % alphabet.len()];
        let id: String = bytes::<32>(&self.name).map(letter).iter().collect();
        NewUser {
            id: BetterAuthId::of_user(self.uuid, &id),
            uuid: self.uuid,
            email: format!("{}@example.test", self.name),
            name: self.name.clone(),
        }
    }
}

/// The first bytes of the text's hash: random to look at, and always the same.
fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let hash = digest(&SHA256, text.as_bytes());
    std::array::from_fn(|index| hash.as_ref()[index])
}
