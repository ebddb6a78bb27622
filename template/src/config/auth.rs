use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use jsonwebtoken::Algorithm;
use url::Url;

use super::reader::{Reader, base_path, is_exposed, web_url};

/// Where Better Auth makes UUIDs itself, the user's is `sub`.
const UUID_CLAIM: &str = if migration::NATIVE_IDS { "sub" } else { "uuid" };

/// The settings that start with BETTER_AUTH_, JWKS_ and JWT_.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    /// JWKS_URL: where the key set is.
    pub jwks_url: Url,
    /// Where it may be instead when JWKS_URL is not set: `jwksPath` of Better Auth's jwt plugin
    /// is often `/.well-known/jwks.json`, below the base path.
    pub jwks_fallback: Option<Url>,
    /// JWKS_FILE: a file with the key set; then none is fetched.
    pub jwks_file: Option<PathBuf>,
    /// JWT_ISSUER: the only `iss` accepted.
    pub issuer: String,
    /// JWT_AUDIENCE: what `aud` must hold.
    pub audience: String,
    /// JWT_ALGORITHMS: what a token may be signed with.
    pub algorithms: Vec<Algorithm>,
    /// JWT_LEEWAY: how long after `exp` a token still counts.
    pub leeway: Duration,
    /// USER_UUID_CLAIM: the claim that holds the user's UUID; `sub` with native ids.
    pub uuid_claim: String,
    /// TOKEN_CACHE_CAPACITY: how many good tokens are remembered; 0 = none.
    pub token_cache_capacity: usize,
    /// How the key set is kept.
    pub keys: KeyStoreSettings,
}

/// How long keys are kept and how often the auth server is asked.
#[derive(Clone, Copy, Debug)]
pub struct KeyStoreSettings {
    /// JWKS_CACHE_TTL: the age at which a key set is old; renewal starts at 80 % of it.
    pub ttl: Duration,
    /// JWKS_MAX_STALE: how long an old set serves while the auth server does not answer.
    pub max_stale: Duration,
    /// JWKS_COOLDOWN: at most two fetches for unknown keys in this time.
    pub cooldown: Duration,
}

impl Reader<'_> {
    pub(super) fn auth(
        &mut self,
        better_auth: Url,
        origin: &str,
        insecure_http: bool,
    ) -> AuthSettings {
        let jwks_file = self.raw("JWKS_FILE").map(PathBuf::from);
        let fetched = jwks_file.is_none();
        let (jwks_url, jwks_fallback) = self.jwks_urls(better_auth, insecure_http || !fetched);
        AuthSettings {
            jwks_url,
            jwks_fallback,
            jwks_file,
            issuer: self.raw("JWT_ISSUER").unwrap_or_else(|| origin.to_owned()),
            audience: self
                .raw("JWT_AUDIENCE")
                .unwrap_or_else(|| origin.to_owned()),
            algorithms: self.algorithms(),
            leeway: self.seconds("JWT_LEEWAY", 30, 0..=60),
            uuid_claim: self
                .raw("USER_UUID_CLAIM")
                .unwrap_or_else(|| UUID_CLAIM.to_owned()),
            token_cache_capacity: self.number("TOKEN_CACHE_CAPACITY", 10_000, 0..=10_000_000)
                as usize,
            keys: KeyStoreSettings {
                ttl: self.seconds("JWKS_CACHE_TTL", 300, 1..=86_400),
                max_stale: self.seconds("JWKS_MAX_STALE", 86_400, 0..=2_592_000),
                cooldown: self.seconds("JWKS_COOLDOWN", 10, 1..=3600),
            },
        }
    }

    /// The address of the key set, and the one to try when it answers 404.
    fn jwks_urls(&mut self, better_auth: Url, insecure_http: bool) -> (Url, Option<Url>) {
        let base = self.parsed(
            "BETTER_AUTH_BASE_PATH",
            "a path such as /api/auth",
            base_path,
        );
        let below = |path: &str| {
            let mut url = better_auth.clone();
            url.set_query(None);
            url.set_path(&format!("{}{path}", base.as_deref().unwrap_or("/api/auth")));
            url
        };
        let (name, url, fallback) = match self.parsed("JWKS_URL", "an http or https URL", web_url) {
            Some(given) => ("JWKS_URL", given, None),
            None => (
                "BETTER_AUTH_URL",
                below("/jwks"),
                Some(below("/.well-known/jwks.json")),
            ),
        };
        if is_exposed(&url) && !insecure_http {
            let host = url.host_str().unwrap_or_default();
            self.problem(name, host, "https (or ALLOW_INSECURE_HTTP=true): keys fetched over plain http can be forged on the way");
        }
        (url, fallback)
    }

    fn algorithms(&mut self) -> Vec<Algorithm> {
        const NAME: &str = "JWT_ALGORITHMS";
        let names = self.list(NAME).unwrap_or_else(|| {
            ["EdDSA", "ES256", "RS256", "PS256"]
                .map(str::to_owned)
                .into()
        });
        let mut algorithms = Vec::new();
        for name in names.into_iter().collect::<BTreeSet<_>>() {
            match name.as_str() {
                "EdDSA" => algorithms.push(Algorithm::EdDSA),
                "ES256" => algorithms.push(Algorithm::ES256),
                "RS256" => algorithms.push(Algorithm::RS256),
                "PS256" => algorithms.push(Algorithm::PS256),
                "ES512" => self.problem(NAME, &name, "EdDSA, ES256, RS256 or PS256: ES512 is not supported by the signature library; choose another keyPairConfig.alg in Better Auth"),
                _ => self.problem(NAME, &name, "a list of EdDSA, ES256, RS256 and PS256"),
            }
        }
        algorithms
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;

    #[test]
    fn plain_http_to_another_host_stops_the_start_unless_allowed() {
        let url = ("BETTER_AUTH_URL", "http://auth.internal:3000");
        assert!(
            settings(&[url])
                .expect_err("plain http")
                .contains("ALLOW_INSECURE_HTTP")
        );
        assert!(settings(&[url, ("ALLOW_INSECURE_HTTP", "true")]).is_ok());
        assert!(settings(&[url, ("JWKS_FILE", "jwks.json")]).is_ok());
        assert!(settings(&[("BETTER_AUTH_URL", "http://127.0.0.1:3000")]).is_ok());
    }

    #[test]
    fn es512_is_refused_with_its_reason() {
        let error = settings(&[("JWT_ALGORITHMS", "EdDSA,ES512")]).expect_err("no ES512");
        assert!(error.contains("ES512 is not supported"), "{error}");
    }

    #[test]
    fn issuer_audience_and_key_set_follow_the_origin_of_better_auth() {
        let settings = settings(&[("BETTER_AUTH_URL", "https://app.example.com/some/path/")])
            .expect("good settings");
        assert_eq!(settings.auth.issuer, "https://app.example.com");
        assert_eq!(settings.auth.audience, "https://app.example.com");
        assert_eq!(
            settings.auth.jwks_url.as_str(),
            "https://app.example.com/api/auth/jwks"
        );
        assert_eq!(settings.cors.allowed_origins, ["https://app.example.com"]);
    }

    #[test]
    fn only_a_key_set_address_of_ones_own_has_no_second_path() {
        let fallback = |given: &[_]| {
            let settings = settings(given).expect("good settings");
            settings.auth.jwks_fallback.map(String::from)
        };
        let base_path = ("BETTER_AUTH_BASE_PATH", "/auth");
        assert_eq!(
            fallback(&[base_path]).as_deref(),
            Some("http://localhost:3000/auth/.well-known/jwks.json")
        );
        let own = ("JWKS_URL", "http://localhost:3000/auth/jwks");
        assert_eq!(fallback(&[base_path, own]), None);
    }
}
