use std::collections::BTreeMap;

use actix_web::{HttpRequest, dev::ResourceDef, http::Method, web::Data};

use crate::{AppError, Code, limit_address, openapi};

/// The documented routes: which methods each path has, since the router itself only says "not
/// found" when a method does not fit; and which scopes open them to OAuth clients.
pub struct RouteTable(Vec<Path>);

/// Documented routes that match a request.
#[derive(Default)]
pub struct Candidates<'a> {
    /// The routes of the path that the router finds first. If there are any, one of them handles
    /// the request.
    pub first: Vec<&'a openapi::Route>,
    /// The routes of the other matching paths.
    pub others: Vec<&'a openapi::Route>,
}

struct Path {
    path: ResourceDef,
    routes: Vec<openapi::Route>,
}

impl Path {
    fn is_fixed(&self) -> bool {
        !self.pattern().contains('{')
    }

    fn pattern(&self) -> &str {
        self.path.pattern().unwrap_or_default()
    }

    fn wrong_method(&self) -> AppError {
        const METHODS: [(&str, &str); 5] = [
            ("GET", "GET, HEAD"),
            ("POST", "POST"),
            ("PUT", "PUT"),
            ("PATCH", "PATCH"),
            ("DELETE", "DELETE"),
        ];
        let has = |method: &str| self.routes.iter().any(|route| route.method == method);
        let allowed = METHODS.iter().filter(|(method, _)| has(method));
        let allowed: Vec<_> = allowed.map(|(_, shown)| *shown).collect();
        AppError::method_not_allowed(&allowed.join(", "))
    }
}

impl RouteTable {
    /// The table of these routes; paths without parameters come first.
    #[must_use]
    pub fn new(routes: Vec<openapi::Route>) -> Self {
        let mut paths: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for route in routes {
            let path = (route.path.contains('{'), route.path.clone());
            paths.entry(path).or_default().push(route);
        }
        let path = |((_, path), routes): ((bool, String), _)| Path {
            path: ResourceDef::new(path),
            routes,
        };
        Self(paths.into_iter().map(path).collect())
    }

    /// The application's table.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<&Self> {
        request.app_data::<Data<Self>>().map(|table| table.as_ref())
    }

    /// The 405 for a request that no route accepts, if the path exists with other methods.
    #[must_use]
    pub fn wrong_method(&self, path: &str) -> Option<AppError> {
        self.find(path).map(Path::wrong_method)
    }

    /// Like [`Self::wrong_method`], only for paths without parameters.
    #[must_use]
    pub fn wrong_method_on_fixed(&self, path: &str) -> Option<AppError> {
        self.find(path)
            .filter(|route| route.is_fixed())
            .map(Path::wrong_method)
    }

    /// The documented routes that may handle the request; none if an undocumented one may. HEAD
    /// counts as GET.
    #[must_use]
    pub fn candidates(&self, request: &HttpRequest) -> Candidates<'_> {
        // As the router reads it: percent-decoded.
        let path = request.match_info().as_str();
        let first = request.resource_map().match_pattern(path);
        let first = first.map(|pattern| without_rules(&pattern));
        let is_first = |it: &&Path| first.as_ref() == Some(&without_rules(it.pattern()));
        if !self.0.iter().any(|it| is_first(&it)) {
            return Candidates::default();
        }
        let method = match request.method() {
            &Method::HEAD => "GET",
            method => method.as_str(),
        };
        let fitting = self.0.iter();
        let fitting = fitting.filter(|it| is_first(it) || it.path.is_match(path));
        let (first, others): (Vec<_>, Vec<_>) = fitting.partition(is_first);
        Candidates {
            first: routes_of(first, method),
            others: routes_of(others, method),
        }
    }

    fn find(&self, path: &str) -> Option<&Path> {
        let mut fitting = self.0.iter().filter(|route| route.path.is_match(path));
        fitting.find(|route| !self.is_shadowed(route, path))
    }

    /// Whether a scope with a fixed name hides the route, whose first parameter is in that place:
    /// scopes do not fall through, so `/api/admin/notes` is never `/api/{user_id}/notes`.
    fn is_shadowed(&self, route: &Path, path: &str) -> bool {
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

fn routes_of<'a>(paths: Vec<&'a Path>, method: &str) -> Vec<&'a openapi::Route> {
    let routes = paths.into_iter().flat_map(|it| &it.routes);
    routes.filter(|route| route.method == method).collect()
}

/// The pattern without the regular expressions of its parameters, which the document leaves out:
/// `/files/{path:.*}` is `/files/{path}`.
fn without_rules(pattern: &str) -> String {
    let (mut depth, mut in_rule) = (0, false);
    let mut kept = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ':' if depth == 1 => in_rule = true,
            _ => {}
        }
        in_rule &= depth > 0;
        if !in_rule {
            kept.push(c);
        }
    }
    kept
}

/// Answers requests that no route takes: 405 where the path has other methods, else 404, and 429
/// to an address that has used up its limit.
///
/// # Errors
/// Always.
pub async fn not_found(request: HttpRequest) -> Result<&'static str, AppError> {
    limit_address(&request)?;
    let wrong_method =
        RouteTable::of(&request).and_then(|routes| routes.wrong_method(request.path()));
    Err(wrong_method.unwrap_or_else(|| AppError::new(Code::NOT_FOUND)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compared_without_its_regular_expressions() {
        for (pattern, expected) in [
            ("/files/{path:.*}", "/files/{path}"),
            ("/v{n:[0-9]{1,2}}/{id}/a:b", "/v{n}/{id}/a:b"),
            ("/notes", "/notes"),
        ] {
            assert_eq!(without_rules(pattern), expected);
        }
    }
}
