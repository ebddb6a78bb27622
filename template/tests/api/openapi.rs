use std::io::Read;

use flate2::read::GzDecoder;

use crate::support::TestApp;

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
    insta::assert_json_snapshot!(document);
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
