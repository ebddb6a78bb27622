//! The names of Better Auth's tables and columns in the database of this process.

use std::sync::{LazyLock, OnceLock};

use database::quoted;
use sea_orm_migration::sea_orm::DbBackend;

use crate::{
    ids::NATIVE_IDS,
    schema::{
        catalogue::ExistingColumn,
        definitions::{Column, Kind, TABLES, TableId},
        overrides::NameOverrides,
    },
};

/// The tables and columns of Better Auth as they were found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Names(Vec<TableNames>);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TableNames {
    pub name: String,
    pub exists: bool,
    /// In the order of the definitions.
    pub columns: Vec<ColumnNames>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ColumnNames {
    pub name: String,
    pub form: Form,
}

/// How the API reads and writes a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    /// The column does not exist.
    Absent,
    /// Read by a cast, for example an enum as text.
    Cast(&'static str),
    /// An array, read as text with commas.
    Array,
    /// A boolean as an integer, on PostgreSQL.
    Integer,
    /// A time as a number, on SQLite.
    Number,
}

/// Another database with other names was used in this process.
#[derive(Debug, thiserror::Error)]
#[error("this process already uses a database in which Better Auth's tables have other names")]
pub struct NamesConflict;

static OVERRIDES: OnceLock<NameOverrides> = OnceLock::new();
static CURRENT: OnceLock<Names> = OnceLock::new();
static BETTER_AUTHS_OWN: LazyLock<Names> = LazyLock::new(|| {
    let own = TABLES.iter().map(|table| TableNames {
        name: table.name.to_owned(),
        exists: true,
        columns: table.columns.iter().map(ColumnNames::own).collect(),
    });
    Names(own.collect())
});

/// Sets BETTER_AUTH_NAMES for the process: its migrations and queries use these names.
///
/// # Errors
/// [`NamesConflict`] when the process already uses other ones.
pub fn use_overrides(given: &NameOverrides) -> Result<(), NamesConflict> {
    let used = OVERRIDES.get_or_init(|| given.clone());
    if used == given {
        Ok(())
    } else {
        Err(NamesConflict)
    }
}

/// BETTER_AUTH_NAMES of the process.
pub(crate) fn overrides() -> &'static NameOverrides {
    static NONE: LazyLock<NameOverrides> = LazyLock::new(NameOverrides::default);
    OVERRIDES.get().unwrap_or(&NONE)
}

/// The names that queries use; before [`Names::choose`], Better Auth's own.
pub(crate) fn current() -> &'static Names {
    CURRENT.get().unwrap_or(&BETTER_AUTHS_OWN)
}

impl Names {
    pub fn new(tables: Vec<TableNames>) -> Self {
        Self(tables)
    }

    /// Makes these the names that queries of the process use.
    pub fn choose(self) -> Result<(), NamesConflict> {
        if let Err(rejected) = CURRENT.set(self) {
            return if *current() == rejected {
                Ok(())
            } else {
                Err(NamesConflict)
            };
        }
        Ok(())
    }

    pub fn table(&self, table: TableId) -> &TableNames {
        &self.0[table as usize]
    }

    /// The column at this position in the table's definition.
    pub fn column(&self, table: TableId, place: usize) -> &ColumnNames {
        &self.0[table as usize].columns[place]
    }

    /// Whether the table exists: Better Auth can keep sessions elsewhere.
    pub fn has(&self, table: TableId) -> bool {
        self.table(table).exists
    }

    /// A table as it is written in SQL.
    pub fn quoted_table(&self, table: TableId) -> String {
        quoted(&self.table(table).name)
    }

    /// A column of the definition as it is written in SQL.
    pub fn quoted_column(&self, table: TableId, name: &str) -> String {
        let found = self.find(table, name);
        quoted(found.map_or(name, |column| &column.name))
    }

    /// How a column of the definition is read and written.
    pub fn form(&self, table: TableId, name: &str) -> Form {
        self.find(table, name)
            .map_or(Form::Absent, |column| column.form)
    }

    fn find(&self, table: TableId, name: &str) -> Option<&ColumnNames> {
        let mut columns = table.table().columns.iter();
        let place = columns.position(|column| column.name == name)?;
        Some(self.column(table, place))
    }
}

impl TableNames {
    /// The names that an absent table would have.
    pub fn absent(table: TableId) -> Self {
        let columns = table.table().columns.iter().map(|column| ColumnNames {
            form: Form::Absent,
            ..ColumnNames::own(column)
        });
        Self {
            name: table.table().name.to_owned(),
            exists: false,
            columns: columns.collect(),
        }
    }
}

impl ColumnNames {
    fn own(column: &Column) -> Self {
        Self {
            name: column.name.to_owned(),
            form: Form::Plain,
        }
    }
}

impl Form {
    pub fn of(column: &Column, found: Option<&ExistingColumn>, engine: DbBackend) -> Self {
        let Some(found) = found else {
            return Self::Absent;
        };
        let type_ = found.data_type.as_str();
        if engine == DbBackend::Sqlite {
            return match column.kind {
                Kind::Time if type_.contains("int") => Self::Number,
                Kind::Id | Kind::User | Kind::Text if !keeps_text(type_) => Self::Cast("text"),
                _ => Self::Plain,
            };
        }
        match column.kind {
            Kind::Text if is_text(type_) => Self::Plain,
            Kind::Text if type_.ends_with("[]") => Self::Array,
            Kind::Text => Self::Cast("text"),
            Kind::Boolean if type_ != "boolean" => Self::Integer,
            Kind::Id if is_text(type_) || NATIVE_IDS && type_ == "uuid" => Self::Plain,
            Kind::Id => Self::Cast("text"),
            _ => Self::Plain,
        }
    }
}

/// Whether SQLite stores digits in a column of this type as text (section 3.1 of its page on
/// datatypes).
fn keeps_text(data_type: &str) -> bool {
    let is_number = data_type.contains("int");
    let is_text = ["char", "clob", "text"]
        .iter()
        .any(|part| data_type.contains(part));
    !is_number && is_text
}

/// Whether PostgreSQL's type is text that the driver reads as text.
pub(crate) fn is_text(data_type: &str) -> bool {
    ["text", "character varying", "character", "citext"].contains(&data_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a column of type `string`, SQLite stores the text 007 as the number 7.
    #[test]
    fn texts_of_sqlite_are_cast_where_the_type_makes_numbers_of_digits() {
        let name = TableId::User.table().column("name").expect("a column");
        let form = |data_type: &str| {
            let found = ExistingColumn {
                name: "name".to_owned(),
                data_type: data_type.to_owned(),
                required: true,
                has_default: false,
                generated: false,
                is_unique: false,
                references_user: false,
            };
            Form::of(name, Some(&found), DbBackend::Sqlite)
        };
        for plain in ["text", "varchar", "character", "clob", "citext"] {
            assert_eq!(form(plain), Form::Plain, "{plain}");
        }
        for cast in ["string", "uuid", "integer", "any", ""] {
            assert_eq!(form(cast), Form::Cast("text"), "{cast}");
        }
    }
}
