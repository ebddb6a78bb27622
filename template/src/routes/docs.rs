use actix_web::{
    App,
    web::{self, ServiceConfig},
};
use utoipa::{
    Modify, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr,
        Required, ResponseBuilder, Type,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::SchemaType,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    error::{Code, FieldError, Problem},
    types::{KeyedRequest, UserUuid},
};

/// `/openapi.json`, and `/docs` from the binary alone: it loads nothing from another host.
pub fn serve_docs(document: OpenApi) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let page = SwaggerUi::new("/docs/{_:.*}")
            .config(Config::new(["/openapi.json"]).validator_url("none"))
            .url("/openapi.json", document);
        config
            .service(web::redirect("/docs", "/docs/"))
            .service(page);
    }
}

/// The OpenAPI document of all routes.
#[must_use]
pub fn openapi() -> OpenApi {
    let info = InfoBuilder::new()
        .title(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(env!("CARGO_PKG_DESCRIPTION")));
    let empty = OpenApiBuilder::new().info(info).build();
    let app = App::new()
        .into_utoipa_app()
        .openapi(empty)
        .configure(super::configure);
    let (_, mut document) = app.split_for_parts();
    CommonParts.modify(&mut document);
    document
}

/// What all routes of a scope share: the token, `{user_id}`, and the problem they answer with.
struct CommonParts;

impl Modify for CommonParts {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        for (name, schema) in [
            (Problem::name(), Problem::schema()),
            (FieldError::name(), FieldError::schema()),
            (Code::name(), Code::schema()),
        ] {
            components.schemas.insert(name.into_owned(), schema);
        }
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                complete(operation, path);
            }
            if let (Some(post), true) = (&mut item.post, path.starts_with("/api/{user_id}")) {
                let key = RefOr::T(idempotency_key());
                post.parameters.get_or_insert_default().push(key);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ];
    all.into_iter().flatten()
}

fn complete(operation: &mut Operation, path: &str) {
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let problem = ResponseBuilder::new()
        .description("Any problem; `code` says which")
        .content("application/problem+json", problem);
    operation
        .responses
        .responses
        .insert("default".to_owned(), RefOr::T(problem.build()));
    if path.starts_with("/api/") {
        let token = SecurityRequirement::new::<_, _, String>("bearer", []);
        operation.security = Some(match path {
            "/api/whoami" => vec![SecurityRequirement::default(), token],
            _ => vec![token],
        });
    }
    if path.starts_with("/api/{user_id}") {
        let owner = ParameterBuilder::new()
            .name("user_id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("Your UUID, or `me`"))
            .schema(Some(UserUuid::schema()));
        operation
            .parameters
            .get_or_insert_default()
            .insert(0, RefOr::T(owner.build()));
    }
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .min_length(Some(1))
        .max_length(Some(KeyedRequest::MAX_KEY_LENGTH))
        .pattern(Some("^[!-~]+$"))
        .examples([serde_json::json!("8e03978e-40d5-43e8-bc93-6894a57f9324")]);
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Names this attempt, best by a UUID: sent again with the same body within 24 hours, it \
             does nothing more and has the same answer. With another body it is refused",
        ))
        .schema(Some(schema))
        .build()
}
