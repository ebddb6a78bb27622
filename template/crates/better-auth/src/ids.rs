//! Better Auth's own ids.

use std::fmt;

use database::{Engine, UserUuid};
use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whether Better Auth creates UUIDs as ids (`advanced.database.generateId: "uuid"`), so that
/// `user.uuid` is generated from `user.id` instead of being a second id. Set by the cargo feature
/// `native-ids`.
pub const NATIVE_IDS: bool = cfg!(feature = "native-ids");

/// An id that Better Auth created: a user's is the claim `sub` and `"user".id`. The application's
/// foreign keys never point to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[schema(value_type = String, example = "3rQ8oXzKc1WmBv7LtYp5GhNd2JfSaEu9")]
pub struct BetterAuthId(String);

impl BetterAuthId {
    /// Wraps an id as Better Auth wrote it.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as Better Auth wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a user that this application creates: `id`, or the UUID with [`NATIVE_IDS`].
    #[must_use]
    pub fn of_user(uuid: UserUuid, id: &str) -> Self {
        if NATIVE_IDS {
            Self(uuid.to_string())
        } else {
            Self(id.to_owned())
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
    /// Anything but a UUID is passed on as text, which PostgreSQL rejects in a `uuid` column.
    fn from(id: BetterAuthId) -> Self {
        match Uuid::try_parse(&id.0) {
            Ok(uuid) if BetterAuthId::is_native() => uuid.into(),
            _ => id.0.into(),
        }
    }
}

impl TryGetable for BetterAuthId {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        // Only users' ids must be UUIDs.
        let uuid = Self::is_native().then(|| Uuid::try_get_by(row, index));
        match uuid {
            Some(Ok(id)) => Ok(Self(id.to_string())),
            _ => String::try_get_by(row, index).map(Self),
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
        if Self::is_native() {
            ArrayType::Uuid
        } else {
            ArrayType::String
        }
    }

    fn column_type() -> ColumnType {
        if Self::is_native() {
            ColumnType::Uuid
        } else {
            ColumnType::Text
        }
    }
}

impl Nullable for BetterAuthId {
    fn null() -> Value {
        if Self::is_native() {
            Value::Uuid(None)
        } else {
            Value::String(None)
        }
    }
}

impl TryFromU64 for BetterAuthId {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("BetterAuthId"))
    }
}
