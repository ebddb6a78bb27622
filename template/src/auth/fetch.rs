//! How a key set is fetched: the limits, for whoever fetches.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header, header::HeaderMap, redirect};
use tokio::time::timeout;

use super::key_set::NotAKeySet;

/// A fetch that takes longer, body included, has failed.
pub const FETCH_DEADLINE: Duration = Duration::from_secs(5);
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
    #[error("the auth server answered with status {0}")]
    Status(StatusCode),
    /// Nothing is unpacked: a small answer may hide a huge one.
    #[error("the answer is compressed")]
    Compressed,
    /// More than [`MAX_KEY_SET_BYTES`].
    #[error("the answer is larger than {MAX_KEY_SET_BYTES} bytes")]
    TooLarge,
    /// Not a JWK set.
    #[error(transparent)]
    NotAKeySet(#[from] NotAKeySet),
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
        return Err(FetchError::Status(status));
    }
    match headers.contains_key(header::CONTENT_ENCODING) {
        true => Err(FetchError::Compressed),
        false => Ok(()),
    }
}
