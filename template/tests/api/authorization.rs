//! Every route that is mounted is closed, or on the list of those that are not.

use actix_web::{
    HttpResponse,
    introspection::IntrospectionTree,
    web::{self, Data, ServiceConfig},
};
use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, TestApp};

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
    assert_eq!(faults(&app, &routes).await, Vec::<String>::new());
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
    let mut faults = faults(&app, &routes(&app).await).await;
    faults.sort();
    assert_eq!(
        faults,
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
        let methods = match methods.is_empty() {
            true => vec!["GET"],
            false => methods
                .into_iter()
                .map(|name| name.as_str().unwrap())
                .collect(),
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

async fn faults(app: &TestApp, routes: &[(Method, String)]) -> Vec<String> {
    let document = app.anonymous().get("/openapi.json").await.ok();
    let mut faults = Vec::new();
    for (method, path) in routes {
        let operation = &document["paths"][path][method.as_str().to_lowercase()];
        if *operation == Value::Null && !UNDOCUMENTED.contains(&path.as_str()) {
            faults.push(format!("{method} {path} is not documented"));
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
                let fault = format!("{method} {path} answers {status} to nobody");
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
    }
    faults
}

/// The path with something in place of its parameters.
fn filled(path: &str, filling: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.contains('{') {
        true => filling,
        false => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}
