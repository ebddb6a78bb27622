//! Every route that is mounted is closed, or on the list of those that are not.

use actix_web::{
    HttpResponse,
    introspection::IntrospectionTree,
    web::{self, Data, ServiceConfig},
};
use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, TestApp, run};

/// What nobody has to sign in for.
const OPEN: [&str; 7] = [
    "/api/whoami",
    "/docs",
    "/docs/{_:.*}",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
];

/// What needs no documentation: the documentation itself, and what looks at the router.
const UNDOCUMENTED: [&str; 4] = ["/docs", "/docs/{_:.*}", "/openapi.json", LIST];
const LIST: &str = "/routes";

#[actix_web::test]
async fn every_route_is_closed_or_known_to_be_open_and_documented() {
    let app = TestApp::start_with_routes(list).await;
    let routes = routes(&app).await;
    assert!(routes.len() >= 10, "only {} were found", routes.len());
    assert_eq!(errors(&app, &routes).await, Vec::<String>::new());
}

#[actix_web::test]
async fn the_program_lists_every_route_with_its_guard() {
    let output = run(&["routes", "--json"], &[("PORT", "nonsense")]);
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let listed = listed.as_array().unwrap();
    let app = TestApp::start_with_routes(list).await;
    for (method, path) in routes(&app).await {
        let is_it = |route: &&Value| route["method"] == method.as_str() && route["path"] == path;
        let Some(route) = listed.iter().find(is_it) else {
            assert!(path.starts_with("/docs"), "{method} {path} is not listed");
            continue;
        };
        let guard = route["guard"].as_str().unwrap();
        let is_open = guard.starts_with("everyone");
        assert_eq!(is_open, OPEN.contains(&path.as_str()), "{path}: {guard}");
        let expected = match path.split('/').nth(2) {
            Some("admin") => "the ",
            Some("{user_id}") => "the owner",
            Some("organizations") => "a member of the ",
            _ => guard,
        };
        assert!(guard.starts_with(expected), "{path}: {guard}");
    }
}

#[test]
fn routes_are_printed_for_people_too() {
    let output = run(&["routes"], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.contains("/api/admin/users"));
    let words = line.unwrap().split("  ").map(str::trim);
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    assert_eq!(words, ["GET", "/api/admin/users", "the role admin"]);
}

#[actix_web::test]
async fn the_walk_finds_a_route_that_nobody_guards() {
    let app = TestApp::start_with_routes(|config| {
        list(config);
        config
            .route("/secrets", web::get().to(HttpResponse::Ok))
            .service(web::scope("/more").route("/{id}", web::delete().to(HttpResponse::Ok)));
    })
    .await;
    let mut errors = errors(&app, &routes(&app).await).await;
    errors.sort();
    assert_eq!(
        errors,
        [
            "DELETE /more/{id} answers 200 to nobody",
            "DELETE /more/{id} is not documented",
            "GET /secrets answers 200 to nobody",
            "GET /secrets is not documented",
        ]
    );
}

/// Mounts a route that lists all of them, as the router knows them.
fn list(config: &mut ServiceConfig) {
    let report = async |tree: Data<IntrospectionTree>| {
        HttpResponse::Ok()
            .content_type("application/json")
            .body(tree.report_as_json())
    };
    config.route(LIST, web::get().to(report));
}

async fn routes(app: &TestApp) -> Vec<(Method, String)> {
    let report = app.anonymous().get(LIST).await.ok();
    let mut routes = Vec::new();
    for route in report.as_array().unwrap() {
        let kind = route["resource_type"].as_str().unwrap().to_lowercase();
        if ["app", "scope"].contains(&kind.as_str()) {
            continue;
        }
        let path = route["full_path"].as_str().unwrap();
        let methods: Vec<_> = route["methods"].as_array().unwrap().iter().collect();
        // A route without a method takes every one.
        let methods = if methods.is_empty() {
            vec!["GET"]
        } else {
            methods
                .into_iter()
                .map(|name| name.as_str().unwrap())
                .collect()
        };
        routes.extend(
            methods
                .iter()
                .map(|name| (name.parse().unwrap(), path.to_owned())),
        );
    }
    routes.retain(|(_, path)| path != LIST);
    routes
}

async fn errors(app: &TestApp, routes: &[(Method, String)]) -> Vec<String> {
    let document = app.anonymous().get("/openapi.json").await.ok();
    let mut errors = Vec::new();
    for (method, path) in routes {
        let operation = &document["paths"][path][method.as_str().to_lowercase()];
        if *operation == Value::Null && !UNDOCUMENTED.contains(&path.as_str()) {
            errors.push(format!("{method} {path} is not documented"));
        }
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        for filling in ["me", "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90"] {
            let request = app
                .anonymous()
                .request(method.clone(), &filled(path, filling));
            let status = Answer::of(request).await.status;
            if status != 401 {
                let error = format!("{method} {path} answers {status} to nobody");
                if !errors.contains(&error) {
                    errors.push(error);
                }
            }
        }
    }
    errors
}

/// The path with something in place of its parameters.
fn filled(path: &str, filling: &str) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.contains('{') {
            filling
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}
