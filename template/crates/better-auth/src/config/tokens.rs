use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use database::EnvReader;
use jsonwebtoken::Algorithm;
use url::Url;

use crate::{
    algorithm,
    config::{
        auth_server::{AuthServer, http_url},
        oauth::OAuthSettings,
    },
    ids::NATIVE_IDS,
};

/// The default of USER_UUID_CLAIM.
const UUID_CLAIM: &str = if NATIVE_IDS { "sub" } else { "uuid" };

/// The settings that start with BETTER_AUTH_, JWKS_ and JWT_.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// JWKS_URL: the address of the key set.
    pub jwks_url: Url,
    /// The address to try when the first answers 404, if JWKS_URL is not set: `jwksPath` of Better
    /// Auth's jwt plugin is often `/.well-known/jwks.json`, below the base path.
    pub jwks_fallback: Option<Url>,
    /// JWKS_FILE: a file with the key set, which overrides JWKS_URL.
    pub jwks_file: Option<PathBuf>,
    /// JWT_ISSUER: the accepted values of `iss`.
    pub issuers: Vec<String>,
    /// JWT_AUDIENCE: `aud` must be or contain one of these values.
    pub audiences: Vec<String>,
    /// JWT_ALGORITHMS: the accepted signature algorithms.
    pub algorithms: Vec<Algorithm>,
    /// JWT_LEEWAY: how long after `exp` a token is still valid.
    pub leeway: Duration,
    /// USER_UUID_CLAIM: the claim that holds the user's UUID; `sub` with [`NATIVE_IDS`].
    pub uuid_claim: String,
    /// The rules for access tokens of OAuth clients; `None` = they are rejected.
    pub oauth: Option<OAuthSettings>,
    /// TOKEN_CACHE_CAPACITY: how many valid tokens are cached; 0 = none.
    pub token_cache_capacity: usize,
    /// How the key set is cached.
    pub keys: KeyStoreSettings,
}

/// How long keys are used and how often they are fetched.
#[derive(Clone, Copy, Debug)]
pub struct KeyStoreSettings {
    /// JWKS_CACHE_TTL: a key set is fetched again at 80 to 90 % of this age.
    pub ttl: Duration,
    /// JWKS_MAX_STALE: the age up to which a key set is used while the auth server is down.
    pub max_stale: Duration,
    /// JWKS_COOLDOWN: the time in which unknown keys cause at most two fetches.
    pub cooldown: Duration,
}

impl TokenSettings {
    pub(super) fn read(env: &mut EnvReader<'_>, server: &AuthServer) -> Self {
        let origin = server.url.origin().ascii_serialization();
        let jwks_file = env.raw("JWKS_FILE").map(PathBuf::from);
        let (jwks_url, jwks_fallback) = jwks_urls(env, server, jwks_file.is_some());
        Self {
            jwks_url,
            jwks_fallback,
            jwks_file,
            issuers: env
                .list("JWT_ISSUER")
                .unwrap_or_else(|| vec![origin.clone()]),
            audiences: env.list("JWT_AUDIENCE").unwrap_or_else(|| vec![origin]),
            algorithms: algorithms(env),
            leeway: env.seconds("JWT_LEEWAY", 30, 0..=60),
            uuid_claim: env
                .raw("USER_UUID_CLAIM")
                .unwrap_or_else(|| UUID_CLAIM.to_owned()),
            oauth: OAuthSettings::read(env, server),
            token_cache_capacity: env.number("TOKEN_CACHE_CAPACITY", 10_000, 0..=10_000_000)
                as usize,
            keys: KeyStoreSettings {
                ttl: env.seconds("JWKS_CACHE_TTL", 300, 1..=86_400),
                max_stale: env.seconds("JWKS_MAX_STALE", 86_400, 0..=2_592_000),
                cooldown: env.seconds("JWKS_COOLDOWN", 10, 1..=3600),
            },
        }
    }
}

/// The address of the key set and its fallback.
fn jwks_urls(env: &mut EnvReader<'_>, server: &AuthServer, has_file: bool) -> (Url, Option<Url>) {
    let (name, url, fallback) = match env.parsed("JWKS_URL", "an http or https URL", http_url) {
        Some(given) => ("JWKS_URL", given, None),
        None => (
            "BETTER_AUTH_URL",
            server.endpoint("/jwks"),
            Some(server.endpoint("/.well-known/jwks.json")),
        ),
    };
    if !has_file {
        let danger = "keys fetched over plain http can be forged on the way";
        server.check_secure(env, name, &url, danger);
    }
    (url, fallback)
}

fn algorithms(env: &mut EnvReader<'_>) -> Vec<Algorithm> {
    const NAME: &str = "JWT_ALGORITHMS";
    let Some(names) = env.list(NAME) else {
        return algorithm::SUPPORTED.to_vec();
    };
    let mut algorithms = Vec::new();
    for name in names.into_iter().collect::<BTreeSet<_>>() {
        match algorithm::by_name(&name) {
            Some(algorithm) => algorithms.push(algorithm),
            None if name == "ES512" => env.problem(NAME, &name, "EdDSA, ES256, RS256 or PS256: ES512 is not supported by the signature library; choose another keyPairConfig.alg in Better Auth"),
            None => env.problem(NAME, &name, "a list of EdDSA, ES256, RS256 and PS256"),
        }
    }
    algorithms
}

#[cfg(test)]
mod tests {
    use crate::config::{BetterAuthSettings, settings};

    #[test]
    fn plain_http_to_another_host_stops_the_start_unless_allowed() {
        let url = ("BETTER_AUTH_URL", "http://auth.internal:3000");
        let error = settings(&[url]).expect_err("plain http");
        assert!(error.contains("ALLOW_INSECURE_HTTP"), "{error}");
        assert!(settings(&[url, ("ALLOW_INSECURE_HTTP", "true")]).is_ok());
        assert!(settings(&[url, ("JWKS_FILE", "jwks.json")]).is_ok());
        assert!(settings(&[("BETTER_AUTH_URL", "http://127.0.0.1:3000")]).is_ok());
    }

    #[test]
    fn a_password_in_a_rejected_url_is_not_shown() {
        for name in ["BETTER_AUTH_URL", "JWKS_URL", "OAUTH_AUDIENCE"] {
            let error = settings(&[(name, "https://me:hunter2@app.example.com")]);
            let error = error.expect_err("no credentials");
            assert!(
                error.contains(name) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn es512_is_rejected_with_the_reason() {
        let error = settings(&[("JWT_ALGORITHMS", "EdDSA,ES512")]).expect_err("no ES512");
        assert!(error.contains("ES512 is not supported"), "{error}");
    }

    #[test]
    fn issuer_and_audience_are_the_origin_of_better_auth_whatever_its_path() {
        for url in [
            "https://app.example.com",
            "https://app.example.com/some/path/",
        ] {
            let url = ("BETTER_AUTH_URL", url);
            let BetterAuthSettings { origin, tokens, .. } =
                settings(&[url]).expect("valid settings");
            assert_eq!(origin, "https://app.example.com");
            for values in [tokens.issuers, tokens.audiences] {
                assert_eq!(values, ["https://app.example.com"]);
            }
        }
    }

    #[test]
    fn a_path_in_better_auths_url_is_its_base_path_unless_the_setting_names_another() {
        let urls = |given: &[_]| {
            let settings = settings(given).expect("valid settings");
            let session = settings.sessions.get_session_url;
            (
                settings.tokens.jwks_url.path().to_owned(),
                session.path().to_owned(),
            )
        };
        let under = |path: &str| (format!("{path}/jwks"), format!("{path}/get-session"));
        for (url, path) in [
            ("https://app.example.com", "/api/auth"),
            ("https://app.example.com//", "/api/auth"),
            ("https://app.example.com/auth", "/auth"),
            ("https://app.example.com/my/auth/?a=b", "/my/auth"),
        ] {
            assert_eq!(urls(&[("BETTER_AUTH_URL", url)]), under(path), "{url}");
        }
        let url = ("BETTER_AUTH_URL", "https://app.example.com/auth");
        for (base_path, path) in [("/api/auth", "/api/auth"), ("/", ""), ("/x/", "/x")] {
            let given = [url, ("BETTER_AUTH_BASE_PATH", base_path)];
            assert_eq!(urls(&given), under(path), "{base_path}");
        }
    }

    #[test]
    fn the_default_key_set_address_has_a_fallback_and_jwks_url_has_none() {
        let fallback = |given: &[_]| {
            let settings = settings(given).expect("valid settings");
            settings.tokens.jwks_fallback.map(String::from)
        };
        let base_path = ("BETTER_AUTH_BASE_PATH", "/auth");
        assert_eq!(
            fallback(&[base_path]).as_deref(),
            Some("http://localhost:3000/auth/.well-known/jwks.json")
        );
        let jwks_url = ("JWKS_URL", "http://localhost:3000/auth/jwks");
        assert_eq!(fallback(&[base_path, jwks_url]), None);
    }
}
