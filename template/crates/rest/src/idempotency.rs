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
use database::{IdempotencyKey, StoredResponse};
use futures_util::future::LocalBoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;
use validator::Validate;

use super::{
    conditional::{Versioned, etag},
    json,
};
use crate::{AppError, Code};

/// The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07). Its value is used
/// verbatim, with or without the quotes that the draft requires.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key of a POST without a body, if it has one.
pub struct Key(pub Option<IdempotencyKey>);

impl FromRequest for Key {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read_key(request, b"").map(Self))
    }
}

/// The body of a POST as [`super::Json`] reads it, and the key that it was sent under, if any.
pub struct Idempotent<T> {
    /// The body.
    pub body: T,
    /// The key, if there is one.
    pub key: Option<IdempotencyKey>,
}

impl<T: DeserializeOwned + Validate + ToSchema + 'static> FromRequest for Idempotent<T> {
    type Error = AppError;
    type Future = LocalBoxFuture<'static, Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let body = json::read(&request, payload).await?;
            let key = read_key(&request, &body)?;
            let body = json::parse_and_validate(&body)?;
            Ok(Self { body, key })
        })
    }
}

fn read_key(request: &HttpRequest, body: &[u8]) -> Result<Option<IdempotencyKey>, AppError> {
    let mut headers = request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(key) = headers.next() else {
        return Ok(None);
    };
    let (method, path) = (request.method().as_str(), request.path());
    let parts = [method.as_bytes(), path.as_bytes(), body];
    match (IdempotencyKey::new(key.as_bytes(), parts), headers.next()) {
        (Some(keyed), None) => Ok(Some(keyed)),
        _ => Err(AppError::new(Code::MALFORMED_REQUEST).detail(format!(
            "Idempotency-Key must be one value of 1 to {} visible ASCII characters",
            IdempotencyKey::MAX_KEY_LENGTH
        ))),
    }
}

/// A response that can be stored with its Idempotency-Key and sent again.
#[derive(Clone, Debug)]
pub struct Reply(pub StoredResponse);

impl Reply {
    /// 200.
    ///
    /// # Errors
    /// When `body` cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self, AppError> {
        let body = serde_json::to_string(body);
        Ok(Self(StoredResponse {
            status: StatusCode::OK.as_u16(),
            location: None,
            etag: None,
            body: body.map_err(|error| AppError::new(Code::INTERNAL_ERROR).with_source(error))?,
        }))
    }

    /// 200 with the row's ETag.
    ///
    /// # Errors
    /// When `row` cannot be written as JSON.
    pub fn row<T: Versioned + Serialize>(row: &T) -> Result<Self, AppError> {
        let mut reply = Self::ok(row)?;
        reply.0.etag = Some(etag(row).to_string());
        Ok(reply)
    }

    /// 201 with Location and the row's ETag.
    ///
    /// # Errors
    /// When `row` cannot be written as JSON.
    pub fn created<T: Versioned + Serialize>(location: String, row: &T) -> Result<Self, AppError> {
        let mut reply = Self::row(row)?;
        reply.0.status = StatusCode::CREATED.as_u16();
        reply.0.location = Some(location);
        Ok(reply)
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Self(stored) = self;
        let status = StatusCode::from_u16(stored.status);
        let mut response = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        for (name, value) in [
            (header::LOCATION, stored.location),
            (header::ETAG, stored.etag),
        ] {
            if let Some(value) = value {
                response.insert_header((name, value));
            }
        }
        response
            .insert_header(header::ContentType::json())
            .body(stored.body)
    }
}
