use mock_auth::User;
use reqwest::{Client as Http, Method, RequestBuilder};
use serde_json::Value;
use uuid::Uuid;

use super::{Answer, TestApp};

/// A caller of the API.
#[derive(Clone)]
pub struct Client {
    http: Http,
    base: String,
    token: Option<String>,
    user: User,
    organization: String,
    admin: String,
}

impl Client {
    pub fn new(app: &TestApp, user: User, token: Option<String>) -> Self {
        Self {
            admin: app.auth.token(&Self::administrator()).sign(),
            http: app.http.clone(),
            base: app.url(""),
            token,
            user,
            organization: "organization-of-nobody".to_owned(),
        }
    }

    /// The user of [`Self::as_admin`], who has a row beside each signed-in user.
    pub fn administrator() -> User {
        User {
            role: "admin".to_owned(),
            ..User::named("root")
        }
    }

    pub fn in_organization(self, organization: &str) -> Self {
        let organization = organization.to_owned();
        Self {
            organization,
            ..self
        }
    }

    /// An administrator of the same application.
    pub fn as_admin(&self) -> Self {
        Self {
            token: Some(self.admin.clone()),
            ..self.clone()
        }
    }

    pub fn uuid(&self) -> Uuid {
        self.user.uuid
    }

    pub fn user(&self) -> &User {
        &self.user
    }

    /// The id of the caller's organization.
    pub fn organization(&self) -> &str {
        &self.organization
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// A request to add to; send it with [`Answer::of`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// A request with one more header; `Value::Null` stands for no body.
    pub async fn with(
        &self,
        (name, value): (&str, &str),
        method: Method,
        path: &str,
        body: Value,
    ) -> Answer {
        let request = self.request(method, path).header(name, value);
        Answer::of(match body {
            Value::Null => request,
            body => request
                .header("content-type", "application/json")
                .body(body.to_string()),
        })
        .await
    }

    /// Sends this text as it is, with the content type of JSON.
    pub async fn raw(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .request(method, path)
            .header("content-type", "application/json");
        Answer::of(request.body(body)).await
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        self.raw(method, path, body.to_string()).await
    }
}
