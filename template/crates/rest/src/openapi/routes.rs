use std::fmt;

use actix_web::App;
use serde::Serialize;
use utoipa_actix_web::{AppExt, service_config::ServiceConfig};

use super::{group, operations::operations_mut, scopes};

/// A route: what it is, and who may call it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The HTTP method.
    pub method: String,
    /// The path, with its parameters in braces.
    pub path: String,
    /// Who may call it, as the groups around it say.
    pub guard: String,
    /// The scopes that an OAuth access token needs.
    pub scopes: Vec<String>,
}

/// The routes that `configure` registers and those of [`super::serve_docs`], by path.
#[must_use]
pub fn routes(configure: impl FnOnce(&mut ServiceConfig)) -> Vec<Route> {
    let app = App::new().into_utoipa_app().configure(configure);
    let (_, mut document) = app.split_for_parts();
    let own = ["/docs/", "/openapi.json"].map(|path| Route {
        method: "GET".to_owned(),
        path: path.to_owned(),
        guard: group::EVERYONE.to_owned(),
        scopes: Vec::new(),
    });
    let mut routes = Vec::from(own);
    for (path, item) in &mut document.paths.paths {
        routes.extend(operations_mut(item).map(|(method, operation)| Route {
            method: method.to_uppercase(),
            path: path.clone(),
            guard: group::guard(operation),
            scopes: scopes::take_scopes(operation),
        }));
    }
    routes.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    routes
}

/// Routes as a table for people.
pub struct RouteList<'a>(pub &'a [Route]);

impl fmt::Display for RouteList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: fn(&Route) -> &str| {
            let widths = self.0.iter().map(|route| column(route).len());
            widths.max().unwrap_or(0)
        };
        let (path, guard) = (width(|route| &route.path), width(|route| &route.guard));
        for route in self.0 {
            let line = format!(
                "{:6}  {:path$}  {:guard$}  {}",
                route.method,
                route.path,
                route.guard,
                route.scopes.join(" ")
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
