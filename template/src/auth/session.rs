use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{HttpRequest, http::header};
use aws_lc_rs::{digest, hmac};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use moka::future::Cache;
use percent_encoding::percent_decode_str;
use reqwest::{Client, StatusCode, Url, redirect};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::claims::{Identity, is_banned, usable_uuid, words};
use crate::{
    config::{Network, SessionVerification, Settings},
    database::Database,
    error::{AppError, Code},
    http::client_address,
    repositories::sessions,
    types::{BetterAuthId, UtcDateTime},
};

/// A look-up that takes longer has failed.
const DEADLINE: Duration = Duration::from_secs(5);
/// The largest answer of get-session that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// Answers that are remembered.
const CACHE_CAPACITY: u64 = 10_000;
/// The time for which SESSION_MAX_LOOKUPS counts: Better Auth's own rate limit counts so.
const WINDOW: Duration = Duration::from_secs(10);
/// The longest credential that is looked at, in bytes.
const MAX_CREDENTIAL_BYTES: usize = 1024;
/// An HMAC-SHA256 in padded base64.
const SIGNATURE_CHARS: usize = 44;

/// Verifies Better Auth's sessions, where SESSION_VERIFICATION says so.
///
/// Answers, refusals included, are remembered for SESSION_CACHE_TTL and shared by everybody who
/// asks at the same time; what is remembered is found by a hash, so that no credential is kept.
pub struct Sessions {
    source: Source,
    cookies: Vec<String>,
    secret: Option<hmac::Key>,
    answers: Cache<[u8; 32], Found>,
    uuid_claim: String,
    trusted_proxies: Vec<Network>,
    origins: Vec<String>,
}

enum Source {
    Off,
    Http(BetterAuth),
    Database(Database),
}

/// What a look-up brought.
#[derive(Clone)]
enum Found {
    Session(Arc<Identity>, UtcDateTime),
    /// Its user has no usable UUID.
    NoUuid,
    Nothing,
}

/// Why a look-up brought nothing; shared by all who waited for it.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
struct LookupFailed {
    code: Code,
    cause: String,
}

impl LookupFailed {
    fn upstream(cause: impl ToString) -> Self {
        Self {
            code: Code::AuthUnavailable,
            cause: cause.to_string(),
        }
    }
}

impl From<AppError> for LookupFailed {
    fn from(error: AppError) -> Self {
        let cause = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
        Self {
            code: error.code(),
            cause,
        }
    }
}

/// What a request carries: a session cookie, or a bearer token that is no JWT.
struct Credential<'a> {
    /// The cookie's name.
    cookie: Option<&'a str>,
    /// As it was sent.
    raw: &'a str,
    /// The token, perhaps followed by a dot and its signature.
    decoded: String,
}

impl Sessions {
    /// Sessions as the settings want them verified.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is broken.
    pub fn new(settings: &Settings, database: Database) -> Result<Self, reqwest::Error> {
        let own = &settings.sessions;
        let source = match own.verification {
            SessionVerification::Off => Source::Off,
            SessionVerification::Http => Source::Http(BetterAuth {
                client: Client::builder()
                    .redirect(redirect::Policy::none())
                    .build()?,
                url: own.get_session_url.clone(),
                budget: Budget {
                    most: own.max_lookups,
                    spent: Mutex::default(),
                },
            }),
            SessionVerification::Database => Source::Database(database),
        };
        let key = |secret: &str| hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        Ok(Self {
            source,
            cookies: own.cookie_names(),
            secret: own
                .secret
                .as_ref()
                .map(|secret| key(secret.expose_secret())),
            answers: Cache::builder()
                .max_capacity(CACHE_CAPACITY)
                .time_to_live(own.cache_ttl)
                .build(),
            uuid_claim: settings.auth.uuid_claim.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
            origins: settings.cors.allowed_origins.clone(),
        })
    }

    /// Whether a bearer token is for us: two dots make a JWT.
    #[must_use]
    pub fn reads(&self, bearer: &str) -> bool {
        !matches!(self.source, Source::Off) && bearer.matches('.').count() != 2
    }

    /// Who the session of the bearer token, or else of the cookie, belongs to; `None` without one.
    ///
    /// # Errors
    /// 401 for what is no open session, 403 for a change by cookie from a page that CORS does not
    /// allow, 503 when it cannot be found out.
    pub async fn identify(
        &self,
        request: &HttpRequest,
        bearer: Option<&str>,
    ) -> Result<Option<Arc<Identity>>, AppError> {
        let Some(credential) = self.credential(request, bearer)? else {
            return Ok(None);
        };
        let token = self.session_token(&credential)?;
        let look_up = self.look_up(token, &credential, request);
        let answer = self.answers.try_get_with(credential.key(), look_up).await;
        let found =
            answer.map_err(|failed| AppError::new(failed.code).because(failed.to_string()))?;
        let identity = match found {
            Found::Session(identity, expires_at) if expires_at > UtcDateTime::now() => identity,
            Found::Session(..) | Found::Nothing => return Err(AppError::new(Code::TokenInvalid)),
            Found::NoUuid => {
                return Err(
                    AppError::new(Code::TokenInvalid).detail("Session has no usable uuid claim")
                );
            }
        };
        if credential.cookie.is_some() && !request.method().is_safe() {
            self.check_origin(request)?;
        }
        Ok(Some(identity))
    }

    fn credential<'a>(
        &'a self,
        request: &'a HttpRequest,
        bearer: Option<&'a str>,
    ) -> Result<Option<Credential<'a>>, AppError> {
        let (cookie, raw) = match (&self.source, bearer) {
            (Source::Off, _) => return Ok(None),
            (_, Some(bearer)) => (None, bearer),
            (_, None) => match self.cookie(request) {
                Some((name, value)) => (Some(name), value),
                None => return Ok(None),
            },
        };
        let malformed = || AppError::new(Code::TokenMalformed);
        if raw.len() > MAX_CREDENTIAL_BYTES {
            return Err(malformed());
        }
        let decoded = percent_decode_str(raw)
            .decode_utf8()
            .map_err(|_| malformed())?;
        Ok(Some(Credential {
            cookie,
            raw,
            decoded: decoded.into_owned(),
        }))
    }

    /// The session cookie; the one that only https may set comes first.
    fn cookie<'a>(&'a self, request: &'a HttpRequest) -> Option<(&'a str, &'a str)> {
        let headers = request.headers().get_all(header::COOKIE);
        let lines: Vec<_> = headers.filter_map(|line| line.to_str().ok()).collect();
        self.cookies.iter().find_map(|wanted| {
            let mut pairs = lines.iter().flat_map(|line| line.split(';'));
            pairs.find_map(|pair| {
                let (name, value) = pair.trim().split_once('=')?;
                (name == wanted).then_some((wanted.as_str(), value))
            })
        })
    }

    /// The session's token. A cookie holds it with its signature, a bearer may; the signature is
    /// checked where BETTER_AUTH_SECRET is known, in constant time, before anybody is asked.
    fn session_token<'a>(&self, credential: &'a Credential<'_>) -> Result<&'a str, AppError> {
        let text = credential.decoded.as_str();
        let (token, signature) = match text.rsplit_once('.') {
            Some((token, signature)) => (token, Some(signature)),
            None => (text, None),
        };
        let signed_where_it_must = signature.is_some() || credential.cookie.is_none();
        let well_formed = !token.is_empty()
            && !text.contains(|c: char| c.is_control() || c.is_whitespace())
            && signature.is_none_or(|signature| signature.len() == SIGNATURE_CHARS);
        if !well_formed || !signed_where_it_must {
            return Err(AppError::new(Code::TokenMalformed));
        }
        if let (Some(secret), Some(signature)) = (&self.secret, signature) {
            let signature = STANDARD.decode(signature).unwrap_or_default();
            hmac::verify(secret, token.as_bytes(), &signature)
                .map_err(|_| AppError::new(Code::TokenInvalid))?;
        }
        Ok(token)
    }

    async fn look_up(
        &self,
        token: &str,
        credential: &Credential<'_>,
        request: &HttpRequest,
    ) -> Result<Found, LookupFailed> {
        match &self.source {
            Source::Off => Ok(Found::Nothing),
            Source::Http(better_auth) => {
                let client = client_address(request, &self.trusted_proxies);
                let client = client.map(|address| address.to_string());
                let answer = better_auth.ask(credential, client).await?;
                self.read_answer(answer)
            }
            Source::Database(database) => {
                let session = sessions::find_open(token, database.reader()).await?;
                Ok(session.map_or(Found::Nothing, |session| self.read_row(session)))
            }
        }
    }

    /// `null`, or the session and its user as Better Auth tells them.
    fn read_answer(&self, answer: Value) -> Result<Found, LookupFailed> {
        let members = match answer {
            Value::Null => return Ok(Found::Nothing),
            Value::Object(members) => members,
            _ => return Err(LookupFailed::upstream("the answer is no session")),
        };
        let read = |members: &Map<String, Value>| {
            let user = members.get("user")?.as_object()?;
            let session = members.get("session")?.as_object()?;
            let expires_at = session.get("expiresAt")?.as_str()?.parse().ok()?;
            let id = user.get("id")?.as_str()?.to_owned();
            Some((self.identity(id, user, session), expires_at, user.clone()))
        };
        let (identity, expires_at, user) =
            read(&members).ok_or_else(|| LookupFailed::upstream("the answer is no session"))?;
        Ok(match identity {
            _ if is_banned(&user) => Found::Nothing,
            Some(identity) => Found::Session(Arc::new(identity), expires_at),
            None => Found::no_uuid(),
        })
    }

    fn identity(
        &self,
        id: String,
        user: &Map<String, Value>,
        session: &Map<String, Value>,
    ) -> Option<Identity> {
        let text = |members: &Map<String, Value>, name| {
            let value: &Value = members.get(name)?;
            value.as_str().map(str::to_owned)
        };
        let list = |name, separators: &[char]| {
            let value = user.get(name);
            value.map_or_else(Vec::new, |value| words(value, separators))
        };
        let uuid = match self.uuid_claim.as_str() {
            "sub" => usable_uuid(&id),
            claim => usable_uuid(user.get(claim)?.as_str()?),
        };
        Some(Identity {
            id: BetterAuthId::new(id),
            uuid: uuid?,
            email: text(user, "email"),
            name: text(user, "name"),
            roles: list("role", &[',']),
            permissions: list("permissions", &[',', ' ']),
            organization_id: text(session, "activeOrganizationId"),
        })
    }

    fn read_row(&self, session: sessions::OpenSession) -> Found {
        let user = session.user;
        let identity = Identity {
            roles: user.roles(),
            id: user.id,
            uuid: user.uuid,
            email: Some(user.email),
            name: Some(user.name),
            permissions: Vec::new(),
            organization_id: session.organization_id,
        };
        Found::Session(Arc::new(identity), session.expires_at)
    }

    /// A browser sends cookies whatever page makes it: the page must be one that CORS allows
    /// (Origin, or Referer where there is none).
    fn check_origin(&self, request: &HttpRequest) -> Result<(), AppError> {
        let header = |name| request.headers().get(name)?.to_str().ok();
        let page = match header(header::ORIGIN) {
            Some(origin) => Some(origin.to_owned()),
            None => header(header::REFERER)
                .and_then(|page| Url::parse(page).ok())
                .map(|page| page.origin().ascii_serialization()),
        };
        let allowed = page.is_some_and(|page| page != "*" && self.origins.contains(&page));
        allowed.then_some(()).ok_or_else(|| {
            AppError::new(Code::Forbidden)
                .detail("A change by cookie needs an Origin of CORS_ALLOWED_ORIGINS")
        })
    }
}

impl Found {
    fn no_uuid() -> Self {
        tracing::warn!(
            "a session's user has no usable uuid: declare it in user.additionalFields of Better Auth, or set USER_UUID_CLAIM"
        );
        Self::NoUuid
    }
}

impl Credential<'_> {
    fn key(&self) -> [u8; 32] {
        let kind = if self.cookie.is_some() { "c" } else { "b" };
        let hash = digest::digest(
            &digest::SHA256,
            format!("{kind}{}", self.decoded).as_bytes(),
        );
        let mut key = [0; 32];
        key.copy_from_slice(hash.as_ref());
        key
    }
}

/// Better Auth's get-session.
struct BetterAuth {
    client: Client,
    url: Url,
    budget: Budget,
}

impl BetterAuth {
    async fn ask(
        &self,
        credential: &Credential<'_>,
        client: Option<String>,
    ) -> Result<Value, LookupFailed> {
        if !self.budget.take() {
            return Err(LookupFailed::upstream("SESSION_MAX_LOOKUPS is used up"));
        }
        let mut request = self
            .client
            .get(self.url.clone())
            .header("accept", "application/json");
        request = match credential.cookie {
            Some(name) => request.header("cookie", format!("{name}={}", credential.raw)),
            None => request.bearer_auth(credential.raw),
        };
        if let Some(client) = client {
            request = request.header("x-forwarded-for", client);
        }
        let answer = timeout(DEADLINE, read(request)).await;
        answer.unwrap_or_else(|_| Err(LookupFailed::upstream("no answer in time")))
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Value, LookupFailed> {
    let unreachable = |error: reqwest::Error| LookupFailed::upstream(error.without_url());
    let mut answer = request.send().await.map_err(unreachable)?;
    if answer.status() != StatusCode::OK {
        return Err(LookupFailed::upstream(answer.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(LookupFailed::upstream("the answer is too large"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| LookupFailed::upstream("the answer is not JSON"))
}

/// At most so many look-ups in a [`WINDOW`]: whoever tries many sessions must not use up the rate
/// limit that Better Auth has for all of us.
struct Budget {
    most: usize,
    spent: Mutex<VecDeque<Instant>>,
}

impl Budget {
    fn take(&self) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while spent.front().is_some_and(|at| now - *at >= WINDOW) {
            spent.pop_front();
        }
        let left = spent.len() < self.most;
        if left {
            spent.push_back(now);
        }
        left
    }
}
