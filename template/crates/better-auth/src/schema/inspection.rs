//! Compares Better Auth's tables in a migrated database with what the API and Better Auth need.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement},
};

use database::{
    migration::{self, BrokenReference, MigrateError},
    quoted,
};

use crate::schema::{
    access, catalogue,
    definitions::{Kind, TableId},
    discovery::Discovery,
    found::{self, FoundTable, FoundTables},
    obstacles::{self, find_obstacles},
    surroundings,
};

/// Better Auth's tables in a database, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The names of the tables and columns that were found.
    pub found: String,
    /// Tables that do not exist, by Better Auth's own names.
    pub missing_tables: Vec<&'static str>,
    /// Columns that do not exist in tables that do, as `table.column`.
    pub missing_columns: Vec<String>,
    /// What makes requests fail: a sentence for each.
    pub errors: Vec<String>,
    /// What may make requests fail: a sentence for each.
    pub warnings: Vec<String>,
    /// Rows that refer to rows that no longer exist.
    pub broken_references: Vec<BrokenReference>,
    /// The ids of the keys in `jwks`, which are the kids of tokens if Better Auth uses this database;
    /// `None` if they may not be read.
    pub key_ids: Option<Vec<String>>,
    /// Whether there are users.
    pub has_users: bool,
    /// Whether there are sessions, expired ones included.
    pub has_sessions: bool,
    /// Whether PostgreSQL cannot join sessions to users, because their ids have different
    /// collations.
    pub has_two_collations: bool,
}

/// Inspects the migrated database at `url`. Changes nothing.
///
/// # Errors
/// When the database cannot be opened or read.
pub async fn inspect(url: &str) -> Result<Inspection, MigrateError> {
    let database = migration::open(url).await?;
    let inspection = inspect_tables(&database).await;
    database.close().await?;
    Ok(inspection?)
}

async fn inspect_tables(database: &DatabaseConnection) -> Result<Inspection, DbErr> {
    let manager = SchemaManager::new(database);
    let found = found::recall(&manager).await?;
    let mut inspection = Inspection {
        broken_references: migration::broken_references(database).await?,
        ..Inspection::default()
    };
    inspection.errors = access::access_errors(&manager, &found).await?;
    if !inspection.errors.is_empty() {
        // What cannot be read cannot be examined.
        return Ok(inspection);
    }
    for table in TableId::ALL {
        match found.get(table) {
            Some(table) => inspection.check_table(table, database.get_database_backend()),
            None => inspection.missing_tables.push(table.table().name),
        }
    }
    if inspection.missing_columns.is_empty() {
        inspection
            .errors
            .extend(find_obstacles(&manager, &found).await?);
    }
    if let Some(users) = found.get(TableId::User) {
        inspection.check_users(&manager, users).await?;
    }
    if let Some(sessions) = found.get(TableId::Session) {
        let any = format!("SELECT 1 FROM {}", quoted(&sessions.matched.name));
        inspection.has_sessions = has_rows(&manager, &any).await?;
        inspection.has_two_collations = has_two_collations(&manager, &found, sessions).await?;
    }
    inspection.look_elsewhere(&manager, &found).await?;
    match found.get(TableId::Jwks) {
        Some(jwks) => inspection.read_keys(&manager, jwks).await?,
        None => inspection.key_ids = Some(Vec::new()),
    }
    Ok(inspection)
}

impl Inspection {
    fn check_table(&mut self, table: &FoundTable, engine: DbBackend) {
        let (own, name) = (table.matched.table.table().name, &table.matched.name);
        let is_own = table.matched.is_in_own_style();
        self.describe(table);
        for column in table.matched.columns.iter().filter(|column| !column.exists) {
            let definition = column.column;
            let place = format!("{name}.{}", column.name);
            if definition.required || is_own && definition.is_of_better_auth() {
                self.missing_columns.push(place);
            } else if definition.is_of_better_auth() || definition.name == "role" {
                self.warnings.push(format!(
                    "{place} is missing and read as null: if Better Auth has another name for it, \
                     set BETTER_AUTH_NAMES={own}.{}:NAME",
                    definition.name
                ));
            }
        }
        let is_read = matches!(
            table.matched.table,
            TableId::User | TableId::Session | TableId::Account
        );
        if is_read && !self.missing_columns.is_empty() {
            // The rows of a table without these columns cannot be examined.
            self.errors.extend(obstacles::type_errors(table, engine));
        }
        self.check_unknown_columns(table);
    }

    /// Reports unknown columns that are NOT NULL without a default: Better Auth fills only columns
    /// that it knows.
    fn check_unknown_columns(&mut self, table: &FoundTable) {
        let name = &table.matched.name;
        let is_known = |name: &str| {
            let mut columns = table.matched.columns.iter();
            columns.any(|column| column.exists && column.name == name)
        };
        for column in &table.existing {
            let is_filled = !column.required || column.has_default || column.generated;
            if is_filled || is_known(&column.name) {
                continue;
            }
            let sentence = format!(
                "{name}.{} is NOT NULL without a default: unless it is among Better Auth's \
                 additionalFields, Better Auth answers 500 to every request; make it nullable, or \
                 drop it",
                column.name
            );
            match table.matched.table {
                TableId::User => self.warnings.push(sentence),
                _ => self.errors.push(sentence),
            }
        }
    }

    fn describe(&mut self, table: &FoundTable) {
        let columns = table.matched.columns.iter();
        let renamed = columns.filter(|column| column.exists && column.name != column.column.name);
        let renamed: Vec<_> = renamed.map(|column| column.name.as_str()).collect();
        if !self.found.is_empty() {
            self.found += ", ";
        }
        self.found += &table.matched.name;
        if !renamed.is_empty() {
            self.found += &format!(" ({})", renamed.join(", "));
        }
    }

    /// Checks the column `uuid`, to which the application's rows refer.
    async fn check_users(
        &mut self,
        manager: &SchemaManager<'_>,
        users: &FoundTable,
    ) -> Result<(), DbErr> {
        let name = &users.matched.name;
        self.has_users = has_rows(manager, &format!("SELECT 1 FROM {}", quoted(name))).await?;
        let Some((_, Some(uuid))) = users.uuid() else {
            return Ok(());
        };
        if manager.get_database_backend() == DbBackend::Postgres && uuid.data_type != "uuid" {
            self.errors.push(format!(
                "{name}.uuid is of type {} instead of uuid: ALTER TABLE {} ALTER COLUMN uuid TYPE \
                 uuid USING uuid::uuid",
                uuid.data_type,
                quoted(name)
            ));
        }
        if !uuid.is_unique {
            self.errors.push(format!(
                "{name}.uuid is not unique, so that rows of the API cannot refer to it: ALTER \
                 TABLE {} ADD UNIQUE (uuid), on SQLite CREATE UNIQUE INDEX",
                quoted(name)
            ));
        }
        self.errors
            .extend(surroundings::other_users(manager, name).await?);
        let nulls = format!("SELECT 1 FROM {} WHERE uuid IS NULL", quoted(name));
        if has_rows(manager, &nulls).await? {
            self.errors.push(format!(
                "users in {name} have no uuid, so that their requests fail: give each a UUID of \
                 its own"
            ));
        }
        Ok(())
    }

    /// Reads the ids of the keys. If that is not allowed, only warns, because the API itself does
    /// not need them.
    async fn read_keys(
        &mut self,
        manager: &SchemaManager<'_>,
        jwks: &FoundTable,
    ) -> Result<(), DbErr> {
        match access::read_error(manager, jwks).await? {
            Some(error) => self.warnings.push(format!(
                "whether the auth server uses this database is not known: {error}"
            )),
            None => self.key_ids = Some(key_ids(manager, jwks).await?),
        }
        Ok(())
    }

    /// Looks for other tables that Better Auth may use, if those that were found have no users.
    async fn look_elsewhere(
        &mut self,
        manager: &SchemaManager<'_>,
        found: &FoundTables,
    ) -> Result<(), DbErr> {
        if self.has_users {
            return Ok(());
        }
        let tables = catalogue::tables(manager).await?;
        let discovery: Discovery<'_> = found::discovery(manager, &tables).await?;
        let used = found.get(TableId::User).map(|users| &users.matched.name);
        for table in discovery.tables_of_users() {
            if Some(&table.name) != used {
                let (name, used) = (&table.name, used.map_or("user", String::as_str));
                self.errors.push(format!(
                    "{used} has no rows, but {name} looks like the table of Better Auth's users. \
                     If it is: roll back all migrations, which drops the API's rows; set \
                     BETTER_AUTH_NAMES=user:{name}; run `migrate up`"
                ));
            }
        }
        if discovery.has_default_path {
            self.errors.extend(discovery.in_other_schemas());
        }
        Ok(())
    }
}

async fn has_rows(manager: &SchemaManager<'_>, query: &str) -> Result<bool, DbErr> {
    let connection = manager.get_connection();
    let query = format!("{query} LIMIT 1");
    let query = Statement::from_string(manager.get_database_backend(), query);
    Ok(connection.query_one_raw(query).await?.is_some())
}

/// Whether `id` of users and `userId` of sessions have different collations, and cannot be
/// compared.
async fn has_two_collations(
    manager: &SchemaManager<'_>,
    found: &FoundTables,
    sessions: &FoundTable,
) -> Result<bool, DbErr> {
    let engine = manager.get_database_backend();
    let (Some(users), DbBackend::Postgres) = (found.get(TableId::User), engine) else {
        return Ok(false);
    };
    let places = [(users, "id"), (sessions, "userId")];
    let values = places
        .map(|(table, column)| format!("{}.{}", table.matched.name, table.column(column)).into());
    let query = Statement::from_sql_and_values(engine, COLLATIONS, values);
    Ok(catalogue::texts(manager, query).await?.len() > 1)
}

// A column with the default collation can be compared with any other, so it is left out.
const COLLATIONS: &str = "
SELECT DISTINCT a.attcollation::text FROM pg_attribute AS a
    JOIN pg_class AS t ON t.oid = a.attrelid
WHERE t.relname || '.' || a.attname IN ($1, $2)
    AND pg_table_is_visible(t.oid)
    AND a.attcollation NOT IN (0, (SELECT oid FROM pg_collation WHERE collname = 'default'))
";

async fn key_ids(manager: &SchemaManager<'_>, jwks: &FoundTable) -> Result<Vec<String>, DbErr> {
    let id = jwks.matched.columns.iter();
    let Some(id) = id
        .into_iter()
        .find(|column| column.column.kind == Kind::Id && column.exists)
    else {
        return Ok(Vec::new());
    };
    let (id, table) = (quoted(&id.name), quoted(&jwks.matched.name));
    let query = format!("SELECT CAST({id} AS text) FROM {table}");
    let query = Statement::from_string(manager.get_database_backend(), query);
    catalogue::texts(manager, query).await
}
