use std::{cmp::Ordering, fmt};

use actix_web::http::StatusCode;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// The stable name of a problem, with its HTTP status and title. Clients branch on the name.
///
/// The codes of every API are constants here. An application defines its own in the same way:
///
/// ```
/// use actix_web::http::StatusCode;
/// use rest::Code;
///
/// const OUT_OF_STOCK: Code =
///     Code::new(StatusCode::CONFLICT, "out_of_stock", "The product is out of stock");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    name: &'static str,
    status: StatusCode,
    title: &'static str,
}

/// Defines the codes of every API and their list, in the order of the document.
macro_rules! general_codes {
    ($($(#[$doc:meta])* $constant:ident: $status:ident $name:literal $title:literal;)*) => {
        impl Code {
            $($(#[$doc])* pub const $constant: Self =
                Self::new(StatusCode::$status, $name, $title);)*

            /// The codes of every API, in the order of the document.
            pub const GENERAL: &[Self] = &[$(Self::$constant),*];
        }
    };
}

general_codes! {
    /// Unparsable JSON, a NUL character or bad percent-encoding.
    MALFORMED_REQUEST: BAD_REQUEST "malformed_request" "The request cannot be read";
    /// Credentials that contradict each other, such as two Authorization headers (RFC 6750 section 3.1).
    INVALID_REQUEST: BAD_REQUEST "invalid_request" "The request is contradictory";
    /// No credentials.
    TOKEN_MISSING: UNAUTHORIZED "token_missing" "Authentication is required";
    /// The token's lifetime is over.
    TOKEN_EXPIRED: UNAUTHORIZED "token_expired" "The token has expired";
    /// Not a JWT at all.
    TOKEN_MALFORMED: UNAUTHORIZED "token_malformed" "The credentials are not a token";
    /// A JWT that this API does not accept.
    TOKEN_INVALID: UNAUTHORIZED "token_invalid" "The token is not accepted";
    /// The user's row is gone.
    USER_UNKNOWN: UNAUTHORIZED "user_unknown" "The user no longer exists";
    /// A role or permission is missing, or the path is another user's.
    FORBIDDEN: FORBIDDEN "forbidden" "Access is denied";
    /// Unknown route, malformed id, or a row that is not the caller's.
    NOT_FOUND: NOT_FOUND "not_found" "Not found";
    /// The route exists, the method does not.
    METHOD_NOT_ALLOWED: METHOD_NOT_ALLOWED "method_not_allowed" "The method is not allowed here";
    /// The body did not arrive within half of REQUEST_TIMEOUT.
    REQUEST_TIMEOUT: REQUEST_TIMEOUT "request_timeout" "The body did not arrive in time";
    /// The body is larger than MAX_BODY_BYTES.
    BODY_TOO_LARGE: PAYLOAD_TOO_LARGE "body_too_large" "The body is too large";
    /// The body is not declared as JSON.
    UNSUPPORTED_MEDIA_TYPE: UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" "The body must be JSON";
    /// A cursor that is not one of this list's.
    CURSOR_INVALID: BAD_REQUEST "cursor_invalid" "The cursor does not belong to this list";
    /// The row is not in the version that If-Match names.
    PRECONDITION_FAILED: PRECONDITION_FAILED "precondition_failed" "The row has changed";
    /// Well-formed but wrong; `errors` says where.
    VALIDATION_FAILED: UNPROCESSABLE_ENTITY "validation_failed" "The input is not valid";
    /// More requests than RATE_LIMIT_PER_USER or RATE_LIMIT_PER_ADDRESS (RFC 6585 section 4).
    RATE_LIMITED: TOO_MANY_REQUESTS "rate_limited" "Too many requests";
    /// The key set was never loaded, or could not be fetched again for an unknown key.
    JWKS_UNAVAILABLE: SERVICE_UNAVAILABLE "jwks_unavailable" "Tokens cannot be verified at the moment";
    /// Better Auth could not be asked about a session or an API key.
    AUTH_UNAVAILABLE: SERVICE_UNAVAILABLE "auth_unavailable" "Credentials cannot be verified at the moment";
    /// The database does not answer, or not within REQUEST_TIMEOUT.
    DATABASE_UNAVAILABLE: SERVICE_UNAVAILABLE "database_unavailable" "The database does not answer";
    /// Starting up or shutting down.
    NOT_READY: SERVICE_UNAVAILABLE "not_ready" "Not ready";
    /// An error of the server.
    INTERNAL_ERROR: INTERNAL_SERVER_ERROR "internal_error" "An internal error occurred";
}

impl Code {
    /// A code with the `name` in snake_case and a `title` that is the same in every response.
    #[must_use]
    pub const fn new(status: StatusCode, name: &'static str, title: &'static str) -> Self {
        Self {
            name,
            status,
            title,
        }
    }

    /// The name, as in the field `code` of a problem.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.status
    }

    /// The title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.title
    }
}

/// General codes come first, in their order; then the application's, by name.
impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |code: &Self| Self::GENERAL.iter().position(|general| general == code);
        let rank = |code| rank(code).unwrap_or(usize::MAX);
        (rank(self), self.name).cmp(&(rank(other), other.name))
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

/// A string; the document replaces it by a schema that lists the application's codes too.
impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        Self::schema_of(Self::GENERAL)
    }
}

impl ToSchema for Code {}

impl Code {
    /// The schema of a field that holds one of `codes`.
    pub(crate) fn schema_of(codes: &[Self]) -> RefOr<Schema> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The stable name of a problem; clients branch on it."))
            .enum_values(Some(codes.iter().map(|code| code.name)));
        RefOr::T(schema.into())
    }
}
