use aws_lc_rs::digest::{SHA256, digest};
use uuid::{Builder, Uuid};

use crate::id;

/// A user as Better Auth knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Better Auth's id: the `sub` of tokens.
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
    /// `banned` of the admin plugin, which get-session returns.
    pub banned: bool,
    /// The active organization; without one the token has no claim `organization_id`.
    pub organization_id: Option<String>,
    /// The administrator who acts as the user, as in sessions of the admin plugin; tokens have it
    /// too.
    pub impersonated_by: Option<String>,
}

impl User {
    /// A user with role `user` and the address `NAME@example.test`. The same name gives the same ids in
    /// every run.
    pub fn named(name: &str) -> Self {
        let hash = digest(&SHA256, name.as_bytes());
        let uuid = std::array::from_fn(|index| hash.as_ref()[index]);
        let uuid = Builder::from_random_bytes(uuid).into_uuid();
        Self {
            id: if cfg!(feature = "native-ids") {
                uuid.to_string()
            } else {
                id::from_bytes(hash.as_ref())
            },
            uuid,
            email: format!("{name}@example.test"),
            name: name.to_owned(),
            role: "user".to_owned(),
            permissions: Vec::new(),
            banned: false,
            organization_id: None,
            impersonated_by: None,
        }
    }
}
