//! Better Auth's tables as they are in a database.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

use crate::schema::{
    catalogue::{self, ExistingColumn, ListedTable},
    definitions::{Kind, TableId},
    discovery::{Discovery, Matches},
    matching::{Match, MatchedColumn},
    names::{ColumnNames, Form, Names, TableNames, overrides},
};

/// The table that lists the adopted tables, which are never dropped.
pub(crate) const ADOPTED: &str = "adopted_tables";

/// A table of Better Auth with everything that the catalogue says about it.
pub(crate) struct FoundTable {
    pub matched: Match,
    /// Every column of the table, in its order.
    pub existing: Vec<ExistingColumn>,
}

/// The tables that were found, in the order of [`TableId::ALL`].
pub(crate) struct FoundTables(Vec<Option<FoundTable>>);

/// Better Auth's tables in a database in which the API has adopted or created them.
pub(crate) async fn recall(manager: &SchemaManager<'_>) -> Result<FoundTables, DbErr> {
    let tables = catalogue::tables(manager).await?;
    let matches = discovery(manager, &tables).await?;
    let matches = matches.recall(&adopted(manager).await?);
    FoundTables::read(manager, matches).await
}

/// Collects the facts by which Better Auth's tables are recognized.
pub(crate) async fn discovery<'a>(
    manager: &SchemaManager<'_>,
    tables: &'a [ListedTable],
) -> Result<Discovery<'a>, DbErr> {
    let engine = manager.get_database_backend();
    let has_default_path = match engine {
        DbBackend::Sqlite => false,
        _ => {
            let query = "SELECT current_setting('search_path')";
            let path = catalogue::texts(manager, Statement::from_string(engine, query)).await?;
            path == [r#""$user", public"#]
        }
    };
    Ok(Discovery {
        tables,
        overrides: overrides(),
        ignores_case: engine == DbBackend::Sqlite,
        has_default_path,
    })
}

/// The names of the tables that were adopted.
async fn adopted(manager: &SchemaManager<'_>) -> Result<Vec<String>, DbErr> {
    if !manager.has_table(ADOPTED).await? {
        return Ok(Vec::new());
    }
    let query = format!("SELECT name FROM {ADOPTED}");
    let query = Statement::from_string(manager.get_database_backend(), query);
    catalogue::texts(manager, query).await
}

impl FoundTables {
    pub async fn read(manager: &SchemaManager<'_>, matches: Matches) -> Result<Self, DbErr> {
        let users = matches[TableId::User as usize].as_ref();
        let users = users.map_or(("user".to_owned(), "id".to_owned()), |users| {
            (users.name.clone(), users.columns[0].name.clone())
        });
        let mut found = Vec::new();
        for matched in matches {
            found.push(match matched {
                Some(matched) => {
                    let users = (users.0.as_str(), users.1.as_str());
                    let existing = catalogue::columns(manager, &matched.name, users).await?;
                    Some(FoundTable { matched, existing })
                }
                None => None,
            });
        }
        Ok(Self(found))
    }

    pub fn get(&self, table: TableId) -> Option<&FoundTable> {
        self.0[table as usize].as_ref()
    }

    pub fn iter(&self) -> impl Iterator<Item = &FoundTable> {
        self.0.iter().flatten()
    }

    /// The tables that the API needs of Better Auth.
    pub fn needed(&self) -> impl Iterator<Item = &FoundTable> {
        let needed = [TableId::User, TableId::Session, TableId::Account];
        needed.into_iter().filter_map(|table| self.get(table))
    }

    pub fn names(&self, engine: DbBackend) -> Names {
        let tables = TableId::ALL.map(|table| match self.get(table) {
            Some(found) => found.names(engine),
            None => TableNames::absent(table),
        });
        Names::new(tables.into())
    }
}

impl FoundTable {
    pub fn existing(&self, column: &MatchedColumn) -> Option<&ExistingColumn> {
        self.existing.iter().find(|one| one.name == column.name)
    }

    /// The column `uuid`: its definition, and the existing column if there is one.
    pub fn uuid(&self) -> Option<(&MatchedColumn, Option<&ExistingColumn>)> {
        let mut columns = self.matched.columns.iter();
        let uuid = columns.find(|column| column.column.kind == Kind::Uuid)?;
        Some((uuid, self.existing(uuid)))
    }

    /// The name in this table of the column that Better Auth calls `name`.
    pub fn column(&self, name: &'static str) -> &str {
        let mut columns = self.matched.columns.iter();
        let found = columns.find(|column| column.column.name == name);
        found.map_or(name, |column| &column.name)
    }

    fn names(&self, engine: DbBackend) -> TableNames {
        let columns = self.matched.columns.iter().map(|column| ColumnNames {
            name: column.name.clone(),
            form: Form::of(column.column, self.existing(column), engine),
        });
        TableNames {
            name: self.matched.name.clone(),
            exists: true,
            columns: columns.collect(),
        }
    }
}
