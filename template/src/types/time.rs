use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDateTime, SecondsFormat, SubsecRound, Utc};
use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::Engine;

/// An instant in UTC, to the millisecond.
///
/// Reads any RFC 3339 offset, and a time without zone as UTC; writes `YYYY-MM-DDTHH:MM:SS.mmmZ`.
/// Stored as `timestamptz(3)` on PostgreSQL and as that fixed-width text on SQLite, where text
/// order is time order, also against rows that Better Auth wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-12-01T09:30:00.000Z")]
pub struct UtcDateTime(DateTime<Utc>);

/// Not a date and time that we read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a date and time such as 2026-12-01T09:30:00Z, in the years 1 to 9999")]
pub struct InvalidDateTime;

impl UtcDateTime {
    /// The present moment.
    #[must_use]
    pub fn now() -> Self {
        Self(Utc::now().trunc_subsecs(3))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn timestamp_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// This instant moved by so many seconds.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + chrono::TimeDelta::seconds(seconds))
    }
}

impl FromStr for UtcDateTime {
    type Err = InvalidDateTime;

    fn from_str(text: &str) -> Result<Self, InvalidDateTime> {
        let zoned = || DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
        let naive = |form| NaiveDateTime::parse_from_str(text, form).map(|time| time.and_utc());
        let year_has_four_digits = text.as_bytes().get(4) == Some(&b'-');
        let leap_second = text.get(16..19) == Some(":60");
        if !year_has_four_digits || leap_second || !text.is_ascii() {
            return Err(InvalidDateTime);
        }
        let time = zoned()
            .or_else(|_| naive("%Y-%m-%dT%H:%M:%S%.f"))
            .or_else(|_| naive("%Y-%m-%d %H:%M:%S%.f"))
            .or_else(|_| naive("%Y-%m-%dT%H:%M"))
            .map_err(|_| InvalidDateTime)?;
        let years = 1..=9999;
        let in_range = years.contains(&chrono::Datelike::year(&time));
        in_range
            .then(|| Self(time.trunc_subsecs(3)))
            .ok_or(InvalidDateTime)
    }
}

impl fmt::Display for UtcDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for UtcDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcDateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl From<UtcDateTime> for Value {
    fn from(time: UtcDateTime) -> Self {
        match Engine::current() {
            Engine::Postgres => time.0.into(),
            Engine::Sqlite => time.to_string().into(),
        }
    }
}

impl TryGetable for UtcDateTime {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        match Engine::current() {
            Engine::Postgres => {
                DateTime::<Utc>::try_get_by(row, index).map(|time| Self(time.trunc_subsecs(3)))
            }
            Engine::Sqlite => String::try_get_by(row, index)?
                .parse()
                .map_err(|e: InvalidDateTime| DbErr::Type(e.to_string()).into()),
        }
    }
}

impl ValueType for UtcDateTime {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::ChronoDateTimeUtc(Some(time)) => Ok(Self(time)),
            Value::String(Some(text)) => text.parse().map_err(|_| ValueTypeErr),
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        "UtcDateTime".to_owned()
    }

    fn array_type() -> ArrayType {
        match Engine::current() {
            Engine::Postgres => ArrayType::ChronoDateTimeUtc,
            Engine::Sqlite => ArrayType::String,
        }
    }

    fn column_type() -> ColumnType {
        match Engine::current() {
            Engine::Postgres => ColumnType::TimestampWithTimeZone,
            Engine::Sqlite => ColumnType::Text,
        }
    }
}

impl Nullable for UtcDateTime {
    fn null() -> Value {
        match Engine::current() {
            Engine::Postgres => Value::ChronoDateTimeUtc(None),
            Engine::Sqlite => Value::String(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_date_and_time() {
        for text in [
            "",
            "2026-12-01",
            "2026-02-30T10:00:00Z",
            "2026-12-01T23:59:60Z",
            "0000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-01:00",
            "-2026-12-01T00:00:00Z",
            "tomorrow",
            "２０２６-12-01T00:00:00Z",
        ] {
            assert_eq!(
                text.parse::<UtcDateTime>(),
                Err(InvalidDateTime),
                "{text:?}"
            );
        }
    }

    #[test]
    fn reads_offsets_zone_less_times_and_html_inputs_as_utc() {
        for (text, utc) in [
            ("2026-12-01T09:30:00Z", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01t09:30:00z", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01T09:30:00+09:00", "2026-12-01T00:30:00.000Z"),
            ("2026-12-01T09:30:00", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01T09:30", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01 09:30:00", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01T09:30:00.123999Z", "2026-12-01T09:30:00.123Z"),
        ] {
            let read = text.parse::<UtcDateTime>().map(|time| time.to_string());
            assert_eq!(read.as_deref(), Ok(utc), "{text:?}");
        }
    }
}
