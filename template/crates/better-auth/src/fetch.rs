//! The limits of a key set's fetch, for every client that fetches one.

use std::{
    error::Error,
    fs::File,
    io::{self, Read},
    time::{Duration, SystemTime},
};

use reqwest::{
    Client, RequestBuilder, Response, StatusCode, Url, header, header::HeaderMap, redirect,
};
use rest::telemetry::traces::{in_span, traceparent};
use tokio::time::timeout;

use crate::key_set::NotAKeySet;

/// How long a fetch may take, body included.
pub const FETCH_DEADLINE: Duration = Duration::from_secs(5);
/// The longest Retry-After that is respected.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);
/// The size of the largest accepted key set, in bytes.
pub const MAX_KEY_SET_BYTES: usize = 512 * 1024;

/// Why a key set was not fetched. Never repeats what the server sent.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server is too slow.
    #[error("no response within {} s", FETCH_DEADLINE.as_secs())]
    Deadline,
    /// There is no connection, or it was interrupted.
    #[error("the auth server cannot be reached: {}", cause_of(.0))]
    Unreachable(#[source] reqwest::Error),
    /// A redirect, which is not followed.
    #[error(
        "the auth server responded with status {status}, which sends to {target}: if the key set is there, set JWKS_URL to that address"
    )]
    Redirect {
        /// The status.
        status: StatusCode,
        /// Where it leads, without query.
        target: Url,
    },
    /// The status is not 200.
    #[error("the auth server responded with status {status}")]
    Status {
        /// The status.
        status: StatusCode,
        /// The server's Retry-After, at most five minutes.
        retry_after: Option<Duration>,
    },
    /// The response is compressed: a small one could unpack to a huge one.
    #[error("the response is compressed")]
    Compressed,
    /// It has more than [`MAX_KEY_SET_BYTES`].
    #[error("the key set is larger than {MAX_KEY_SET_BYTES} bytes")]
    TooLarge,
    /// JWKS_FILE cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// It is not a JWK set.
    #[error(transparent)]
    NotAKeySet(#[from] NotAKeySet),
    /// No key in it passed the checks.
    #[error("the key set holds no usable key")]
    Empty,
}

impl FetchError {
    /// The server's Retry-After, at most five minutes.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Its name in metrics.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Unreachable(_) => "unreachable",
            Self::Redirect { .. } | Self::Status { .. } => "status",
            Self::Compressed => "compressed",
            Self::TooLarge => "too_large",
            Self::Unreadable(_) => "unreadable",
            Self::NotAKeySet(_) => "not_a_key_set",
            Self::Empty => "empty",
        }
    }

    /// Whether the key set may be at another path.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status, .. } if *status == StatusCode::NOT_FOUND)
    }
}

/// A client that follows no redirects.
pub(crate) fn client() -> Result<Client, reqwest::Error> {
    Client::builder().redirect(redirect::Policy::none()).build()
}

/// Adds the header of the trace that the request is part of.
pub(crate) fn traced(request: RequestBuilder) -> RequestBuilder {
    match traceparent() {
        Some(parent) => request.header("traceparent", parent),
        None => request,
    }
}

/// Downloads a key set within the limits.
pub(crate) async fn download(
    client: &Client,
    url: &Url,
) -> Result<(HeaderMap, Vec<u8>), FetchError> {
    let download = in_span("fetch the key set", try_download(client, url));
    timeout(FETCH_DEADLINE, download)
        .await
        .unwrap_or(Err(FetchError::Deadline))
}

async fn try_download(client: &Client, url: &Url) -> Result<(HeaderMap, Vec<u8>), FetchError> {
    let request = client
        .get(url.clone())
        .header(header::ACCEPT, "application/json");
    let response = traced(request)
        .send()
        .await
        .map_err(FetchError::Unreachable)?;
    if let Some(target) = redirect_target(url, &response) {
        let status = response.status();
        return Err(FetchError::Redirect { status, target });
    }
    check_head(response.status(), response.headers())?;
    let headers = response.headers().clone();
    let document = read_body(response, MAX_KEY_SET_BYTES)
        .await
        .map_err(FetchError::Unreachable)?;
    Ok((headers, document.ok_or(FetchError::TooLarge)?))
}

/// An address for the log, without its query, which may hold a secret.
pub(crate) fn without_query(mut url: Url) -> Url {
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Where a redirect leads, if that is a web address.
fn redirect_target(url: &Url, response: &Response) -> Option<Url> {
    let location = response.headers().get(header::LOCATION);
    let location = location.filter(|_| response.status().is_redirection())?;
    let target = without_query(url.join(location.to_str().ok()?).ok()?);
    let is_plain = target.username().is_empty() && target.password().is_none();
    (is_plain && matches!(target.scheme(), "http" | "https")).then_some(target)
}

/// Why there is no connection, and what to do about the usual reasons. For the operator only.
pub(crate) fn cause_of(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let cause = match cause
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => inner.to_string(),
        None => cause.to_string(),
    };
    match advice(&cause) {
        Some(advice) => format!("{cause}: {advice}"),
        None => cause,
    }
}

/// Recognizes rustls errors by their text, because they arrive as text only.
fn advice(cause: &str) -> Option<&'static str> {
    let has = |word| cause.contains(word);
    if has("UnknownIssuer") || has("CaUsedAsEndEntity") {
        Some("name a file with the certificate of your authority in SSL_CERT_FILE")
    } else if has("InvalidContentType") || has("corrupt message") {
        Some("it does not speak TLS at this port: check whether the URL begins with http://")
    } else if has("expired") || has("Expired") {
        Some("renew the certificate of the auth server")
    } else {
        None
    }
}

/// The body of a response; `None` if it has more than `limit` bytes.
pub(crate) async fn read_body(
    mut response: Response,
    limit: usize,
) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// Checks status and headers of a response before its body is read: 200 and not compressed.
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
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(FetchError::Compressed);
    }
    Ok(())
}

/// Reads a key set from a file, within the same size limit.
pub(crate) fn read_file(file: io::Result<File>) -> Result<Vec<u8>, FetchError> {
    let mut document = Vec::new();
    file.and_then(|file| {
        let mut limited = file.take(MAX_KEY_SET_BYTES as u64 + 1);
        limited.read_to_end(&mut document)
    })
    .map_err(FetchError::Unreadable)?;
    if document.len() > MAX_KEY_SET_BYTES {
        return Err(FetchError::TooLarge);
    }
    Ok(document)
}

/// Retry-After in seconds or as a date (RFC 9110 section 10.2.3), or x-retry-after, which Better
/// Auth's rate limiter sends; only on 429 and 503.
fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let is_busy = matches!(
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
        .filter(|_| is_busy)
        .map(|pause| pause.min(MAX_RETRY_AFTER))
}

/// The time until `then`, by the server's own clock if it sent a Date.
fn until(then: SystemTime, headers: &HeaderMap) -> Option<Duration> {
    let now = server_time(headers).unwrap_or_else(SystemTime::now);
    Some(then.duration_since(now).unwrap_or_default())
}

/// The Date of a response (RFC 9110 section 6.6.1).
pub(crate) fn server_time(headers: &HeaderMap) -> Option<SystemTime> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok()
}

/// The smallest max-age of Cache-Control (RFC 9111 section 5.2.2.1).
pub(crate) fn max_age(headers: &HeaderMap) -> Option<Duration> {
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
        let lines = lines.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        lines.collect()
    }

    #[test]
    fn the_usual_reasons_for_no_connection_have_a_remedy() {
        for (cause, expected) in [
            (
                "invalid peer certificate: UnknownIssuer",
                Some("SSL_CERT_FILE"),
            ),
            (
                "received corrupt message of type InvalidContentType",
                Some("http://"),
            ),
            (
                "invalid peer certificate: certificate expired: verified",
                Some("renew"),
            ),
            ("Connection refused (os error 111)", None),
        ] {
            let advice = advice(cause);
            assert_eq!(advice.is_some(), expected.is_some(), "{cause}");
            assert!(
                advice
                    .unwrap_or_default()
                    .contains(expected.unwrap_or_default())
            );
        }
    }

    #[test]
    fn retry_after_is_read_from_either_header_of_429_and_503_and_capped() {
        for (status, name, value, expected) in [
            (429, "retry-after", "7", Some(7)),
            (429, "x-retry-after", "8", Some(8)),
            (503, "retry-after", "9", Some(9)),
            (429, "retry-after", "999999999999", Some(300)),
            (404, "retry-after", "7", None),
            (429, "retry-after", "-7", None),
            (429, "other", "7", None),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            let pause = retry_after(status, &headers(&[(name, value)]));
            let seconds = pause.map(|pause| pause.as_secs());
            assert_eq!(seconds, expected, "{status} {name}: {value}");
        }
    }

    #[test]
    fn retry_after_as_a_date_is_counted_by_the_servers_own_clock() {
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
        let line = |value| ("cache-control", value);
        assert_eq!(seconds(&[line("public, Max-Age=60")]), Some(60));
        let two = [line("max-age=60"), line("max-age=\"5\"")];
        assert_eq!(seconds(&two), Some(5));
        assert_eq!(seconds(&[line("s-maxage=5, no-store")]), None);
        assert_eq!(seconds(&[line("max-age=soon")]), None);
    }
}
