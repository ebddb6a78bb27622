//! Reads settings from the environment.

use std::{fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use secrecy::SecretString;

/// Reads settings one by one and collects what is wrong with them, so that one message can list
/// every wrong setting.
pub struct EnvReader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

/// Every wrong setting, its value (secrets hidden) and what is expected.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used:\n{}", if .0.len() == 1 { "a setting" } else { "some settings" }, .0.join("\n"))]
pub struct SettingsError(Vec<String>);

impl SettingsError {
    pub(crate) fn new(problems: Vec<String>) -> Self {
        Self(problems)
    }
}

/// Reads settings from wherever `lookup` finds them. Empty values count as unset.
///
/// # Errors
/// [`SettingsError`] lists every setting that is wrong.
pub fn read_settings<T>(
    lookup: impl Fn(&str) -> Option<String>,
    read: impl FnOnce(&mut EnvReader<'_>) -> T,
) -> Result<T, SettingsError> {
    let mut env = EnvReader {
        lookup: &lookup,
        problems: Vec::new(),
    };
    let settings = read(&mut env);
    if env.problems.is_empty() {
        Ok(settings)
    } else {
        Err(SettingsError(env.problems))
    }
}

impl EnvReader<'_> {
    /// The trimmed value; `None` when it is unset or empty.
    pub fn raw(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// Notes that a value is wrong, and what is expected. A value that may hold a password (`user:password@host`)
    /// is not shown.
    pub fn problem(&mut self, name: &str, value: &str, expected: impl fmt::Display) {
        let value = if value.contains('@') {
            "(hidden)"
        } else {
            value
        };
        self.problems
            .push(format!("  {name}={value:?}: expected {expected}"));
    }

    /// The value that `parse` returns; notes a problem if it returns `None`.
    pub fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.raw(name)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.problem(name, &value, expected);
        }
        parsed
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &str, default: bool) -> bool {
        self.parsed(name, "true or false", parse).unwrap_or(default)
    }

    /// A whole number in `range`.
    pub fn number(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        self.in_range("a whole number", name, &range)
            .unwrap_or(default)
    }

    /// Whole seconds in `range`.
    pub fn seconds(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> Duration {
        let seconds = self.in_range("whole seconds", name, &range);
        Duration::from_secs(seconds.unwrap_or(default))
    }

    /// Days; `None` for 0, which sets no limit.
    pub fn days(&mut self, name: &str, default: u64) -> Option<i64> {
        let days = self.number(name, default, 0..=36_500);
        i64::try_from(days).ok().filter(|days| *days > 0)
    }

    fn in_range(&mut self, what: &str, name: &str, range: &RangeInclusive<u64>) -> Option<u64> {
        let expected = format!("{what} from {} to {}", range.start(), range.end());
        self.parsed(name, &expected, |value| {
            parse(value).filter(|n| range.contains(n))
        })
    }

    /// One of `choices`; the first is the default.
    pub fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> T {
        let expected = choices
            .iter()
            .map(|(word, _)| *word)
            .collect::<Vec<_>>()
            .join(" or ");
        let find = |value: &str| {
            choices
                .iter()
                .find(|(word, _)| *word == value)
                .map(|(_, choice)| *choice)
        };
        self.parsed(name, &expected, find).unwrap_or(choices[0].1)
    }

    /// The items of a list separated by commas; `None` if there are none.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let items = |value: String| {
            value
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect()
        };
        self.raw(name)
            .map(items)
            .filter(|items: &Vec<_>| !items.is_empty())
    }

    /// A secret of at least `shortest` characters; never shown.
    pub fn secret(&mut self, name: &str, shortest: usize) -> Option<SecretString> {
        let value = self.raw(name)?;
        if value.chars().count() < shortest {
            let expected = format!("at least {shortest} characters");
            self.problem(name, "(hidden)", expected);
        }
        Some(value.into())
    }
}

/// [`FromStr`] in the form that [`EnvReader::parsed`] takes.
pub fn parse<T: FromStr>(value: &str) -> Option<T> {
    value.parse().ok()
}
