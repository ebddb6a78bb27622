use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderName},
    },
};
use futures_util::future::LocalBoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use validator::Validate;

use super::{
    conditional::{Versioned, etag},
    json,
};
use crate::{
    error::{AppError, Code},
    types::{Answer, KeyedRequest},
};

/// The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07). Its value is taken as
/// it stands: with the quotes that the draft asks for, or without.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key of a POST without a body, if it has one.
pub struct Key(pub Option<KeyedRequest>);

impl FromRequest for Key {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(keyed(request, b"").map(Self))
    }
}

/// The body of a POST as [`super::Json`] reads it, and the key that it was sent under, if any.
pub struct Keyed<T> {
    /// The body.
    pub body: T,
    /// The request, where it has a key.
    pub key: Option<KeyedRequest>,
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Keyed<T> {
    type Error = AppError;
    type Future = LocalBoxFuture<'static, Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let body = json::read(&request, payload).await?;
            let key = keyed(&request, &body)?;
            let body = json::understand(&body)?;
            Ok(Self { body, key })
        })
    }
}

fn keyed(request: &HttpRequest, body: &[u8]) -> Result<Option<KeyedRequest>, AppError> {
    let mut headers = request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(key) = headers.next() else {
        return Ok(None);
    };
    let (method, path) = (request.method().as_str(), request.path());
    let parts = [method.as_bytes(), path.as_bytes(), body];
    match (KeyedRequest::new(key.as_bytes(), parts), headers.next()) {
        (Some(keyed), None) => Ok(Some(keyed)),
        _ => Err(AppError::new(Code::MalformedRequest).detail(format!(
            "Idempotency-Key must be one value of 1 to {} visible ASCII characters",
            KeyedRequest::MAX_KEY_LENGTH
        ))),
    }
}

impl Answer {
    /// 200.
    ///
    /// # Errors
    /// When `body` cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self, AppError> {
        let body = serde_json::to_string(body);
        Ok(Self {
            status: StatusCode::OK.as_u16(),
            location: None,
            etag: None,
            body: body.map_err(|error| AppError::new(Code::InternalError).because(error))?,
        })
    }

    /// 200 with the row's ETag.
    ///
    /// # Errors
    /// When `row` cannot be written as JSON.
    pub fn row<T: Versioned + Serialize>(row: &T) -> Result<Self, AppError> {
        Ok(Self {
            etag: Some(etag(row).to_string()),
            ..Self::ok(row)?
        })
    }

    /// 201 with Location and the row's ETag.
    ///
    /// # Errors
    /// When `row` cannot be written as JSON.
    pub fn created<T: Versioned + Serialize>(location: String, row: &T) -> Result<Self, AppError> {
        Ok(Self {
            status: StatusCode::CREATED.as_u16(),
            location: Some(location),
            ..Self::row(row)?
        })
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.status);
        let mut answer = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        for (name, value) in [(header::LOCATION, self.location), (header::ETAG, self.etag)] {
            if let Some(value) = value {
                answer.insert_header((name, value));
            }
        }
        answer
            .insert_header(header::ContentType::json())
            .body(self.body)
    }
}
