use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use database::UserUuid;
use futures_util::future::LocalBoxFuture;
use tracing::field::display;

use crate::{
    AppError, Code, Readiness, RequestId, security_headers,
    telemetry::{Panic, RareWarning, metrics, traces::RequestSpan},
    unread_body::HeldPayload,
};

/// The caller of a request; authentication puts it into the request's extensions. A response that
/// depends on it is private to the caller.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The user; `None` for an anonymous caller and for a machine.
    pub user: Option<UserUuid>,
    /// The administrator who acts as the user.
    pub impersonated_by: Option<String>,
    /// The OAuth client that acts for the user, or the machine.
    pub client: Option<String>,
}

/// The parameters that every WWW-Authenticate challenge has besides its error, as `name="value"`;
/// shared by the application as `Data<ChallengeParameters>`.
#[derive(Debug)]
pub struct ChallengeParameters(pub String);

/// The outermost middleware: gives the request its id, turns every error into a problem+json
/// body, sets the headers of every response, writes the request's one log line and counts
/// it.
pub fn log_requests(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> LocalBoxFuture<'static, Result<ServiceResponse<BoxBody>, Error>> {
    // actix reserves space for the outermost future in every connection, even an idle one.
    Box::pin(respond(request, next))
}

async fn respond(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let _in_flight = metrics::InFlight::begin();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let by_https = security_headers::came_by_https(request.request());
    let readiness = request.app_data::<Data<Readiness>>().cloned();
    let span = RequestSpan::begin(&request, &id);
    let payload = HeldPayload::of(&mut request);
    let answer = span.run(next.call(request)).await?.map_into_boxed_body();
    let mut answer = span.in_scope(|| render_problem(answer, &id));
    let caller = answer.request().extensions().get::<Caller>().cloned();
    set_headers(answer.headers_mut(), &id, caller.is_some());
    security_headers::set(answer.headers_mut(), by_https);
    if readiness.is_some_and(|readiness| readiness.is_draining()) {
        let head = answer.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    let route = answer.request().match_pattern();
    let route = route.unwrap_or_else(|| "-".to_owned());
    let took = began.elapsed();
    let (method, status) = (method(answer.request().method()), answer.status().as_u16());
    span.record(method, &route, status);
    span.in_scope(|| log(&answer, &id, &route, &caller.unwrap_or_default(), took));
    metrics::answered(method, route, status, took);
    Ok(match payload {
        Some(payload) => payload.hold_in(answer),
        None => answer,
    })
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
    metrics::count_problem(problem.code().to_string());
    let parameters = answer.request().app_data::<Data<ChallengeParameters>>();
    let parameters = parameters.map(|parameters| format!(", {}", parameters.0));
    let mut headers: Vec<_> = problem.headers().collect();
    for (_, challenge) in headers
        .iter_mut()
        .filter(|(name, _)| *name == header::WWW_AUTHENTICATE)
    {
        challenge.push_str(parameters.as_deref().unwrap_or_default());
    }
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
        StatusCode::NOT_FOUND => Code::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => Code::METHOD_NOT_ALLOWED,
        StatusCode::PAYLOAD_TOO_LARGE => Code::BODY_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UNSUPPORTED_MEDIA_TYPE,
        status if status.is_client_error() => Code::MALFORMED_REQUEST,
        _ => Code::INTERNAL_ERROR,
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
    if [Code::AUTH_UNAVAILABLE, Code::JWKS_UNAVAILABLE].contains(&error.code()) {
        static WITHOUT_BETTER_AUTH: RareWarning = RareWarning::new();
        // Not an error of this server, and every request would log it while it lasts.
        if WITHOUT_BETTER_AUTH.is_due() {
            tracing::warn!(request_id = %id, code = %error.code(), cause, "requests are rejected because Better Auth cannot be asked");
        }
    } else if error.code().status().is_server_error() {
        let panic = error
            .source()
            .and_then(|cause| cause.downcast_ref::<Panic>());
        let backtrace = panic.and_then(Panic::backtrace).map(display);
        tracing::error!(request_id = %id, code = %error.code(), cause, backtrace, "request failed")
    } else {
        tracing::debug!(request_id = %id, code = %error.code(), cause, "request rejected")
    }
}

fn set_headers(headers: &mut HeaderMap, id: &RequestId, personal: bool) {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(RequestId::HEADER, value);
    }
    if personal {
        // The caller may store a response with an ETag, and revalidates it each time.
        let keep = if headers.contains_key(header::ETAG) {
            "private, no-cache"
        } else {
            "no-store"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        headers.append(
            header::VARY,
            HeaderValue::from_static("Authorization, Cookie, X-API-Key"),
        );
    }
}

fn log(answer: &ServiceResponse, id: &RequestId, route: &str, caller: &Caller, took: Duration) {
    let user = caller.user.map(|uuid| uuid.to_string());
    tracing::info!(
        method = answer.request().method().as_str(),
        route,
        status = answer.status().as_u16(),
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        request_id = id.as_str(),
        user = user.as_deref().unwrap_or("-"),
        impersonated_by = caller.impersonated_by.as_deref(),
        client = caller.client.as_deref(),
        "request"
    );
}

/// The method as the value of a label: clients can invent methods.
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
