use std::fmt;

use actix_web::{
    HttpMessage, HttpRequest,
    http::header::{HeaderMap, HeaderName},
};
use uuid::Uuid;

/// The id of a request, in the response and in the log.
#[derive(Clone, Debug)]
pub struct RequestId(String);

impl RequestId {
    /// The header that carries it in requests and responses.
    pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
    const MAX_LENGTH: usize = 64;

    /// The caller's id if it is well-formed (1 to 64 letters, digits, `-`, `_`, `.`), else a new
    /// one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers
            .get(Self::HEADER)
            .and_then(|value| value.to_str().ok());
        let id = given
            .filter(|id| Self::is_valid(id))
            .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
        Self(id)
    }

    /// The id of a request, which [`crate::log_requests`] has given it.
    #[must_use]
    pub fn of_request(request: &HttpRequest) -> Self {
        let given = request.extensions().get::<Self>().cloned();
        given.unwrap_or_else(|| Self::of(request.headers()))
    }

    fn is_valid(id: &str) -> bool {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_.".contains(&c);
        (1..=Self::MAX_LENGTH).contains(&id.len()) && id.bytes().all(plain)
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
