//! The OpenAPI document. A handler documents what is its own; what follows from a route's path, its
//! parameters and its body is added here, so that a new route is documented whole.

mod headers;
mod links;
mod problems;
mod schemas;
mod versions;

use std::collections::BTreeSet;

use actix_web::App;
use utoipa::{
    Modify, ToSchema,
    openapi::{
        Components, InfoBuilder, License, LicenseBuilder, OneOfBuilder, OpenApi, OpenApiBuilder,
        PathItem, Ref, RefOr, Required, Response, ServerBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
        tag::{Tag, TagBuilder},
    },
};
use utoipa_actix_web::AppExt;

use self::versions::Versions;
use crate::{
    config::{SessionSettings, SessionVerification},
    types::UserUuid,
};

/// What holds for every route.
const CONVENTIONS: &str = include_str!("conventions.md");
/// What lies below belongs to the user whom the path names.
const OWNED: &str = "/api/{user_id}/";
/// What lies below needs a role or a permission.
const ADMINISTERED: &str = "/api/admin/";
/// Open to everybody, but wrong credentials are refused.
const WHOAMI: &str = "/api/whoami";

/// The OpenAPI document of all routes; session cookies are in it where the settings verify them.
#[must_use]
pub fn openapi(sessions: Option<&SessionSettings>) -> OpenApi {
    let description = env!("CARGO_PKG_DESCRIPTION");
    let info = InfoBuilder::new()
        .title(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(format!("{description}\n\n{CONVENTIONS}")))
        .license(license());
    let empty = OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .build();
    let app = App::new()
        .into_utoipa_app()
        .openapi(empty)
        .configure(super::configure);
    let (_, mut document) = app.split_for_parts();
    let common = CommonParts {
        cookies: sessions.map_or_else(Vec::new, SessionSettings::cookie_names),
        asks_better_auth: sessions
            .is_some_and(|settings| settings.verification == SessionVerification::Http),
    };
    common.modify(&mut document);
    document
}

/// The package's, where it has one.
fn license() -> Option<License> {
    let name = env!("CARGO_PKG_LICENSE");
    let license = LicenseBuilder::new().name(name).identifier(Some(name));
    (!name.is_empty()).then(|| license.build())
}

/// What the routes share: credentials, `{user_id}`, problems and headers.
struct CommonParts {
    /// The session cookies that open the API.
    cookies: Vec<String>,
    /// Whether it is Better Auth that knows the sessions.
    asks_better_auth: bool,
}

impl Modify for CommonParts {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        schemas::complete(components);
        headers::add(components);
        self.add_credentials(components);
        let parameters = &mut components.parameters;
        parameters.insert("user_id".to_owned(), RefOr::T(user_id()));
        let versions = Versions::of(components, &document.paths);
        let credentials = problems::of_credentials(self.asks_better_auth);
        let mut tags = BTreeSet::new();
        for (path, item) in &mut document.paths.paths {
            for (method, operation) in operations_mut(item) {
                let precondition = versions.precondition(operation, method, path);
                self.complete(operation, path);
                headers::complete(operation, method, path, precondition, &versions);
                problems::complete(operation, path, &credentials, components);
                tags.extend(operation.tags.iter().flatten().cloned());
            }
        }
        links::add(&mut document.paths);
        document.tags = Some(tags.into_iter().map(describe).collect());
    }
}

impl CommonParts {
    fn add_credentials(&self, components: &mut Components) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A token of Better Auth: `GET /api/auth/token` there."));
        components.add_security_scheme("bearer", SecurityScheme::Http(token.build()));
        for name in &self.cookies {
            let cookie =
                ApiKeyValue::with_description(name.as_str(), "Better Auth's session cookie.");
            components.add_security_scheme(name, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        }
    }

    /// Who may call, and the parameter of the scope, which handlers do not see.
    fn complete(&self, operation: &mut Operation, path: &str) {
        let requirement = |name| SecurityRequirement::new::<_, _, String>(name, []);
        let schemes = self.cookies.iter().map(String::as_str);
        let credentials = ["bearer"].into_iter().chain(schemes).map(requirement);
        operation.security = Some(match path {
            WHOAMI => [SecurityRequirement::default()]
                .into_iter()
                .chain(credentials)
                .collect(),
            // A handler with `security(())` asks for none.
            _ if operation.security.is_some() => Vec::new(),
            _ if path.starts_with("/api/") => credentials.collect(),
            _ => Vec::new(),
        });
        if path.starts_with(OWNED) {
            let parameter = Ref::new("#/components/parameters/user_id");
            operation
                .parameters
                .get_or_insert_default()
                .insert(0, RefOr::Ref(parameter));
        }
    }
}

fn user_id() -> Parameter {
    let me = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["me"]));
    let either = OneOfBuilder::new()
        .item(me)
        .item(Ref::from_schema_name(UserUuid::name()));
    ParameterBuilder::new()
        .name("user_id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("Your UUID, in any case, or `me`."))
        .schema(Some(either))
        .example(Some("me".into()))
        .build()
}

/// A resource of the user needs no words of its own here.
fn describe(tag: String) -> Tag {
    let description = match tag.as_str() {
        "admin" => "For administrators: everybody's rows.".to_owned(),
        "health" => "For the operator's probes and metrics; open to everybody.".to_owned(),
        "me" => "Who is calling.".to_owned(),
        "public" => "What everybody may read.".to_owned(),
        own => format!("Your {own}."),
    };
    TagBuilder::new()
        .name(tag)
        .description(Some(description))
        .build()
}

/// Whether it reads them, so that an answer may be for the caller alone.
fn asks_for_credentials(operation: &Operation) -> bool {
    operation
        .security
        .as_ref()
        .is_some_and(|ways| !ways.is_empty())
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("get", &item.get),
        ("post", &item.post),
        ("put", &item.put),
        ("patch", &item.patch),
        ("delete", &item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The name of the schema that an answer's body has.
fn schema_of(answer: &Response) -> Option<&str> {
    let RefOr::T(content) = answer.content.values().next()? else {
        return None;
    };
    match content.schema.as_ref()? {
        RefOr::Ref(schema) => schema.ref_location.rsplit('/').next(),
        RefOr::T(_) => None,
    }
}
