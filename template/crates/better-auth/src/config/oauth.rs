use database::EnvReader;
use url::Url;

use crate::config::auth_server::{AuthServer, http_url, is_insecure};

/// The settings that start with OAUTH_. Without them, access tokens of OAuth clients are rejected.
#[derive(Clone, Debug)]
pub struct OAuthSettings {
    /// OAUTH_AUDIENCE: the public URL of the API, which clients send as `resource` (RFC 8707) and
    /// access tokens carry in `aud`, verbatim.
    pub audience: String,
    url: Url,
    /// OAUTH_ISSUER: the only `iss` accepted in access tokens.
    pub issuer: String,
}

impl OAuthSettings {
    pub(super) fn read(env: &mut EnvReader<'_>, server: &AuthServer) -> Option<Self> {
        let given = env.raw("OAUTH_ISSUER");
        if let (Some(issuer), None) = (&given, env.raw("OAUTH_AUDIENCE")) {
            let expected = "OAUTH_AUDIENCE too: without it no access token is accepted";
            env.problem("OAUTH_ISSUER", issuer, expected);
        }
        let (audience, url) = env.parsed(
            "OAUTH_AUDIENCE",
            "the public URL of the API such as https://api.example.com/api: https (http for this machine), as clients send it, without query and fragment",
            |value| resource(value, server.allows_insecure_http),
        )?;
        let base = server.endpoint("");
        Some(Self {
            audience,
            url,
            issuer: given.unwrap_or_else(|| base.as_str().trim_end_matches('/').to_owned()),
        })
    }

    /// Where the metadata of the resource lies (RFC 9728 section 3.1).
    #[must_use]
    pub fn metadata_url(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&self.metadata_path());
        url
    }

    /// OAUTH_AUDIENCE as a URL.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The path of [`OAuthSettings::metadata_url`].
    pub(crate) fn metadata_path(&self) -> String {
        let path = self.url.path().trim_end_matches('/');
        format!("{METADATA_PATH}{path}")
    }
}

/// Where the metadata of a resource without a path lies (RFC 9728 section 3).
pub(crate) const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";

/// A resource indicator: an absolute URL without fragment (RFC 8707 section 2), here also without
/// query.
fn resource(value: &str, allows_insecure_http: bool) -> Option<(String, Url)> {
    let url = http_url(value)?;
    let is_secure = allows_insecure_http || !is_insecure(&url);
    (is_secure && !value.contains(['?', '#'])).then(|| (value.to_owned(), url))
}

#[cfg(test)]
mod tests {
    use crate::config::settings;

    #[test]
    fn an_audience_must_be_a_url_that_clients_can_name() {
        for value in [
            "api",
            "urn:api",
            "https://api.example.com?x=1",
            "https://api.example.com/#api",
            "https://me@api.example.com",
            "http://api.example.com",
        ] {
            let error = settings(&[("OAUTH_AUDIENCE", value)]).expect_err(value);
            assert!(error.contains("OAUTH_AUDIENCE"), "{error}");
        }
        assert!(settings(&[("OAUTH_AUDIENCE", "http://127.0.0.1:8000")]).is_ok());
        let insecure = ("ALLOW_INSECURE_HTTP", "true");
        assert!(settings(&[("OAUTH_AUDIENCE", "http://api.internal"), insecure]).is_ok());
    }

    #[test]
    fn an_issuer_without_an_audience_is_reported() {
        let error = settings(&[("OAUTH_ISSUER", "https://auth.example.com")]);
        let error = error.expect_err("no audience");
        assert!(error.contains("OAUTH_AUDIENCE too"), "{error}");
    }

    #[test]
    fn the_issuer_is_the_base_url_of_better_auth_unless_given() {
        let audience = ("OAUTH_AUDIENCE", "https://api.example.com");
        let issuer = |given: &[_]| {
            let settings = settings(given).expect("valid settings");
            settings.tokens.oauth.expect("OAuth is on").issuer
        };
        let url = ("BETTER_AUTH_URL", "https://auth.example.com");
        assert_eq!(
            issuer(&[audience, url]),
            "https://auth.example.com/api/auth"
        );
        let given = ("OAUTH_ISSUER", "https://auth.example.com");
        assert_eq!(issuer(&[audience, url, given]), "https://auth.example.com");
    }

    #[test]
    fn the_metadata_lies_between_host_and_path() {
        for (audience, metadata) in [
            (
                "https://api.example.com",
                "https://api.example.com/.well-known/oauth-protected-resource",
            ),
            (
                "https://api.example.com/v1/api",
                "https://api.example.com/.well-known/oauth-protected-resource/v1/api",
            ),
        ] {
            let settings = settings(&[("OAUTH_AUDIENCE", audience)]).expect("valid settings");
            let oauth = settings.tokens.oauth.expect("OAuth is on");
            assert_eq!(oauth.audience, audience);
            assert_eq!(oauth.metadata_url().as_str(), metadata);
        }
    }
}
