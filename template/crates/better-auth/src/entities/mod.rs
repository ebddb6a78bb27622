//! Better Auth's tables, which it writes and this application reads.
//!
//! A serialized row is its entry in a user's export: every column except secrets. Tables and
//! columns have the names that [`schema::load`](crate::schema::load) found; before it runs, Better
//! Auth's own names.

use sea_orm::{ColumnType, ExprTrait, prelude::Expr, sea_query::ValueType};

use crate::{
    ids::BetterAuthId,
    schema::{
        definitions::{Kind, TableId},
        names::{self, ColumnNames, Form},
    },
};
use database::{UserUuid, UtcDateTime, quoted};

/// The entity of a table of Better Auth, whose columns are those of the definition in its order.
macro_rules! entity {
    ($table:ident: $($column:ident),+) => {
        /// The table.
        #[derive(Clone, Copy, Debug, Default, DeriveEntity)]
        pub struct Entity;

        impl EntityName for Entity {
            fn table_name(&self) -> &'static str {
                &$crate::schema::names::current().table(TABLE).name
            }
        }

        const TABLE: $crate::schema::definitions::TableId =
            $crate::schema::definitions::TableId::$table;

        /// The columns.
        #[derive(Clone, Copy, Debug, EnumIter)]
        pub enum Column {
            $(#[allow(missing_docs)] $column,)+
        }

        impl Column {
            fn names(self) -> &'static $crate::schema::names::ColumnNames {
                $crate::schema::names::current().column(TABLE, self as usize)
            }
        }

        impl IdenStatic for Column {
            fn as_str(&self) -> &'static str {
                &self.names().name
            }
        }

        impl Iden for Column {
            fn unquoted(&self) -> &str {
                self.as_str()
            }
        }

        impl std::str::FromStr for Column {
            type Err = sea_orm::ColumnFromStrErr;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                let mut columns = <Self as sea_orm::Iterable>::iter();
                let found = columns.find(|column| column.as_str() == name);
                found.ok_or_else(|| sea_orm::ColumnFromStrErr(name.to_owned()))
            }
        }

        impl ColumnTrait for Column {
            type EntityName = Entity;

            fn def(&self) -> ColumnDef {
                let column = &TABLE.table().columns[*self as usize];
                let def = $crate::entities::column_type(column.kind).def();
                if column.required { def } else { def.null() }
            }

            fn select_as(&self, column: Expr) -> Expr {
                $crate::entities::read(self.names(), column)
            }

            fn save_as(&self, value: Expr) -> Expr {
                $crate::entities::written(TABLE, self.names(), value)
            }
        }

        /// The primary key.
        #[derive(Clone, Copy, Debug, EnumIter, DerivePrimaryKey)]
        pub enum PrimaryKey {
            #[allow(missing_docs)]
            Id,
        }

        impl PrimaryKeyTrait for PrimaryKey {
            type ValueType = BetterAuthId;

            fn auto_increment() -> bool {
                false
            }
        }

        /// No relations are defined.
        #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    };
}

pub mod account;
pub mod jwks;
pub mod session;
pub mod user;
pub mod verification;

fn column_type(kind: Kind) -> ColumnType {
    match kind {
        Kind::Id | Kind::User => BetterAuthId::column_type(),
        Kind::Text => ColumnType::Text,
        Kind::Boolean => ColumnType::Boolean,
        Kind::Time => UtcDateTime::column_type(),
        Kind::Uuid => UserUuid::column_type(),
    }
}

/// The expression that reads a column, whatever form it is stored in.
fn read(names: &ColumnNames, column: Expr) -> Expr {
    match names.form {
        Form::Plain | Form::Number => column,
        Form::Absent => Expr::value(None::<String>).cast_as("text"),
        Form::Cast(type_) => column.cast_as(type_),
        Form::Integer => column.cast_as("boolean"),
        Form::Array => Expr::cust_with_exprs("array_to_string($1, ',')", [column]),
    }
}

/// The expression that writes a value in the form that the column stores.
fn written(table: TableId, column: &ColumnNames, value: Expr) -> Expr {
    match column.form {
        Form::Integer => value.cast_as("integer"),
        Form::Number => Expr::cust_with_exprs(number_of_time(table, column), [value]),
        _ => value,
    }
}

/// Reads a column that a plugin of Better Auth adds, in queries of its table; null while the column
/// does not exist. Then the name in the innermost query refers to the column of `absent`, so the
/// real one is read as soon as the plugin adds it.
pub(crate) fn plugin_column(table: TableId, name: &'static str) -> Expr {
    let names = names::current();
    let column = names.quoted_column(table, name);
    let cast = |type_: &'static str| (format!("CAST({column} AS {type_})"), type_);
    let kind = table.table().column(name).map(|column| column.kind);
    let (value, type_) = match kind {
        Some(Kind::Boolean) => cast("boolean"),
        Some(Kind::Time) => (column.clone(), "timestamptz"),
        _ => cast("text"),
    };
    let (id, table) = (names.quoted_column(table, "id"), names.quoted_table(table));
    Expr::cust(format!(
        "(SELECT (SELECT {value} FROM {table} AS own WHERE own.{id} = {table}.{id})
          FROM (SELECT CAST(NULL AS {type_}) AS {column}) AS absent)"
    ))
}

/// The SQL that converts a time to a number: milliseconds since 1970, as Better Auth's generator
/// for Drizzle declares such columns, or seconds if the stored rows have seconds.
fn number_of_time(table: TableId, column: &ColumnNames) -> String {
    let (table, column) = (names::current().quoted_table(table), quoted(&column.name));
    format!(
        "CAST(round((julianday(?) - 2440587.5) * 86400000) AS integer) / CASE WHEN
         (SELECT abs({column}) FROM {table} WHERE typeof({column}) = 'integer' LIMIT 1) < {MILLISECONDS}
         THEN 1000 ELSE 1 END"
    )
}

/// From this number on, a time is in milliseconds since 1970, below it in seconds, as
/// [`UtcDateTime`] reads it.
pub(crate) const MILLISECONDS: i64 = 100_000_000_000;

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::{account, jwks, session, user, verification};
    use crate::schema::definitions::TableId;

    fn in_definition(table: TableId) -> Vec<&'static str> {
        let columns = table.table().columns.iter();
        columns.map(|column| column.name).collect()
    }

    /// The names of an entity's columns, `EmailVerified` as `emailVerified`.
    fn of_entity<C: Iterable + std::fmt::Debug>() -> Vec<String> {
        let names = C::iter().map(|column| format!("{column:?}"));
        names
            .map(|name| name[..1].to_lowercase() + &name[1..])
            .collect()
    }

    /// Columns get their names by position.
    #[test]
    fn entities_have_the_columns_of_the_definitions_in_their_order() {
        for (table, entity) in [
            (TableId::User, of_entity::<user::Column>()),
            (TableId::Session, of_entity::<session::Column>()),
            (TableId::Account, of_entity::<account::Column>()),
            (TableId::Verification, of_entity::<verification::Column>()),
            (TableId::Jwks, of_entity::<jwks::Column>()),
        ] {
            let definition = in_definition(table);
            assert_eq!(entity, definition[..entity.len()], "{table:?}");
        }
    }
}
