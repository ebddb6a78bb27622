//! BETTER_AUTH_NAMES: names of Better Auth's tables and columns that cannot be recognized.

use database::EnvReader;

use crate::schema::definitions::{Kind, TableId};

const NAME: &str = "BETTER_AUTH_NAMES";
const EXPECTED: &str = "Better Auth's names with those in the database, without a schema, such as user:people,user.emailVerified:verified";

/// BETTER_AUTH_NAMES: for tables and columns of Better Auth, their names in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameOverrides(Vec<Override>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Override {
    table: TableId,
    /// The column; `None` if the name is that of the table.
    column: Option<&'static str>,
    name: String,
}

impl NameOverrides {
    /// Reads the setting; `env` collects the errors.
    pub fn read(env: &mut EnvReader<'_>) -> Self {
        let mut overrides: Vec<Override> = Vec::new();
        for pair in env.list(NAME).unwrap_or_default() {
            match parse(&pair) {
                Some(new) if overrides.iter().any(|old| old.is_for_the_same(&new)) => {
                    env.problem(NAME, &pair, "one name for each table and column");
                }
                Some(new) if overrides.iter().any(|old| old.has_the_name_of(&new)) => {
                    env.problem(NAME, &pair, "a name of its own for each table and column");
                }
                Some(new) => overrides.push(new),
                None => env.problem(NAME, &pair, EXPECTED),
            }
        }
        Self(overrides)
    }

    pub(crate) fn table(&self, table: TableId) -> Option<&str> {
        self.find(table, None)
    }

    pub(crate) fn column(&self, table: TableId, column: &'static str) -> Option<&str> {
        self.find(table, Some(column))
    }

    fn find(&self, table: TableId, column: Option<&'static str>) -> Option<&str> {
        let mut overrides = self.0.iter();
        let found = overrides.find(|one| one.table == table && one.column == column)?;
        Some(&found.name)
    }
}

impl Override {
    fn is_for_the_same(&self, other: &Self) -> bool {
        (self.table, self.column) == (other.table, other.column)
    }

    /// Whether both give one name to two tables, or to two columns of a table.
    fn has_the_name_of(&self, other: &Self) -> bool {
        let is_same_place = match (self.column, other.column) {
            (None, None) => true,
            (Some(_), Some(_)) => self.table == other.table,
            _ => false,
        };
        is_same_place && self.name == other.name
    }
}

fn parse(pair: &str) -> Option<Override> {
    let (place, name) = pair.split_once(':')?;
    let (place, name) = (place.trim(), name.trim());
    let (table, column) = match place.split_once('.') {
        Some((table, column)) => (table, Some(column)),
        None => (place, None),
    };
    let mut tables = TableId::ALL.into_iter();
    let table = tables.find(|known| known.table().name == table)?;
    let column = match column {
        Some(column) => Some(known_column(table, column)?),
        None => None,
    };
    let is_valid = !name.is_empty() && !name.contains(['.', ':', '"', '\0']);
    let name = name.to_owned();
    is_valid.then_some(Override {
        table,
        column,
        name,
    })
}

/// A column that may be renamed: not `uuid`, because the application's migrations refer to it.
fn known_column(table: TableId, name: &str) -> Option<&'static str> {
    let mut columns = table.table().columns.iter();
    let known = columns.find(|column| column.name == name && column.kind != Kind::Uuid)?;
    Some(known.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<NameOverrides, String> {
        let lookup = |name: &str| (name == NAME).then(|| value.to_owned());
        database::read_settings(lookup, NameOverrides::read).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_no_name_of_better_auth_or_given_twice_is_rejected() {
        for value in [
            "people",
            "user:",
            ":people",
            "person:people",
            "user.verified:verified",
            "user.uuid:public_id",
            "user.emailVerified:",
            "user:auth.people",
            "user:a:b",
            "user:\"people\"",
            "user:people,user:persons",
            "user.email:mail,user.email:address",
            "user:people,session:people",
            "user.email:text,user.name:text",
        ] {
            let error = read(value).expect_err(value);
            assert!(error.contains(NAME), "{error}");
        }
    }

    #[test]
    fn tables_and_columns_get_their_names() {
        let names = read("user:people, user.emailVerified : verified").expect("valid names");
        assert_eq!(names.table(TableId::User), Some("people"));
        assert_eq!(names.table(TableId::Session), None);
        assert_eq!(
            names.column(TableId::User, "emailVerified"),
            Some("verified")
        );
        assert_eq!(names.column(TableId::User, "email"), None);
    }
}
