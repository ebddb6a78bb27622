use url::Url;

use super::reader::Reader;

/// The settings that start with CORS_.
#[derive(Clone, Debug)]
pub struct CorsSettings {
    /// CORS_ALLOWED_ORIGINS: exact origins; `*` for all.
    pub allowed_origins: Vec<String>,
    /// CORS_ALLOW_CREDENTIALS: whether browsers may send cookies.
    pub allow_credentials: bool,
}

impl Reader<'_> {
    pub(super) fn cors(&mut self, origin: &str, with_cookies: bool) -> CorsSettings {
        const NAME: &str = "CORS_ALLOWED_ORIGINS";
        let allow_credentials = self.boolean("CORS_ALLOW_CREDENTIALS", with_cookies);
        let allowed_origins = self.list(NAME).unwrap_or_else(|| vec![origin.to_owned()]);
        for allowed in &allowed_origins {
            if allowed == "*" && allow_credentials {
                self.problem(
                    NAME,
                    allowed,
                    "exact origins, because CORS_ALLOW_CREDENTIALS is true (as it is with SESSION_VERIFICATION)",
                );
            } else if allowed != "*" && !is_origin(allowed) {
                self.problem(
                    NAME,
                    allowed,
                    "exact origins such as https://app.example.com, without a path",
                );
            }
        }
        CorsSettings {
            allowed_origins,
            allow_credentials,
        }
    }
}

fn is_origin(value: &str) -> bool {
    Url::parse(value)
        .is_ok_and(|url| url.origin().is_tuple() && url.origin().ascii_serialization() == value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;

    #[test]
    fn any_origin_together_with_credentials_is_refused() {
        let any = ("CORS_ALLOWED_ORIGINS", "*");
        assert!(settings(&[any, ("CORS_ALLOW_CREDENTIALS", "true")]).is_err());
        assert!(settings(&[any]).is_ok());
        assert!(settings(&[("CORS_ALLOWED_ORIGINS", "https://app.example.com/")]).is_err());
    }

    #[test]
    fn with_sessions_browsers_may_send_cookies_unless_told_otherwise() {
        let http = ("SESSION_VERIFICATION", "http");
        let cors = |given: &[(&str, &str)]| settings(given).expect("good settings").cors;
        assert!(!cors(&[]).allow_credentials);
        assert!(cors(&[http]).allow_credentials);
        assert!(!cors(&[http, ("CORS_ALLOW_CREDENTIALS", "false")]).allow_credentials);
        assert!(settings(&[http, ("CORS_ALLOWED_ORIGINS", "*")]).is_err());
    }
}
