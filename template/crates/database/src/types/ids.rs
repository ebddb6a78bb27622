//! Better Auth's ids and ours, and what further types of ids are made of.

use std::fmt;

use migration::NATIVE_IDS;
use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Engine;

/// Better Auth's own id: that of a user is the claim `sub` and `"user".id`. Never a foreign key
/// of ours. Text, and where Better Auth makes UUIDs itself native `uuid` on PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(value_type = String, example = "3rQ8oXzKc1WmBv7LtYp5GhNd2JfSaEu9")]
pub struct BetterAuthId(String);

impl BetterAuthId {
    /// Wraps an id as Better Auth wrote it.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id of a user whom we make up: `id`, or the UUID where Better Auth knows no other.
    #[must_use]
    pub fn of_user(uuid: UserUuid, id: &str) -> Self {
        match NATIVE_IDS {
            true => Self(uuid.to_string()),
            false => Self(id.to_owned()),
        }
    }

    fn is_native() -> bool {
        NATIVE_IDS && Engine::current() == Engine::Postgres
    }
}

impl fmt::Display for BetterAuthId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<BetterAuthId> for Value {
    /// What is no UUID stays text, and PostgreSQL refuses it where it wants one.
    fn from(id: BetterAuthId) -> Self {
        match Uuid::try_parse(&id.0) {
            Ok(uuid) if BetterAuthId::is_native() => uuid.into(),
            _ => id.0.into(),
        }
    }
}

impl TryGetable for BetterAuthId {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        match Self::is_native() {
            true => Uuid::try_get_by(row, index).map(|id| Self(id.to_string())),
            false => String::try_get_by(row, index).map(Self),
        }
    }
}

impl ValueType for BetterAuthId {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::Uuid(Some(id)) => Ok(Self(id.to_string())),
            Value::String(Some(text)) => Ok(Self(text)),
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        "BetterAuthId".to_owned()
    }

    fn array_type() -> ArrayType {
        match Self::is_native() {
            true => ArrayType::Uuid,
            false => ArrayType::String,
        }
    }

    fn column_type() -> ColumnType {
        match Self::is_native() {
            true => ColumnType::Uuid,
            false => ColumnType::Text,
        }
    }
}

impl Nullable for BetterAuthId {
    fn null() -> Value {
        match Self::is_native() {
            true => Value::Uuid(None),
            false => Value::String(None),
        }
    }
}

impl TryFromU64 for BetterAuthId {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("BetterAuthId"))
    }
}

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
                $crate::types::ids::read(text).map(Self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::types::text::deserialize(deserializer, |text| {
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
                $crate::types::ids::to_value(id.0)
            }
        }

        impl ::sea_orm::TryGetable for $name {
            fn try_get_by<I: ::sea_orm::ColIdx>(
                row: &::sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, ::sea_orm::TryGetError> {
                $crate::types::ids::from_row(row, index).map(Self)
            }
        }

        impl ::sea_orm::sea_query::ValueType for $name {
            fn try_from(
                value: ::sea_orm::Value,
            ) -> Result<Self, ::sea_orm::sea_query::ValueTypeErr> {
                $crate::types::ids::from_value(value).map(Self)
            }

            fn type_name() -> String {
                stringify!($name).to_owned()
            }

            fn array_type() -> ::sea_orm::sea_query::ArrayType {
                $crate::types::ids::array_type()
            }

            fn column_type() -> ::sea_orm::ColumnType {
                $crate::types::ids::column_type()
            }
        }

        impl ::sea_orm::sea_query::Nullable for $name {
            fn null() -> ::sea_orm::Value {
                $crate::types::ids::null()
            }
        }

        impl ::sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, ::sea_orm::DbErr> {
                Err(::sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

/// The id of a row that the API makes: a UUIDv7.
#[macro_export]
macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $crate::types::ids::uuid_id!($(#[$doc])* $name, $example);

        impl $name {
            /// A new id; later ids sort after earlier ones.
            #[must_use]
            pub fn generate() -> Self {
                Self(::uuid::Uuid::now_v7())
            }
        }
    };
}

pub use {row_id, uuid_id};

uuid_id!(
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
/// What is there is no UUID.
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
/// It is no UUID.
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
/// It is anything else.
pub fn read(text: &str) -> Result<Uuid, uuid::Error> {
    text.parse::<uuid::fmt::Hyphenated>().map(Into::into)
}

/// The type of a list of them.
pub fn array_type() -> ArrayType {
    match Engine::current() {
        Engine::Postgres => ArrayType::Uuid,
        Engine::Sqlite => ArrayType::String,
    }
}

/// The type of their column.
pub fn column_type() -> ColumnType {
    match Engine::current() {
        Engine::Postgres => ColumnType::Uuid,
        Engine::Sqlite => ColumnType::Text,
    }
}

/// No UUID.
pub fn null() -> Value {
    match Engine::current() {
        Engine::Postgres => Value::Uuid(None),
        Engine::Sqlite => Value::String(None),
    }
}
