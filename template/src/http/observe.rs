use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
};

use super::RequestId;
use crate::{
    error::{AppError, Code},
    telemetry::metrics,
    types::UserUuid,
};

/// Who made the request, or `None` where nobody had to; authentication leaves it in the request's
/// extensions. An answer that depends on it is for its caller alone.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Option<UserUuid>);

/// The outermost middleware: gives the request its id, turns every error into a problem+json
/// body, sets the headers that every answer carries, writes the request's one log line and counts
/// it.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let id = RequestId::of(request.headers());
    let answer = next.call(request).await?.map_into_boxed_body();
    let mut answer = render_problem(answer, &id);
    let caller = answer.request().extensions().get::<Caller>().copied();
    set_headers(answer.headers_mut(), &id, caller.is_some());
    let route = answer.request().match_pattern();
    let route = route.unwrap_or_else(|| "-".to_owned());
    let took = began.elapsed();
    log(&answer, &id, &route, caller, took);
    let method = method(answer.request().method());
    metrics::answered(method, route, answer.status().as_u16(), took);
    Ok(answer)
}

fn render_problem(answer: ServiceResponse, id: &RequestId) -> ServiceResponse {
    let Some(error) = answer.response().error() else {
        return answer;
    };
    let foreign;
    let problem = match error.as_error::<AppError>() {
        Some(error) => error,
        None => {
            foreign = from_status(answer.status());
            &foreign
        }
    };
    log_cause(problem, id);
    metrics::refused(problem.code().to_string());
    let headers: Vec<_> = problem.headers().collect();
    let body = serde_json::to_vec(&problem.problem(id.as_str())).unwrap_or_default();
    let status = problem.code().status();
    let mut answer = answer.map_body(|head, _| {
        head.status = status;
        BoxBody::new(body)
    });
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

/// An error of actix's own, by its status: its text is not for clients.
fn from_status(status: StatusCode) -> AppError {
    AppError::new(match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        status if status.is_client_error() => Code::MalformedRequest,
        _ => Code::InternalError,
    })
}

fn log_cause(error: &AppError, id: &RequestId) {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    let cause = causes.join(": ");
    match error.code().status().is_server_error() {
        true => tracing::error!(request_id = %id, code = ?error.code(), cause, "request failed"),
        false => tracing::debug!(request_id = %id, code = ?error.code(), cause, "request refused"),
    }
}

fn set_headers(headers: &mut HeaderMap, id: &RequestId, personal: bool) {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(RequestId::HEADER, value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if personal {
        // What has an ETag may be kept by its caller, and is asked for again each time.
        let keep = match headers.contains_key(header::ETAG) {
            true => "private, no-cache",
            false => "no-store",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        headers.append(
            header::VARY,
            HeaderValue::from_static("Authorization, Cookie"),
        );
    }
}

fn log(
    answer: &ServiceResponse,
    id: &RequestId,
    route: &str,
    caller: Option<Caller>,
    took: Duration,
) {
    let user = caller
        .and_then(|Caller(uuid)| uuid)
        .map(|uuid| uuid.to_string());
    tracing::info!(
        method = answer.request().method().as_str(),
        route,
        status = answer.status().as_u16(),
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        request_id = id.as_str(),
        user = user.as_deref().unwrap_or("-"),
        "request"
    );
}

/// A label's value: a client can make up methods.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
