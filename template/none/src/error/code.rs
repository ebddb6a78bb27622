use std::fmt;

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The stable name of a problem; clients branch on it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Unparsable JSON, a NUL character or bad percent-encoding.
    MalformedRequest,
    /// Two Authorization headers (RFC 6750 section 3.1).
    InvalidRequest,
    /// No credentials.
    TokenMissing,
    /// The token's lifetime is over.
    TokenExpired,
    /// Not a JWT at all.
    TokenMalformed,
    /// A JWT that this API does not accept.
    TokenInvalid,
    /// The user's row is gone.
    UserUnknown,
    /// A role or permission is missing, or the path is another user's.
    Forbidden,
    /// Unknown route, malformed id, or a row that is not the caller's.
    NotFound,
    /// The route exists, the method does not.
    MethodNotAllowed,
    /// The body is larger than MAX_BODY_BYTES.
    BodyTooLarge,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// A cursor that is not one of this list's.
    CursorInvalid,
    /// The row is not in the version that If-Match names.
    PreconditionFailed,
    /// Well-formed but wrong; `errors` says where.
    ValidationFailed,
    /// The key set was never loaded, or could not be asked for an unknown key.
    JwksUnavailable,
    /// Better Auth could not be asked for a session.
    AuthUnavailable,
    /// The database does not answer, or not within REQUEST_TIMEOUT.
    DatabaseUnavailable,
    /// Starting up or shutting down.
    NotReady,
    /// A fault of ours.
    InternalError,
}

impl Code {
    /// Its HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::MalformedRequest | Self::InvalidRequest | Self::CursorInvalid => {
                StatusCode::BAD_REQUEST
            }
            Self::TokenMissing
            | Self::TokenExpired
            | Self::TokenMalformed
            | Self::TokenInvalid
            | Self::UserUnknown => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::ValidationFailed => StatusCode::UNPROCESSABLE_ENTITY,
            Self::JwksUnavailable
            | Self::AuthUnavailable
            | Self::DatabaseUnavailable
            | Self::NotReady => StatusCode::SERVICE_UNAVAILABLE,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its title: fixed, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "The request cannot be read",
            Self::InvalidRequest => "The request is contradictory",
            Self::TokenMissing => "Authentication is required",
            Self::TokenExpired => "The token has expired",
            Self::TokenMalformed => "The credentials are not a token",
            Self::TokenInvalid => "The token is not accepted",
            Self::UserUnknown => "The user no longer exists",
            Self::Forbidden => "Access is denied",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "The method is not allowed here",
            Self::BodyTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The body must be JSON",
            Self::CursorInvalid => "The cursor does not belong to this list",
            Self::PreconditionFailed => "The row has changed",
            Self::ValidationFailed => "The input is not valid",
            Self::JwksUnavailable => "Tokens cannot be verified at the moment",
            Self::AuthUnavailable => "Sessions cannot be verified at the moment",
            Self::DatabaseUnavailable => "The database does not answer",
            Self::NotReady => "Not ready",
            Self::InternalError => "An internal error occurred",
        }
    }
}

/// Its name, as in the member `code`.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
