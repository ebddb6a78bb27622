//! How a key set is fetched: the limits, for whoever fetches.

use std::{
    io::{self, Read},
    time::{Duration, SystemTime},
};

use reqwest::{Client, StatusCode, Url, header, header::HeaderMap, redirect};
use tokio::time::timeout;

use super::key_set::NotAKeySet;

/// A fetch that takes longer, body included, has failed.
pub const FETCH_DEADLINE: Duration = Duration::from_secs(5);
/// The longest pause that an auth server may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);
/// The largest key set that is read, in bytes.
pub const MAX_KEY_SET_BYTES: usize = 512 * 1024;

/// Why a fetch brought no key set; never repeats what the server said.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server is too slow.
    #[error("no answer within {} s", FETCH_DEADLINE.as_secs())]
    Deadline,
    /// No connection, or one that broke.
    #[error("the auth server cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// Anything but 200; redirects are not followed.
    #[error("the auth server answered with status {status}")]
    Status {
        /// The status.
        status: StatusCode,
        /// The pause that the server asked for, at most five minutes.
        retry_after: Option<Duration>,
    },
    /// Nothing is unpacked: a small answer may hide a huge one.
    #[error("the answer is compressed")]
    Compressed,
    /// More than [`MAX_KEY_SET_BYTES`].
    #[error("the key set is larger than {MAX_KEY_SET_BYTES} bytes")]
    TooLarge,
    /// JWKS_FILE.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// Not a JWK set.
    #[error(transparent)]
    NotAKeySet(#[from] NotAKeySet),
    /// No key in it passed the checks.
    #[error("the key set holds no usable key")]
    Empty,
}

impl FetchError {
    /// The pause that the auth server asked for, at most five minutes.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Its name in logs and metrics.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Unreachable(_) => "unreachable",
            Self::Status { .. } => "status",
            Self::Compressed => "compressed",
            Self::TooLarge => "too_large",
            Self::Unreadable(_) => "unreadable",
            Self::NotAKeySet(_) => "not_a_key_set",
            Self::Empty => "empty",
        }
    }

    /// Whether another path may be the right one.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status, .. } if *status == StatusCode::NOT_FOUND)
    }
}

/// A client that follows no redirects.
///
/// # Errors
/// When the TLS set-up of this machine is broken.
pub fn client() -> Result<Client, reqwest::Error> {
    Client::builder().redirect(redirect::Policy::none()).build()
}

/// Downloads a key set within the deadline and the size.
///
/// # Errors
/// [`FetchError`].
pub async fn download(client: &Client, url: &Url) -> Result<(HeaderMap, Vec<u8>), FetchError> {
    timeout(FETCH_DEADLINE, read(client, url))
        .await
        .unwrap_or(Err(FetchError::Deadline))
}

async fn read(client: &Client, url: &Url) -> Result<(HeaderMap, Vec<u8>), FetchError> {
    let request = client
        .get(url.clone())
        .header(header::ACCEPT, "application/json");
    let mut answer = request.send().await.map_err(FetchError::Unreachable)?;
    check_head(answer.status(), answer.headers())?;
    let mut document = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(FetchError::Unreachable)? {
        if document.len() + chunk.len() > MAX_KEY_SET_BYTES {
            return Err(FetchError::TooLarge);
        }
        document.extend_from_slice(&chunk);
    }
    Ok((answer.headers().clone(), document))
}

/// Whether an answer may be read at all: status 200, and not compressed.
///
/// # Errors
/// [`FetchError::Status`] and [`FetchError::Compressed`].
pub fn check_head(status: StatusCode, headers: &HeaderMap) -> Result<(), FetchError> {
    if status != StatusCode::OK {
        let retry_after = retry_after(status, headers);
        return Err(FetchError::Status {
            status,
            retry_after,
        });
    }
    match headers.contains_key(header::CONTENT_ENCODING) {
        true => Err(FetchError::Compressed),
        false => Ok(()),
    }
}

/// Reads a key set from what is no server, within the same size.
///
/// # Errors
/// [`FetchError::Unreadable`] and [`FetchError::TooLarge`].
pub fn read_within_limit(source: impl Read) -> Result<Vec<u8>, FetchError> {
    let mut document = Vec::new();
    let mut source = source.take(MAX_KEY_SET_BYTES as u64 + 1);
    source
        .read_to_end(&mut document)
        .map_err(FetchError::Unreadable)?;
    match document.len() > MAX_KEY_SET_BYTES {
        true => Err(FetchError::TooLarge),
        false => Ok(document),
    }
}

/// Retry-After, in seconds or as a date (RFC 9110 section 10.2.3), or x-retry-after, which is what
/// Better Auth's rate limiter sends; on 429 and 503 alone.
fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let asks = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let pause = |name: &str| {
        let text = headers.get(name)?.to_str().ok()?.trim();
        match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => until(httpdate::parse_http_date(text).ok()?, headers),
        }
    };
    let pause = pause("retry-after").or_else(|| pause("x-retry-after"));
    pause
        .filter(|_| asks)
        .map(|pause| pause.min(LONGEST_RETRY_AFTER))
}

/// How long until then: by the server's own clock where it tells the time.
fn until(then: SystemTime, headers: &HeaderMap) -> Option<Duration> {
    let now = date(headers).unwrap_or_else(SystemTime::now);
    Some(then.duration_since(now).unwrap_or_default())
}

/// The time at which the server answered (RFC 9110 section 6.6.1).
#[must_use]
pub fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok()
}

/// The smallest max-age of Cache-Control (RFC 9111 section 5.2.2.1).
pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(header::CACHE_CONTROL);
    let texts = values.iter().filter_map(|value| value.to_str().ok());
    let ages = texts.flat_map(|text| text.split(',')).filter_map(|part| {
        let (name, seconds) = part.split_once('=')?;
        let seconds = seconds.trim().trim_matches('"').parse().ok()?;
        name.trim()
            .eq_ignore_ascii_case("max-age")
            .then_some(seconds)
    });
    ages.min().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().map(line) {
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn a_pause_is_read_from_either_header_of_429_and_503_and_capped() {
        let busy = StatusCode::TOO_MANY_REQUESTS;
        let seconds =
            |status, lines: &[_]| retry_after(status, &headers(lines)).map(|pause| pause.as_secs());
        assert_eq!(seconds(busy, &[("retry-after", "7")]), Some(7));
        assert_eq!(seconds(busy, &[("x-retry-after", "8")]), Some(8));
        let down = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(seconds(down, &[("retry-after", "9")]), Some(9));
        assert_eq!(seconds(busy, &[("retry-after", "999999999999")]), Some(300));
        assert_eq!(
            seconds(StatusCode::NOT_FOUND, &[("retry-after", "7")]),
            None
        );
        assert_eq!(seconds(busy, &[("retry-after", "-7")]), None);
        assert_eq!(seconds(busy, &[]), None);
    }

    #[test]
    fn a_pause_until_a_date_is_counted_by_the_servers_own_clock() {
        let seconds = |lines: &[_]| {
            let pause = retry_after(StatusCode::SERVICE_UNAVAILABLE, &headers(lines));
            pause.map(|pause| pause.as_secs())
        };
        let then = ("retry-after", "Fri, 07 Nov 1997 23:59:59 GMT");
        let at = |date| [then, ("date", date)];
        assert_eq!(seconds(&at("Fri, 07 Nov 1997 23:59:39 GMT")), Some(20));
        assert_eq!(seconds(&at("Friday, 07-Nov-97 23:59:39 GMT")), Some(20));
        assert_eq!(seconds(&at("Fri, 07 Nov 1997 20:00:00 GMT")), Some(300));
        assert_eq!(seconds(&at("Sat, 08 Nov 1997 00:00:00 GMT")), Some(0));
        assert_eq!(seconds(&[then]), Some(0), "long ago by our clock");
        let far = ("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(seconds(&[far]), Some(300));
        assert_eq!(seconds(&[("retry-after", "tomorrow")]), None);
    }

    #[test]
    fn the_smallest_max_age_counts() {
        let seconds = |lines: &[_]| max_age(&headers(lines)).map(|age| age.as_secs());
        assert_eq!(
            seconds(&[("cache-control", "public, Max-Age=60")]),
            Some(60)
        );
        assert_eq!(
            seconds(&[
                ("cache-control", "max-age=60"),
                ("cache-control", "max-age=\"5\"")
            ]),
            Some(5)
        );
        assert_eq!(seconds(&[("cache-control", "s-maxage=5, no-store")]), None);
        assert_eq!(seconds(&[("cache-control", "max-age=soon")]), None);
    }
}
