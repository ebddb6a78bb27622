use std::{borrow::Cow, fmt};

use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};
use validator::ValidationError;

use super::text::{rule_violated, violation};

/// A whole number from `MIN` to `MAX`; by default the one nearest to 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RangedInt<const MIN: i32, const MAX: i32>(i32);

impl<const MIN: i32, const MAX: i32> RangedInt<MIN, MAX> {
    /// Checks a number.
    ///
    /// # Errors
    /// Code `out_of_range`.
    pub fn new(number: i32) -> Result<Self, ValidationError> {
        if (MIN..=MAX).contains(&number) {
            Ok(Self(number))
        } else {
            let message = format!("must be from {MIN} to {MAX}");
            Err(violation("out_of_range", message))
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> i32 {
        self.0
    }
}

impl<const MIN: i32, const MAX: i32> Default for RangedInt<MIN, MAX> {
    fn default() -> Self {
        Self(0.clamp(MIN, MAX))
    }
}

impl<const MIN: i32, const MAX: i32> fmt::Display for RangedInt<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de, const MIN: i32, const MAX: i32> Deserialize<'de> for RangedInt<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i32::deserialize(deserializer)?).map_err(rule_violated)
    }
}

impl<const MIN: i32, const MAX: i32> PartialSchema for RangedInt<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        let integer = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .description(Some("A whole number."))
            .minimum(Some(MIN))
            .maximum(Some(MAX))
            .examples([Self::default().0]);
        integer.into()
    }
}

impl<const MIN: i32, const MAX: i32> ToSchema for RangedInt<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        format!("Int_{MIN}_{MAX}").into()
    }
}

impl<const MIN: i32, const MAX: i32> From<RangedInt<MIN, MAX>> for Value {
    fn from(number: RangedInt<MIN, MAX>) -> Self {
        number.0.into()
    }
}

impl<const MIN: i32, const MAX: i32> TryGetable for RangedInt<MIN, MAX> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let number = i32::try_get_by(row, index)?;
        let error = |_| DbErr::Type(format!("{number} is not from {MIN} to {MAX}"));
        Ok(Self::new(number).map_err(error)?)
    }
}

impl<const MIN: i32, const MAX: i32> ValueType for RangedInt<MIN, MAX> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let number = <i32 as ValueType>::try_from(value)?;
        Self::new(number).map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        format!("RangedInt<{MIN}, {MAX}>")
    }

    fn array_type() -> ArrayType {
        ArrayType::Int
    }

    fn column_type() -> ColumnType {
        ColumnType::Integer
    }
}

impl<const MIN: i32, const MAX: i32> Nullable for RangedInt<MIN, MAX> {
    fn null() -> Value {
        Value::Int(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_outside_the_range_is_rejected() {
        type Rating = RangedInt<1, 5>;
        let rejected = |number| Rating::new(number).err().map(|error| error.code);
        assert_eq!((rejected(1), rejected(5)), (None, None));
        for number in [0, 6, -1, i32::MIN, i32::MAX] {
            assert_eq!(rejected(number).as_deref(), Some("out_of_range"));
            assert!(serde_json::from_str::<Rating>(&number.to_string()).is_err());
        }
    }

    #[test]
    fn the_default_is_the_number_nearest_to_zero() {
        assert_eq!(RangedInt::<1, 5>::default().get(), 1);
        assert_eq!(RangedInt::<-5, -2>::default().get(), -2);
        assert_eq!(RangedInt::<-5, 5>::default().get(), 0);
    }
}
