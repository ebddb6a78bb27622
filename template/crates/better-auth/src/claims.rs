use std::{str::FromStr, time::UNIX_EPOCH};

use database::{UserUuid, UtcDateTime};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ids::BetterAuthId;

/// When a token was made and is valid (RFC 7519 sections 4.1.4 to 4.1.6), in seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lifetime {
    /// `exp`.
    pub expires_at: f64,
    /// `nbf`, or 0 without one.
    pub not_before: f64,
    /// `iat`, or 0 without one.
    pub issued_at: f64,
}

/// The claims of a verified token. `extra` holds whatever else Better Auth's `definePayload` added.
///
/// To give a claim of your own a type: add a field here, fill it in `from_json` by taking it out
/// of the object (`team: take_text(&mut claims, "team")`), and, where handlers want it, add it to
/// [`Identity`]. Claims are signed but as old as the token: read what must be true right now from
/// the database.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// `sub`: Better Auth's own id.
    pub subject: BetterAuthId,
    /// The claim that USER_UUID_CLAIM names: the target of the application's foreign keys.
    pub uuid: UserUuid,
    /// `exp`, `nbf` and `iat`.
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
    /// `organizations`: an object with `id`, `role` and `teams` for each.
    pub organizations: Vec<Value>,
    /// `impersonatedBy`: the administrator who acts as this user (the admin plugin).
    pub impersonated_by: Option<BetterAuthId>,
    /// All other claims.
    pub extra: Map<String, Value>,
}

/// Which claim about the user is missing or unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClaimsError {
    Subject,
    Uuid,
}

impl Claims {
    /// Reads the claims of a token whose times were already checked.
    pub(crate) fn from_json(
        mut claims: Map<String, Value>,
        lifetime: Lifetime,
        uuid_claim: &str,
    ) -> Result<Self, ClaimsError> {
        let uuid = claims.get(uuid_claim).and_then(Value::as_str);
        let uuid = uuid.and_then(usable_uuid);
        let subject = take_text(&mut claims, "sub")
            .filter(|sub| !sub.trim().is_empty() && is_storable(sub))
            .ok_or(ClaimsError::Subject)?;
        let uuid = uuid.ok_or(ClaimsError::Uuid)?;
        for checked in ["iss", "aud", "exp", "nbf", "iat", uuid_claim] {
            claims.remove(checked);
        }
        Ok(Self {
            subject: BetterAuthId::new(subject),
            uuid,
            lifetime,
            email: take_text(&mut claims, "email"),
            name: take_text(&mut claims, "name"),
            roles: roles(claims.remove("role").as_ref()),
            permissions: permissions(claims.remove("permissions").as_ref()),
            organization_id: take_text(&mut claims, "organization_id"),
            organizations: take_list(&mut claims, "organizations"),
            impersonated_by: take_text(&mut claims, "impersonatedBy")
                .filter(|id| is_storable(id))
                .map(BetterAuthId::new),
            extra: claims,
        })
    }
}

/// PostgreSQL cannot store a NUL.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

fn take_text(claims: &mut Map<String, Value>, name: &str) -> Option<String> {
    match claims.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn take_list(claims: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match claims.remove(name) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// The admin plugin's `banned`. Databases without booleans give a number; only absent, null,
/// false and 0 mean "not banned".
pub(crate) fn is_banned(user: &Map<String, Value>) -> bool {
    match user.get("banned") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(banned) => banned.as_f64() != Some(0.0),
    }
}

/// Like [`is_banned`], for a user from Better Auth's endpoints: a ban whose `banExpires` has passed
/// does not count, although Better Auth removes it only at the next sign-in.
pub(crate) fn is_banned_at(user: &Map<String, Value>, now: UtcDateTime) -> bool {
    let end = user.get("banExpires").and_then(Value::as_str);
    let end = end.and_then(|end| end.parse::<UtcDateTime>().ok());
    is_banned(user) && end.is_none_or(|end| end > now)
}

/// A UUID that can belong to a user. Rejects nil and max, which mean "no user" in some systems.
pub(crate) fn usable_uuid(text: &str) -> Option<UserUuid> {
    let uuid = UserUuid::from_str(text).ok()?;
    (!uuid.as_uuid().is_nil() && !uuid.as_uuid().is_max()).then_some(uuid)
}

/// `role`, as the admin plugin writes it or as a list.
pub(crate) fn roles(value: Option<&Value>) -> Vec<String> {
    split(value, &[','])
}

/// `permissions`: a list, or text separated by spaces or commas.
pub(crate) fn permissions(value: Option<&Value>) -> Vec<String> {
    split(value, &[',', ' '])
}

fn split(value: Option<&Value>, separators: &[char]) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text
            .split(separators)
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        Some(Value::Array(items)) => {
            let texts = items.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The signed-in user, as the token or the session describes them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Identity {
    /// Better Auth's own id (`sub`).
    pub id: BetterAuthId,
    /// The UUID that rows belong to; `{user_id}` in paths.
    pub uuid: UserUuid,
    /// As the token or the session says.
    pub email: Option<String>,
    /// As the token or the session says.
    pub name: Option<String>,
    /// Better Auth's roles.
    pub roles: Vec<String>,
    /// What `definePayload` granted.
    pub permissions: Vec<String>,
    /// The active organization.
    pub organization_id: Option<String>,
    /// What `definePayload` says of the user's organizations; read by
    /// [`Organizations`](crate::Organizations) where the database does not have them.
    #[serde(skip)]
    pub organizations: Vec<Value>,
    /// The administrator who acts as this user, by Better Auth's id (`impersonatedBy` of the admin
    /// plugin).
    #[serde(skip)]
    pub impersonated_by: Option<BetterAuthId>,
    /// When Better Auth stated this, in seconds since 1970: the token's `iat`, or the time of the
    /// look-up.
    #[serde(skip)]
    pub as_of: f64,
}

impl Identity {
    /// An identity with these ids and nothing else, as of now.
    #[must_use]
    pub fn new(id: BetterAuthId, uuid: UserUuid) -> Self {
        Self {
            id,
            uuid,
            email: None,
            name: None,
            roles: Vec::new(),
            permissions: Vec::new(),
            organization_id: None,
            organizations: Vec::new(),
            impersonated_by: None,
            as_of: UNIX_EPOCH.elapsed().unwrap_or_default().as_secs_f64(),
        }
    }
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
            organizations: claims.organizations,
            impersonated_by: claims.impersonated_by,
            as_of: claims.lifetime.issued_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn roles_and_permissions_are_read_in_every_form_that_better_auth_writes() {
        for (value, expected) in [
            (json!("admin"), &["admin"][..]),
            (json!("admin, editor"), &["admin", "editor"]),
            (json!(["admin", "editor"]), &["admin", "editor"]),
            (json!(null), &[]),
            (json!(7), &[]),
            (json!(""), &[]),
        ] {
            assert_eq!(roles(Some(&value)), expected, "{value}");
            assert_eq!(permissions(Some(&value)), expected, "{value}");
        }
        let scopes = json!("books:read books:delete");
        assert_eq!(permissions(Some(&scopes)), ["books:read", "books:delete"]);
        assert!(roles(None).is_empty());
    }

    #[test]
    fn any_value_except_null_false_and_0_is_a_ban() {
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
    fn a_ban_ends_when_it_expires_and_never_without_a_readable_end() {
        let now = "2026-12-01T12:00:00Z".parse().expect("a time");
        let is_banned = |end: Value| {
            let user = json!({"banned": true, "banExpires": end});
            is_banned_at(user.as_object().expect("an object"), now)
        };
        for end in [
            json!(null),
            json!("2026-12-01T12:00:00.001Z"),
            json!("soon"),
            json!({}),
        ] {
            assert!(is_banned(end.clone()), "{end}");
        }
        assert!(!is_banned(json!("2026-12-01T12:00:00.000Z")));
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
