//! Everything that can go wrong, free of HTTP, and its rendering as `application/problem+json`
//! (RFC 9457). [`Code`] is the one list of codes.

mod code;

pub use code::Code;

use std::{borrow::Cow, collections::BTreeMap, fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{StatusCode, header},
};
use sea_orm::{DbErr, RuntimeErr, SqlErr};
use serde::Serialize;
use utoipa::ToSchema;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

/// Seconds that a client is asked to wait before it tries again (Retry-After), where nothing better
/// is known.
const RETRY_AFTER: u64 = 5;

/// One fault of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: `title`, `note_ids[0]`; a query parameter's name; empty for the body itself.
    #[schema(example = "title")]
    pub field: String,
    /// Which rule, stable.
    #[schema(example = "too_long")]
    pub code: Cow<'static, str>,
    /// The same for people.
    #[schema(example = "must be at most 255 characters")]
    pub message: String,
}

/// What every failing function returns: what the client may know, and in `source` what only the
/// log may.
#[derive(Debug)]
pub struct AppError {
    code: Code,
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldError>,
    headers: Vec<(header::HeaderName, String)>,
    checks: BTreeMap<&'static str, &'static str>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl AppError {
    /// A problem with nothing to add to its title.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            headers: Vec::new(),
            checks: BTreeMap::new(),
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
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds how each thing that readiness depends on is: `ok` or `failing`.
    #[must_use]
    pub fn checks(mut self, checks: [(&'static str, &'static str); 2]) -> Self {
        self.checks = checks.into();
        self
    }

    /// When it is worth trying again (Retry-After); rounded up to whole seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        let seconds = (pause.as_secs_f64().ceil() as u64).max(1);
        self.headers
            .push((header::RETRY_AFTER, seconds.to_string()));
        self
    }

    /// A method that the route does not have; `allowed` goes into Allow.
    #[must_use]
    pub fn method_not_allowed(allowed: &str) -> Self {
        let mut error =
            Self::new(Code::MethodNotAllowed).detail(format!("Allowed here: {allowed}"));
        error.headers.push((header::ALLOW, allowed.to_owned()));
        error
    }

    /// A caller without what is `required`; the permissions in it go into the challenge's `scope`
    /// (RFC 6750 section 3). Says nothing about what the caller holds.
    #[must_use]
    pub fn lacks(required: &str, permissions: &[&str]) -> Self {
        let mut error = Self::new(Code::Forbidden).detail(format!("Requires {required}"));
        if let (Some(challenge), false) = (error.challenge(), permissions.is_empty()) {
            let challenge = format!(r#"{challenge}, scope="{}""#, permissions.join(" "));
            error.headers.push((header::WWW_AUTHENTICATE, challenge));
        }
        error
    }

    /// Refused input with every fault found.
    #[must_use]
    pub fn validation(errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(Code::ValidationFailed)
        }
    }

    /// Refused input with one fault.
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

    /// This problem with the faults of the other one added.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    /// Whether the fault is in this member of the body.
    #[must_use]
    pub fn is_at(&self, member: &str) -> bool {
        let rest = |error: &FieldError| Some(error.field.strip_prefix(member)?.chars().next());
        let rests = self.errors.iter().filter_map(rest);
        rests
            .into_iter()
            .any(|next| matches!(next, None | Some('.' | '[')))
    }

    /// Which problem it is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The constraint of the schema that the cause broke, if that was it.
    #[must_use]
    pub fn constraint(&self) -> Option<Constraint> {
        broken(self.source.as_ref()?.downcast_ref()?)
    }

    /// The headers that go with it: Allow, Retry-After, WWW-Authenticate (RFC 6750 section 3). Of
    /// two with the same name the later one counts.
    pub fn headers(&self) -> impl Iterator<Item = (header::HeaderName, String)> {
        let retry = (self.code.status() == StatusCode::SERVICE_UNAVAILABLE)
            .then(|| (header::RETRY_AFTER, RETRY_AFTER.to_string()));
        let challenge = self.challenge();
        let challenge = challenge.map(|value| (header::WWW_AUTHENTICATE, value));
        let own = self.headers.iter().cloned();
        retry.into_iter().chain(challenge).chain(own)
    }

    fn challenge(&self) -> Option<String> {
        let error = match self.code {
            Code::TokenMissing => return Some(r#"Bearer realm="api""#.to_owned()),
            Code::TokenExpired | Code::TokenMalformed | Code::TokenInvalid | Code::UserUnknown => {
                "invalid_token"
            }
            Code::Forbidden => "insufficient_scope",
            Code::InvalidRequest => "invalid_request",
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
            checks: self.checks.clone(),
        }
    }
}

/// The body of every answer that is not a success (RFC 9457).
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
    /// What is special about this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    detail: Option<Cow<'static, str>>,
    code: Code,
    /// The same as in X-Request-Id.
    request_id: String,
    /// Every fault of the input; with `validation_failed` only.
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

/// The bare answer; the outermost middleware gives it body and headers, where the request id is
/// known.
impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

impl From<DbErr> for AppError {
    fn from(error: DbErr) -> Self {
        let code = if is_unavailable(&error) {
            Code::DatabaseUnavailable
        } else {
            Code::InternalError
        };
        Self::new(code).because(error)
    }
}

fn is_unavailable(error: &DbErr) -> bool {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else {
        return matches!(error, DbErr::ConnectionAcquire(_));
    };
    let RuntimeErr::SqlxError(cause) = cause else {
        return false;
    };
    match cause.as_ref() {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| is_unavailable_state(&code))
        }
        _ => false,
    }
}

/// SQLSTATEs of PostgreSQL (classes 08, 40, 53 and 57) and result codes of SQLite (BUSY,
/// LOCKED, READONLY, IOERR, FULL, CANTOPEN, with their extended forms) that say: not now.
fn is_unavailable_state(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => matches!(sqlite & 0xff, 5 | 6 | 8 | 10 | 13 | 14),
        _ => ["08", "40", "53", "57"]
            .iter()
            .any(|class| code.starts_with(class)),
    }
}

/// A constraint of the schema that a statement broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// A unique one.
    Unique,
    /// A foreign key.
    ForeignKey,
}

/// Maps a broken constraint to a problem, right at the call that can break it.
pub trait OnConstraint<T> {
    /// `problem` says which problem a constraint stands for; with none it is an internal error.
    ///
    /// # Errors
    /// That problem, or what the error is otherwise.
    fn on_constraint(self, problem: impl FnOnce(Constraint) -> Option<Code>)
    -> Result<T, AppError>;
}

impl<T> OnConstraint<T> for Result<T, DbErr> {
    fn on_constraint(
        self,
        problem: impl FnOnce(Constraint) -> Option<Code>,
    ) -> Result<T, AppError> {
        self.map_err(|error| match broken(&error).and_then(problem) {
            Some(code) => AppError::new(code).because(error),
            None => error.into(),
        })
    }
}

fn broken(error: &DbErr) -> Option<Constraint> {
    match error.sql_err()? {
        SqlErr::UniqueConstraintViolation(_) => Some(Constraint::Unique),
        SqlErr::ForeignKeyConstraintViolation(_) => Some(Constraint::ForeignKey),
        _ => None,
    }
}

/// For values that were checked as part of their whole body before.
impl From<ValidationError> for AppError {
    fn from(error: ValidationError) -> Self {
        let mut errors = ValidationErrors::new();
        errors.add("", error);
        errors.into()
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
                    // A rule between members says which of them is wrong.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_not_now_is_told_apart_from_faults_of_ours() {
        for code in [
            "5", "517", "6", "8", "10", "13", "14", "08006", "40P01", "53300", "57014", "57P01",
        ] {
            assert!(is_unavailable_state(code), "{code}");
        }
        for code in ["1", "19", "2067", "787", "42P01", "23505", "22001", "05000"] {
            assert!(!is_unavailable_state(code), "{code}");
        }
    }
}
