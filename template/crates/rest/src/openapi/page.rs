use actix_web::{
    HttpResponse,
    middleware::{DefaultHeaders, from_fn},
    web::{self, Bytes, ServiceConfig},
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{AppError, limit_addresses};

/// The page runs what this server sends and nothing else. Its styles and pictures are partly inline.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/openapi.json`, which is this JSON, and `/docs` from the binary alone: it loads nothing from another host.
pub fn serve_docs(document: Bytes) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let json = web::get().to(move || {
            let document = document.clone();
            async move {
                HttpResponse::Ok()
                    .content_type("application/json")
                    .body(document)
            }
        });
        let others = async || Err::<HttpResponse, _>(AppError::method_not_allowed("GET, HEAD"));
        let json = web::resource("/openapi.json")
            .route(json)
            .default_service(web::to(others));
        config.service(json.wrap(from_fn(limit_addresses)));
        let page =
            SwaggerUi::new("/{_:.*}").config(Config::new(["/openapi.json"]).validator_url("none"));
        let policy = DefaultHeaders::new().add(("Content-Security-Policy", POLICY));
        config.service(web::redirect("/docs", "/docs/")).service(
            web::scope("/docs")
                .wrap(policy)
                .wrap(from_fn(limit_addresses))
                .service(page),
        );
    }
}
