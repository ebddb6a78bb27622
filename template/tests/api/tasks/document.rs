//! The tests that are derived from the document see tasks and tags: `isolation.rs`, `openapi.rs`.

use crate::support::{Document, Operation, TestApp};

async fn document() -> (TestApp, Document) {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    (app, document)
}

#[actix_web::test]
async fn a_row_of_each_kind_is_made() {
    let (app, document) = document().await;
    let rows = document.rows_of(&app.user("alice").await).await;
    for id in ["tag_id", "task_id"] {
        assert!(rows.contains_key(id), "{id} is not in {rows:?}");
    }
}

#[actix_web::test]
async fn their_operations_are_closed_and_those_on_rows_are_found() {
    let (_app, document) = document().await;
    let operations = document.operations();
    let closed = operations.iter().filter(|operation| operation.is_closed());
    assert!(closed.count() >= 20, "only {operations:?}");
    let on_rows = document.operations_on_rows();
    assert!(on_rows.len() >= 10, "only {on_rows:?}");
}

#[actix_web::test]
async fn the_operation_for_administrators_is_found() {
    let (_app, document) = document().await;
    let mut operations = document.operations();
    operations.retain(|operation| !operation.is_owned() && operation.answers("403"));
    assert!(operations.len() >= 2, "only {operations:?}");
}

#[actix_web::test]
async fn the_bodies_that_name_rows_are_found() {
    let (app, document) = document().await;
    let rows = document.rows_of(&app.user("alice").await).await;
    let mut operations = document.operations();
    let names = |operation: &Operation| document.body_names_rows(operation, &rows);
    operations.retain(|operation| operation.is_owned() && names(operation));
    assert!(operations.len() >= 3, "only {operations:?}");
}

#[actix_web::test]
async fn the_preconditions_are_found() {
    let (_app, document) = document().await;
    let operations = document.operations_on_rows();
    let takes = |header| {
        let takes = operations.iter().filter(|it| it.takes(header));
        takes.count()
    };
    assert!(takes("If-Match") >= 8, "only {}", takes("If-Match"));
    assert!(
        takes("If-None-Match") >= 2,
        "only {}",
        takes("If-None-Match")
    );
}
