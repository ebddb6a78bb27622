use std::time::SystemTime;

use chrono::{DateTime, Utc};
use jsonwebtoken::Algorithm;
use reqwest::{Url, header::HeaderMap};

use crate::{
    commands::{
        doctor::{
            described_key::DescribedKey,
            report::{Report, Severity},
        },
        key_set_location::{KeySetLocation, ReadError},
    },
    fetch,
    key_set::KeySet,
    trouble::Trouble,
};

/// How many seconds the clocks of two servers may differ before tokens are rejected.
const MAX_CLOCK_DIFFERENCE: i64 = 30;

/// Checks the document and each of its keys; returns the kids of the usable ones.
pub(crate) async fn check_keys(
    report: &mut Report,
    location: &KeySetLocation,
    other_urls: Vec<(Url, Severity)>,
    algorithms: &[Algorithm],
) -> Vec<String> {
    let Some((headers, document)) = read_key_set(report, location, other_urls).await else {
        return Vec::new();
    };
    check_clock(report, &headers);
    let (set, _) = match KeySet::parse(&document, algorithms) {
        Ok(parsed) => parsed,
        Err(error) => {
            report.trouble("key set", Trouble::KEY_SET_UNREACHABLE, error);
            return Vec::new();
        }
    };
    let entries = KeySet::entries(&document).unwrap_or_default();
    for entry in &entries {
        let key = DescribedKey::new(entry, &set, algorithms);
        match key.rejected {
            None => report.ok("key", format!("{key}: usable")),
            Some(reason) => {
                let is_algorithm = reason.starts_with("alg") || reason.starts_with("crv");
                let trouble = if is_algorithm {
                    Trouble::ALGORITHM_NOT_ACCEPTED
                } else {
                    Trouble::NO_MATCHING_KEY
                };
                report.warning("key", trouble, format!("{key}: not used: {reason}"));
            }
        }
        report.keys.push(key);
    }
    let message = format!("{} of {} keys are usable", set.len(), entries.len());
    if !set.is_empty() {
        report.ok("key set", message);
    } else if entries.is_empty() {
        report.trouble("key set", Trouble::NO_MATCHING_KEY, message);
    } else {
        report.trouble("key set", Trouble::ALGORITHM_NOT_ACCEPTED, message);
    }
    let usable = report.keys.iter().filter(|key| key.rejected.is_none());
    usable
        .filter_map(|key| key.kid().map(str::to_owned))
        .collect()
}

/// The document with the headers of its response. After a 404 the other URLs are tried.
async fn read_key_set(
    report: &mut Report,
    location: &KeySetLocation,
    other_urls: Vec<(Url, Severity)>,
) -> Option<(HeaderMap, Vec<u8>)> {
    let error = match location.read().await {
        Ok(response) => return Some(response),
        Err(error) => error,
    };
    if matches!(&error, ReadError::Fetch(_, cause) if cause.is_not_found()) {
        for (url, severity) in other_urls {
            let response = KeySetLocation::Url(url.clone()).read().await.ok();
            if let Some(response) = response.filter(|(_, keys)| KeySet::entries(keys).is_ok()) {
                let message = format!("{error}; found at another path: set JWKS_URL={url}");
                let trouble = Some(Trouble::KEY_SET_UNREACHABLE);
                report.add(severity, "key set", trouble, message);
                return Some(response);
            }
        }
    }
    report.trouble("key set", Trouble::KEY_SET_UNREACHABLE, error);
    None
}

/// The URLs at which Better Auth and common tutorials publish the key set, with the severity of
/// finding it there.
pub(crate) fn usual_urls(location: &KeySetLocation, severity: Severity) -> Vec<(Url, Severity)> {
    let KeySetLocation::Url(url) = location else {
        return Vec::new();
    };
    let at = |path| {
        let mut url = url.clone();
        url.set_query(None);
        url.set_path(path);
        (url, severity)
    };
    ["/api/auth/jwks", "/.well-known/jwks.json"].map(at).into()
}

fn check_clock(report: &mut Report, headers: &HeaderMap) {
    let Some(server_time) = fetch::server_time(headers) else {
        return;
    };
    let seconds = |time: SystemTime| DateTime::<Utc>::from(time).timestamp();
    let ahead = seconds(server_time) - seconds(SystemTime::now());
    let message = format!("the auth server's clock is {ahead} s ahead of this machine's");
    if ahead.abs() <= MAX_CLOCK_DIFFERENCE {
        report.ok("clock", message);
    } else {
        report.trouble("clock", Trouble::TOKEN_EXPIRED, message);
    }
}
