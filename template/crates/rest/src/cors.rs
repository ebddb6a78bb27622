use actix_cors::Cors;
use actix_web::{
    dev::ServiceRequest,
    http::{
        Method,
        header::{self, HeaderName, HeaderValue},
    },
};
use database::EnvReader;
use url::Url;

use crate::{IDEMPOTENCY_KEY, RATE_LIMIT, RATE_LIMIT_POLICY, RequestId};

/// What pages may send without a setting: the API's own headers, and those that tracing tools
/// (W3C Trace Context, W3C Baggage, Sentry) and older libraries add to every request.
const HEADERS: [HeaderName; 12] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    IDEMPOTENCY_KEY,
    RequestId::HEADER,
    HeaderName::from_static("dpop"),
    HeaderName::from_static("baggage"),
    HeaderName::from_static("sentry-trace"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("x-requested-with"),
];

/// The settings that start with CORS_.
#[derive(Clone, Debug)]
pub struct CorsSettings {
    /// CORS_ALLOWED_ORIGINS: exact origins; `*` for all.
    pub allowed_origins: Vec<String>,
    /// CORS_ALLOWED_HEADERS and the built-in ones: what pages may send.
    pub allowed_headers: Vec<HeaderName>,
    /// CORS_ALLOW_CREDENTIALS: whether browsers may send cookies.
    pub allow_credentials: bool,
}

impl CorsSettings {
    /// Reads the settings; wrong ones are noted in `env`. By default pages of `origin` may call,
    /// and browsers send cookies if the API reads them.
    pub fn read(env: &mut EnvReader<'_>, origin: &str, reads_cookies: bool) -> Self {
        let allow_credentials = env.boolean("CORS_ALLOW_CREDENTIALS", reads_cookies);
        Self {
            allowed_origins: origins(env, origin, allow_credentials),
            allowed_headers: headers(env),
            allow_credentials,
        }
    }

    /// The middleware.
    pub fn middleware(&self) -> Cors {
        let cors = Cors::default()
            .allowed_methods([
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allowed_headers(&self.allowed_headers)
            .expose_headers([
                RequestId::HEADER,
                header::LOCATION,
                header::ETAG,
                header::LINK,
                header::RETRY_AFTER,
                header::WWW_AUTHENTICATE,
                RATE_LIMIT,
                RATE_LIMIT_POLICY,
            ])
            .max_age(3600);
        let cors = if self.allow_credentials {
            cors.supports_credentials()
        } else {
            cors
        };
        self.allowed_origins
            .iter()
            .fold(cors, |cors, origin| match origin.as_str() {
                "*" => cors.allow_any_origin(),
                origin => cors.allowed_origin(origin),
            })
    }

    /// Removes the headers that pages may not send from a preflight request, before the middleware
    /// sees it. Its response then lists the allowed ones, and the browser names the one that is
    /// missing; a rejection would look as if the origin were rejected.
    pub fn drop_unlisted_headers(&self, request: &mut ServiceRequest) {
        const REQUESTED: HeaderName = header::ACCESS_CONTROL_REQUEST_HEADERS;
        let headers = request.headers();
        let requested = headers.get(REQUESTED).and_then(|names| names.to_str().ok());
        let Some(requested) = requested.filter(|_| request.method() == Method::OPTIONS) else {
            return;
        };
        let is_allowed = |name: &&str| {
            let mut allowed = self.allowed_headers.iter();
            allowed.any(|allowed| name.eq_ignore_ascii_case(allowed.as_str()))
        };
        let names = requested.split(',').map(str::trim);
        let (allowed, unlisted): (Vec<_>, Vec<_>) = names.partition(is_allowed);
        if unlisted.is_empty() {
            return;
        }
        tracing::debug!(
            ?unlisted,
            "a page wants to send headers that CORS_ALLOWED_HEADERS lacks"
        );
        let allowed = HeaderValue::from_str(&allowed.join(", ")).ok();
        match allowed.filter(|allowed| !allowed.is_empty()) {
            Some(allowed) => drop(request.headers_mut().insert(REQUESTED, allowed)),
            None => drop(request.headers_mut().remove(REQUESTED)),
        }
    }
}

fn origins(env: &mut EnvReader<'_>, default: &str, allow_credentials: bool) -> Vec<String> {
    const NAME: &str = "CORS_ALLOWED_ORIGINS";
    let origins = env.list(NAME).unwrap_or_else(|| vec![default.to_owned()]);
    for origin in &origins {
        let problem = match origin.as_str() {
            "*" if allow_credentials => Some("exact origins, because CORS_ALLOW_CREDENTIALS is true (as it is with SESSION_VERIFICATION)".to_owned()),
            "*" => None,
            pattern if pattern.contains('*') => Some("exact origins: wildcards are not supported, list each origin".to_owned()),
            "null" => Some("exact origins: pages of files and sandboxed frames, whose origin is null, cannot be told apart".to_owned()),
            origin => what_browsers_send(origin),
        };
        if let Some(expected) = problem {
            env.problem(NAME, origin, expected);
        }
    }
    origins
}

/// What is wrong with an origin, if anything. Browsers send scheme, host and, if it is not the
/// scheme's default, port in lower case, and nothing else (RFC 6454 section 6.2). Apps and browser
/// extensions have schemes of their own (`tauri://localhost`, `chrome-extension://...`).
fn what_browsers_send(origin: &str) -> Option<String> {
    const EXPECTED: &str = "exact origins such as https://app.example.com, without a path";
    let Ok(url) = Url::parse(origin) else {
        return Some(EXPECTED.to_owned());
    };
    let sent = if url.origin().is_tuple() {
        url.origin().ascii_serialization()
    } else {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let port = url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        format!("{}://{host}{port}", url.scheme())
    };
    if sent == origin && !sent.ends_with("://") {
        return None;
    }
    let is_known = url.has_host() && !sent.ends_with("://");
    let sent = if is_known {
        format!(": {sent}")
    } else {
        String::new()
    };
    Some(EXPECTED.to_owned() + &sent)
}

/// The built-in headers and those of CORS_ALLOWED_HEADERS.
fn headers(env: &mut EnvReader<'_>) -> Vec<HeaderName> {
    const NAME: &str = "CORS_ALLOWED_HEADERS";
    let mut headers = HEADERS.to_vec();
    for name in env.list(NAME).unwrap_or_default() {
        match HeaderName::try_from(&name) {
            Ok(header) if name != "*" => headers.push(header),
            _ => env.problem(
                NAME,
                &name,
                "names of headers such as X-Tenant; * is not supported",
            ),
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(given: &[(&str, &str)]) -> Result<CorsSettings, String> {
        let lookup = |name: &str| {
            let (_, value) = given.iter().find(|(given, _)| *given == name)?;
            Some((*value).to_owned())
        };
        let read =
            |env: &mut EnvReader<'_>| CorsSettings::read(env, "http://localhost:3000", false);
        database::read_settings(lookup, read).map_err(|error| error.to_string())
    }

    #[test]
    fn any_origin_together_with_credentials_is_rejected() {
        let any = ("CORS_ALLOWED_ORIGINS", "*");
        assert!(settings(&[any, ("CORS_ALLOW_CREDENTIALS", "true")]).is_err());
        assert!(settings(&[any]).is_ok());
    }

    fn origin(value: &str) -> Result<CorsSettings, String> {
        settings(&[("CORS_ALLOWED_ORIGINS", value)])
    }

    #[test]
    fn an_origin_that_no_browser_sends_is_rejected_with_the_one_that_it_would() {
        for (value, expected) in [
            ("https://app.example.com/", ": https://app.example.com"),
            ("https://app.example.com/path", ": https://app.example.com"),
            ("https://App.example.com", ": https://app.example.com"),
            ("https://app.example.com:443", ": https://app.example.com"),
            (
                "https://münchen.example",
                ": https://xn--mnchen-3ya.example",
            ),
            ("tauri://localhost/", ": tauri://localhost"),
            ("Tauri://Localhost", ": tauri://localhost"),
            ("app.example.com", "without a path"),
            ("localhost:3000", "without a path"),
            ("tauri://", "without a path"),
            ("file:///", "without a path"),
            ("null", "null"),
            ("https://*.example.com", "wildcards are not supported"),
            ("https://*", "wildcards are not supported"),
            ("*://app.example.com", "wildcards are not supported"),
        ] {
            let error = origin(value).expect_err(value);
            assert!(error.contains(expected), "{value}: {error}");
        }
    }

    #[test]
    fn origins_of_apps_and_extensions_are_accepted_as_they_are_sent() {
        for value in [
            "tauri://localhost",
            "capacitor://localhost",
            "ionic://localhost:8100",
            "chrome-extension://aabbccddeeffgghhiijjkkllmmnnoopp",
            "moz-extension://018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90",
            "http://tauri.localhost",
            "http://localhost:5173",
            "http://[::1]:5173",
        ] {
            origin(value).expect(value);
        }
    }

    #[test]
    fn header_names_are_added_to_the_built_in_ones() {
        let given = |names| settings(&[("CORS_ALLOWED_HEADERS", names)]);
        let headers = given("X-Tenant, b3").expect("header names").allowed_headers;
        for name in ["x-tenant", "b3", "authorization", "traceparent"] {
            assert!(headers.iter().any(|header| header == name), "{name}");
        }
        for wrong in ["*", "X Tenant", "X-Tenant:"] {
            assert!(given(wrong).is_err(), "{wrong}");
        }
    }
}
