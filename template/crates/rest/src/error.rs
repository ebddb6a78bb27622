//! The error of the API, and its rendering as `application/problem+json` (RFC 9457).

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{StatusCode, header},
};
use database::Constraint;
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;
use validator::{ValidationErrors, ValidationErrorsKind};

use crate::Code;

/// Seconds that a client is asked to wait before it tries again (Retry-After), where nothing better
/// is known.
const RETRY_AFTER: u64 = 5;

/// One error of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field: `title`, `note_ids[0]`, or the name of a query parameter; empty for the body itself.
    #[schema(example = "title")]
    pub field: String,
    /// The violated rule; the name is stable.
    #[schema(example = "too_long")]
    pub code: Cow<'static, str>,
    /// A sentence for people.
    #[schema(example = "must be at most 255 characters")]
    pub message: String,
}

/// The error of every failing function: what the client sees, and in `source` what only the log
/// contains.
#[derive(Debug)]
pub struct AppError {
    code: Code,
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldError>,
    extras: Option<Box<Extras>>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Parts that only few errors have, boxed so that a `Result` stays small.
#[derive(Debug, Default)]
struct Extras {
    headers: Vec<(header::HeaderName, String)>,
    checks: BTreeMap<&'static str, &'static str>,
}

impl AppError {
    /// An error with a title only.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            extras: None,
            source: None,
        }
    }

    /// Adds a sentence for the client.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the cause, for the log alone.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds the state of each dependency of readiness: `ok` or `failing`.
    #[must_use]
    pub fn checks(mut self, checks: [(&'static str, &'static str); 2]) -> Self {
        self.extras.get_or_insert_default().checks = checks.into();
        self
    }

    /// Sets how long the client should wait (Retry-After), rounded up to whole seconds, at least
    /// one.
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.add_header(header::RETRY_AFTER, whole_seconds(pause).to_string());
        self
    }

    /// Adds a header to the response.
    #[must_use]
    pub(crate) fn header(mut self, name: header::HeaderName, value: String) -> Self {
        self.add_header(name, value);
        self
    }

    /// Replaces the challenge (WWW-Authenticate), for another scheme than Bearer.
    #[must_use]
    pub fn challenge_by(mut self, challenge: impl Into<String>) -> Self {
        self.add_header(header::WWW_AUTHENTICATE, challenge.into());
        self
    }

    fn add_header(&mut self, name: header::HeaderName, value: String) {
        let extras = self.extras.get_or_insert_default();
        extras.headers.push((name, value));
    }

    /// A method that the route does not have; `allowed` goes into Allow.
    #[must_use]
    pub fn method_not_allowed(allowed: &str) -> Self {
        let mut error =
            Self::new(Code::METHOD_NOT_ALLOWED).detail(format!("Allowed here: {allowed}"));
        error.add_header(header::ALLOW, allowed.to_owned());
        error
    }

    /// A caller without the `required` role or permission. `permissions` go into the challenge's
    /// `scope` (RFC 6750 section 3). Does not name what the caller holds.
    #[must_use]
    pub fn insufficient_scope(required: &str, permissions: &[&str]) -> Self {
        let mut error = Self::new(Code::FORBIDDEN).detail(format!("Requires {required}"));
        if let (Some(challenge), false) = (error.challenge(), permissions.is_empty()) {
            let challenge = format!(r#"{challenge}, scope="{}""#, permissions.join(" "));
            error.add_header(header::WWW_AUTHENTICATE, challenge);
        }
        error
    }

    /// Invalid input, with every error found.
    #[must_use]
    pub fn validation(errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(Code::VALIDATION_FAILED)
        }
    }

    /// Invalid input with one error.
    #[must_use]
    pub fn invalid(
        field: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self::validation(vec![FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        }])
    }

    /// This error with the field errors of `other` added.
    #[must_use]
    pub fn merge_errors(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    /// Whether a field error is at this field of the body or inside it.
    #[must_use]
    pub fn is_at(&self, field: &str) -> bool {
        let rest = |error: &FieldError| Some(error.field.strip_prefix(field)?.chars().next());
        let rests = self.errors.iter().filter_map(rest);
        rests
            .into_iter()
            .any(|next| matches!(next, None | Some('.' | '[')))
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The constraint of the schema that was violated, if that is the cause.
    #[must_use]
    pub fn constraint(&self) -> Option<Constraint> {
        let source = self.source.as_ref()?.downcast_ref::<database::Error>()?;
        source.constraint()
    }

    /// The headers that go with it: Allow, Retry-After, WWW-Authenticate (RFC 6750 section 3). Of
    /// two with the same name, the later one counts.
    pub fn headers(&self) -> impl Iterator<Item = (header::HeaderName, String)> {
        let retry = (self.code.status() == StatusCode::SERVICE_UNAVAILABLE)
            .then(|| (header::RETRY_AFTER, RETRY_AFTER.to_string()));
        let challenge = self.challenge();
        let challenge = challenge.map(|value| (header::WWW_AUTHENTICATE, value));
        let own = self.extras.iter().flat_map(|extras| extras.headers.clone());
        retry.into_iter().chain(challenge).chain(own)
    }

    fn challenge(&self) -> Option<String> {
        let error = match self.code {
            Code::TOKEN_MISSING => return Some(r#"Bearer realm="api""#.to_owned()),
            Code::TOKEN_EXPIRED
            | Code::TOKEN_MALFORMED
            | Code::TOKEN_INVALID
            | Code::USER_UNKNOWN => "invalid_token",
            Code::FORBIDDEN => "insufficient_scope",
            Code::INVALID_REQUEST => "invalid_request",
            _ => return None,
        };
        Some(format!(r#"Bearer realm="api", error="{error}""#))
    }

    /// The problem as the client sees it.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        Problem {
            r#type: "about:blank",
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code,
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            checks: self
                .extras
                .as_ref()
                .map_or_else(BTreeMap::new, |extras| extras.checks.clone()),
        }
    }
}

/// The pause in whole seconds, rounded up, at least one.
pub(crate) fn whole_seconds(pause: Duration) -> u64 {
    (pause.as_secs_f64().ceil() as u64).max(1)
}

/// The body of every error response (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    #[schema(value_type = String, example = "about:blank")]
    r#type: &'static str,
    /// Fixed for each code.
    #[schema(value_type = String)]
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened in this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    detail: Option<Cow<'static, str>>,
    code: Code,
    /// The same as in X-Request-Id.
    request_id: String,
    /// Every error of the input; with `validation_failed` only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// What readiness depends on, each `ok` or `failing`; with `not_ready` only.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = HashMap<String, String>, required = false)]
    checks: BTreeMap<&'static str, &'static str>,
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail.as_deref().unwrap_or(self.code.title()))
    }
}

impl std::error::Error for AppError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The response without a body: the outermost middleware adds body and headers, because it knows
/// the request id.
impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

impl From<database::Error> for AppError {
    fn from(error: database::Error) -> Self {
        Self::new(code_of(&error)).with_source(error)
    }
}

/// For an error that several requests share, because they waited for one result.
impl From<Arc<database::Error>> for AppError {
    fn from(error: Arc<database::Error>) -> Self {
        Self::new(code_of(&error)).with_source(error)
    }
}

fn code_of(error: &database::Error) -> Code {
    match error {
        database::Error::NotFound => Code::NOT_FOUND,
        database::Error::VersionMismatch => Code::PRECONDITION_FAILED,
        database::Error::InvalidCursor => Code::CURSOR_INVALID,
        database::Error::Unavailable(_) => Code::DATABASE_UNAVAILABLE,
        database::Error::Constraint(..) | database::Error::Internal(_) => Code::INTERNAL_ERROR,
    }
}

impl From<DbErr> for AppError {
    fn from(error: DbErr) -> Self {
        database::Error::from(error).into()
    }
}

/// Maps a violated constraint to a code, right at the call that can violate it.
pub trait OnConstraint<T> {
    /// Turns a violation of a constraint of this kind into an error with `code`.
    ///
    /// # Errors
    /// The error with `code` for that constraint; any other error unchanged.
    fn on_constraint(self, constraint: Constraint, code: Code) -> Result<T, AppError>;
}

impl<T, E: Into<AppError>> OnConstraint<T> for Result<T, E> {
    fn on_constraint(self, constraint: Constraint, code: Code) -> Result<T, AppError> {
        self.map_err(|error| {
            let error = error.into();
            if error.constraint() == Some(constraint) {
                AppError::new(code).with_source(error)
            } else {
                error
            }
        })
    }
}

impl From<ValidationErrors> for AppError {
    fn from(errors: ValidationErrors) -> Self {
        let mut found = Vec::new();
        collect(&errors, "", &mut found);
        found.sort_by(|a, b| a.field.cmp(&b.field));
        Self::validation(found)
    }
}

fn collect(errors: &ValidationErrors, prefix: &str, found: &mut Vec<FieldError>) {
    for (name, kind) in errors.errors() {
        let place = |name: &str| match prefix {
            "" => name.to_owned(),
            prefix => format!("{prefix}.{name}"),
        };
        let field = place(name);
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(inner, &field, found),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &format!("{field}[{index}]"), found);
                }
            }
            ValidationErrorsKind::Field(errors) => found.extend(errors.iter().map(|error| {
                FieldError {
                    // A rule between fields names the wrong one in a parameter.
                    field: match error.params.get("field").and_then(|field| field.as_str()) {
                        Some(name) => place(name),
                        None => field.clone(),
                    },
                    code: error.code.clone(),
                    message: error
                        .message
                        .as_ref()
                        .map_or_else(|| error.code.to_string(), ToString::to_string),
                }
            })),
        }
    }
}
