use sea_orm::{ActiveValue, Value, sea_query::Nullable};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A nullable field of a PATCH body (RFC 7396): absent, `null` and a value mean different things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not in the body: the column stays as it is.
    #[default]
    Keep,
    /// `null`: the column is cleared.
    Clear,
    /// The column's new value.
    Set(T),
}

impl<T> Patch<T> {
    /// The value, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

/// The column to write: an absent field leaves the column as it is.
impl<T: Into<Value> + Nullable> From<Patch<T>> for ActiveValue<Option<T>> {
    fn from(patch: Patch<T>) -> Self {
        match patch {
            Patch::Keep => Self::NotSet,
            Patch::Clear => Self::Set(None),
            Patch::Set(value) => Self::Set(Some(value)),
        }
    }
}

/// For validator, which stores a copy of a rejected value.
impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// Sets a column that cannot be null to the value of a PATCH body, if there is one.
#[must_use]
pub fn set_if_present<T: Into<Value>>(value: Option<T>) -> ActiveValue<T> {
    value.map_or(ActiveValue::NotSet, ActiveValue::Set)
}

/// Reads a field that may be absent but not `null`; use with `#[serde(default)]`.
///
/// # Errors
/// When the field is `null` or not a `T`.
pub fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
