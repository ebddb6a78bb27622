//! What the check of a token costs: remembered, verified in full, and rejected; and that of a member
//! of an organization, remembered.

use std::{hint::black_box, time::Duration};

use app::{
    auth::{Authenticator, BetterAuthId, Identity},
    config::Settings,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use better_auth::Organizations;
use criterion::{Criterion, criterion_group, criterion_main};
use database::Database;
use mock_auth::{Algorithm, MockAuth, User};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

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

/// The look-up of a member, remembered: what `organization_scope` adds to a request.
fn member(criterion: &mut Criterion) {
    if !cfg!(feature = "sqlite") {
        return;
    }
    let runtime = Runtime::new().expect("a runtime");
    let folder = TempDir::new().expect("a folder");
    let organizations = runtime.block_on(organizations(&folder));
    let user = Identity::new(BetterAuthId::new("alice"), Uuid::new_v4().into());
    for (name, team) in [("organization", None), ("team", Some("red"))] {
        criterion.bench_function(&format!("member/remembered {name}"), |bencher| {
            bencher.to_async(&runtime).iter(|| async {
                let member = organizations.membership(black_box(&user), "acme", team);
                assert!(member.await.is_ok_and(|member| member.is_some()));
            });
        });
    }
}

/// With Better Auth's tables, in a file.
async fn organizations(folder: &TempDir) -> Organizations {
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("b.db").display());
    let settings = Settings::from_lookup(|name| (name == "DATABASE_URL").then(|| url.clone()));
    let settings = settings.expect("good settings").database;
    let database = Database::open(&settings).await.expect("a database");
    for statement in [
        r#"CREATE TABLE member (id text, "organizationId" text, "userId" text, role text)"#,
        r#"CREATE TABLE team (id text, "organizationId" text)"#,
        r#"CREATE TABLE "teamMember" (id text, "teamId" text, "userId" text)"#,
        "INSERT INTO member VALUES ('1', 'acme', 'alice', 'owner')",
        "INSERT INTO team VALUES ('red', 'acme')",
        "INSERT INTO \"teamMember\" VALUES ('1', 'red', 'alice')",
    ] {
        let made = database.read().execute_unprepared(statement).await;
        made.expect("a table");
    }
    // Longer than the benchmark.
    Organizations::new(database, Duration::from_secs(3600))
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

criterion_group!(benches, authenticate, member, bare);
criterion_main!(benches);
