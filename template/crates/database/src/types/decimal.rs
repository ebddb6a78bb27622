use std::{borrow::Cow, fmt};

use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryGetError, TryGetable, Value, prelude,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};
use validator::ValidationError;

use super::{
    Engine,
    text::{deserialize_by_rule, violation},
};

/// An exact number of at most `P` digits, `S` of them behind the point: `P` is 1 to 18, and `S` at
/// most `P`.
///
/// In JSON it is a string such as `"12.50"`, because many parsers read a number as binary floating
/// point. Stored as `numeric(P, S)` on PostgreSQL and as a whole number of its last digits on
/// SQLite, which has no exact fractions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal<const P: u32, const S: u32> {
    /// The number in units of 10^-S.
    units: i64,
}

impl<const P: u32, const S: u32> Decimal<P, S> {
    /// 10^S: how many units make 1.
    const ONE: i64 = 10_i64.pow(S);
    /// 10^P: the smallest number of units that has too many digits.
    const END: i64 = {
        assert!(0 < P && P <= 18 && S <= P);
        10_i64.pow(P)
    };

    /// Reads an optional `-`, digits, and optionally a point and more digits.
    ///
    /// # Errors
    /// Codes `invalid_decimal` and `too_many_digits`.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        if !are_digits(whole) || !are_digits(fraction) {
            let message = "must be a number such as 12.50, in a string";
            return Err(violation("invalid_decimal", message.into()));
        }
        let units = units::<S>(whole, fraction).filter(|units| *units < Self::END);
        let units = units.ok_or_else(Self::too_many_digits)?;
        Ok(Self {
            units: if negative { -units } else { units },
        })
    }

    /// The number as a `rust_decimal`, for calculations.
    #[must_use]
    pub fn exact(self) -> prelude::Decimal {
        prelude::Decimal::new(self.units, S)
    }

    /// Rounds a calculated number to `S` places, half to even.
    ///
    /// # Errors
    /// Code `too_many_digits`.
    pub fn from_exact(mut number: prelude::Decimal) -> Result<Self, ValidationError> {
        number.rescale(S);
        let units = number.mantissa().try_into().ok();
        let fits = |units: &i64| number.scale() == S && (1 - Self::END..Self::END).contains(units);
        let units = units.filter(fits).ok_or_else(Self::too_many_digits)?;
        Ok(Self { units })
    }

    fn too_many_digits() -> ValidationError {
        let message = match S {
            0 => format!("must have at most {P} digits, none behind a point"),
            _ => format!(
                "must have at most {} digits before the point and {S} behind it",
                P - S
            ),
        };
        violation("too_many_digits", message)
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number in units; `None` if there are more than `S` digits after the point, or far too many
/// before it.
fn units<const S: u32>(whole: &str, fraction: &str) -> Option<i64> {
    let scale = usize::try_from(S).ok()?;
    let fraction = match S {
        0 if fraction == "0" => "",
        _ => fraction,
    };
    (fraction.len() <= scale).then_some(())?;
    format!("{whole}{fraction:0<scale$}").parse().ok()
}

impl<const P: u32, const S: u32> fmt::Display for Decimal<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, units) = (if self.units < 0 { "-" } else { "" }, self.units.abs());
        let (whole, fraction) = (units / Self::ONE, units % Self::ONE);
        match usize::try_from(S) {
            Ok(0) | Err(_) => write!(f, "{sign}{whole}"),
            Ok(scale) => write!(f, "{sign}{whole}.{fraction:0scale$}"),
        }
    }
}

impl<const P: u32, const S: u32> Serialize for Decimal<P, S> {
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const P: u32, const S: u32> Deserialize<'de> for Decimal<P, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_by_rule(deserializer, Self::parse)
    }
}

impl<const P: u32, const S: u32> PartialSchema for Decimal<P, S> {
    fn schema() -> RefOr<Schema> {
        let pattern = match S {
            0 => format!("^-?[0-9]{{1,{P}}}$"),
            _ if S == P => format!(r"^-?0(\.[0-9]{{1,{S}}})?$"),
            _ => format!(r"^-?[0-9]{{1,{}}}(\.[0-9]{{1,{S}}})?$", P - S),
        };
        let one = Self {
            units: Self::END / 10,
        };
        let string = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("An exact number."))
            .pattern(Some(pattern))
            .examples([one.to_string()])
            .format(Some(SchemaFormat::Custom("decimal".to_owned())));
        string.into()
    }
}

impl<const P: u32, const S: u32> ToSchema for Decimal<P, S> {
    fn name() -> Cow<'static, str> {
        format!("Decimal_{P}_{S}").into()
    }
}

impl<const P: u32, const S: u32> From<Decimal<P, S>> for Value {
    fn from(number: Decimal<P, S>) -> Self {
        match Engine::current() {
            Engine::Postgres => number.exact().into(),
            Engine::Sqlite => number.units.into(),
        }
    }
}

impl<const P: u32, const S: u32> TryGetable for Decimal<P, S> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        match Engine::current() {
            Engine::Postgres => {
                let number = prelude::Decimal::try_get_by(row, index)?;
                let error = |_| DbErr::Type(format!("{number} has too many digits"));
                Ok(Self::from_exact(number).map_err(error)?)
            }
            Engine::Sqlite => i64::try_get_by(row, index).map(|units| Self { units }),
        }
    }
}

impl<const P: u32, const S: u32> ValueType for Decimal<P, S> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::Decimal(Some(number)) => Self::from_exact(number).map_err(|_| ValueTypeErr),
            Value::BigInt(Some(units)) => Ok(Self { units }),
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        format!("Decimal<{P}, {S}>")
    }

    fn array_type() -> ArrayType {
        match Engine::current() {
            Engine::Postgres => ArrayType::Decimal,
            Engine::Sqlite => ArrayType::BigInt,
        }
    }

    fn column_type() -> ColumnType {
        match Engine::current() {
            Engine::Postgres => ColumnType::Decimal(Some((P, S))),
            Engine::Sqlite => ColumnType::BigInteger,
        }
    }
}

impl<const P: u32, const S: u32> Nullable for Decimal<P, S> {
    fn null() -> Value {
        match Engine::current() {
            Engine::Postgres => Value::Decimal(None),
            Engine::Sqlite => Value::BigInt(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Price = Decimal<5, 2>;

    fn code(text: &str) -> Option<String> {
        let error = Price::parse(text).err();
        error.map(|error| error.code.into_owned())
    }

    fn read<const P: u32, const S: u32>(text: &str) -> Option<String> {
        Decimal::<P, S>::parse(text).ok().map(|it| it.to_string())
    }

    #[test]
    fn what_is_no_number_is_rejected() {
        for text in [
            "", "-", ".", "1.", ".5", "+1", "--1", "1e3", "1,5", " 1", "1 ", "0x1", "NaN", "1.-5",
            "1.2.3", "１",
        ] {
            assert_eq!(code(text).as_deref(), Some("invalid_decimal"), "{text:?}");
        }
    }

    #[test]
    fn too_many_digits_are_rejected_not_rounded() {
        for text in [
            "1000",
            "-1000",
            "999.999",
            "0.001",
            "99999999999999999999999",
        ] {
            assert_eq!(code(text).as_deref(), Some("too_many_digits"), "{text:?}");
        }
        assert_eq!(read::<18, 0>("1.5"), None);
        assert_eq!(read::<2, 2>("1.00"), None);
    }

    #[test]
    fn it_is_written_with_all_its_places() {
        for (text, written) in [
            ("0", "0.00"),
            ("-0.0", "0.00"),
            ("7.5", "7.50"),
            ("-0.05", "-0.05"),
            ("007", "7.00"),
            ("999.99", "999.99"),
        ] {
            assert_eq!(read::<5, 2>(text).as_deref(), Some(written), "{text:?}");
        }
        assert_eq!(read::<18, 0>("-42").as_deref(), Some("-42"));
        assert_eq!(read::<2, 2>("0.99").as_deref(), Some("0.99"));
    }

    #[test]
    fn eighteen_digits_and_tenths_stay_exact_on_both_engines() {
        let stored = |text| {
            let number = Decimal::<18, 4>::parse(text).ok()?;
            let number = Decimal::<18, 4>::from_exact(number.exact()).ok()?;
            Some(number.to_string())
        };
        for text in ["99999999999999.9999", "-99999999999999.9999", "0.3000"] {
            assert_eq!(stored(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn two_prices_add_up() {
        let price = |text| Price::parse(text).expect("a price");
        let sum = |a, b| Price::from_exact(price(a).exact() + price(b).exact());
        assert_eq!(sum("0.1", "0.2"), Ok(price("0.3")));
        assert!(sum("999.99", "0.01").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_sorts_as_numbers(
            a in -99_999..=99_999_i64,
            b in -99_999..=99_999_i64,
        ) {
            let (a, b) = (Price { units: a }, Price { units: b });
            prop_assert_eq!(Price::parse(&a.to_string()), Ok(a));
            prop_assert_eq!(Price::from_exact(a.exact()), Ok(a));
            prop_assert_eq!(a.cmp(&b), a.exact().cmp(&b.exact()));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = Price::parse(&text);
        }
    }
}
