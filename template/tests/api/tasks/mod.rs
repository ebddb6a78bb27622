//! Tasks, and general rules that need a resource to be tested.

mod access;
mod administration;
mod audit;
mod changes;
mod crates;
mod creation;
mod cursors;
mod deletion;
mod document;
mod faults;
mod http;
mod idempotency;
mod lists;
mod oauth;
mod owners;
mod plans;
mod recurrence;
mod search;
mod shared_database;
mod tagging;
mod time;
mod upkeep;
mod versions;

use serde_json::{Value, json};

use crate::support::Client;

impl Client {
    /// Adds a task of this title and returns its id.
    pub async fn task(&self, title: &str) -> String {
        let answer = self.post("/api/me/tasks", json!({ "title": title })).await;
        answer.created()["id"].as_str().unwrap().to_owned()
    }

    /// Adds a tag of this name and returns its id.
    pub async fn tag(&self, name: &str) -> String {
        let answer = self.post("/api/me/tags", json!({ "name": name })).await;
        answer.created()["id"].as_str().unwrap().to_owned()
    }
}

/// The path of a task that does not exist.
const NOWHERE: &str = "/api/me/tasks/018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90";

fn titles(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let title = |task: &Value| task["title"].as_str().unwrap().to_owned();
    items.iter().map(title).collect()
}

fn names(tags: &Value) -> Vec<&str> {
    tags.as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect()
}
