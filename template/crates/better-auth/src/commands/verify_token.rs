use std::{
    io::{self, BufRead, Read, Write},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use app::{
    auth::{Jws, KeySet, RefusedKey, Rejection, Token, Verifier},
    config::{AuthSettings, Settings},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::{Failure, key_set::Source, remedies::trouble};

/// What `verify-token` is asked to do.
#[derive(Args)]
pub struct Arguments {
    /// The key set; by default the one that the settings name
    #[arg(long, value_name = "URL|FILE")]
    jwks: Option<String>,
    /// What iss must be, in place of JWT_ISSUER
    #[arg(long)]
    issuer: Option<String>,
    /// What aud must hold, in place of JWT_AUDIENCE
    #[arg(long)]
    audience: Option<String>,
    /// Check header, key and signature of any JWS, whatever its payload
    #[arg(long)]
    signature_only: bool,
    /// Read lines {"jwks":{...},"token":"..."} and answer each with {"valid":...}
    #[arg(long, conflicts_with = "token")]
    jsonl: bool,
    /// The token; - or nothing reads standard input
    token: Option<String>,
}

/// Verifies with the code that the guards use, and says what they keep to themselves.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.settings()?;
    let checker = Checker {
        verifier: Verifier::new(&settings),
        signature_only: arguments.signature_only,
        settings,
    };
    if arguments.jsonl {
        return answer_lines(&checker, arguments.keys_given().await?.as_deref());
    }
    let token = arguments.read_token()?;
    let (_, document) = arguments.source(&checker.settings).read().await?;
    println!("{:#}", checker.check(&document, token.trim())?);
    Ok(())
}

impl Arguments {
    /// The settings that concern tokens, and no others: a wrong DATABASE_URL is no matter here.
    fn settings(&self) -> Result<AuthSettings, Failure> {
        let url = match self.jwks.as_deref().map(Source::of) {
            Some(Source::Url(url)) => Some(url),
            _ => None,
        };
        let settings = Settings::from_lookup(|name| {
            let set = std::env::var(name).ok().filter(|value| !value.is_empty());
            match name {
                "JWT_ISSUER" => self.issuer.clone().or(set),
                "JWT_AUDIENCE" => self.audience.clone().or(set),
                "JWKS_URL" if url.is_some() => url.as_ref().map(ToString::to_string),
                "JWKS_FILE" => None,
                "BETTER_AUTH_URL" => {
                    set.or_else(|| Some(url.as_ref()?.origin().ascii_serialization()))
                }
                "USER_UUID_CLAIM" | "ALLOW_INSECURE_HTTP" | "BETTER_AUTH_BASE_PATH" => set,
                _ if name.starts_with("JWT_") || name.starts_with("JWKS_") => set,
                _ => None,
            }
        })?;
        Ok(settings.auth)
    }

    fn source(&self, settings: &AuthSettings) -> Source {
        let file = || {
            std::env::var("JWKS_FILE")
                .ok()
                .filter(|file| !file.is_empty())
        };
        match self.jwks.clone().or_else(file) {
            Some(given) => Source::of(&given),
            None => Source::Url(settings.jwks_url.clone()),
        }
    }

    /// For lines that bring no key set of their own.
    async fn keys_given(&self) -> Result<Option<Vec<u8>>, Failure> {
        match &self.jwks {
            Some(given) => Ok(Some(Source::of(given).read().await?.1)),
            None => Ok(None),
        }
    }

    fn read_token(&self) -> io::Result<String> {
        match self.token.as_deref() {
            Some(token) if token != "-" => Ok(token.to_owned()),
            _ => {
                let mut token = String::new();
                io::stdin().take(1 << 20).read_to_string(&mut token)?;
                Ok(token)
            }
        }
    }
}

struct Checker {
    verifier: Verifier,
    settings: AuthSettings,
    signature_only: bool,
}

impl Checker {
    /// What the token says, once it is found good; otherwise one line that says what is wrong.
    fn check(&self, document: &[u8], token: &str) -> Result<Value, String> {
        let (keys, refused) = KeySet::parse(document, &self.settings.algorithms)
            .map_err(|error| error.to_string())?;
        let verdict = match self.signature_only {
            true => self.check_signature(&keys, token),
            false => self.check_claims(&keys, token),
        };
        verdict.map_err(|rejection| self.explain(rejection, token, &refused))
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
        self.verifier.verify(token, keys, now())?;
        Ok(Value::Object(claims))
    }

    fn explain(&self, rejection: Rejection, token: &str, refused: &[RefusedKey]) -> String {
        let mut line = rejection.to_string();
        if let Rejection::Invalid(_) | Rejection::Expired | Rejection::UnknownKey = rejection {
            let [header, claims] = parts(token);
            line += &found("; the header says", &header, &["alg", "kid", "typ"]);
            if !self.signature_only {
                line += &self.claims_found(&claims);
            }
        }
        for key in refused
            .iter()
            .filter(|_| rejection == Rejection::UnknownKey)
        {
            line += &format!("; the key {:?} is not used: {}", key.kid, key.reason);
        }
        match remedy(rejection) {
            Some(remedy) => format!("{line}. {remedy}"),
            None => line,
        }
    }

    fn claims_found(&self, claims: &Map<String, Value>) -> String {
        let (issuer, audience) = (&self.settings.issuer, &self.settings.audience);
        let names = ["iss", "aud", "exp", "nbf", "iat"];
        let found = found("; the claims say", claims, &names);
        format!("{found}; expected iss {issuer:?} and aud {audience:?}")
    }
}

/// The remedy of docs/troubleshooting.md where the rejection alone tells which one it is.
fn remedy(rejection: Rejection) -> Option<&'static str> {
    let row = match rejection {
        Rejection::Malformed("no dots") => "R6",
        Rejection::UnknownKey => "R7",
        Rejection::Expired => "R8",
        Rejection::NoUuid => "R3",
        _ => return None,
    };
    trouble(row).map(|trouble| trouble.remedy)
}

/// Header and claims as they stand, for the explanation alone: nothing is believed.
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

fn found(intro: &str, members: &Map<String, Value>, names: &[&str]) -> String {
    let said = |name: &&str| {
        let value = members.get(*name)?;
        let time = value
            .as_i64()
            .and_then(|time| DateTime::from_timestamp(time, 0));
        Some(match time {
            Some(time) => format!(" {name} {value} ({time})"),
            None => format!(" {name} {value}"),
        })
    };
    let said: Vec<_> = names.iter().filter_map(said).collect();
    match said.is_empty() {
        true => String::new(),
        false => format!("{intro}{}", said.join(",")),
    }
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
struct Verdict {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Answers line by line until the end of input; a bad line gets an answer like any other.
fn answer_lines(checker: &Checker, keys_given: Option<&[u8]>) -> Result<(), Failure> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let error = check_line(checker, keys_given, &line).err();
        let verdict = Verdict {
            valid: error.is_none(),
            error,
        };
        writeln!(output, "{}", serde_json::to_string(&verdict)?)?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}

fn check_line(checker: &Checker, keys_given: Option<&[u8]>, line: &[u8]) -> Result<(), String> {
    let line: Line = serde_json::from_slice(line)
        .map_err(|_| r#"the line is not {"jwks":{...},"token":"..."}"#.to_owned())?;
    let own = line.jwks.as_ref().map(|jwks| jwks.get().as_bytes());
    let document = own.or(keys_given);
    let document = document.ok_or("the line has no jwks, and --jwks is not given")?;
    checker.check(document, &line.token).map(drop)
}
