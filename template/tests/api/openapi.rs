use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::support::{Answer, Document, TestApp, run};

/// A file of the documentation page, which is kept compressed in the program.
async fn docs(app: &TestApp, path: &str) -> String {
    let answer = app.http.get(app.url(path)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
    let mut text = String::new();
    let bytes = answer.bytes().await.unwrap();
    GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
    text
}

#[actix_web::test]
async fn the_document_is_as_it_was_reviewed() {
    let app = TestApp::start().await;
    let mut document = app.anonymous().get("/openapi.json").await.ok();
    let info = document["info"].take();
    assert_eq!(info["title"], env!("CARGO_PKG_NAME"));
    let description = info["description"].as_str().unwrap();
    assert!(description.starts_with(env!("CARGO_PKG_DESCRIPTION")));
    insta::assert_json_snapshot!(document);
}

#[test]
fn the_program_prints_the_document_that_a_server_with_the_defaults_has() {
    let printed = run(&["openapi"], &[]);
    let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let served = serde_json::to_value(app::routes::openapi(None)).unwrap();
    assert_eq!(printed, served);
}

#[actix_web::test]
async fn session_cookies_are_documented_where_they_open_the_api() {
    let closed = async |given| {
        let app = TestApp::start_with(given).await;
        let document = app.anonymous().get("/openapi.json").await.ok();
        document["paths"]["/api/me"]["get"]["security"].clone()
    };
    assert_eq!(closed(&[]).await, json!([{"bearer": []}]));
    let cookies = closed(&[
        ("SESSION_VERIFICATION", "http"),
        ("BETTER_AUTH_COOKIE_PREFIX", "shop"),
    ]);
    assert_eq!(
        cookies.await,
        json!([
            {"bearer": []},
            {"shop.session_token": []},
            {"__Secure-shop.session_token": []},
        ])
    );
}

/// Every schema in a part of the document, with where it stands.
fn schemas<'a>(part: &'a Value, place: &str, found: &mut Vec<(String, &'a Value)>) {
    if part["type"] == "object" {
        found.push((place.to_owned(), part));
    }
    let values: Vec<_> = match part {
        Value::Object(values) => values.iter().map(|(name, it)| (name.clone(), it)).collect(),
        Value::Array(items) => (0..).map(|at: usize| at.to_string()).zip(items).collect(),
        _ => Vec::new(),
    };
    for (name, value) in values {
        schemas(value, &format!("{place}/{name}"), found);
    }
}

#[test]
fn every_object_is_closed() {
    let document = serde_json::to_value(app::routes::openapi(None)).unwrap();
    let mut found = Vec::new();
    schemas(&document["components"]["schemas"], "", &mut found);
    assert!(found.len() > 5, "only {}", found.len());
    for (place, schema) in found {
        // A map says of which type its values are.
        let rest = &schema["additionalProperties"];
        assert!(
            *rest == false || rest["type"].is_string(),
            "{place} is open"
        );
    }
}

#[test]
fn every_operation_names_its_problems_with_an_example_of_each() {
    let document = serde_json::to_value(app::routes::openapi(None)).unwrap();
    let responses = &document["components"]["responses"];
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let answers = operation["responses"].as_object().unwrap();
            for (status, answer) in answers
                .iter()
                .filter(|(status, _)| status.as_str() >= "400")
            {
                let place = answer["$ref"].as_str().unwrap_or_default();
                let answer = &responses[place.rsplit('/').next().unwrap()];
                let content = &answer["content"]["application/problem+json"];
                let codes = &content["schema"]["allOf"][1]["properties"]["code"]["enum"];
                assert!(codes.is_array(), "{path} {status} names no code");
                for code in codes.as_array().unwrap() {
                    let example = &content["examples"][code.as_str().unwrap()]["value"];
                    assert_eq!(example["code"], *code, "{path} {status}");
                    assert_eq!(example["status"].to_string(), *status, "{path}");
                }
            }
        }
    }
}

#[test]
fn every_tag_of_an_operation_is_described() {
    let document = serde_json::to_value(app::routes::openapi(None)).unwrap();
    let tags = document["tags"].as_array().unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let name = &operation["tags"][0];
            let tag = tags.iter().find(|tag| tag["name"] == *name);
            assert!(
                tag.is_some_and(|tag| tag["description"].is_string()),
                "{path}: {name} is not in TAGS"
            );
        }
    }
}

#[actix_web::test]
async fn the_preconditions_that_are_documented_hold() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let alice = app.user("alice").await;
    let rows = document.rows_of(&alice).await;
    for operation in document.operations_on_rows() {
        for (header, value, status) in [("If-Match", "\"0\"", 412), ("If-None-Match", "*", 304)] {
            if operation.takes(header) {
                let request = document.request(&alice, &operation, "me", &rows, &rows);
                let answer = Answer::of(request.header(header, value)).await;
                assert_eq!(answer.status, status, "{}: {}", operation.id, answer.text);
                assert!(operation.answers(&status.to_string()), "{}", operation.id);
            }
        }
    }
}

#[actix_web::test]
async fn the_documentation_page_loads_nothing_from_another_host() {
    let app = TestApp::start().await;
    let page = docs(&app, "/docs/").await;
    let mut files = 0;
    for attribute in page
        .split(['"', '\''])
        .filter(|text| text.contains('/') || text.ends_with(".js"))
    {
        assert!(!attribute.contains("//"), "{attribute}");
        if attribute.ends_with(".js") || attribute.ends_with(".css") {
            let file = attribute.trim_start_matches("./");
            let answer = app.anonymous().get(&format!("/docs/{file}")).await;
            assert_eq!(answer.status, 200, "{attribute}");
            files += 1;
        }
    }
    assert!(files >= 3, "{page}");
}

#[actix_web::test]
async fn docs_without_a_slash_leads_to_the_page() {
    let app = TestApp::start().await;
    assert!(docs(&app, "/docs").await.contains("Swagger UI"));
}
