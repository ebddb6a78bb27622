use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use database::{Database, Error};
use moka::future::Cache;
use rest::AppError;
use serde_json::Value;

use crate::{
    claims::{Identity, roles},
    fingerprint::Fingerprint,
    repositories::members::{self, MemberTables},
};

/// How many look-ups are remembered.
const CACHE_CAPACITY: u64 = 100_000;
/// The length of the longest accepted id, in bytes.
const MAX_ID_BYTES: usize = 255;

/// A user in an organization of Better Auth's organization plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The organization's id.
    pub organization_id: String,
    /// The member's roles in it: `owner`, `admin`, `member` or those of the application.
    pub roles: Vec<String>,
    /// The team that the path names, if it names one.
    pub team_id: Option<String>,
}

/// Looks up who is a member of which organization: in Better Auth's tables where the database has
/// them, else in the claim `organizations` that `definePayload` adds.
///
/// A look-up, also one that finds nothing, is remembered for SESSION_CACHE_TTL.
pub struct Organizations {
    database: Database,
    tables: ArcSwapOption<MemberTables>,
    /// Not empty for a while after a look-up did not find the tables, or those of teams.
    lacks_tables: Cache<(), ()>,
    cache: Cache<Fingerprint, Option<Arc<Membership>>>,
}

impl Organizations {
    /// Looks members up in the tables of this database; remembers look-ups for `ttl`.
    #[must_use]
    pub fn new(database: Database, ttl: Duration) -> Self {
        let cache = Cache::builder().max_capacity(CACHE_CAPACITY);
        Self {
            database,
            tables: ArcSwapOption::empty(),
            lacks_tables: Cache::builder().time_to_live(ttl).build(),
            cache: cache.time_to_live(ttl).build(),
        }
    }

    /// The user's membership of the organization and, where one is named, of its team; `None` if
    /// the user is not a member.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn membership(
        &self,
        user: &Identity,
        organization: &str,
        team: Option<&str>,
    ) -> Result<Option<Arc<Membership>>, AppError> {
        let ids = [organization, team.unwrap_or("-")];
        if ids
            .iter()
            .any(|id| !(1..=MAX_ID_BYTES).contains(&id.len()) || id.contains('\0'))
        {
            return Ok(None);
        }
        let Some(tables) = self.tables(team.is_some()).await? else {
            return Ok(claimed(user, organization, team).map(Arc::new));
        };
        let key = Fingerprint::of(&format!("{:?}", (&user.id, organization, team)));
        let look_up = look_up(&tables, user, organization, team, &self.database);
        Ok(self.cache.try_get_with(key, look_up).await?)
    }

    /// Better Auth's tables. They may be created at any time; a later look-up then finds them.
    async fn tables(&self, of_team_too: bool) -> Result<Option<Arc<MemberTables>>, Error> {
        let are_enough = |tables: &Option<Arc<MemberTables>>| {
            let tables = tables.as_ref();
            tables.is_some_and(|tables| !of_team_too || tables.have_teams())
        };
        let known = self.tables.load_full();
        if are_enough(&known) || self.lacks_tables.contains_key(&()) {
            return Ok(known);
        }
        let found = members::tables(self.database.read()).await?.map(Arc::new);
        if !are_enough(&found) {
            self.lacks_tables.insert((), ()).await;
        }
        if found.is_some() {
            self.tables.store(found.clone());
        }
        Ok(found.or(known))
    }
}

async fn look_up(
    tables: &MemberTables,
    user: &Identity,
    organization: &str,
    team: Option<&str>,
    database: &Database,
) -> Result<Option<Arc<Membership>>, Error> {
    let roles = members::find_roles(tables, &user.id, organization, team, database.read());
    let membership = |roles| Membership {
        organization_id: organization.to_owned(),
        roles,
        team_id: team.map(str::to_owned),
    };
    Ok(roles.await?.map(membership).map(Arc::new))
}

/// `organizations: [{"id": "...", "role": "owner,admin", "teams": ["..."]}]`, as of the time when
/// the token was made.
fn claimed(user: &Identity, organization: &str, team: Option<&str>) -> Option<Membership> {
    let mut all = user.organizations.iter();
    let own = all.find(|it| it.get("id").and_then(Value::as_str) == Some(organization))?;
    let is_in_team = |team: &str| {
        let teams = own.get("teams").and_then(Value::as_array);
        teams.is_some_and(|teams| teams.iter().any(|own| own == team))
    };
    team.is_none_or(is_in_team).then(|| Membership {
        organization_id: organization.to_owned(),
        roles: roles(own.get("role")),
        team_id: team.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ids::BetterAuthId;

    fn alice(organizations: Value) -> Identity {
        Identity {
            organizations: organizations.as_array().cloned().unwrap_or_default(),
            ..Identity::new(BetterAuthId::new("alice"), uuid::Uuid::max().into())
        }
    }

    #[test]
    fn a_claim_that_names_the_organization_makes_a_member() {
        let user = alice(json!([{"id": "acme", "role": "owner, editor", "teams": ["red"]}]));
        let member = claimed(&user, "acme", None).expect("a member");
        assert_eq!(member.roles, ["owner", "editor"]);
        assert!(claimed(&user, "acme", Some("red")).is_some());
        assert!(claimed(&user, "acme", Some("blue")).is_none());
        assert!(claimed(&user, "other", None).is_none());
    }

    #[test]
    fn a_claim_of_another_form_makes_nobody_a_member() {
        for claim in [
            json!("acme"),
            json!(["acme"]),
            json!([{"name": "acme"}]),
            json!([["acme"]]),
            json!({"acme": "owner"}),
        ] {
            assert!(
                claimed(&alice(claim.clone()), "acme", None).is_none(),
                "{claim}"
            );
        }
    }
}
