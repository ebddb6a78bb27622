use database::EnvReader;
use url::Url;

use crate::config::auth_server::{AuthServer, http_url};

/// The settings that start with API_KEYS: where API keys are verified.
#[derive(Clone, Debug)]
pub struct ApiKeySettings {
    /// API_KEYS_URL: the endpoint on Better Auth's side that verifies a key.
    pub url: Url,
}

impl ApiKeySettings {
    /// `None` where API keys are not accepted.
    pub(super) fn read(env: &mut EnvReader<'_>, server: &AuthServer) -> Option<Self> {
        let is_on = env.choice("API_KEYS", &[("off", false), ("http", true)]);
        let given = env.parsed("API_KEYS_URL", "an http or https URL", http_url);
        let name = match given {
            Some(_) => "API_KEYS_URL",
            None => "BETTER_AUTH_URL",
        };
        let url = given.unwrap_or_else(|| server.endpoint("/api-key/check"));
        if is_on {
            let danger = "keys sent over plain http can be stolen on the way";
            server.check_secure(env, name, &url, danger);
        }
        is_on.then_some(Self { url })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::settings;

    #[test]
    fn keys_are_verified_below_the_base_path_unless_told_otherwise() {
        let url = |given: &[_]| {
            let settings = settings(given).expect("valid settings");
            settings.api_keys.map(|keys| keys.url.to_string())
        };
        let on = ("API_KEYS", "http");
        assert_eq!(url(&[]), None);
        let default = "http://localhost:3000/api/auth/api-key/check";
        assert_eq!(url(&[on]).as_deref(), Some(default));
        let other = "https://keys.example.com/check";
        assert_eq!(url(&[on, ("API_KEYS_URL", other)]).as_deref(), Some(other));
    }

    #[test]
    fn keys_are_not_sent_over_plain_http_to_another_host() {
        let on = ("API_KEYS", "http");
        let url = ("API_KEYS_URL", "http://auth.internal/check");
        let error = settings(&[on, url]).expect_err("plain http");
        assert!(error.contains("can be stolen"), "{error}");
        assert!(settings(&[on, url, ("ALLOW_INSECURE_HTTP", "true")]).is_ok());
        assert!(settings(&[url]).is_ok());
        let server = ("BETTER_AUTH_URL", "http://auth.internal");
        let keys = ("JWKS_FILE", "jwks.json");
        let error = settings(&[on, server, keys]).expect_err("plain http");
        assert!(
            error.contains("BETTER_AUTH_URL=\"auth.internal\""),
            "{error}"
        );
        assert!(!error.contains("API_KEYS_URL"), "{error}");
    }
}
