//! Finds the columns of Better Auth in a table, by the names that they may have.

use crate::schema::{
    catalogue::ListedTable,
    definitions::{Column, TableId},
    overrides::NameOverrides,
};

/// A table that may be one of Better Auth's.
pub(crate) struct Match {
    pub table: TableId,
    pub name: String,
    /// In the order of the definitions.
    pub columns: Vec<MatchedColumn>,
    /// The pairs of columns for one field, if the table has every required column in both styles.
    ambiguous: Vec<[String; 2]>,
}

pub(crate) struct MatchedColumn {
    pub column: &'static Column,
    /// The name in the table; for a missing column, the name that it would have.
    pub name: String,
    pub exists: bool,
    /// Whether BETTER_AUTH_NAMES gives the name.
    is_given: bool,
}

/// How columns are named.
#[derive(Clone, Copy)]
enum Style {
    /// `emailVerified`, as Better Auth itself.
    Own,
    /// `email_verified`
    Snake,
}

/// Matches the columns of a table in the style that lacks fewer required columns; columns that it
/// lacks may be in any style.
pub(crate) fn match_columns(
    table: TableId,
    listed: &ListedTable,
    overrides: &NameOverrides,
) -> Match {
    let matched = |style: Style| -> Vec<MatchedColumn> {
        let columns = table.table().columns.iter();
        columns
            .map(|column| match overrides.column(table, column.name) {
                Some(given) => MatchedColumn {
                    is_given: true,
                    ..MatchedColumn::new(column, given.to_owned(), listed)
                },
                None => MatchedColumn::new(column, style.name(column.name), listed),
            })
            .collect()
    };
    let (own, snake) = (matched(Style::Own), matched(Style::Snake));
    let ambiguous = if missing_columns(&own) == 0 && missing_columns(&snake) == 0 {
        differing(&own, &snake)
    } else {
        Vec::new()
    };
    let mut columns = if missing_columns(&snake) < missing_columns(&own) {
        snake
    } else {
        own
    };
    for column in &mut columns {
        if !column.exists && !column.is_given {
            column.look_under_any_style(listed);
        }
    }
    take_given_names(&mut columns);
    Match {
        table,
        name: listed.name.clone(),
        columns,
        ambiguous,
    }
}

/// Prevents that a column which BETTER_AUTH_NAMES gives to one field is used for another field too.
fn take_given_names(columns: &mut [MatchedColumn]) {
    let given = columns.iter().filter(|column| column.is_given);
    let given: Vec<_> = given.map(|column| column.name.clone()).collect();
    for column in columns {
        column.exists &= column.is_given || !given.contains(&column.name);
    }
}

/// How many required columns are missing.
fn missing_columns(columns: &[MatchedColumn]) -> usize {
    columns.iter().filter(|column| column.is_missing()).count()
}

fn differing(own: &[MatchedColumn], snake: &[MatchedColumn]) -> Vec<[String; 2]> {
    let pairs = own.iter().zip(snake);
    pairs
        .filter(|(own, snake)| own.exists && snake.exists && own.name != snake.name)
        .map(|(own, snake)| [own.name.clone(), snake.name.clone()])
        .collect()
}

/// Whether a table has the columns that only Better Auth's has, under whatever names.
pub(crate) fn resembles(listed: &ListedTable, table: TableId) -> bool {
    let distinctive: &[&str] = match table {
        TableId::User => &[
            "id",
            "name",
            "email",
            "emailVerified",
            "createdAt",
            "updatedAt",
        ],
        TableId::Session => &[
            "id",
            "token",
            "userId",
            "expiresAt",
            "ipAddress",
            "userAgent",
        ],
        TableId::Account => &["id", "accountId", "providerId", "userId"],
        TableId::Verification | TableId::Jwks => return false,
    };
    let names: Vec<_> = listed.columns.iter().map(|name| normalized(name)).collect();
    distinctive
        .iter()
        .all(|column| names.contains(&normalized(column)))
}

/// A name in lower case, without underscores.
pub(crate) fn normalized(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

impl Style {
    fn name(self, column: &str) -> String {
        match self {
            Self::Own => column.to_owned(),
            Self::Snake => {
                let mut name = String::new();
                for letter in column.chars() {
                    if letter.is_ascii_uppercase() {
                        name.push('_');
                    }
                    name.push(letter.to_ascii_lowercase());
                }
                name
            }
        }
    }
}

impl MatchedColumn {
    fn new(column: &'static Column, name: String, listed: &ListedTable) -> Self {
        let exists = listed.columns.contains(&name);
        Self {
            column,
            name,
            exists,
            is_given: false,
        }
    }

    fn is_missing(&self) -> bool {
        (self.column.is_required_by_better_auth() || self.is_given) && !self.exists
    }

    fn look_under_any_style(&mut self, listed: &ListedTable) {
        let wanted = normalized(self.column.name);
        let mut similar = listed
            .columns
            .iter()
            .filter(|name| normalized(name) == wanted);
        if let (Some(only), None) = (similar.next(), similar.next()) {
            self.name.clone_from(only);
            self.exists = true;
        }
    }
}

impl Match {
    /// The columns that Better Auth requires or BETTER_AUTH_NAMES names, and that do not exist.
    pub fn missing(&self) -> Vec<&'static str> {
        let missing = self.columns.iter().filter(|column| column.is_missing());
        missing.map(|column| column.column.name).collect()
    }

    /// Whether the table has the name under which the API would create its own.
    pub fn has_own_name(&self, ignores_case: bool) -> bool {
        let own = self.table.table().name;
        self.name == own || ignores_case && self.name.eq_ignore_ascii_case(own)
    }

    /// Whether table and columns have Better Auth's own names.
    pub fn is_in_own_style(&self) -> bool {
        let mut existing = self.columns.iter().filter(|column| column.exists);
        self.has_own_name(false) && existing.all(|column| column.name == column.column.name)
    }

    /// Says which columns are missing, and what to do.
    pub fn lacks(&self) -> String {
        let (own, table) = (self.table.table().name, &self.name);
        let missing = self.missing();
        let places: Vec<_> = missing
            .iter()
            .map(|name| format!("{table}.{name}"))
            .collect();
        let settings: Vec<_> = missing
            .iter()
            .map(|name| format!("{own}.{name}:NAME"))
            .collect();
        format!(
            "{} {} missing: if Better Auth has another name for it, set BETTER_AUTH_NAMES={}; if \
             its tables are older than Better Auth 1.7, run `npx auth migrate` first; if the table \
             is not Better Auth's, give the API a database or a schema of its own",
            places.join(", "),
            if places.len() == 1 { "is" } else { "are" },
            settings.join(",")
        )
    }

    /// Explains why a table can neither be used as Better Auth's nor be created.
    pub fn stands_alone(&self) -> String {
        if !self.missing().is_empty() {
            return self.lacks();
        }
        let table = &self.name;
        format!(
            "the table {table} has the columns of Better Auth's, but the tables beside it do not: \
             set BETTER_AUTH_NAMES to the names of user, session and account, or give the API a \
             database or a schema of its own"
        )
    }

    /// Says which columns have two names.
    pub fn ambiguity(&self) -> Option<String> {
        let [own, snake] = self.ambiguous.first()?;
        let (table, name) = (&self.name, self.table.table().name);
        let pairs: Vec<_> = self
            .ambiguous
            .iter()
            .map(|pair| pair.join(" and "))
            .collect();
        Some(format!(
            "{table} has two columns for one field ({}): drop the ones that Better Auth does not \
             use, or set BETTER_AUTH_NAMES, for example {name}.{own}:{snake}",
            pairs.join(", ")
        ))
    }
}
