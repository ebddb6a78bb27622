//! How a key set is fetched: the limits, for whoever fetches.

use std::{io, time::Duration};

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

/// Retry-After in seconds (RFC 9110 section 10.2.3), or x-retry-after, which is what Better
/// Auth's rate limiter sends; on 429 and 503 alone.
fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let asks = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let seconds = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse().ok();
    let seconds = seconds("retry-after").or_else(|| seconds("x-retry-after"));
    seconds
        .filter(|_| asks)
        .map(|seconds| Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
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
}
