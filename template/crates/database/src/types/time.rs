use std::{fmt, ops::RangeInclusive, str::FromStr};

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Timelike,
    Utc,
};
use sea_orm::{
    ColIdx, ColumnType, DbErr, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::{Engine, text};

/// An instant in UTC, to the millisecond.
///
/// Reads any RFC 3339 offset, and a time without zone as UTC; writes `YYYY-MM-DDTHH:MM:SS.mmmZ`.
/// Stored as `timestamptz(3)` on PostgreSQL and as that fixed-width text on SQLite, where text
/// order is time order. Columns that others write may also be of type `timestamp`, which is read
/// as UTC, and on SQLite hold another form of the text, or seconds or milliseconds since 1970:
/// compare those after reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-12-01T09:30:00.000Z")]
pub struct UtcDateTime(DateTime<Utc>);

/// Years of four digits, which PostgreSQL, JavaScript and fixed-width text all support.
const YEARS: RangeInclusive<i32> = 1..=9999;

/// The text is not a date and time in an accepted form.
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

    /// The instant this many milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Outside the years 1 to 9999.
    pub fn from_millis(milliseconds: i64) -> Result<Self, InvalidDateTime> {
        let time = DateTime::from_timestamp_millis(milliseconds);
        time.filter(|time| YEARS.contains(&time.year()))
            .map(Self)
            .ok_or(InvalidDateTime)
    }

    /// The instant that a number in a column of another program means: milliseconds since 1970, as
    /// Better Auth writes them, or seconds, as Drizzle's mode `timestamp` does. Numbers that would
    /// be before March 1973 as milliseconds are seconds.
    fn from_number(number: i64) -> Result<Self, InvalidDateTime> {
        const LEAST_MILLISECONDS: u64 = 100_000_000_000;
        let is_seconds = number.unsigned_abs() < LEAST_MILLISECONDS;
        Self::from_millis(if is_seconds { number * 1000 } else { number })
    }

    /// This instant moved by this many seconds.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + chrono::TimeDelta::seconds(seconds))
    }
}

impl FromStr for UtcDateTime {
    type Err = InvalidDateTime;

    /// Reads RFC 3339 section 5.6, its `T` and `Z` in either case and its `T` also as a space;
    /// what HTML's `datetime-local` sends, without seconds and without zone; and sqlx's
    /// `YYYY-MM-DD HH:MM:SS`. A second 60 is rejected: no `UtcDateTime` can hold it.
    fn from_str(text: &str) -> Result<Self, InvalidDateTime> {
        read(text).ok_or(InvalidDateTime)
    }
}

fn read(text: &str) -> Option<UtcDateTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));
    let local = read_date(date)?.and_time(read_clock(clock)?);
    let time = local.checked_sub_offset(read_zone(zone)?)?.and_utc();
    YEARS.contains(&time.year()).then_some(UtcDateTime(time))
}

fn read_date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?;
    let (month, day) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let year = year.cast_signed();
    YEARS
        .contains(&year)
        .then(|| NaiveDate::from_ymd_opt(year, month, day))?
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.f...`; digits past the millisecond are cut.
fn read_clock(text: &str) -> Option<NaiveTime> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (second, fraction) = match parts.next() {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "0")),
        None => ("00", "0"),
    };
    let second = digits(second, 2)?;
    NaiveTime::from_hms_milli_opt(hour, minute, second, milliseconds(fraction)?)
}

fn milliseconds(fraction: &str) -> Option<u32> {
    let digits = digits_alone(fraction)?.bytes();
    let digits = digits.chain(std::iter::repeat(b'0')).take(3);
    Some(digits.fold(0, |sum, digit| 10 * sum + u32::from(digit - b'0')))
}

/// `Z`, `+HH:MM` or `-HH:MM`; nothing means UTC.
fn read_zone(text: &str) -> Option<FixedOffset> {
    let (hour, minute) = match text {
        "" | "Z" | "z" => (0, 0),
        offset => {
            let (hour, minute) = offset.get(1..)?.split_once(':')?;
            (digits(hour, 2)?, digits(minute, 2)?)
        }
    };
    let seconds = (hour * 3600 + minute * 60).cast_signed();
    if hour > 23 || minute > 59 {
        return None;
    }
    if text.starts_with('-') {
        FixedOffset::west_opt(seconds)
    } else {
        FixedOffset::east_opt(seconds)
    }
}

fn digits(text: &str, count: usize) -> Option<u32> {
    let text = digits_alone(text).filter(|text| text.len() == count)?;
    text.parse().ok()
}

fn digits_alone(text: &str) -> Option<&str> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then_some(text)
}

impl fmt::Display for UtcDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date_naive(), self.0.time());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (place, number) in [
            (0..4, date.year().cast_unsigned()),
            (5..7, date.month()),
            (8..10, date.day()),
            (11..13, time.hour()),
            (14..16, time.minute()),
            (17..19, time.second()),
            (20..23, time.nanosecond() / 1_000_000),
        ] {
            write_digits(&mut text[place], number);
        }
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

fn write_digits(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b"0123456789"[(number % 10) as usize];
        number /= 10;
    }
}

impl Serialize for UtcDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcDateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::deserialize(deserializer, str::parse)
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
                let time = match DateTime::<Utc>::try_get_by(row, index) {
                    Err(TryGetError::DbErr(_)) => NaiveDateTime::try_get_by(row, index)?.and_utc(),
                    time => time?,
                };
                Ok(Self(time.trunc_subsecs(3)))
            }
            Engine::Sqlite => match String::try_get_by(row, index) {
                Err(TryGetError::DbErr(_)) => Self::from_number(i64::try_get_by(row, index)?),
                text => text?.parse(),
            }
            .map_err(|error: InvalidDateTime| DbErr::Type(error.to_string()).into()),
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
    use proptest::{prelude::*, string::string_regex};

    use super::*;

    #[test]
    fn rejects_what_is_not_a_date_and_time() {
        for text in [
            "",
            "2026-12-01",
            "2026-12-01T",
            "2026-12-01T09",
            "2026-12-01T09Z",
            "2026-12-01T9:30Z",
            "2026-12-01T09:30:00.Z",
            "2026-12-01T09:30:00,5Z",
            "2026-12-01T09:30.5Z",
            "2026-12-01_09:30:00Z",
            "2026-12-01  09:30:00Z",
            "2026-12-01T09:30:00 Z",
            "2026-12-01T09:30:00Zz",
            "2026-12-01T09:30:00UTC",
            "2026-12-01T09:30:00+09",
            "2026-12-01T09:30:00+0900",
            "2026-12-01T09:30:00+9:00",
            "2026-12-01T09:30:00+24:00",
            "2026-12-01T09:30:00+09:60",
            "2026-12-01T09:30:00+09:00:00",
            "2026-12-01T09:30:00\u{2212}09:00",
            " 2026-12-01T09:30:00Z",
            "2026-12-01T09:30:00Z ",
            "20261201T093000Z",
            "2026-335T09:30:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-02-30T10:00:00Z",
            "2025-02-29T10:00:00Z",
            "1900-02-29T10:00:00Z",
            "2026-12-01T24:00:00Z",
            "2026-12-01T23:60:00Z",
            "2026-12-01T23:59:60Z",
            "2026-12-31 23:59:60",
            "2016-12-31T23:59:60+00:00",
            "0000-01-01T00:00:00Z",
            "0000-12-31T23:59:59-01:00",
            "10000-01-01T00:00:00Z",
            "10000-01-01T00:00:00+01:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-01:00",
            "-2026-12-01T00:00:00Z",
            "+2026-12-01T00:00:00Z",
            "1700000000000",
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
            ("2026-12-01 09:30:00z", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01T09:30:00+09:00", "2026-12-01T00:30:00.000Z"),
            ("2026-12-01 09:30:00+09:00", "2026-12-01T00:30:00.000Z"),
            ("2026-12-01T09:30:00-00:00", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01T09:30:00+23:59", "2026-11-30T09:31:00.000Z"),
            ("2026-12-01T09:30:00-23:59", "2026-12-02T09:29:00.000Z"),
            ("2026-12-01T09:30:00-03:30", "2026-12-01T13:00:00.000Z"),
            ("2026-12-01T09:30:00", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01T09:30", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01 09:30", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01T09:30Z", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01t09:30-03:30", "2026-12-01T13:00:00.000Z"),
            ("2026-12-01 09:30:00", "2026-12-01T09:30:00.000Z"),
            ("2026-12-01T09:30:00.5Z", "2026-12-01T09:30:00.500Z"),
            ("2026-12-01T09:30:00.123999Z", "2026-12-01T09:30:00.123Z"),
            ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
            (
                "2026-11-20T15:26:01.180974903+00:00",
                "2026-11-20T15:26:01.180Z",
            ),
            (
                "2026-12-01T09:30:00.1234567890123456789Z",
                "2026-12-01T09:30:00.123Z",
            ),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
            ("0001-01-01T00:00:00-14:00", "0001-01-01T14:00:00.000Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("9999-12-31T23:59:59+14:00", "9999-12-31T09:59:59.000Z"),
        ] {
            let read = text.parse::<UtcDateTime>().map(|time| time.to_string());
            assert_eq!(read.as_deref(), Ok(utc), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(milliseconds in -62_135_596_800_000..=253_402_300_799_999_i64) {
            let time = UtcDateTime::from_millis(milliseconds).expect("a year from 1 to 9999");
            let text = time.to_string();
            prop_assert_eq!(text.len(), 24);
            prop_assert_eq!(text.parse(), Ok(time));
            prop_assert_eq!(time.timestamp_millis(), milliseconds);
        }

        #[test]
        fn text_order_is_time_order(
            a in -62_135_596_800_000..=253_402_300_799_999_i64,
            b in -62_135_596_800_000..=253_402_300_799_999_i64,
        ) {
            let text = |time| UtcDateTime::from_millis(time).map(|time| time.to_string());
            prop_assert_eq!(text(a).ok().cmp(&text(b).ok()), a.cmp(&b));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = text.parse::<UtcDateTime>();
        }

        /// Compares with an independent parser of the same grammar, chrono's.
        #[test]
        fn agrees_with_another_reader_of_rfc_3339(
            text in string_regex("[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-5][0-9])").expect("a regular expression"),
        ) {
            let other = DateTime::parse_from_rfc3339(&text)
                .map(|time| time.to_utc().trunc_subsecs(3))
                .ok()
                .filter(|time| YEARS.contains(&time.year()) && !text.starts_with("0000"));
            prop_assert_eq!(text.parse::<UtcDateTime>().map(|time| time.0).ok(), other);
        }
    }
}
