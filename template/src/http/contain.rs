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
    types::GivenUp,
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
    let given_up = request
        .app_data::<Data<GivenUp>>()
        .map_or_else(GivenUp::default, |given_up| given_up.as_ref().clone());
    let line = RequestLine::of(&request);
    let work = given_up.watch(next.call(request));
    let answer = AssertUnwindSafe(timeout(longest, work))
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

#[cfg(test)]
mod tests {
    use actix_cors::Cors;
    use actix_web::{App, middleware::from_fn, test, web};
    use serde_json::{Value, json};

    use super::*;
    use crate::http::observe;

    /// Status, allowed origin and body of an answer to a page at https://example.com.
    async fn get(path: &str) -> (u16, String, Value) {
        let settings =
            Settings::from_lookup(|name| (name == "REQUEST_TIMEOUT").then(|| "1".to_owned()));
        let app = App::new()
            .app_data(Data::new(settings.expect("good settings")))
            .route(
                "/panic",
                web::get().to(async || -> &str { panic!("secret") }),
            )
            .route("/hang", web::get().to(std::future::pending::<&str>))
            .service(web::scope("/middleware").wrap(from_fn(
                async |_: ServiceRequest, _: Next<BoxBody>| -> Result<ServiceResponse, Error> {
                    Err(AppError::new(Code::Forbidden).into())
                },
            )))
            .wrap(from_fn(contain))
            .wrap(Cors::default().allowed_origin("https://example.com"))
            .wrap(from_fn(observe));
        let app = test::init_service(app).await;
        let request = TestRequest::get()
            .uri(path)
            .insert_header(("origin", "https://example.com"));
        let answer = test::call_service(&app, request.to_request()).await;
        let origin = answer.headers().get("access-control-allow-origin");
        let origin = origin
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        (
            answer.status().as_u16(),
            origin,
            test::read_body_json(answer).await,
        )
    }

    #[actix_web::test]
    async fn a_panic_is_an_internal_error_that_a_page_can_read() {
        let (status, origin, problem) = get("/panic").await;
        assert_eq!(
            (status, origin.as_str(), &problem["code"]),
            (500, "https://example.com", &json!("internal_error"))
        );
        assert!(!problem.to_string().contains("secret"), "{problem}");
    }

    #[actix_web::test]
    async fn a_request_that_takes_too_long_is_ended() {
        let (status, origin, problem) = get("/hang").await;
        assert_eq!(
            (status, origin.as_str(), &problem["code"]),
            (503, "https://example.com", &json!("database_unavailable"))
        );
    }

    #[actix_web::test]
    async fn an_error_of_an_inner_middleware_is_an_answer() {
        let (status, origin, problem) = get("/middleware/x").await;
        assert_eq!(
            (status, origin.as_str(), &problem["code"]),
            (403, "https://example.com", &json!("forbidden"))
        );
    }
}
