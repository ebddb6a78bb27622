//! Makes Better Auth's tables, or takes over those that it has made itself.
//!
//! Everything is looked at before anything is changed. Then missing tables and columns are
//! added, `uuid` is filled in for every user, and constraints and indexes that are missing are
//! added. Whatever else is in the tables stays as it is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::{
    MigrateError,
    better_auth::{Column, Fill, Kind, REFERENCES_USER, TABLES, Table},
    catalogue::{self, Found},
    obstacles::{self, Fit},
    rebuild::{NewColumn, rebuild},
};

/// Names Better Auth's tables that were there first: none of them is ever dropped by us.
const ADOPTED: &str = "adopted_tables";

/// What is to be done about one table.
pub(crate) struct Step {
    table: &'static Table,
    /// Nothing if there is no such table.
    found: Vec<Found>,
    lacks: Vec<Lack>,
}

/// What a column that is there lacks.
struct Lack {
    column: &'static Column,
    /// Its type is another one.
    type_: bool,
    not_null: bool,
    default: Option<&'static str>,
    unique: bool,
    reference: bool,
}

/// Brings Better Auth's tables about, whatever is there of them.
pub(crate) async fn make_or_adopt(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let steps = examine(manager).await.map_err(|error| match error {
        MigrateError::Database(error) => error,
        error => DbErr::Custom(error.to_string()),
    })?;
    remember(manager, &steps).await?;
    let engine = manager.get_database_backend();
    for step in &steps {
        match engine {
            _ if step.found.is_empty() => run(manager, &step.table.create(engine)).await?,
            DbBackend::Sqlite => step.take_on_sqlite(manager).await?,
            _ => run(manager, &step.on_postgres()).await?,
        }
    }
    Ok(())
}

/// Plans without changing anything.
///
/// # Errors
///
/// [`MigrateError::CannotAdopt`] if that is not safe.
pub(crate) async fn examine(manager: &SchemaManager<'_>) -> Result<Vec<Step>, MigrateError> {
    let mut steps = Vec::new();
    for table in &TABLES {
        let found = catalogue::columns(manager, table.name).await?;
        steps.push(Step::plan(table, found, manager.get_database_backend()));
    }
    lock(manager, &steps).await?;
    let has_users = !steps[0].found.is_empty();
    let mut obstacles = Vec::new();
    for step in steps.iter().filter(|step| !step.found.is_empty()) {
        obstacles.extend(obstacles::find(manager, step.table, &step.found, has_users).await?);
    }
    match obstacles.is_empty() {
        true => Ok(steps),
        false => Err(MigrateError::CannotAdopt(obstacles)),
    }
}

/// Keeps others from writing what was looked at; on SQLite nobody else can.
async fn lock(manager: &SchemaManager<'_>, steps: &[Step]) -> Result<(), DbErr> {
    let tables: Vec<_> = steps
        .iter()
        .filter(|step| !step.found.is_empty())
        .map(|step| format!(r#""{}""#, step.table.name))
        .collect();
    if tables.is_empty() || manager.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    let tables = tables.join(", ");
    run(
        manager,
        &format!("LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"),
    )
    .await
}

async fn remember(manager: &SchemaManager<'_>, steps: &[Step]) -> Result<(), DbErr> {
    let names: Vec<_> = steps
        .iter()
        .filter(|step| !step.found.is_empty())
        .map(|step| format!("('{}')", step.table.name))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let names = names.join(", ");
    let statements = format!(
        "CREATE TABLE {ADOPTED} (name text NOT NULL PRIMARY KEY);
         INSERT INTO {ADOPTED} (name) VALUES {names}"
    );
    run(manager, &statements).await
}

/// Forgets an adoption, and says whether there was one.
pub(crate) async fn forget(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    let adopted = manager.has_table(ADOPTED).await?;
    if adopted {
        crate::drop_tables(manager, &[ADOPTED]).await?;
    }
    Ok(adopted)
}

async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection.execute_unprepared(statements).await.map(|_| ())
}

impl Step {
    fn plan(table: &'static Table, found: Vec<Found>, engine: DbBackend) -> Self {
        let lacks = table
            .columns
            .iter()
            .filter_map(|column| {
                let found = found.iter().find(|found| found.name == column.name)?;
                Lack::between(column, found, engine)
            })
            .collect();
        Self {
            table,
            found,
            lacks,
        }
    }

    fn missing(&self) -> impl Iterator<Item = &'static Column> {
        self.table
            .columns
            .iter()
            .filter(|column| self.found.iter().all(|found| found.name != column.name))
    }

    fn missing_index(&self) -> Option<String> {
        let column = self.table.index?;
        let exists = |found: &Found| found.name == column && found.indexed;
        match self.found.iter().any(exists) {
            true => None,
            false => self.table.create_index(),
        }
    }

    fn on_postgres(&self) -> String {
        let table = self.table.name;
        let added = self.missing().map(|column| add_on_postgres(table, column));
        let completed = self.lacks.iter().map(|lack| lack.on_postgres(table));
        added
            .chain(completed)
            .chain(self.missing_index())
            .collect::<Vec<_>>()
            .join("\n")
    }

    async fn take_on_sqlite(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let table = self.table.name;
        if self.lacks.is_empty() && self.missing().all(|column| !column.required) {
            for column in self.missing() {
                let definition = column.definition(DbBackend::Sqlite);
                let addition = format!(r#"ALTER TABLE "{table}" ADD COLUMN {definition}"#);
                run(manager, &addition).await?;
            }
        } else {
            rebuild(manager, table, &self.columns_of_sqlite()).await?;
        }
        run(manager, &self.missing_index().unwrap_or_default()).await
    }

    fn columns_of_sqlite(&self) -> Vec<NewColumn> {
        let kept = self.found.iter().map(|found| {
            let lack = self
                .lacks
                .iter()
                .find(|lack| lack.column.name == found.name);
            NewColumn {
                name: found.name.clone(),
                retyped: lack.and_then(Lack::type_of_sqlite),
                added: lack.map(Lack::constraints_of_sqlite).unwrap_or_default(),
                is_new: false,
                value: match lack {
                    _ if found.generated => None,
                    Some(lack) => Some(lack.value(DbBackend::Sqlite)),
                    None => Some(format!(r#""{}""#, found.name)),
                },
            }
        });
        let added = self.missing().map(|column| NewColumn {
            name: column.name.to_owned(),
            retyped: None,
            added: column.definition(DbBackend::Sqlite),
            is_new: true,
            value: match column.is_generated() {
                true => None,
                false => Some(column.fill.sql(DbBackend::Sqlite).unwrap_or("NULL").into()),
            },
        });
        kept.chain(added).collect()
    }
}

/// A default fills the column without waking triggers, and then goes if it is not wanted.
fn add_on_postgres(table: &str, column: &Column) -> String {
    let (name, definition) = (column.name, column.definition(DbBackend::Postgres));
    let fill = column.fill.sql(DbBackend::Postgres);
    match (column.default(DbBackend::Postgres), fill) {
        (None, Some(fill)) if !column.is_generated() => format!(
            r#"ALTER TABLE "{table}" ADD COLUMN {definition} DEFAULT {fill};
            ALTER TABLE "{table}" ALTER COLUMN "{name}" DROP DEFAULT;"#
        ),
        _ => format!(r#"ALTER TABLE "{table}" ADD COLUMN {definition};"#),
    }
}

/// The default to be set. On PostgreSQL it goes when the type changes, and comes back in the new
/// type: that of a time can only be the present.
fn default(column: &Column, found: &Found, engine: DbBackend) -> Option<&'static str> {
    let goes =
        engine == DbBackend::Postgres && obstacles::fit(column, found, engine) == Fit::Converted;
    match (found.has_default || found.generated, column.kind) {
        (false, _) => column.default(engine),
        (true, Kind::Time) if goes => Fill::Now.sql(engine),
        (true, _) if goes => column.default(engine),
        (true, _) => None,
    }
}

impl Lack {
    fn between(column: &'static Column, found: &Found, engine: DbBackend) -> Option<Self> {
        let lack = Self {
            column,
            type_: obstacles::fit(column, found, engine) == Fit::Converted,
            not_null: column.required && !found.required && !found.generated,
            default: default(column, found, engine),
            unique: column.unique && !found.is_unique,
            reference: column.kind == Kind::User && !found.refers,
        };
        // On SQLite a UUID is a text, which may have to be written in lower case.
        let is_text = engine == DbBackend::Sqlite && column.kind == Kind::Uuid;
        let any = lack.type_
            || lack.not_null
            || lack.default.is_some()
            || lack.unique
            || lack.reference
            || (is_text && !found.generated);
        any.then_some(lack)
    }

    /// What a row gets, seen from what it has.
    fn value(&self, engine: DbBackend) -> String {
        let name = self.column.name;
        let value = match (engine, self.column.kind) {
            (DbBackend::Postgres, Kind::Time) if self.type_ => {
                format!(r#""{name}" AT TIME ZONE 'UTC'"#)
            }
            (DbBackend::Postgres, Kind::Uuid) => format!(r#""{name}"::uuid"#),
            (DbBackend::Sqlite, Kind::Uuid) => format!(r#"lower("{name}")"#),
            _ => format!(r#""{name}""#),
        };
        match self.column.fill.sql(engine) {
            Some(fill) if self.not_null => format!("coalesce({value}, {fill})"),
            _ => value,
        }
    }

    fn on_postgres(&self, table: &str) -> String {
        let engine = DbBackend::Postgres;
        let (name, type_) = (self.column.name, self.column.sql_type(engine));
        let mut changes = Vec::new();
        let mut alter = |change: String| {
            changes.push(format!(
                r#"ALTER TABLE "{table}" ALTER COLUMN "{name}" {change};"#
            ));
        };
        if self.type_ {
            alter("DROP DEFAULT".to_owned());
        }
        if self.type_ || self.not_null {
            // Unlike an UPDATE, it wakes no trigger.
            alter(format!("TYPE {type_} USING {}", self.value(engine)));
        }
        if let Some(default) = self.default {
            alter(format!("SET DEFAULT {default}"));
        }
        if self.not_null {
            alter("SET NOT NULL".to_owned());
        }
        if self.unique {
            changes.push(format!(r#"ALTER TABLE "{table}" ADD UNIQUE ("{name}");"#));
        }
        if self.reference {
            changes.push(format!(
                r#"ALTER TABLE "{table}" ADD FOREIGN KEY ("{name}"){REFERENCES_USER};"#
            ));
        }
        changes.join("\n")
    }

    fn type_of_sqlite(&self) -> Option<&'static str> {
        self.type_.then(|| self.column.sql_type(DbBackend::Sqlite))
    }

    fn constraints_of_sqlite(&self) -> String {
        let mut constraints = String::new();
        if self.not_null {
            constraints += " NOT NULL";
        }
        if let Some(default) = self.default {
            constraints += &format!(" DEFAULT {default}");
        }
        if self.unique {
            constraints += " UNIQUE";
        }
        if self.reference {
            constraints += REFERENCES_USER;
        }
        constraints
    }
}
