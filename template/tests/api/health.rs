use mock_auth::MockAuth;
use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn without_keys_the_process_is_live_but_not_ready() {
    let app = TestApp::start_after(&[], async |auth: &MockAuth| auth.stop().await).await;
    let answer = app.anonymous().get("/health/ready").await;
    let problem = answer.rejected(503, "not_ready");
    assert_eq!(
        problem["checks"],
        json!({"database": "ok", "keys": "failing"})
    );
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(
        app.anonymous().get("/health/live").await.ok(),
        json!({"status": "ok"})
    );
}

#[actix_web::test]
async fn without_a_database_the_process_is_live_but_not_ready() {
    let app = TestApp::start().await;
    app.db().clone().close().await.unwrap();
    let problem = app
        .anonymous()
        .get("/health/ready")
        .await
        .rejected(503, "not_ready");
    assert_eq!(problem["checks"]["database"], "failing");
    app.anonymous().get("/health/live").await.ok();
}

#[actix_web::test]
async fn with_keys_and_a_database_it_is_ready() {
    let app = TestApp::start().await;
    app.user("alice").await.get("/api/me").await.ok();
    let ready = app.anonymous().get("/health/ready").await.ok();
    assert_eq!(
        ready,
        json!({"status": "ok", "checks": {"database": "ok", "keys": "ok"}})
    );
}
