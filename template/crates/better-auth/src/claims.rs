use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::verifier::Lifetime;
use crate::types::{BetterAuthId, UserUuid};

/// A JSON object that remembers whether a name appeared twice: such a one means different things
/// to different readers (RFC 7515 section 4, RFC 7519 section 4).
pub(super) struct Members {
    pub(super) map: Map<String, Value>,
    pub(super) repeated: bool,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
                let mut members = Members {
                    map: Map::new(),
                    repeated: false,
                };
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    members.repeated |= members.map.insert(name, value).is_some();
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

/// The claims of a verified token. `extra` holds whatever else Better Auth's `definePayload` added.
///
/// To give a claim of your own a type: add a field here, fill it in `from_members` by taking the
/// member out (`team: take_text(&mut members, "team")`), and, where handlers want it, add it to
/// [`Identity`]. Claims are signed but as old as the token: what must hold at this moment belongs
/// into the database.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// `sub`: Better Auth's own id.
    pub subject: BetterAuthId,
    /// USER_UUID_CLAIM: the target of our foreign keys.
    pub uuid: UserUuid,
    /// When the token is good.
    pub lifetime: Lifetime,
    /// `email`.
    pub email: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `role`: one role, several separated by commas (the admin plugin), or a list.
    pub roles: Vec<String>,
    /// `permissions`: a list, or text separated by spaces or commas.
    pub permissions: Vec<String>,
    /// `organization_id`.
    pub organization_id: Option<String>,
    /// All other claims.
    pub extra: Map<String, Value>,
}

/// Why claims are not those of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClaimsFault {
    Subject,
    Uuid,
}

impl Claims {
    /// Takes apart claims whose times were checked already.
    pub(super) fn from_members(
        mut members: Map<String, Value>,
        lifetime: Lifetime,
        uuid_claim: &str,
    ) -> Result<Self, ClaimsFault> {
        let uuid = members
            .get(uuid_claim)
            .and_then(Value::as_str)
            .and_then(usable_uuid);
        let subject = take_text(&mut members, "sub")
            .filter(|sub| !sub.trim().is_empty())
            .ok_or(ClaimsFault::Subject)?;
        let uuid = uuid.ok_or(ClaimsFault::Uuid)?;
        for checked in ["iss", "aud", "exp", "nbf", "iat", uuid_claim] {
            members.remove(checked);
        }
        Ok(Self {
            subject: BetterAuthId::new(subject),
            uuid,
            lifetime,
            email: take_text(&mut members, "email"),
            name: take_text(&mut members, "name"),
            roles: members
                .remove("role")
                .map(|role| words(&role, &[',']))
                .unwrap_or_default(),
            permissions: members
                .remove("permissions")
                .map(|list| words(&list, &[',', ' ']))
                .unwrap_or_default(),
            organization_id: take_text(&mut members, "organization_id"),
            extra: members,
        })
    }
}

fn take_text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// The admin plugin's `banned`. Databases without booleans give a number; what cannot be read as
/// "no" is "yes".
pub(super) fn is_banned(user: &Map<String, Value>) -> bool {
    match user.get("banned") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(banned) => banned.as_f64() != Some(0.0),
    }
}

/// Neither nil nor max: both stand for "no user" somewhere.
pub(super) fn usable_uuid(text: &str) -> Option<UserUuid> {
    let uuid = UserUuid::from_str(text).ok()?;
    (!uuid.as_uuid().is_nil() && !uuid.as_uuid().is_max()).then_some(uuid)
}

pub(super) fn words(value: &Value, separators: &[char]) -> Vec<String> {
    let split = |text: &str| {
        text.split(separators)
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    match value {
        Value::String(text) => split(text),
        Value::Array(items) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// The signed-in user, as far as the token tells.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Identity {
    /// Better Auth's own id (`sub`).
    pub id: BetterAuthId,
    /// The UUID that rows belong to; `{user_id}` in paths.
    pub uuid: UserUuid,
    /// As of sign-in.
    pub email: Option<String>,
    /// As of sign-in.
    pub name: Option<String>,
    /// Better Auth's roles.
    pub roles: Vec<String>,
    /// What `definePayload` granted.
    pub permissions: Vec<String>,
    /// The active organization.
    pub organization_id: Option<String>,
}

impl From<Claims> for Identity {
    fn from(claims: Claims) -> Self {
        Self {
            id: claims.subject,
            uuid: claims.uuid,
            email: claims.email,
            name: claims.name,
            roles: claims.roles,
            permissions: claims.permissions,
            organization_id: claims.organization_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_appears_twice_is_noticed() {
        let repeated = |json| {
            serde_json::from_str::<Members>(json)
                .map(|members| members.repeated)
                .ok()
        };
        assert_eq!(repeated(r#"{"sub":"a","sub":"b"}"#), Some(true));
        assert_eq!(repeated(r#"{"sub":"a","Sub":"b"}"#), Some(false));
    }

    #[test]
    fn roles_and_permissions_are_read_in_every_form_that_better_auth_writes() {
        let list = |value| words(&value, &[',', ' ']);
        assert_eq!(list(json!("admin")), ["admin"]);
        assert_eq!(list(json!("admin, editor")), ["admin", "editor"]);
        assert_eq!(list(json!(["admin", "editor"])), ["admin", "editor"]);
        assert_eq!(
            list(json!("books:read books:delete")),
            ["books:read", "books:delete"]
        );
        assert!(
            list(json!(null)).is_empty() && list(json!(7)).is_empty() && list(json!("")).is_empty()
        );
    }

    #[test]
    fn whatever_does_not_say_no_is_a_ban() {
        let banned = |value: Value| is_banned(json!({"banned": value}).as_object().expect("one"));
        for value in [
            json!(true),
            json!("true"),
            json!("false"),
            json!(1),
            json!([]),
            json!({}),
        ] {
            assert!(banned(value.clone()), "{value}");
        }
        assert!(!banned(json!(false)) && !banned(json!(null)) && !banned(json!(0)));
        assert!(!is_banned(&Map::new()));
    }

    #[test]
    fn nil_max_and_unhyphenated_uuids_are_not_usable() {
        for text in [
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "018f3c1a7b6e7c3d9f2a4b5c6d7e8f90",
            "{018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90}",
            "urn:uuid:018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90",
            "3rQ8oXzKc1WmBv7LtYp5GhNd2JfSaEu9",
        ] {
            assert_eq!(usable_uuid(text), None, "{text}");
        }
        assert!(usable_uuid("018F3C1A-7B6E-7C3D-9F2A-4B5C6D7E8F90").is_some());
    }
}
