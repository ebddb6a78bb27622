use std::time::Duration;

use actix_http::Request;
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::{
    App, Error, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{AppConfig, ServiceRequest, ServiceResponse},
    http::{Method, Uri, header},
    middleware::Next,
    web::Data,
};
use database::CancellationTracker;
use tokio::time::timeout;

use crate::{AppError, Code, Limits, telemetry::catch_panic};

/// Turns panics and timeouts into error responses: a panic is `internal_error`, a request that takes
/// too long is 503, and an `Err` of an inner middleware becomes its response, so that outer
/// middleware sees it.
pub async fn catch_panics_and_timeouts(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let longest = request
        .app_data::<Data<Limits>>()
        .map_or(Duration::MAX, |limits| limits.request_timeout);
    let cancellations = request
        .app_data::<Data<CancellationTracker>>()
        .map_or_else(CancellationTracker::default, |tracker| {
            tracker.as_ref().clone()
        });
    let line = RequestLine::of(&request);
    let work = cancellations.watch(next.call(request));
    let error = match catch_panic(timeout(longest, work)).await {
        Ok(Ok(Ok(response))) => return Ok(response.map_into_boxed_body()),
        Ok(Ok(Err(error))) => error,
        Ok(Err(_)) => AppError::new(Code::DATABASE_UNAVAILABLE)
            .with_source("REQUEST_TIMEOUT has passed")
            .into(),
        Err(panic) => AppError::new(Code::INTERNAL_ERROR)
            .with_source(panic)
            .into(),
    };
    Ok(ServiceResponse::new(
        line.into_request().await?,
        HttpResponse::from_error(error),
    ))
}

/// The parts of a request that outer middleware reads. The request itself is lost in a panic, and a
/// clone cannot be kept, because actix needs the only reference while it routes.
#[derive(Clone)]
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

    /// Rebuilds a request by sending it to an application without routes: only actix can create
    /// one.
    async fn into_request(self) -> Result<HttpRequest, Error> {
        let app = App::new().wrap_fn(move |mut request, service| {
            let head = request.head_mut();
            head.method = self.method.clone();
            head.uri = self.uri.clone();
            if let Some(origin) = self.origin.clone() {
                head.headers.insert(header::ORIGIN, origin);
            }
            service.call(request)
        });
        let app = app.into_factory().new_service(AppConfig::default()).await;
        let app = app.map_err(|()| AppError::new(Code::INTERNAL_ERROR))?;
        let response = app.call(Request::new()).await?;
        Ok(response.into_parts().0)
    }
}

#[cfg(test)]
mod tests {
    use actix_cors::Cors;
    use actix_web::{
        middleware::from_fn,
        test::{self, TestRequest},
        web,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::log_requests;

    /// Status, allowed origin and body of a response to a page at https://example.com.
    async fn get(path: &str) -> (u16, String, Value) {
        let limits = Limits {
            max_body_bytes: 0,
            request_timeout: Duration::from_secs(1),
        };
        let app = App::new()
            .app_data(Data::new(limits))
            .route(
                "/panic",
                web::get().to(async || -> &str { panic!("secret") }),
            )
            .route("/hang", web::get().to(std::future::pending::<&str>))
            .service(web::scope("/middleware").wrap(from_fn(
                async |_: ServiceRequest, _: Next<BoxBody>| -> Result<ServiceResponse, Error> {
                    Err(AppError::new(Code::FORBIDDEN).into())
                },
            )))
            .wrap(from_fn(catch_panics_and_timeouts))
            .wrap(Cors::default().allowed_origin("https://example.com"))
            .wrap(from_fn(log_requests));
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
