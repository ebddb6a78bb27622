use std::{panic::AssertUnwindSafe, time::Duration};

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, Uri, header},
    middleware::Next,
    test::TestRequest,
    web::Data,
};
use futures_util::FutureExt;
use tokio::time::timeout;

use crate::{
    config::Settings,
    error::{AppError, Code},
};

/// Keeps what goes wrong inside a request from becoming no answer at all: a panic is
/// `internal_error`, a request that takes too long is 503, and an `Err` of an inner middleware
/// becomes the answer it stands for, so that outer middleware sees it.
pub async fn contain(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let longest = request
        .app_data::<Data<Settings>>()
        .map_or(Duration::MAX, |settings| settings.request_timeout);
    let line = RequestLine::of(&request);
    let answer = AssertUnwindSafe(timeout(longest, next.call(request)))
        .catch_unwind()
        .await;
    let error = match answer {
        Ok(Ok(Ok(answer))) => return Ok(answer.map_into_boxed_body()),
        Ok(Ok(Err(error))) => error,
        Ok(Err(_)) => AppError::new(Code::DatabaseUnavailable)
            .because("REQUEST_TIMEOUT has passed")
            .into(),
        Err(_) => AppError::new(Code::InternalError)
            .because("a handler panicked")
            .into(),
    };
    Ok(ServiceResponse::new(
        line.into_request(),
        HttpResponse::from_error(error),
    ))
}

/// What outer middleware reads of a request. The request itself goes down with a panic, and a
/// copy cannot be kept: actix must own it alone while it routes.
struct RequestLine {
    method: Method,
    uri: Uri,
    origin: Option<header::HeaderValue>,
}

impl RequestLine {
    fn of(request: &ServiceRequest) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            origin: request.headers().get(header::ORIGIN).cloned(),
        }
    }

    fn into_request(self) -> HttpRequest {
        let request = TestRequest::with_uri(&self.uri.to_string()).method(self.method);
        match self.origin {
            Some(origin) => request
                .insert_header((header::ORIGIN, origin))
                .to_http_request(),
            None => request.to_http_request(),
        }
    }
}
