//! What the check of a token costs: remembered, verified in full, and refused.

use std::hint::black_box;

use app::{auth::Authenticator, config::Settings};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use criterion::{Criterion, criterion_group, criterion_main};
use mock_auth::{Algorithm, MockAuth, User};
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
            _ => None,
        });
        let settings = settings.expect("good settings");
        self.runtime.block_on(async {
            let authenticator = Authenticator::start(&settings.auth).expect("TLS");
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

/// The signature alone, to compare with.
fn bare_signature(criterion: &mut Criterion) {
    let bench = Bench::new();
    let jwks = bench.auth.jwks();
    let token = bench.auth.token(&User::named("alice")).sign();
    let kid = bench.auth.signing_kid();
    let key = jwks["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .find(|key| key["kid"] == kid.as_str())
        .expect("the key");
    let key = URL_SAFE_NO_PAD
        .decode(key["x"].as_str().expect("x"))
        .expect("base64url");
    let (message, signature) = token.rsplit_once('.').expect("a JWT");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    criterion.bench_function("bare EdDSA signature", |bencher| {
        bencher.iter(|| {
            UnparsedPublicKey::new(&ED25519, &key)
                .verify(black_box(message.as_bytes()), &signature)
                .is_ok()
        });
    });
}

criterion_group!(benches, authenticate, bare_signature);
criterion_main!(benches);
