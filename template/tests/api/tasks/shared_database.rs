//! Tasks of users whose table has another name.

use reqwest::Client;
use serde_json::json;

use crate::{
    shared_database::{STYLES, SharedDatabase},
    support::Answer,
};

#[actix_web::test]
async fn tasks_belong_to_users_whatever_the_name_of_their_table_is() {
    for style in STYLES {
        let shared = SharedDatabase::made_in(&style).await;
        let program = shared.serve();
        let token = shared.token(&style).await;
        let task = Client::new()
            .post(program.url("/api/me/tasks"))
            .bearer_auth(&token)
            .header("content-type", "application/json")
            .body(json!({"title": "Water the plants"}).to_string());
        Answer::of(task).await.created();
        let delete = format!(r#"DELETE FROM "{}""#, style.users());
        let foreign_keys = if shared.database.url().starts_with("sqlite") {
            "PRAGMA foreign_keys = ON;"
        } else {
            ""
        };
        shared.execute(&format!("{foreign_keys} {delete}")).await;
        let left = shared.text("SELECT count(*) || '' FROM tasks").await;
        assert_eq!(left, "0", "{style:?}");
    }
}
