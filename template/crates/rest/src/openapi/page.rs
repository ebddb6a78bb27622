use actix_web::{
    HttpResponse, Resource,
    middleware::{DefaultHeaders, from_fn},
    web::{self, Bytes, ServiceConfig},
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{AppError, limit_addresses};

/// The page only runs scripts from this server. Its styles and pictures are partly inline.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A path with JSON that never changes; other methods than GET are answered with 405.
pub fn static_json(path: &str, json: Bytes) -> Resource {
    let get = web::get().to(move || {
        let json = json.clone();
        async move {
            HttpResponse::Ok()
                .content_type("application/json")
                .body(json)
        }
    });
    let others = async || Err::<HttpResponse, _>(AppError::method_not_allowed("GET, HEAD"));
    web::resource(path)
        .route(get)
        .default_service(web::to(others))
}

/// Serves this JSON at `/openapi.json`, and a page for it at `/docs` that loads nothing from other
/// hosts.
pub fn serve_docs(document: Bytes) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let document = static_json("/openapi.json", document);
        config.service(document.wrap(from_fn(limit_addresses)));
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
