use std::{
    io::{self, BufRead, Read, Write},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use crate::{
    commands::{failure::Failure, key_set_location::KeySetLocation},
    config::{BetterAuthSettings, TokenSettings},
    jwk::RejectedKey,
    key_set::KeySet,
    token::{Jws, Rejection, Token},
    token_kind::TokenKind,
    trouble::Trouble,
    verifier::Verifier,
};

/// The arguments of `verify-token`.
#[derive(Args)]
pub struct VerifyTokenArguments {
    /// The key set [default: the one in the settings]
    #[arg(long, value_name = "URL|FILE")]
    jwks: Option<String>,
    /// The expected iss [default: JWT_ISSUER, of an access token OAUTH_ISSUER]
    #[arg(long)]
    issuer: Option<String>,
    /// The expected aud [default: JWT_AUDIENCE, of an access token OAUTH_AUDIENCE]
    #[arg(long)]
    audience: Option<String>,
    /// Check only header, key and signature, of a JWS with any payload
    #[arg(long)]
    signature_only: bool,
    /// Read lines {"jwks":{...},"token":"..."} and print a line {"valid":...} for each
    #[arg(long, conflicts_with = "token")]
    jsonl: bool,
    /// The token; without it or with - it is read from standard input
    token: Option<String>,
}

/// Verifies a token by the rules of [`authenticate`](crate::authenticate). Prints its claims, or
/// why it is rejected, in more detail than HTTP responses give.
///
/// # Errors
/// When the token is not valid, or the key set cannot be read.
pub async fn verify_token(arguments: VerifyTokenArguments) -> Result<(), Failure> {
    let settings = arguments.settings()?;
    let checker = Checker::new(settings, arguments.signature_only);
    if arguments.jsonl {
        return check_lines(&checker, arguments.default_key_set().await?.as_deref());
    }
    let token = read_token(arguments.token.as_deref())?;
    let location = match &arguments.jwks {
        Some(argument) => KeySetLocation::parse(argument),
        None => KeySetLocation::from_settings(&checker.settings),
    };
    let (_, document) = location.read().await?;
    let claims = checker.check(&document, token.trim())?;
    Ok(writeln!(io::stdout(), "{claims:#}")?)
}

impl VerifyTokenArguments {
    /// Reads only settings about tokens, so that an error in others does not matter.
    fn settings(&self) -> Result<TokenSettings, Failure> {
        let (url, file) = match self.jwks.as_deref().map(KeySetLocation::parse) {
            Some(KeySetLocation::Url(url)) => (Some(url), None),
            Some(KeySetLocation::File(file)) => (None, file.to_str().map(str::to_owned)),
            None => (None, None),
        };
        let lookup = |name: &str| {
            let set = std::env::var(name).ok().filter(|value| !value.is_empty());
            match name {
                "JWT_ISSUER" => self.issuer.clone().or(set),
                "JWT_AUDIENCE" => self.audience.clone().or(set),
                "JWKS_URL" if url.is_some() => url.as_ref().map(ToString::to_string),
                "JWKS_FILE" if url.is_some() => None,
                "JWKS_FILE" => file.clone().or(set),
                "BETTER_AUTH_URL" => {
                    set.or_else(|| Some(url.as_ref()?.origin().ascii_serialization()))
                }
                "USER_UUID_CLAIM" | "ALLOW_INSECURE_HTTP" | "BETTER_AUTH_BASE_PATH" => set,
                _ if ["JWT_", "JWKS_", "OAUTH_"]
                    .iter()
                    .any(|start| name.starts_with(start)) =>
                {
                    set
                }
                _ => None,
            }
        };
        let settings = database::read_settings(lookup, BetterAuthSettings::read)?;
        let mut tokens = settings.tokens;
        if let Some(oauth) = &mut tokens.oauth {
            if let Some(issuer) = &self.issuer {
                oauth.issuer.clone_from(issuer);
            }
            if let Some(audience) = &self.audience {
                oauth.audience.clone_from(audience);
            }
        }
        Ok(tokens)
    }

    /// The key set for lines without one.
    async fn default_key_set(&self) -> Result<Option<Vec<u8>>, Failure> {
        match &self.jwks {
            Some(argument) => Ok(Some(KeySetLocation::parse(argument).read().await?.1)),
            None => Ok(None),
        }
    }
}

/// The token in the argument, or in standard input if the argument is `-` or absent.
pub(crate) fn read_token(argument: Option<&str>) -> io::Result<String> {
    match argument {
        Some(token) if token != "-" => Ok(token.to_owned()),
        _ => {
            let mut token = String::new();
            io::stdin().take(1 << 20).read_to_string(&mut token)?;
            Ok(token)
        }
    }
}

/// Checks tokens by the rules of the server, and explains why one is rejected.
pub(crate) struct Checker {
    verifier: Verifier,
    settings: TokenSettings,
    signature_only: bool,
}

impl Checker {
    pub(crate) fn new(settings: TokenSettings, signature_only: bool) -> Self {
        Self {
            verifier: Verifier::new(&settings),
            settings,
            signature_only,
        }
    }

    /// The claims of a valid token (with `--signature-only`, its header), or what is wrong in one line.
    pub(crate) fn check(&self, document: &[u8], token: &str) -> Result<Value, String> {
        let (keys, rejected) = KeySet::parse(document, &self.settings.algorithms)
            .map_err(|error| error.to_string())?;
        let checked = if self.signature_only {
            self.check_signature(&keys, token)
        } else {
            self.check_claims(&keys, token)
        };
        checked.map_err(|rejection| self.explain(rejection, token, &rejected))
    }

    fn check_signature(&self, keys: &KeySet, token: &str) -> Result<Value, Rejection> {
        let jws = Jws::parse(token)?;
        self.verifier.check_signature(&jws, keys)?;
        let [header, _] = parts(token);
        Ok(Value::Object(header))
    }

    fn check_claims(&self, keys: &KeySet, token: &str) -> Result<Value, Rejection> {
        let token = Token::parse(token)?;
        let claims = token.claims().clone();
        self.verifier.verify_any(token, keys, now())?;
        Ok(Value::Object(claims))
    }

    fn explain(&self, rejection: Rejection, token: &str, rejected_keys: &[RejectedKey]) -> String {
        let mut line = rejection.to_string();
        if !matches!(rejection, Rejection::Malformed(_) | Rejection::NoUuid) {
            let [header, claims] = parts(token);
            line += &list("; the header says", &header, &["alg", "kid", "typ"]);
            if !self.signature_only {
                line += &self.list_claims(&claims);
            }
        }
        if rejection == Rejection::UnknownKey {
            for RejectedKey { kid, reason } in rejected_keys {
                line += &format!("; the key {kid:?} is not used: {reason}");
            }
        }
        match remedy(rejection, token) {
            Some(remedy) => format!("{line}. {remedy}"),
            None => line,
        }
    }

    fn list_claims(&self, claims: &Map<String, Value>) -> String {
        let oauth = self.settings.oauth.as_ref();
        let oauth = oauth.filter(|_| claims.contains_key("client_id"));
        let [issuer, audience] = match oauth {
            Some(oauth) => [&oauth.issuer, &oauth.audience].map(|value| format!("{value:?}")),
            None => [&self.settings.issuers, &self.settings.audiences].map(|values| any_of(values)),
        };
        let names = ["iss", "aud", "exp", "nbf", "iat", "client_id", "azp", "cnf"];
        let found = list("; the claims say", claims, &names);
        format!("{found}; expected iss {issuer} and aud {audience}")
    }
}

fn any_of(values: &[String]) -> String {
    let values: Vec<_> = values.iter().map(|value| format!("{value:?}")).collect();
    values.join(" or ")
}

/// The remedy, if the cause is clear from the rejection.
fn remedy(rejection: Rejection, token: &str) -> Option<&'static str> {
    let is_of_session =
        || Token::parse(token).is_ok_and(|token| token.kind() == TokenKind::Session);
    let trouble = match rejection {
        Rejection::Malformed(Jws::TOO_LONG) => Trouble::TOKEN_TOO_LONG,
        Rejection::Malformed(Jws::NO_DOTS) => Trouble::SESSION_TOKEN_SENT,
        Rejection::UnknownKey => Trouble::NO_MATCHING_KEY,
        Rejection::Expired => Trouble::TOKEN_EXPIRED,
        Rejection::NoUuid if is_of_session() => Trouble::UUID_CLAIM_MISSING,
        Rejection::NoUuid => Trouble::ACCESS_TOKEN_WITHOUT_UUID,
        Rejection::Kind(_) => Trouble::OTHER_KIND_OF_TOKEN,
        _ => return None,
    };
    Some(trouble.remedy)
}

/// Header and claims, unverified: for the explanation only.
fn parts(token: &str) -> [Map<String, Value>; 2] {
    let mut parts = token.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    });
    [
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    ]
}

fn list(intro: &str, fields: &Map<String, Value>, names: &[&str]) -> String {
    let field = |name: &&str| {
        let value = fields.get(*name)?;
        let time = value
            .as_i64()
            .and_then(|time| DateTime::from_timestamp(time, 0));
        Some(match time {
            Some(time) => format!(" {name} {value} ({time})"),
            None => format!(" {name} {value}"),
        })
    };
    let listed: Vec<_> = names.iter().filter_map(field).collect();
    if listed.is_empty() {
        return String::new();
    }
    format!("{intro}{}", listed.join(","))
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[derive(Deserialize)]
struct Line {
    jwks: Option<Box<RawValue>>,
    token: String,
}

#[derive(Serialize)]
struct CheckedLine {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Checks line by line until the end of input; a malformed line is invalid like any other.
fn check_lines(checker: &Checker, default_key_set: Option<&[u8]>) -> Result<(), Failure> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let error = check_line(checker, default_key_set, &line).err();
        let checked = CheckedLine {
            valid: error.is_none(),
            error,
        };
        writeln!(output, "{}", serde_json::to_string(&checked)?)?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}

fn check_line(
    checker: &Checker,
    default_key_set: Option<&[u8]>,
    line: &[u8],
) -> Result<(), String> {
    let line: Line = serde_json::from_slice(line)
        .map_err(|_| r#"the line is not {"jwks":{...},"token":"..."}"#.to_owned())?;
    let key_set = line.jwks.as_ref().map(|jwks| jwks.get().as_bytes());
    let document = key_set.or(default_key_set);
    let document = document.ok_or("the line has no jwks, and --jwks is not given")?;
    checker.check(document, &line.token).map(drop)
}
