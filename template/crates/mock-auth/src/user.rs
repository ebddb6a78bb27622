use aws_lc_rs::digest::{SHA256, digest};
use uuid::{Builder, Uuid};

use crate::id;

/// A user as Better Auth knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Better Auth's own id, the `sub` of tokens.
    pub id: String,
    /// The `uuid` claim.
    pub uuid: Uuid,
    /// The e-mail address.
    pub email: String,
    /// The display name.
    pub name: String,
    /// One role, or several separated by commas as the admin plugin writes them.
    pub role: String,
    /// The `permissions` claim.
    pub permissions: Vec<String>,
    /// What the admin plugin keeps as `banned`; get-session tells it.
    pub banned: bool,
    /// The active organization; the claim is absent without one.
    pub organization_id: Option<String>,
}

impl User {
    /// An ordinary user, the same for the same name in every run; the address is `NAME@example.test`.
    pub fn named(name: &str) -> Self {
        let hash = digest(&SHA256, name.as_bytes());
        let uuid = std::array::from_fn(|index| hash.as_ref()[index]);
        let uuid = Builder::from_random_bytes(uuid).into_uuid();
        Self {
            id: match cfg!(feature = "native-ids") {
                true => uuid.to_string(),
                false => id::from_bytes(hash.as_ref()),
            },
            uuid,
            email: format!("{name}@example.test"),
            name: name.to_owned(),
            role: "user".to_owned(),
            permissions: Vec::new(),
            banned: false,
            organization_id: None,
        }
    }
}
