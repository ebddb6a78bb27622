use database::EnvReader;
use url::{Host, Url};

/// BETTER_AUTH_URL and what belongs to it.
pub(crate) struct AuthServer {
    pub(crate) url: Url,
    base_path: String,
    pub(crate) allows_insecure_http: bool,
}

impl AuthServer {
    pub(crate) fn read(env: &mut EnvReader<'_>) -> Self {
        let url = env.parsed(
            "BETTER_AUTH_URL",
            "an http or https URL such as https://app.example.com",
            http_url,
        );
        let base_path = env.parsed(
            "BETTER_AUTH_BASE_PATH",
            "a path such as /api/auth",
            base_path,
        );
        let url = url
            .unwrap_or_else(|| Url::parse("http://localhost:3000").expect("the default is a URL"));
        let base_path = base_path.or_else(|| path_of(&url));
        Self {
            url,
            base_path: base_path.unwrap_or_else(|| "/api/auth".to_owned()),
            allows_insecure_http: env.boolean("ALLOW_INSECURE_HTTP", false),
        }
    }

    /// The URL of `path`, which is relative to the base path.
    pub(crate) fn endpoint(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_query(None);
        url.set_path(&format!("{}{path}", self.base_path));
        url
    }

    /// Reports a URL of plain http to another machine, unless ALLOW_INSECURE_HTTP is set. `name` is the
    /// setting that it comes from, `danger` what can happen on the way.
    pub(crate) fn check_secure(
        &self,
        env: &mut EnvReader<'_>,
        name: &str,
        url: &Url,
        danger: &str,
    ) {
        if is_insecure(url) && !self.allows_insecure_http {
            let host = url.host_str().unwrap_or_default();
            let expected = format!("https (or ALLOW_INSECURE_HTTP=true): {danger}");
            env.problem(name, host, expected);
        }
    }
}

/// An http or https URL without credentials. Drops a fragment.
pub(crate) fn http_url(value: &str) -> Option<Url> {
    let mut url = Url::parse(value).ok()?;
    let is_valid = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none();
    url.set_fragment(None);
    is_valid.then_some(url)
}

/// The path of BETTER_AUTH_URL, if it has one: Better Auth takes it as its base path (`withPath` in
/// 1.7), and its origin alone as the issuer.
fn path_of(url: &Url) -> Option<String> {
    let path = url.path().trim_end_matches('/');
    (!path.is_empty()).then(|| path.to_owned())
}

fn base_path(value: &str) -> Option<String> {
    let path = value.trim_end_matches('/');
    let is_valid = path.is_empty() || path.starts_with('/') && !path.contains(['?', '#', ' ']);
    is_valid.then(|| path.to_owned())
}

/// Plain http to another machine, where anyone on the way can read and change it.
pub(crate) fn is_insecure(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_loopback
}
