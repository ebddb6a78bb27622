//! Recognizes Better Auth's tables among the tables of a database: under Better Auth's own names,
//! in snake_case, in the plural, or under the names in BETTER_AUTH_NAMES.

use database::quoted;

use crate::schema::{
    catalogue::ListedTable,
    definitions::TableId,
    matching::{Match, match_columns, normalized, resembles},
    overrides::NameOverrides,
};

/// The tables of a database, and the facts by which Better Auth's are recognized among them.
pub(crate) struct Discovery<'a> {
    pub tables: &'a [ListedTable],
    pub overrides: &'a NameOverrides,
    /// Whether table names are case-insensitive, as on SQLite.
    pub ignores_case: bool,
    /// Whether the search path is the default, so that nobody has chosen a schema.
    pub has_default_path: bool,
}

/// The tables of Better Auth in the order of [`TableId::ALL`]; `None` for absent ones.
pub(crate) type Matches = [Option<Match>; 5];

/// The tables that may be one of Better Auth's, by their names and columns.
enum Candidates {
    /// Tables that have every required column; with several, it is not known which is Better
    /// Auth's.
    Complete(Vec<Match>),
    /// Tables with the right name that lack columns; perhaps none.
    Incomplete(Vec<Match>),
}

impl Discovery<'_> {
    /// Better Auth's tables in a database that has not been adopted; `None` if there are none and
    /// they can be created.
    ///
    /// # Errors
    /// A sentence for each obstacle.
    pub fn recognize(&self) -> Result<Option<Matches>, Vec<String>> {
        let unknown = self.unknown_overrides();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let [user, session, account, verification, jwks] =
            TableId::ALL.map(|table| self.candidates(table));
        let others = [&session, &account];
        let accompanied = others.iter().any(|other| other.complete().is_some());
        let plural = match user.complete() {
            Some(user) if accompanied => is_plural(&user.name),
            _ => return self.without_users(accompanied).map(|()| None),
        };
        let mut obstacles = Vec::new();
        let [session, account, user] =
            [session, account, user].map(|table| self.needed(table, plural, &mut obstacles));
        if !obstacles.is_empty() {
            return Err(obstacles);
        }
        let (verification, jwks) = (verification.preferred(&[]), jwks.preferred(&[]));
        Ok(Some([user, session, account, verification, jwks]))
    }

    /// Better Auth's tables in a database in which the API has adopted or created them. Of several
    /// candidates, one whose name is in `adopted` wins, then the one with Better Auth's own name.
    pub fn recall(&self, adopted: &[String]) -> Matches {
        TableId::ALL.map(|table| match self.candidates(table) {
            Candidates::Incomplete(found) => found.into_iter().find(|found| {
                found.has_own_name(self.ignores_case)
                    || adopted.contains(&found.name)
                    || self.overrides.table(table).is_some()
            }),
            complete => complete.preferred(adopted),
        })
    }

    /// Tables that have the columns of Better Auth's users, whatever their names are.
    pub fn tables_of_users(&self) -> Vec<&ListedTable> {
        let tables = self.tables.iter().filter(|table| table.is_visible);
        tables
            .filter(|table| resembles(table, TableId::User))
            .collect()
    }

    /// A sentence for each schema outside the search path that has Better Auth's users.
    pub fn in_other_schemas(&self) -> Vec<String> {
        let has = |schema: &str, id: TableId| {
            let mut tables = self.tables.iter().filter(|table| table.schema == schema);
            tables.any(|table| resembles(table, id))
        };
        let mut schemas: Vec<_> = self
            .tables
            .iter()
            .filter(|table| !table.is_visible)
            .collect();
        schemas.dedup_by_key(|table| &table.schema);
        let schemas = schemas.into_iter().filter(|table| {
            let has = |id| has(&table.schema, id);
            has(TableId::User) && (has(TableId::Session) || has(TableId::Account))
        });
        schemas.map(in_schema).collect()
    }

    fn unknown_overrides(&self) -> Vec<String> {
        let named = TableId::ALL.map(|table| (table, self.overrides.table(table)));
        let missing = named.into_iter().filter_map(|(table, name)| {
            let found = self.candidates(table);
            name.filter(|_| found.preferred(&[]).is_none())
        });
        missing
            .map(|name| format!("the table {name}, which BETTER_AUTH_NAMES names, does not exist"))
            .collect()
    }

    fn candidates(&self, table: TableId) -> Candidates {
        let given = self.overrides.table(table);
        let visible = self.tables.iter().filter(|listed| listed.is_visible);
        let found = visible.filter(|listed| match given {
            Some(given) => self.is_same(&listed.name, given),
            None => {
                let (name, own) = (normalized(&listed.name), table.table().name);
                name == own || name.strip_suffix('s') == Some(own)
            }
        });
        let found = found.map(|listed| match_columns(table, listed, self.overrides));
        let (complete, incomplete): (Vec<_>, Vec<_>) =
            found.partition(|found| found.missing().is_empty());
        if complete.is_empty() {
            Candidates::Incomplete(incomplete)
        } else {
            Candidates::Complete(complete)
        }
    }

    /// The only complete candidate for users, sessions or accounts. Adds an obstacle if there are
    /// several, or if a table lacks columns whose name is plural or singular like that of the users
    /// (`plural`), or given by BETTER_AUTH_NAMES.
    fn needed(
        &self,
        candidates: Candidates,
        plural: bool,
        obstacles: &mut Vec<String>,
    ) -> Option<Match> {
        match candidates {
            Candidates::Complete(mut found) if found.len() == 1 => {
                let found = found.remove(0);
                obstacles.extend(found.ambiguity());
                Some(found)
            }
            Candidates::Complete(found) => {
                obstacles.push(several(&found));
                None
            }
            Candidates::Incomplete(found) => {
                let is_renamed = |found: &&Match| {
                    is_plural(&found.name) == plural || self.overrides.table(found.table).is_some()
                };
                obstacles.extend(found.iter().filter(is_renamed).map(Match::lacks));
                None
            }
        }
    }

    /// Checks that nothing prevents creating Better Auth's tables, if its users were not found.
    fn without_users(&self, accompanied: bool) -> Result<(), Vec<String>> {
        let mut obstacles = Vec::new();
        for table in TableId::ALL {
            for found in self.candidates(table).all() {
                let is_in_the_way = if accompanied {
                    table == TableId::User
                } else {
                    found.has_own_name(self.ignores_case)
                };
                if is_in_the_way {
                    obstacles.push(found.stands_alone());
                }
            }
        }
        if accompanied || obstacles.is_empty() {
            obstacles.extend(self.under_other_names());
        }
        if obstacles.is_empty() && accompanied {
            obstacles.push(
                "there are sessions or accounts of Better Auth, but no users: set \
                 BETTER_AUTH_NAMES=user:NAME to the name of their table"
                    .to_owned(),
            );
        }
        if self.has_default_path {
            obstacles.extend(self.in_other_schemas());
        }
        if obstacles.is_empty() {
            Ok(())
        } else {
            Err(obstacles)
        }
    }

    /// A sentence for each table that looks like Better Auth's but has another name.
    fn under_other_names(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        for id in [TableId::User, TableId::Session, TableId::Account] {
            let own = id.table().name;
            let is_known = |name: &str| normalized(name).trim_end_matches('s') == own;
            let visible = self.tables.iter().filter(|table| table.is_visible);
            let similar = visible.filter(|table| resembles(table, id) && !is_known(&table.name));
            sentences.extend(similar.map(|table| {
                let name = &table.name;
                format!(
                    "the table {name} looks like Better Auth's {own}: if it is, set \
                     BETTER_AUTH_NAMES={own}:{name}, else give the API a database or a schema of \
                     its own"
                )
            }));
        }
        sentences
    }

    fn is_same(&self, one: &str, other: &str) -> bool {
        one == other || self.ignores_case && one.eq_ignore_ascii_case(other)
    }
}

impl Candidates {
    fn complete(&self) -> Option<&Match> {
        match self {
            Self::Complete(found) => found.first(),
            Self::Incomplete(_) => None,
        }
    }

    fn all(self) -> Vec<Match> {
        match self {
            Self::Complete(found) | Self::Incomplete(found) => found,
        }
    }

    /// The adopted candidate, else the one with Better Auth's own name, else any.
    fn preferred(self, adopted: &[String]) -> Option<Match> {
        let mut found = self.all();
        let place = found
            .iter()
            .position(|found| adopted.contains(&found.name))
            .or_else(|| found.iter().position(|found| found.has_own_name(false)))
            .unwrap_or(0);
        (place < found.len()).then(|| found.swap_remove(place))
    }
}

fn is_plural(name: &str) -> bool {
    name.ends_with(['s', 'S'])
}

fn several(found: &[Match]) -> String {
    let names: Vec<_> = found.iter().map(|found| found.name.as_str()).collect();
    let (own, first) = (found[0].table.table().name, names[0]);
    format!(
        "the tables {} both have the columns of Better Auth's {own}: set BETTER_AUTH_NAMES to the \
         right one, for example {own}:{first}",
        names.join(" and ")
    )
}

/// Says how to share the tables in the schema of `table`.
fn in_schema(table: &ListedTable) -> String {
    let schema = &table.schema;
    if !table.is_usable {
        return format!(
            "Better Auth's tables are in the schema {schema}, which the role of DATABASE_URL may not \
             use: GRANT USAGE ON SCHEMA {} TO it",
            quoted(schema)
        );
    }
    let value: String = url::form_urlencoded::byte_serialize(schema.as_bytes()).collect();
    format!(
        "Better Auth's tables are in the schema {schema}: to share them, add ?schema={value} to \
         DATABASE_URL; for tables of the API's own, add ?schema=public"
    )
}
