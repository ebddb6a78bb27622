use crate::support::TestApp;

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
    let page = app.anonymous().get("/docs/").await;
    assert_eq!(page.status, 200);
    let mut files = 0;
    for attribute in page
        .text
        .split(['"', '\''])
        .filter(|text| text.contains('/') || text.ends_with(".js"))
    {
        assert!(!attribute.contains("//"), "{attribute}");
        if attribute.ends_with(".js") || attribute.ends_with(".css") {
            let file = app
                .anonymous()
                .get(&format!("/docs/{}", attribute.trim_start_matches("./")))
                .await;
            assert_eq!(file.status, 200, "{attribute}");
            files += 1;
        }
    }
    assert!(files >= 3, "{}", page.text);
}

#[actix_web::test]
async fn docs_without_a_slash_leads_to_the_page() {
    let app = TestApp::start().await;
    assert!(
        app.anonymous()
            .get("/docs")
            .await
            .text
            .contains("Swagger UI")
    );
}
