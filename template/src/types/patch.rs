use sea_orm::{ActiveValue, Set, Unchanged, Value, sea_query::Nullable};
use serde::{Deserialize, Deserializer};

/// A member of a PATCH body (RFC 7396): absent, `null` and a value mean different things.
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

    /// Turns the value into another type, if there is one.
    ///
    /// # Errors
    /// Whatever `f` returns.
    pub fn try_map<U, E>(self, f: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(f(value)?),
        })
    }
}

impl<T> Patch<T>
where
    T: Into<Value> + Nullable,
{
    /// The change of a nullable column.
    #[must_use]
    pub fn apply(self, current: Option<T>) -> ActiveValue<Option<T>> {
        match self {
            Self::Keep => Unchanged(current),
            Self::Clear => Set(None),
            Self::Set(value) => Set(Some(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// Reads a member that may be absent but not `null`; use with `#[serde(default)]`.
///
/// # Errors
/// When the member is `null` or not a `T`.
pub fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
