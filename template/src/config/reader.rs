use std::{fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use secrecy::SecretString;
use url::{Host, Url};

/// Reads settings one by one, and notes what is wrong with each.
pub(super) struct Reader<'a> {
    pub(super) lookup: &'a dyn Fn(&str) -> Option<String>,
    pub(super) problems: Vec<String>,
}

impl Reader<'_> {
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn problem(&mut self, name: &str, value: &str, expected: impl fmt::Display) {
        self.problems
            .push(format!("  {name}={value:?}: expected {expected}"));
    }

    pub(super) fn parsed<T>(
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

    pub(super) fn boolean(&mut self, name: &str, default: bool) -> bool {
        self.parsed(name, "true or false", parse).unwrap_or(default)
    }

    pub(super) fn number(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.parsed(name, &expected, |value| {
            parse(value).filter(|n| range.contains(n))
        })
        .unwrap_or(default)
    }

    pub(super) fn seconds(
        &mut self,
        name: &str,
        default: u64,
        range: RangeInclusive<u64>,
    ) -> Duration {
        let expected = format!("whole seconds from {} to {}", range.start(), range.end());
        let seconds = self.parsed(name, &expected, |value| {
            parse(value).filter(|n| range.contains(n))
        });
        Duration::from_secs(seconds.unwrap_or(default))
    }

    /// One of `choices`; the first is the default.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> T {
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

    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
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

    /// A text that is shown to nobody.
    pub(super) fn secret(&mut self, name: &str, shortest: usize) -> Option<SecretString> {
        let value = self.raw(name)?;
        if value.chars().count() < shortest {
            let expected = format!("at least {shortest} characters");
            self.problem(name, "(hidden)", expected);
        }
        Some(value.into())
    }
}

pub(super) fn parse<T: FromStr>(value: &str) -> Option<T> {
    value.parse().ok()
}

/// An http(s) URL without credentials; a fragment is dropped.
pub(super) fn web_url(value: &str) -> Option<Url> {
    let mut url = Url::parse(value).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none();
    url.set_fragment(None);
    plain.then_some(url)
}

pub(super) fn base_path(value: &str) -> Option<String> {
    let path = value.trim_end_matches('/');
    let clean = path.is_empty() || path.starts_with('/') && !path.contains(['?', '#', ' ']);
    clean.then(|| path.to_owned())
}

/// Plain http to another machine.
pub(super) fn is_exposed(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
