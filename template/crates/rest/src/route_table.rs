use actix_web::{HttpRequest, dev::ResourceDef, web::Data};
use utoipa::openapi::OpenApi;

use crate::error::{AppError, Code};

/// Which methods each route has, read from the OpenAPI document: the router itself only says
/// "not found" when a method does not fit.
pub struct RouteTable(Vec<Route>);

struct Route {
    path: ResourceDef,
    allowed: String,
}

impl Route {
    fn is_fixed(&self) -> bool {
        !self.pattern().contains('{')
    }

    fn pattern(&self) -> &str {
        self.path.pattern().unwrap_or_default()
    }

    fn wrong_method(&self) -> AppError {
        AppError::method_not_allowed(&self.allowed)
    }
}

impl RouteTable {
    /// The table of the documented routes; those without parameters come first.
    #[must_use]
    pub fn new(document: &OpenApi) -> Self {
        let mut paths: Vec<_> = document.paths.paths.iter().collect();
        paths.sort_by_key(|(path, _)| path.contains('{'));
        let route = |(path, item): (&String, &utoipa::openapi::PathItem)| Route {
            path: ResourceDef::new(path.as_str()),
            allowed: methods(item).join(", "),
        };
        Self(paths.into_iter().map(route).collect())
    }

    /// The application's table.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<&Self> {
        request.app_data::<Data<Self>>().map(|table| table.as_ref())
    }

    /// The problem of a request that no route took, although this path has one.
    #[must_use]
    pub fn wrong_method(&self, path: &str) -> Option<AppError> {
        self.find(path).map(Route::wrong_method)
    }

    /// The same for routes without parameters alone.
    #[must_use]
    pub fn wrong_method_on_fixed(&self, path: &str) -> Option<AppError> {
        self.find(path)
            .filter(|route| route.is_fixed())
            .map(Route::wrong_method)
    }

    fn find(&self, path: &str) -> Option<&Route> {
        let mut fitting = self.0.iter().filter(|route| route.path.is_match(path));
        fitting.find(|route| !self.is_shadowed(route, path))
    }

    /// Whether a scope with a fixed name stands where the route has its first parameter: scopes do
    /// not fall through, so `/api/admin/notes` is never `/api/{user_id}/notes`.
    fn is_shadowed(&self, route: &Route, path: &str) -> bool {
        let Some((before, _)) = route.pattern().split_once('{') else {
            return false;
        };
        let name = path[before.len()..].split('/').next().unwrap_or_default();
        let scope = format!("{before}{name}/");
        self.0
            .iter()
            .any(|other| other.pattern().starts_with(&scope))
    }
}

fn methods(item: &utoipa::openapi::PathItem) -> Vec<&'static str> {
    let operations = [
        (&item.get, "GET, HEAD"),
        (&item.post, "POST"),
        (&item.put, "PUT"),
        (&item.patch, "PATCH"),
        (&item.delete, "DELETE"),
    ];
    operations
        .into_iter()
        .filter(|(operation, _)| operation.is_some())
        .map(|(_, name)| name)
        .collect()
}

/// Answers requests that no route takes: 405 where the path has other methods, else 404.
///
/// # Errors
/// Always.
pub async fn not_found(request: HttpRequest) -> Result<&'static str, AppError> {
    let wrong_method =
        RouteTable::of(&request).and_then(|routes| routes.wrong_method(request.path()));
    Err(wrong_method.unwrap_or_else(|| AppError::new(Code::NotFound)))
}
