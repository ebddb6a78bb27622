use crate::{
    auth_client::AuthClient, commands::doctor::report::Report, config::BetterAuthSettings,
};

/// An API key that does not exist.
const NOBODYS_KEY: &str = "doctor";

/// Reports which credentials are accepted besides sessions, and tests the endpoint for API keys.
pub(crate) async fn check_credentials(report: &mut Report, settings: &BetterAuthSettings) {
    match &settings.tokens.oauth {
        Some(oauth) => report.ok(
            "oauth",
            format!(
                "access tokens for {:?} of {:?} are accepted",
                oauth.audience, oauth.issuer
            ),
        ),
        None => report.ok(
            "oauth",
            "access tokens of OAuth clients are rejected: OAUTH_AUDIENCE is not set",
        ),
    }
    let Some(keys) = &settings.api_keys else {
        return report.ok("api keys", "API keys are not accepted: API_KEYS is off");
    };
    let answer = match AuthClient::new(keys.url.clone(), 1) {
        Ok(client) => client.check_key(NOBODYS_KEY, None).await,
        Err(error) => Err(error.to_string()),
    };
    match answer {
        Ok(answer) if answer.is_null() => {
            report.ok("api keys", format!("{} verifies API keys", keys.url));
        }
        Ok(_) => report.failed(
            "api keys",
            format!(
                "{} knows a key that nobody has: add the endpoint as docs/credentials.md shows it",
                keys.url
            ),
        ),
        Err(cause) => report.failed(
            "api keys",
            format!(
                "{}: {cause}: add the endpoint that docs/credentials.md shows, or set API_KEYS_URL",
                keys.url
            ),
        ),
    }
}
