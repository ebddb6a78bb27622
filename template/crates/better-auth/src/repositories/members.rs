//! Queries of the tables of Better Auth's organization plugin, which this application only reads.

use database::{Error, quoted};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::SchemaManager;
use uuid::Uuid;

use crate::{
    claims,
    ids::BetterAuthId,
    schema::{
        catalogue::{self, ListedTable},
        matching::normalized,
    },
};

/// The statements that look a member up, with the table and column names of this database.
pub(crate) struct MemberTables {
    of_organization: String,
    /// Absent without teams.
    of_team: Option<String>,
    /// Whether the ids of organizations, users and teams are of PostgreSQL's type uuid, to which
    /// other text cannot be compared.
    are_uuids: [bool; 3],
}

impl MemberTables {
    /// Whether there are teams.
    pub(crate) fn have_teams(&self) -> bool {
        self.of_team.is_some()
    }
}

/// The tables of the organization plugin; `None` where the database does not have them.
pub(crate) async fn tables(db: &DatabaseConnection) -> Result<Option<MemberTables>, Error> {
    let manager = SchemaManager::new(db);
    let listed = catalogue::tables(&manager).await?;
    let Some(members) = find_table(&listed, "member", &["organizationId", "userId", "role"]) else {
        return Ok(None);
    };
    let teams = find_table(&listed, "team", &["id", "organizationId"]);
    let team_members = find_table(&listed, "teamMember", &["teamId", "userId"]);
    let are_uuids = [
        is_uuid(&manager, Some(members), "organizationId").await?,
        is_uuid(&manager, Some(members), "userId").await?,
        is_uuid(&manager, team_members, "teamId").await?,
    ];
    let parameter = |number: usize| {
        if are_uuids[number - 1] {
            format!("CAST(${number} AS uuid)")
        } else {
            format!("${number}")
        }
    };
    let of_organization = format!(
        "SELECT CAST(m.{role} AS text) AS role FROM {table} AS m
         WHERE m.{organization} = {} AND m.{user} = {}",
        parameter(1),
        parameter(2),
        role = members.column("role"),
        table = quoted(&members.name),
        organization = members.column("organizationId"),
        user = members.column("userId"),
    );
    let of_team = teams.zip(team_members).map(|(teams, team_members)| {
        format!(
            "{of_organization} AND EXISTS (
                 SELECT 1 FROM {team_member} AS tm JOIN {team} AS t ON t.{id} = tm.{team_id}
                 WHERE tm.{team_id} = {} AND tm.{user} = m.{member} AND t.{owner} = m.{organization}
             )",
            parameter(3),
            team_member = quoted(&team_members.name),
            team = quoted(&teams.name),
            id = teams.column("id"),
            team_id = team_members.column("teamId"),
            user = team_members.column("userId"),
            member = members.column("userId"),
            owner = teams.column("organizationId"),
            organization = members.column("organizationId"),
        )
    });
    Ok(Some(MemberTables {
        of_organization,
        of_team,
        are_uuids,
    }))
}

async fn is_uuid(
    manager: &SchemaManager<'_>,
    table: Option<&ListedTable>,
    column: &str,
) -> Result<bool, Error> {
    let Some((table, column)) = table.and_then(|table| Some((table, table.find(column)?))) else {
        return Ok(false);
    };
    let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
    let existing = catalogue::columns(manager, &table.name, ("", "")).await?;
    let mut named = existing.iter().filter(|it| it.name == *column);
    Ok(is_postgres && named.any(|it| it.data_type == "uuid"))
}

/// The table of this name, in Better Auth's style, in snake_case or in the plural, that has these
/// columns.
fn find_table<'a>(
    tables: &'a [ListedTable],
    name: &str,
    columns: &[&str],
) -> Option<&'a ListedTable> {
    let is_named = |table: &&ListedTable| {
        let found = normalized(&table.name);
        found == normalized(name) || found == normalized(name) + "s"
    };
    let has_columns =
        |table: &&ListedTable| columns.iter().all(|column| table.find(column).is_some());
    let mut found = tables
        .iter()
        .filter(|table| table.is_visible)
        .filter(is_named)
        .filter(has_columns);
    let first = found.next()?;
    // If several tables match, only the one with Better Auth's own name counts.
    let mut own = tables
        .iter()
        .filter(|table| table.is_visible && table.name == name);
    match found.next() {
        None => Some(first),
        Some(_) => own.rfind(has_columns),
    }
}

impl ListedTable {
    fn find(&self, column: &str) -> Option<&String> {
        let mut columns = self.columns.iter();
        columns.find(|found| normalized(found) == normalized(column))
    }

    /// The quoted name of a column that [`find_table`] required.
    fn column(&self, name: &str) -> String {
        quoted(self.find(name).map_or(name, String::as_str))
    }
}

/// The roles of a member of the organization and, where one is named, of its team; `None` for
/// everyone else. One statement.
pub(crate) async fn find_roles(
    tables: &MemberTables,
    user: &BetterAuthId,
    organization: &str,
    team: Option<&str>,
    db: &impl ConnectionTrait,
) -> Result<Option<Vec<String>>, Error> {
    let user = user.to_string();
    let (query, ids) = match (team, &tables.of_team) {
        (None, _) => (&tables.of_organization, vec![organization, &user]),
        (Some(team), Some(query)) => (query, vec![organization, &user, team]),
        (Some(_), None) => return Ok(None),
    };
    let mut ids_and_types = ids.iter().zip(tables.are_uuids);
    // Accepts a UUID only in PostgreSQL's form: another form would be a second name of the same
    // organization.
    let is_written_so = |id: &str| Uuid::parse_str(id).is_ok_and(|uuid| uuid.to_string() == id);
    if ids_and_types.any(|(id, is_uuid)| is_uuid && !is_written_so(id)) {
        return Ok(None);
    }
    let values = ids.into_iter().map(sea_orm::Value::from);
    let query = Statement::from_sql_and_values(db.get_database_backend(), query, values);
    let Some(row) = db.query_one_raw(query).await? else {
        return Ok(None);
    };
    let role: Option<String> = row.try_get("", "role")?;
    Ok(Some(claims::roles(role.map(Into::into).as_ref())))
}
