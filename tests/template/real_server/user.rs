//! A user of the deployment, and requests in general.

use std::time::Duration;

use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

pub struct User {
    pub api: String,
    pub token: Option<String>,
    pub cookie: String,
    /// The user's row, as Better Auth reads it.
    pub row: Value,
}

impl User {
    /// What the API's rows refer to.
    pub fn uuid(&self) -> &str {
        let uuid = self.row.get("uuid").unwrap_or(&self.row["id"]);
        uuid.as_str().unwrap()
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        let request = agent().get(format!("{}{path}", self.api));
        let request = match &self.token {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        };
        status_and_json(request.call().unwrap())
    }

    /// The same by session cookie.
    pub fn get_by_cookie(&self, path: &str) -> (u16, Value) {
        let request = agent().get(format!("{}{path}", self.api));
        status_and_json(request.header("Cookie", &self.cookie).call().unwrap())
    }

    /// The session's token: what the cookie holds before its signature.
    pub fn session(&self) -> &str {
        let (_, value) = self.cookie.split_once('=').unwrap();
        value.split('.').next().unwrap()
    }

    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let token = self.token.as_deref().unwrap_or_default();
        let request = agent().post(format!("{}{path}", self.api));
        let request = request.header("Authorization", format!("Bearer {token}"));
        status_and_json(request.send_json(body).unwrap())
    }
}

pub fn agent() -> Agent {
    let config = Agent::config_builder();
    config
        .http_status_as_error(false)
        .timeout_global(Some(ANSWERED_WITHIN))
        .build()
        .into()
}

fn status_and_json(mut answer: Response<Body>) -> (u16, Value) {
    (
        answer.status().as_u16(),
        answer.body_mut().read_json().unwrap(),
    )
}

pub fn header(answer: &Response<Body>, name: &str) -> Option<String> {
    answer
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned())
}
