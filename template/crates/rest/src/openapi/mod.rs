//! The OpenAPI document. A handler documents only what is specific to it, and names the codes of
//! its own problems: `(status = 409, extensions(("x-codes" = json!([OUT_OF_STOCK]))))`. What the
//! middleware of a [`Group`] decides is documented once for the group. What follows from
//! parameters, body and responses is added here, so that a new route is documented completely.

mod group;
mod headers;
mod links;
mod operations;
mod page;
mod problems;
mod routes;
mod schemas;
mod scopes;
mod versions;

use std::collections::BTreeSet;

use actix_web::App;
use utoipa::{
    Modify,
    openapi::{
        Components, InfoBuilder, License, LicenseBuilder, OpenApi, OpenApiBuilder, Paths,
        ServerBuilder,
        path::{Operation, Parameter},
        security::{SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};
use utoipa_actix_web::{AppExt, service_config::ServiceConfig};

use self::{
    operations::{operations, operations_mut},
    versions::Versions,
};
use crate::Code;

pub use group::{Access, Credentials, Group, ScopeService};
pub use page::{serve_docs, static_json};
pub use routes::{Route, RouteList, routes};
pub use scopes::scope_parameter;

/// What holds for every route.
const CONVENTIONS: &str = include_str!("conventions.md");

/// The general part of the document.
pub struct About {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it is, in a sentence.
    pub description: &'static str,
    /// The SPDX expression of its license; empty without one.
    pub license: &'static str,
    /// How callers authenticate.
    pub authentication: Authentication,
    /// The application's own codes.
    pub codes: &'static [Code],
    /// The tags of operations, each with a sentence.
    pub tags: &'static [(&'static str, &'static str)],
}

/// How callers authenticate.
pub struct Authentication {
    /// The ways to authenticate, by name.
    pub schemes: Vec<(String, SecurityScheme)>,
    /// The problems of credentials and of their verification.
    pub codes: Vec<Code>,
    /// The parameters that the middleware of groups reads.
    pub parameters: Vec<Parameter>,
    /// The scheme for access tokens of OAuth clients, with its name. Operations whose guards
    /// declare a scope have it. `None` if such tokens are rejected.
    pub oauth: Option<(String, SecurityScheme)>,
}

/// The OpenAPI document of the routes that `configure` registers.
#[must_use]
pub fn document(about: &About, configure: fn(&mut ServiceConfig)) -> OpenApi {
    let info = InfoBuilder::new()
        .title(about.name)
        .version(about.version)
        .description(Some(format!("{}\n\n{CONVENTIONS}", about.description)))
        .license(license(about.license));
    let empty = OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .build();
    let app = App::new()
        .into_utoipa_app()
        .openapi(empty)
        .configure(configure);
    let (_, mut document) = app.split_for_parts();
    CommonParts(about).modify(&mut document);
    document
}

fn license(name: &str) -> Option<License> {
    let license = LicenseBuilder::new().name(name).identifier(Some(name));
    (!name.is_empty()).then(|| license.build())
}

/// What the routes share: credentials, parameters, problems and headers.
struct CommonParts<'a>(&'a About);

impl Modify for CommonParts<'_> {
    fn modify(&self, document: &mut OpenApi) {
        let Self(about) = self;
        let components = document.components.get_or_insert_default();
        let codes = [Code::GENERAL, about.codes].concat();
        schemas::complete(components, &codes);
        headers::add(components);
        about.authentication.add_to(components, &document.paths);
        let versions = Versions::of(components, &document.paths);
        let mut used = BTreeSet::new();
        for (path, item) in &mut document.paths.paths {
            for (method, operation) in operations_mut(item) {
                let precondition = versions.precondition(operation, method, path);
                operation.security = Some(about.authentication.requirements(operation));
                headers::complete(operation, precondition, &versions);
                let credentials = &about.authentication.codes;
                problems::complete(method, operation, credentials, &codes, components);
                operation.extensions = None;
                used.extend(operation.tags.iter().flatten().cloned());
            }
        }
        links::add(&mut document.paths);
        let tags = about.tags.iter().filter(|(name, _)| used.contains(*name));
        let tag = |(name, description): &(&str, &str)| {
            let tag = TagBuilder::new().name(*name);
            tag.description(Some(*description)).build()
        };
        document.tags = Some(tags.map(tag).collect());
    }
}

impl Authentication {
    fn add_to(&self, components: &mut Components, paths: &Paths) {
        for (name, scheme) in self.schemes.iter().chain(&self.oauth) {
            components.add_security_scheme(name, scheme.clone());
        }
        let is_used = |name: &str| {
            let mut operations = paths.paths.values().flat_map(operations);
            operations.any(|(_, operation)| headers::refers_to(operation, name))
        };
        for parameter in self.parameters.iter().filter(|it| is_used(&it.name)) {
            headers::share(components, parameter.clone());
        }
    }

    /// The alternative credentials of a request; empty if credentials are not read.
    fn requirements(&self, operation: &mut Operation) -> Vec<SecurityRequirement> {
        let scopes = scopes::take_scopes(operation);
        let Some(credentials) = group::take_credentials(operation) else {
            return Vec::new();
        };
        let anonymous = (credentials == Credentials::Optional).then(SecurityRequirement::default);
        let requirement = |(name, _): &_| SecurityRequirement::new::<&String, _, String>(name, []);
        let schemes = self.schemes.iter().map(requirement);
        let oauth = self.oauth.iter().filter(|_| !scopes.is_empty());
        let oauth = oauth.map(|(name, _)| SecurityRequirement::new(name, &scopes));
        anonymous.into_iter().chain(schemes).chain(oauth).collect()
    }
}
