use std::sync::Arc;

use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use database::Database;
use percent_encoding::percent_decode;
use reqwest::Url;
use rest::{AppError, Code, TrustedProxies, client_address, telemetry::RareWarning};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::{
    auth_client::AuthClient,
    authenticator::OPAQUE,
    claims::Identity,
    config::{BetterAuthSettings, SessionVerification},
    fingerprint::Fingerprint,
    ids::BetterAuthId,
    look_ups::{Holder, LookUpError, LookUps, text},
    repositories::sessions::{self, OpenSession},
};

/// The length of the longest accepted credential, in bytes.
const MAX_CREDENTIAL_BYTES: usize = 1024;
/// The length of an HMAC-SHA256 in padded base64.
const SIGNATURE_CHARS: usize = 44;

/// Verifies Better Auth's sessions as SESSION_VERIFICATION says.
pub struct Sessions {
    source: Source,
    cookie_names: Vec<String>,
    /// What Better Auth signs cookies with.
    secret: Option<hmac::Key>,
    wrong_signature: RareWarning,
    look_ups: LookUps,
    uuid_claim: String,
    /// Whether access tokens are accepted, so that an unknown bearer token may be an OAuth
    /// client's.
    takes_access_tokens: bool,
    trusted_proxies: TrustedProxies,
    allowed_origins: Vec<String>,
}

enum Source {
    Off,
    Http(AuthClient),
    Database(Database),
}

/// What a request carries: a session cookie, or a bearer token that is not a JWT.
struct Credential<'a> {
    /// `None` for a bearer token.
    cookie_name: Option<&'a str>,
    /// As it was sent.
    raw: &'a [u8],
    /// The session's token, perhaps followed by a dot and its signature.
    decoded: String,
}

impl Sessions {
    /// Sessions from the source that the settings choose. A change by cookie must come from a page
    /// of `allowed_origins`; Better Auth gets the client's address, determined with
    /// `trusted_proxies`.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is broken.
    pub fn new(
        settings: &BetterAuthSettings,
        trusted_proxies: TrustedProxies,
        allowed_origins: Vec<String>,
        database: Database,
    ) -> Result<Self, reqwest::Error> {
        let sessions = &settings.sessions;
        let source = match sessions.verification {
            SessionVerification::Off => Source::Off,
            SessionVerification::Http => {
                let url = sessions.get_session_url.clone();
                Source::Http(AuthClient::new(url, sessions.max_lookups)?)
            }
            SessionVerification::Database => Source::Database(database),
        };
        let secret = sessions.secret.as_ref();
        Ok(Self {
            source,
            cookie_names: sessions.cookie_names.clone(),
            secret: secret
                .map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes())),
            wrong_signature: RareWarning::default(),
            look_ups: LookUps::new("session", sessions.cache_ttl),
            uuid_claim: settings.tokens.uuid_claim.clone(),
            takes_access_tokens: settings.tokens.oauth.is_some(),
            trusted_proxies,
            allowed_origins,
        })
    }

    /// Whether the request has a session cookie.
    pub(crate) fn has_cookie(&self, request: &HttpRequest) -> bool {
        !self.credentials(request, None).is_empty()
    }

    /// Whether a bearer token is a session's rather than a JWT, which has two dots.
    pub(crate) fn is_session_token(&self, bearer: &str) -> bool {
        !matches!(self.source, Source::Off) && bearer.matches('.').count() != 2
    }

    /// The user whose session the bearer token, or else the cookie, belongs to; `None` without
    /// either.
    ///
    /// # Errors
    /// 401 unless the session is open, 403 for a change by cookie from a page that CORS does not
    /// allow, 503 when the session cannot be looked up.
    pub(crate) async fn identify(
        &self,
        request: &HttpRequest,
        bearer: Option<&str>,
    ) -> Result<Option<Arc<Identity>>, AppError> {
        let mut rejection = None;
        for (cookie_name, raw) in self.credentials(request, bearer) {
            match self.open_session(request, cookie_name, raw).await {
                Ok(identity) => {
                    if cookie_name.is_some() && !request.method().is_safe() {
                        self.check_origin(request)?;
                    }
                    return Ok(Some(identity));
                }
                // The other cookie may be the one that Better Auth knows.
                Err(error) if error.code().status() == StatusCode::UNAUTHORIZED => {
                    rejection.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        rejection.map_or(Ok(None), Err)
    }

    /// The bearer token, or else the value of each session cookie with its name.
    fn credentials<'a>(
        &'a self,
        request: &'a HttpRequest,
        bearer: Option<&'a str>,
    ) -> Vec<(Option<&'a str>, &'a [u8])> {
        match (&self.source, bearer) {
            (Source::Off, _) => Vec::new(),
            (_, Some(bearer)) => vec![(None, bearer.as_bytes())],
            (_, None) => {
                let names = self.cookie_names.iter();
                let cookies =
                    names.filter_map(|name| Some((Some(name.as_str()), cookie(request, name)?)));
                cookies.collect()
            }
        }
    }

    async fn open_session(
        &self,
        request: &HttpRequest,
        cookie_name: Option<&str>,
        raw: &[u8],
    ) -> Result<Arc<Identity>, AppError> {
        let credential = Credential::decode(cookie_name, raw)?;
        let token = self.session_token(&credential)?;
        let look_up = self.look_up(token, &credential, request);
        let user = self.look_ups.find(credential.fingerprint(), look_up);
        user.await?.ok_or_else(|| {
            let error = AppError::new(Code::TOKEN_INVALID);
            if self.takes_access_tokens && cookie_name.is_none() {
                error.detail(OPAQUE)
            } else {
                error
            }
        })
    }

    /// The session's token. A cookie must have a signature, a bearer token may. If the secret is
    /// set, the signature is checked before any look-up, in constant time.
    fn session_token<'a>(&self, credential: &'a Credential<'_>) -> Result<&'a str, AppError> {
        let text = credential.decoded.as_str();
        let (token, signature) = match text.rsplit_once('.') {
            Some((token, signature)) => (token, Some(signature)),
            None => (text, None),
        };
        let lacks_signature = signature.is_none() && credential.cookie_name.is_some();
        let is_well_formed = !token.is_empty()
            && !text.contains(|c: char| c.is_control() || c.is_whitespace())
            && signature.is_none_or(|signature| signature.len() == SIGNATURE_CHARS);
        if lacks_signature || !is_well_formed {
            return Err(AppError::new(Code::TOKEN_MALFORMED));
        }
        if let (Some(secret), Some(signature)) = (&self.secret, signature) {
            let signature = STANDARD.decode(signature).unwrap_or_default();
            hmac::verify(secret, token.as_bytes(), &signature).map_err(|_| {
                if self.wrong_signature.is_due() {
                    tracing::warn!("a session's signature is wrong: if sessions of Better Auth are rejected, set BETTER_AUTH_SECRET (or BETTER_AUTH_SECRETS) to the same value as there");
                }
                AppError::new(Code::TOKEN_INVALID)
            })?;
        }
        Ok(token)
    }

    async fn look_up(
        &self,
        token: &str,
        credential: &Credential<'_>,
        request: &HttpRequest,
    ) -> Result<Holder, LookUpError> {
        match &self.source {
            Source::Off => Ok(Holder::Nobody),
            Source::Http(client) => {
                let address = client_address(request, &self.trusted_proxies);
                let response = client
                    .get_session(credential.cookie_name, credential.raw, address)
                    .await
                    .map_err(LookUpError::upstream)?;
                self.read_response(&response)
            }
            Source::Database(database) => {
                let session = sessions::find_open(token, database.read()).await;
                let session = session.map_err(AppError::from)?;
                Ok(session.map_or(Holder::Nobody, read_row))
            }
        }
    }

    /// Reads a response of `/get-session`: `null`, or `{"session":...,"user":...}`.
    fn read_response(&self, response: &Value) -> Result<Holder, LookUpError> {
        if response.is_null() {
            return Ok(Holder::Nobody);
        }
        let holder = || {
            let user = response.get("user")?.as_object()?;
            let session = response.get("session")?.as_object()?;
            let expires_at = session.get("expiresAt")?.as_str()?.parse().ok()?;
            Holder::of_user(user, &self.uuid_claim, Some(expires_at), |user| Identity {
                organization_id: text(session.get("activeOrganizationId")),
                impersonated_by: text(session.get("impersonatedBy")).map(BetterAuthId::new),
                ..user
            })
        };
        holder().ok_or_else(|| LookUpError::upstream("the response is not a session"))
    }

    /// Browsers send cookies with requests of any page: this one must be from a page that CORS
    /// allows (Origin, or Referer without one).
    fn check_origin(&self, request: &HttpRequest) -> Result<(), AppError> {
        let header = |name| request.headers().get(name).map(HeaderValue::to_str);
        let origin = match header(header::ORIGIN) {
            Some(origin) => origin.ok().map(str::to_owned),
            None => header(header::REFERER)
                .and_then(|page| Url::parse(page.ok()?).ok())
                .map(|page| page.origin().ascii_serialization()),
        };
        if origin.is_some_and(|origin| origin != "*" && self.allowed_origins.contains(&origin)) {
            return Ok(());
        }
        let error = AppError::new(Code::FORBIDDEN);
        Err(error.detail("A change by cookie needs an Origin of CORS_ALLOWED_ORIGINS"))
    }
}

fn read_row(session: OpenSession) -> Holder {
    let user = session.user;
    let identity = Identity {
        roles: user.roles(),
        email: Some(user.email),
        name: Some(user.name),
        organization_id: session.organization_id,
        impersonated_by: session.impersonated_by,
        ..Identity::new(user.id, user.uuid)
    };
    Holder::User(Arc::new(identity), Some(session.expires_at))
}

/// The value of the first cookie of this name, without the quotes that may enclose it (RFC 6265
/// section 4.1.1). Other cookies may hold any bytes.
fn cookie<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a [u8]> {
    let lines = request.headers().get_all(header::COOKIE);
    let mut pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs.find_map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        let (found, value) = (pair[..equals].trim_ascii(), pair[equals + 1..].trim_ascii());
        let quoted = value
            .strip_prefix(b"\"")
            .and_then(|value| value.strip_suffix(b"\""));
        (found == name.as_bytes()).then_some(quoted.unwrap_or(value))
    })
}

impl<'a> Credential<'a> {
    fn decode(cookie_name: Option<&'a str>, raw: &'a [u8]) -> Result<Self, AppError> {
        let malformed = || AppError::new(Code::TOKEN_MALFORMED);
        if raw.len() > MAX_CREDENTIAL_BYTES {
            return Err(malformed());
        }
        let decoded = percent_decode(raw).decode_utf8();
        Ok(Self {
            cookie_name,
            raw,
            decoded: decoded.map_err(|_| malformed())?.into_owned(),
        })
    }

    fn fingerprint(&self) -> Fingerprint {
        // The name is included, because Better Auth reads only the cookie with its own name.
        let name = self.cookie_name.unwrap_or_default();
        Fingerprint::of(&format!("{name}={}", self.decoded))
    }
}
