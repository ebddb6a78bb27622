//! What the API does while its database fails. The tests that need a server, or that take long, run
//! by name: `cargo test --test api faults -- --ignored`.

mod kill;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod proxy;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::time::Duration;

use mock_auth::{MockAuth, User};
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Program, TestDatabase};

/// Whose tasks the tests add.
const USER: &str = "user0001";

/// Nobody waits longer for an answer.
const LONGEST: Duration = Duration::from_secs(5);

/// The program with a user's token.
struct Api {
    program: Program,
    auth: MockAuth,
    http: reqwest::Client,
}

impl Api {
    /// On this database, in which the user has a row already.
    async fn serve(database_url: &str, given: &[(&str, &str)]) -> Self {
        let auth = MockAuth::start().await;
        let origin = auth.origin();
        let usual = [
            ("DATABASE_URL", database_url),
            ("BETTER_AUTH_URL", &origin),
            ("WORKERS", "1"),
        ];
        let program = Program::serve(&[&usual, given].concat());
        Self::of(program, auth)
    }

    fn of(program: Program, auth: MockAuth) -> Self {
        let http = reqwest::Client::builder().timeout(LONGEST).build().unwrap();
        Self {
            program,
            auth,
            http,
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let token = self.auth.token(&User::named(USER)).sign();
        self.http
            .request(method, self.program.url(path))
            .bearer_auth(token)
    }

    async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Adds a task of this title.
    async fn post(&self, title: &str) -> Answer {
        let request = self
            .request(Method::POST, "/api/me/tasks")
            .header("content-type", "application/json")
            .body(json!({"title": title, "description": "x".repeat(9000)}).to_string());
        Answer::of(request).await
    }

    #[cfg(feature = "sqlite")]
    async fn total(&self) -> u64 {
        self.get("/api/me/tasks").await.ok()["total"]
            .as_u64()
            .unwrap()
    }
}

/// A database in which the user has a row.
async fn database_of_user() -> TestDatabase {
    let database = TestDatabase::migrated().await;
    database.add_user(&User::named(USER)).await;
    database
}

#[track_caller]
fn unavailable(answer: &Answer) {
    answer.rejected(503, "database_unavailable");
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    assert!(seconds > 0);
}
