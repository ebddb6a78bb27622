//! Hostile tokens, each over HTTP to a server that accepts a good one in the same state.

mod claims;
mod encodings;
mod headers;
mod keys;
mod kinds;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_auth::{MockAuth, TokenBuilder, User};
use serde_json::json;

use crate::support::TestApp;

const INVALID: &str = "token_invalid";
const MALFORMED: &str = "token_malformed";
const EXPIRED: &str = "token_expired";

/// A good token, to be spoilt.
fn token(auth: &MockAuth) -> TokenBuilder {
    auth.token(&User::named("alice"))
}

/// Sends each token by its name, and after it a good one: the token was rejected, not the client.
async fn assert_rejected<N: ToString>(
    app: &TestApp,
    code: &str,
    tokens: impl IntoIterator<Item = (N, String)>,
) {
    let good = app.bearer(&token(&app.auth).sign());
    good.get("/api/me").await.ok();
    for (name, hostile) in tokens {
        let name = name.to_string();
        let answer = app.bearer(&hostile).get("/api/me").await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (401, &json!(code)),
            "{name}"
        );
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains(r#"error="invalid_token""#), "{name}");
        let signature = hostile.rsplit('.').next().unwrap();
        assert!(
            signature.len() < 8 || !answer.text.contains(signature),
            "{name} is echoed"
        );
        let after = good.get("/api/me").await.status;
        assert_eq!(after, 200, "the good token after {name}");
    }
}

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}
