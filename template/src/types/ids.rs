use std::{borrow::Cow, fmt, str::FromStr};

use migration::NATIVE_IDS;
use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
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
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
        #[schema(
            value_type = String,
            format = Uuid,
            pattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
            example = $example
        )]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The UUID itself.
            #[must_use]
            pub fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Reads the hyphenated form, in any case, and no other.
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse::<uuid::fmt::Hyphenated>().map(|id| Self(id.into_uuid()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(|_| D::Error::custom("expected a UUID with hyphens"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for Value {
            fn from(id: $name) -> Self {
                match Engine::current() {
                    Engine::Postgres => id.0.into(),
                    Engine::Sqlite => id.0.to_string().into(),
                }
            }
        }

        impl TryGetable for $name {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                match Engine::current() {
                    Engine::Postgres => Uuid::try_get_by(row, index).map(Self),
                    Engine::Sqlite => String::try_get_by(row, index)?
                        .parse()
                        .map_err(|e| DbErr::Type(format!(concat!(stringify!($name), ": {}"), e)).into()),
                }
            }
        }

        impl ValueType for $name {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                match value {
                    Value::Uuid(Some(id)) => Ok(Self(id)),
                    Value::String(Some(text)) => text.parse().map_err(|_| ValueTypeErr),
                    _ => Err(ValueTypeErr),
                }
            }

            fn type_name() -> String {
                stringify!($name).to_owned()
            }

            fn array_type() -> ArrayType {
                match Engine::current() {
                    Engine::Postgres => ArrayType::Uuid,
                    Engine::Sqlite => ArrayType::String,
                }
            }

            fn column_type() -> ColumnType {
                match Engine::current() {
                    Engine::Postgres => ColumnType::Uuid,
                    Engine::Sqlite => ColumnType::Text,
                }
            }
        }

        impl Nullable for $name {
            fn null() -> Value {
                match Engine::current() {
                    Engine::Postgres => Value::Uuid(None),
                    Engine::Sqlite => Value::String(None),
                }
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

uuid_id!(
    /// The user's UUID: the claim `uuid`, the column `"user".uuid` and the target of every
    /// foreign key of ours.
    UserUuid,
    "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90"
);
uuid_id!(
    /// A task's id, a UUIDv7 made by the API.
    TaskId,
    "01936f2b-0c1d-7e4f-8a3b-5c6d7e8f9a0b"
);
uuid_id!(
    /// A tag's id, a UUIDv7 made by the API.
    TagId,
    "01936f2b-1d2e-7f50-9b4c-6d7e8f9a0b1c"
);

impl TaskId {
    /// A new id; later ids sort after earlier ones.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }
}

impl TagId {
    /// A new id; later ids sort after earlier ones.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }
}
