//! UUIDs as both engines keep them, and macros that define further types of ids.

use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ValueTypeErr},
};
use uuid::Uuid;

use super::Engine;

/// A UUID type: native `uuid` on PostgreSQL, 36 lower-case characters on SQLite.
#[macro_export]
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            Hash,
            PartialOrd,
            Ord,
            ::serde::Serialize,
            ::utoipa::ToSchema,
        )]
        $(#[$doc])*
        #[schema(
            value_type = String,
            format = Uuid,
            pattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
            example = $example
        )]
        #[serde(transparent)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// The UUID itself.
            #[must_use]
            pub fn as_uuid(&self) -> &::uuid::Uuid {
                &self.0
            }
        }

        impl From<::uuid::Uuid> for $name {
            fn from(id: ::uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::uuid::Error;

            /// Reads the hyphenated form, in any case, and no other.
            fn from_str(text: &str) -> Result<Self, ::uuid::Error> {
                $crate::ids::read(text).map(Self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text::deserialize(deserializer, |text| {
                    text.parse().map_err(|_| "expected a UUID with hyphens")
                })
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for ::sea_orm::Value {
            fn from(id: $name) -> Self {
                $crate::ids::to_value(id.0)
            }
        }

        impl ::sea_orm::TryGetable for $name {
            fn try_get_by<I: ::sea_orm::ColIdx>(
                row: &::sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, ::sea_orm::TryGetError> {
                $crate::ids::from_row(row, index).map(Self)
            }
        }

        impl ::sea_orm::sea_query::ValueType for $name {
            fn try_from(
                value: ::sea_orm::Value,
            ) -> Result<Self, ::sea_orm::sea_query::ValueTypeErr> {
                $crate::ids::from_value(value).map(Self)
            }

            fn type_name() -> String {
                stringify!($name).to_owned()
            }

            fn array_type() -> ::sea_orm::sea_query::ArrayType {
                $crate::ids::array_type()
            }

            fn column_type() -> ::sea_orm::ColumnType {
                $crate::ids::column_type()
            }
        }

        impl ::sea_orm::sea_query::Nullable for $name {
            fn null() -> ::sea_orm::Value {
                $crate::ids::null()
            }
        }

        impl ::sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, ::sea_orm::DbErr> {
                Err(::sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

/// Declares the type of a row's id that the API generates, a UUIDv7.
#[macro_export]
macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $crate::uuid_id!($(#[$doc])* $name, $example);

        impl $name {
            /// A new id; later ids sort after earlier ones.
            #[must_use]
            pub fn generate() -> Self {
                Self(::uuid::Uuid::now_v7())
            }
        }
    };
}

crate::uuid_id!(
    /// The user's UUID: the claim `uuid`, the column `"user".uuid` and the target of every
    /// foreign key of ours.
    UserUuid,
    "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90"
);

/// The UUID as this engine keeps it.
pub fn to_value(id: Uuid) -> Value {
    match Engine::current() {
        Engine::Postgres => id.into(),
        Engine::Sqlite => id.to_string().into(),
    }
}

/// Reads it from a row.
///
/// # Errors
/// When the column holds no UUID.
pub fn from_row<I: ColIdx>(row: &QueryResult, index: I) -> Result<Uuid, TryGetError> {
    match Engine::current() {
        Engine::Postgres => Uuid::try_get_by(row, index),
        Engine::Sqlite => {
            let text = String::try_get_by(row, index)?;
            read(&text).map_err(|error| DbErr::Type(format!("not a UUID: {error}")).into())
        }
    }
}

/// Reads it from a value.
///
/// # Errors
/// When it is no UUID.
pub fn from_value(value: Value) -> Result<Uuid, ValueTypeErr> {
    match value {
        Value::Uuid(Some(id)) => Ok(id),
        Value::String(Some(text)) => read(&text).map_err(|_| ValueTypeErr),
        _ => Err(ValueTypeErr),
    }
}

/// Reads it from text: hyphenated, in any case.
///
/// # Errors
/// When it is anything else.
pub fn read(text: &str) -> Result<Uuid, uuid::Error> {
    text.parse::<uuid::fmt::Hyphenated>().map(Into::into)
}

/// The type of a list of UUIDs.
pub fn array_type() -> ArrayType {
    match Engine::current() {
        Engine::Postgres => ArrayType::Uuid,
        Engine::Sqlite => ArrayType::String,
    }
}

/// The type of a column of UUIDs.
pub fn column_type() -> ColumnType {
    match Engine::current() {
        Engine::Postgres => ColumnType::Uuid,
        Engine::Sqlite => ColumnType::Text,
    }
}

/// A null UUID.
pub fn null() -> Value {
    match Engine::current() {
        Engine::Postgres => Value::Uuid(None),
        Engine::Sqlite => Value::String(None),
    }
}
