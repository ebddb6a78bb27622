//! What the check of a token costs: remembered, verified in full, and rejected.

use std::hint::black_box;

use app::{auth::Authenticator, config::Settings};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use criterion::{Criterion, criterion_group, criterion_main};
use mock_auth::{Algorithm, MockAuth, User};
use serde_json::Value;
use tokio::runtime::Runtime;

const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::EdDSA,
    Algorithm::Es256,
    Algorithm::Rs256,
    Algorithm::Ps256,
];

/// A running auth server with a token of each algorithm, all of the same user.
struct Bench {
    runtime: Runtime,
    auth: MockAuth,
    tokens: Vec<(Algorithm, String)>,
}

impl Bench {
    fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let auth = runtime.block_on(MockAuth::start());
        let sign = |algorithm| {
            let kid = auth.add_key(algorithm);
            (
                algorithm,
                auth.token_signed_by(&kid, &User::named("alice")).sign(),
            )
        };
        let tokens = ALGORITHMS.map(sign).into();
        Self {
            runtime,
            auth,
            tokens,
        }
    }

    /// An authenticator with loaded keys.
    fn authenticator(&self, capacity: &str) -> Authenticator {
        let settings = Settings::from_lookup(|name| match name {
            "BETTER_AUTH_URL" => Some(self.auth.origin()),
            "TOKEN_CACHE_CAPACITY" => Some(capacity.to_owned()),
            // What is measured is the rejection, not the fetch that it may cause.
            "JWKS_COOLDOWN" => Some("3600".to_owned()),
            _ => None,
        });
        let settings = settings.expect("good settings");
        self.runtime.block_on(async {
            let authenticator = Authenticator::start(&settings.better_auth.tokens).expect("TLS");
            authenticator
                .authenticate(&self.tokens[0].1)
                .await
                .expect("a good token");
            authenticator
        })
    }
}

fn authenticate(criterion: &mut Criterion) {
    let bench = Bench::new();
    let (remembering, forgetful) = (bench.authenticator("10000"), bench.authenticator("0"));
    let unknown = bench
        .auth
        .token(&User::named("alice"))
        .kid(Some("unknown"))
        .sign();
    let mut group = criterion.benchmark_group("authenticate");
    let mut measure = |name: &str, authenticator: &Authenticator, token: &str| {
        group.bench_function(name, |bencher| {
            bencher
                .to_async(&bench.runtime)
                .iter(|| async { authenticator.authenticate(black_box(token)).await.is_ok() });
        });
    };
    measure("remembered", &remembering, &bench.tokens[0].1);
    for (algorithm, token) in &bench.tokens {
        measure(&format!("cold {}", algorithm.name()), &forgetful, token);
    }
    measure("unknown kid", &forgetful, &unknown);
    measure("garbage", &forgetful, "eyJhbGciOiJFZERTQSJ9.garbage");
    group.finish();
}

/// What it costs at least: header and claims read into JSON values, and the signature checked by
/// the library underneath, with none of the rules.
fn bare(criterion: &mut Criterion) {
    let bench = Bench::new();
    let jwks = bench.auth.jwks();
    let entries = jwks["keys"].as_array().expect("keys");
    let mut group = criterion.benchmark_group("bare");
    for (algorithm, token) in &bench.tokens {
        let [header, payload, signature] = parts(token);
        let kid = parse(header)["kid"].clone();
        let entry = entries.iter().find(|entry| entry["kid"] == kid);
        let key = BareKey::of(entry.expect("the key"), *algorithm);
        let (signed, _) = token.rsplit_once('.').expect("a JWT");
        group.bench_function(algorithm.name(), |bencher| {
            bencher.iter(|| {
                let read = (parse(black_box(header)), parse(black_box(payload)));
                (read, key.verify(signed.as_bytes(), &decode(signature)))
            });
        });
    }
    group.finish();
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<_> = token.split('.').collect();
    parts.try_into().expect("three parts")
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}

fn parse(part: &str) -> Value {
    serde_json::from_slice(&decode(part)).expect("JSON")
}

/// A key as aws-lc-rs takes it.
enum BareKey {
    Point(&'static dyn VerificationAlgorithm, Vec<u8>),
    Rsa(&'static RsaParameters, RsaPublicKeyComponents<Vec<u8>>),
}

impl BareKey {
    fn of(entry: &Value, algorithm: Algorithm) -> Self {
        let field = |name: &str| decode(entry[name].as_str().expect("a field"));
        let rsa = || RsaPublicKeyComponents {
            n: field("n"),
            e: field("e"),
        };
        match algorithm {
            Algorithm::EdDSA => Self::Point(&ED25519, field("x")),
            Algorithm::Es256 => {
                let point = [vec![4], field("x"), field("y")].concat();
                Self::Point(&ECDSA_P256_SHA256_FIXED, point)
            }
            Algorithm::Rs256 => Self::Rsa(&RSA_PKCS1_2048_8192_SHA256, rsa()),
            _ => Self::Rsa(&RSA_PSS_2048_8192_SHA256, rsa()),
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Point(algorithm, key) => {
                let key = UnparsedPublicKey::new(*algorithm, key);
                key.verify(message, signature).is_ok()
            }
            Self::Rsa(parameters, key) => key.verify(parameters, message, signature).is_ok(),
        }
    }
}

criterion_group!(benches, authenticate, bare);
criterion_main!(benches);
