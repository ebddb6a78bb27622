use std::ops::RangeInclusive;

use chrono::TimeZone as _;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use validator::ValidationError;

use database::{
    UtcDateTime,
    text::{at_most, deserialize_by_rule, rule_error, violation},
};

/// How a task repeats.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum RecurrencePattern {
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
    /// Each month.
    Monthly,
    /// As `recurrence_config` says.
    Custom,
}

/// A recurrence rule (RFC 5545 section 3.3.10), kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, format = "rrule", min_length = 1, max_length = 500, example = "FREQ=WEEKLY;BYDAY=MO,FR")]
#[serde(transparent)]
pub struct RecurrenceRule(String);

impl RecurrenceRule {
    /// The longest rule that is read, in characters.
    pub const MAX_LENGTH: usize = 500;

    /// Reads a rule: its parts alone, without the property's name.
    ///
    /// # Errors
    /// Codes `too_long` and `invalid_rrule`.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        at_most(text, Self::MAX_LENGTH)?;
        let parts_alone = text.is_ascii() && !text.contains(|c: char| c == ':' || c.is_control());
        if parts_alone && is_valid(text) {
            return Ok(Self(text.to_owned()));
        }
        let message = "must be a rule such as FREQ=WEEKLY;BYDAY=MO,FR".into();
        Err(violation("invalid_rrule", message))
    }
}

impl<'de> Deserialize<'de> for RecurrenceRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_by_rule(deserializer, Self::parse)
    }
}

/// Whether grammar and parser take it. The parser compares UNTIL with the start of the recurrence: a
/// start long ago in UTC suits every UNTIL in UTC.
fn is_valid(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let parts: Option<Vec<_>> = text.split(';').map(|part| part.split_once('=')).collect();
    let Some(parts) = parts.filter(|parts| keep_grammar(parts)) else {
        return false;
    };
    let rule: Vec<_> = parts.into_iter().map(in_utc).collect();
    let rule = rule.join(";").parse::<rrule::RRule<rrule::Unvalidated>>();
    let start = rrule::Tz::UTC.with_ymd_and_hms(1900, 1, 1, 12, 0, 0);
    match (rule, start.earliest()) {
        (Ok(rule), Some(start)) => rule.validate(start).is_ok(),
        _ => false,
    }
}

/// What the parser does not check (RFC 5545 section 3.3.10).
fn keep_grammar(parts: &[(&str, &str)]) -> bool {
    let has = |name: &str| parts.iter().any(|part| part.0 == name);
    let selects = |(name, _): &(&str, &str)| name.starts_with("BY") && *name != "BYSETPOS";
    let numbered = parts.contains(&("FREQ", "MONTHLY"))
        || parts.contains(&("FREQ", "YEARLY")) && !has("BYWEEKNO");
    let fits = |(name, value): &(&str, &str)| match *name {
        "BYDAY" => value.split(',').all(|day| is_weekday(day, numbered)),
        name => has_numbers_in_range(name, value),
    };
    parts.iter().all(fits)
        && !(has("COUNT") && has("UNTIL"))
        && (!has("BYSETPOS") || parts.iter().any(selects))
}

/// A weekday; `numbered` is whether it may say which one of a month or year, such as `-1FR`.
fn is_weekday(text: &str, numbered: bool) -> bool {
    let number = text.split_at_checked(text.len().saturating_sub(2));
    number
        .is_some_and(|(number, _)| number.is_empty() || numbered && is_number(number, 1..=53, true))
}

/// Whether the numbers in the value are in the part's range; other parts have no numbers.
fn has_numbers_in_range(name: &str, value: &str) -> bool {
    let (range, signed) = match name {
        "INTERVAL" | "COUNT" => (1..=u32::MAX, false),
        "BYSECOND" => (0..=60, false),
        "BYMINUTE" => (0..=59, false),
        "BYHOUR" => (0..=23, false),
        "BYMONTH" => (1..=12, false),
        "BYMONTHDAY" => (1..=31, true),
        "BYWEEKNO" => (1..=53, true),
        "BYYEARDAY" | "BYSETPOS" => (1..=366, true),
        _ => return true,
    };
    let mut numbers = value.split(',');
    numbers.all(|number| is_number(number, range.clone(), signed))
}

/// Digits in this range; with a sign, they count from the end.
fn is_number(text: &str, range: RangeInclusive<u32>, signed: bool) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).filter(|_| signed);
    let digits = unsigned.unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits.len() <= range.end().ilog10() as usize + 1
        && digits.parse().is_ok_and(|number| range.contains(&number))
}

/// The part; an UNTIL without a zone as if it were in UTC, so that no zone's gaps count.
fn in_utc((name, value): (&str, &str)) -> String {
    match name {
        "UNTIL" if value.ends_with('Z') => format!("{name}={value}"),
        "UNTIL" if value.contains('T') => format!("{name}={value}Z"),
        "UNTIL" => format!("{name}={value}T000000Z"),
        _ => format!("{name}={value}"),
    }
}

/// A time zone by its IANA name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, format = "timezone", min_length = 1, max_length = 64, example = "Asia/Tokyo")]
#[serde(transparent)]
pub struct TimeZone(String);

impl TimeZone {
    /// Reads a name such as `Asia/Tokyo`, spelled exactly as in the IANA database.
    ///
    /// # Errors
    /// Code `unknown_time_zone`.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        match text.parse::<chrono_tz::Tz>() {
            Ok(zone) => Ok(Self(zone.name().to_owned())),
            Err(_) => Err(violation(
                "unknown_time_zone",
                "must be an IANA time zone such as Asia/Tokyo".into(),
            )),
        }
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_by_rule(deserializer, Self::parse)
    }
}

/// What the pattern `custom` means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecurrenceConfig {
    /// When it repeats.
    pub rrule: RecurrenceRule,
    /// Repeats every N occurrences.
    #[serde(default, deserialize_with = "interval")]
    #[schema(minimum = 1, maximum = 1000)]
    pub interval: Option<u16>,
    /// The time zone in which the rule's days begin and end.
    #[serde(default)]
    pub timezone: Option<TimeZone>,
    /// The last moment at which it repeats.
    #[serde(default)]
    pub end_date: Option<UtcDateTime>,
    /// When it does not repeat although the rule says so.
    #[serde(default, deserialize_with = "exceptions")]
    #[schema(max_items = 100)]
    pub exceptions: Vec<UtcDateTime>,
}

fn interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let interval = Option::deserialize(deserializer)?;
    match interval {
        Some(0 | 1001..) => Err(rule_error("out_of_range", "must be from 1 to 1000")),
        _ => Ok(interval),
    }
}

fn exceptions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<UtcDateTime>, D::Error> {
    let exceptions = Vec::deserialize(deserializer)?;
    match exceptions.len() {
        0..=100 => Ok(exceptions),
        _ => Err(rule_error("too_many", "must be at most 100 times")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_recurrence_rule_is_rejected() {
        for text in [
            "",
            "daily",
            "FREQ=NEVER",
            "BYDAY=MO",
            "FREQ=WEEKLY;BYDAY=XX",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;COUNT=x",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;interval=00",
            "FREQ=DAILY;COUNT=1;UNTIL=20301224T000000Z",
            "FREQ=DAILY;",
            ";FREQ=DAILY",
            "FREQ=DAILY;COLOUR=RED",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=YEARLY;BYMONTH=13",
            "FREQ=DAILY;UNTIL=tomorrow",
            "RRULE:FREQ=DAILY",
            "DTSTART:20261201T090000Z",
            "FREQ=DAILY\nFREQ=DAILY",
            "FREQ=DÄILY",
            "ſREQ=DAILY",
            "FREQ=DAILY;INTERVAL=+2",
            "FREQ=DAILY;COUNT=+1",
            "FREQ=DAILY;BYHOUR=+1",
            "FREQ=DAILY;BYHOUR=001",
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;BYMONTHDAY=0",
            "FREQ=MONTHLY;BYMONTHDAY=1,-0",
            "FREQ=DAILY;BYSETPOS=1",
            "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=DAILY;BYDAY=-1MO",
            "FREQ=MONTHLY;BYDAY=0MO",
            "FREQ=MONTHLY;BYDAY=54MO",
        ] {
            let rejected = RecurrenceRule::parse(text).map_err(|error| error.code.into_owned());
            assert_eq!(rejected, Err("invalid_rrule".to_owned()), "{text:?}");
        }
        let long = format!("FREQ=DAILY;BYHOUR={}1", "1,".repeat(250));
        assert_eq!(
            RecurrenceRule::parse(&long)
                .map_err(|error| error.code)
                .err()
                .as_deref(),
            Some("too_long")
        );
    }

    #[test]
    fn rules_of_rfc_5545_are_read_and_kept_as_written() {
        for text in [
            "FREQ=DAILY",
            "FREQ=WEEKLY;BYDAY=MO,FR",
            "FREQ=DAILY;COUNT=10",
            "FREQ=DAILY;UNTIL=19971224T000000Z",
            "FREQ=DAILY;UNTIL=19971224T000000",
            "FREQ=DAILY;UNTIL=20301224",
            // A time that the clocks of Berlin skip.
            "FREQ=DAILY;UNTIL=20260329T023000",
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=MONTHLY;BYDAY=+2MO,TU",
            "FREQ=MONTHLY;BYMONTHDAY=1,-1",
            "FREQ=YEARLY;BYYEARDAY=-366,200",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
            "FREQ=MINUTELY;INTERVAL=90",
        ] {
            let read = RecurrenceRule::parse(text).map(|rule| rule.0);
            assert_eq!(read.as_deref(), Ok(text));
        }
    }

    #[test]
    fn time_zones_are_known_by_name() {
        for text in ["", "Mars/Olympus", "+09:00", "asia/tokyo", "Asia/Tokyo "] {
            assert!(TimeZone::parse(text).is_err(), "{text:?}");
        }
        for text in ["Asia/Tokyo", "America/St_Johns", "UTC"] {
            assert_eq!(
                TimeZone::parse(text).map(|zone| zone.0).as_deref(),
                Ok(text)
            );
        }
    }
}
