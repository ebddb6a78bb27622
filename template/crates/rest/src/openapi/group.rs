use actix_web::{
    Error,
    dev::{AppService, HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::{Paths, RefOr, Schema, path::Operation};
use utoipa_actix_web::{OpenApiFactory, scope::Scope, service_config::ServiceConfig};

use super::{headers, operations::operations_mut, problems::X_CODES};
use crate::Code;

/// Marks an operation with its [`Credentials`] until the document is complete.
const X_CREDENTIALS: &str = "x-credentials";
/// Marks an operation with who may call it, until the document is complete.
const X_GUARD: &str = "x-guard";
/// The guard of a route in no group.
pub(super) const EVERYONE: &str = "everyone";

/// Whether a request needs credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Credentials {
    /// Without them the response is 401.
    Required,
    /// Without them the caller is anonymous; invalid ones are rejected.
    Optional,
}

/// The documentation that all operations of a [`Group`] share.
#[derive(Clone, Debug)]
pub struct Access {
    /// Who may call, for [`routes`](super::routes).
    pub guard: fn() -> String,
    /// Whether credentials are needed. `None`: as in the enclosing group; if no group sets it,
    /// credentials are not read.
    pub credentials: Option<Credentials>,
    /// The problems with which the group's middleware may reject a request, besides those of
    /// credentials.
    pub codes: &'static [Code],
    /// The names of the path's parameters that the middleware reads and handlers do not. They are
    /// among [`Authentication::parameters`](super::Authentication::parameters).
    pub parameters: &'static [&'static str],
}

/// The service behind a scope that has its middleware.
pub trait ScopeService:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse,
        Error = Error,
        InitError = (),
    > + 'static
{
}

impl<T> ScopeService for T where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse,
            Error = Error,
            InitError = (),
        > + 'static
{
}

/// A scope whose middleware decides who may call its routes, and the [`Access`] that documents it.
pub struct Group<T> {
    scope: Scope<T>,
    access: Access,
}

impl<T: ScopeService> Group<T> {
    /// Documents `scope`, which has its middleware already.
    #[must_use]
    pub fn new(scope: Scope<T>, access: Access) -> Self {
        Self { scope, access }
    }

    /// Adds a route or a scope.
    #[must_use]
    pub fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(self, factory: F) -> Self {
        Self {
            scope: self.scope.service(factory),
            ..self
        }
    }

    /// Adds what `configure` registers.
    #[must_use]
    pub fn configure(self, configure: impl FnOnce(&mut ServiceConfig)) -> Self {
        Self {
            scope: self.scope.configure(configure),
            ..self
        }
    }
}

impl<T: ScopeService> HttpServiceFactory for Group<T> {
    fn register(self, config: &mut AppService) {
        self.scope.register(config);
    }
}

impl<T> OpenApiFactory for Group<T> {
    fn paths(&self) -> Paths {
        let mut paths = self.scope.paths();
        for item in paths.paths.values_mut() {
            for (_, operation) in operations_mut(item) {
                self.access.mark(operation);
            }
        }
        paths
    }

    fn schemas(&self, schemas: &mut Vec<(String, RefOr<Schema>)>) {
        self.scope.schemas(schemas);
    }
}

impl Access {
    /// Adds nothing.
    pub const NONE: Self = Self {
        guard: || EVERYONE.to_owned(),
        credentials: None,
        codes: &[],
        parameters: &[],
    };

    /// Called for inner groups first; their marks take precedence over those of enclosing groups.
    fn mark(&self, operation: &mut Operation) {
        let parameters = self.parameters.iter().map(|name| headers::reference(name));
        let own = operation.parameters.get_or_insert_default();
        own.splice(0..0, parameters);
        let marks = operation.extensions.get_or_insert_default();
        let codes = marks.entry(X_CODES.to_owned());
        if let Value::Array(codes) = codes.or_insert_with(|| json!([])) {
            codes.extend(self.codes.iter().map(|code| json!(code)));
        }
        let guard = marks.entry(X_GUARD.to_owned());
        guard.or_insert_with(|| json!((self.guard)()));
        if let Some(credentials) = self.credentials {
            let mark = marks.entry(X_CREDENTIALS.to_owned());
            mark.or_insert_with(|| json!(credentials));
        }
    }
}

/// Who may call an operation, by its innermost group.
pub(super) fn guard(operation: &Operation) -> String {
    let mark = operation.extensions.as_ref();
    let guard = mark.and_then(|marks| marks.get(X_GUARD)?.as_str());
    guard.unwrap_or(EVERYONE).to_owned()
}

/// Whether an operation needs credentials, by its groups; removes the mark.
pub(super) fn take_credentials(operation: &mut Operation) -> Option<Credentials> {
    let mark = operation.extensions.as_mut()?.remove(X_CREDENTIALS)?;
    serde_json::from_value(mark).ok()
}
