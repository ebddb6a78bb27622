use std::{collections::HashSet, time::SystemTime};

use app::{
    auth::{KeySet, fetch},
    config::{AuthSettings, DatabaseSettings, Settings},
};
use chrono::{DateTime, Utc};
use clap::Args;
use jsonwebtoken::Algorithm;
use reqwest::{Url, header::HeaderMap};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};

use super::{
    Failure,
    key_set::{ReadError, Source},
    remedies::trouble,
};

/// The clocks of two servers may differ by so many seconds before tokens are refused.
const MAX_SKEW: i64 = 30;
/// What the browser alone can see.
const UNSEEN: [&str; 3] = ["R5", "R6", "R10"];

/// What `doctor` is asked to look at.
#[derive(Args)]
pub struct Arguments {
    /// Look at this key set alone: needs no settings and no database
    #[arg(long, value_name = "URL|FILE")]
    jwks: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Looks, reports, and fails when anything is wrong.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut report = Report::default();
    match &arguments.jwks {
        Some(given) => {
            let source = Source::of(given);
            let elsewhere = usual_places(&source, Level::Warning);
            look_at_keys(&mut report, &source, elsewhere, &ALL).await;
        }
        None => look_at_everything(&mut report).await,
    }
    match arguments.json {
        true => println!(
            "{:#}",
            json!({"ok": report.is_ok(), "checks": report.checks, "keys": report.keys})
        ),
        false => report.print(),
    }
    match report.is_ok() {
        true => Ok(()),
        false => Err("something is wrong: see the lines that say failed".into()),
    }
}

const ALL: [Algorithm; 4] = [
    Algorithm::EdDSA,
    Algorithm::ES256,
    Algorithm::RS256,
    Algorithm::PS256,
];

async fn look_at_everything(report: &mut Report) {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(error) => return report.failed("settings", None, error),
    };
    look_at_settings(report, &settings);
    let auth = &settings.auth;
    let file = std::env::var("JWKS_FILE")
        .ok()
        .filter(|file| !file.is_empty());
    let source = match file {
        Some(file) => Source::File(file.into()),
        None => Source::Url(auth.jwks_url.clone()),
    };
    // The server finds its second address by itself, and no others.
    let second = auth.jwks_fallback.clone();
    let mut elsewhere: Vec<_> = second
        .map(|url| (url, Level::Warning))
        .into_iter()
        .collect();
    elsewhere.extend(usual_places(&source, Level::Failed));
    let kids = look_at_keys(report, &source, elsewhere, &auth.algorithms).await;
    look_at_database(report, &settings.database, &kids).await;
    for row in UNSEEN {
        let symptom = trouble(row).map(|trouble| trouble.symptom);
        report.add(
            Level::Hint,
            "frontend",
            Some(row),
            symptom.unwrap_or_default(),
        );
    }
}

fn look_at_settings(report: &mut Report, settings: &Settings) {
    let AuthSettings {
        issuer,
        audience,
        jwks_url,
        algorithms,
        uuid_claim,
        ..
    } = &settings.auth;
    report.ok("settings", format!(
        "key set {jwks_url}, iss {issuer:?}, aud {audience:?}, algorithms {algorithms:?}, uuid claim {uuid_claim:?}, database {}",
        settings.database.place(),
    ));
    let origin = jwks_url.origin().ascii_serialization();
    for (name, value) in [("JWT_ISSUER", issuer), ("JWT_AUDIENCE", audience)] {
        match *value == origin {
            true => report.ok("claims", format!("{name} is the origin of the key set")),
            false => report.add(Level::Warning, "claims", Some("R9"), format!(
                "{name} is {value:?}, while the key set is at {origin}: right only if Better Auth's baseURL differs from that"
            )),
        }
    }
    let origins = &settings.cors.allowed_origins;
    match origins
        .iter()
        .any(|allowed| *allowed == *issuer || allowed == "*")
    {
        true => report.ok("cors", format!("pages of {} may call", origins.join(", "))),
        false => report.add(
            Level::Warning,
            "cors",
            Some("R13"),
            format!(
                "pages of {} may call, those of {issuer} may not",
                origins.join(", ")
            ),
        ),
    }
}

/// Reports on the document and each of its keys; returns the kids of those that are usable.
async fn look_at_keys(
    report: &mut Report,
    source: &Source,
    elsewhere: Vec<(Url, Level)>,
    algorithms: &[Algorithm],
) -> Vec<String> {
    let Some((headers, document)) = read_keys(report, source, elsewhere).await else {
        return Vec::new();
    };
    look_at_clock(report, &headers);
    let Ok((set, refused)) = KeySet::parse(&document, algorithms) else {
        report.failed(
            "key set",
            Some("R11"),
            "it is no JWK set: expected an object with a list `keys`",
        );
        return Vec::new();
    };
    let entries = KeySet::entries(&document).unwrap_or_default();
    for entry in &entries {
        let key = Key::of(entry, &set, algorithms);
        if let Some(reason) = &key.refused {
            let row = if reason.starts_with("alg") || reason.starts_with("crv") {
                "R12"
            } else {
                "R7"
            };
            report.add(
                Level::Warning,
                "key",
                Some(row),
                format!("{key}: not used: {reason}"),
            );
        } else {
            report.ok("key", format!("{key}: usable"));
        }
        report.keys.push(key);
    }
    match set.len() {
        0 => report.failed(
            "key set",
            Some(if refused.is_empty() { "R7" } else { "R12" }),
            format!("none of its {} keys is usable", entries.len()),
        ),
        usable => report.ok(
            "key set",
            format!("{usable} of {} keys are usable", entries.len()),
        ),
    }
    let usable = report.keys.iter().filter(|key| key.refused.is_none());
    usable
        .filter_map(|key| Some(key.members.get("kid")?.as_str()?.to_owned()))
        .collect()
}

/// The document; after a 404 that of another place, if there is one.
async fn read_keys(
    report: &mut Report,
    source: &Source,
    elsewhere: Vec<(Url, Level)>,
) -> Option<(HeaderMap, Vec<u8>)> {
    let error = match source.read().await {
        Ok(read) => return Some(read),
        Err(error) => error,
    };
    if matches!(&error, ReadError::Fetch(_, cause) if cause.is_not_found()) {
        for (url, level) in elsewhere {
            let read = Source::Url(url.clone()).read().await;
            if let Some(read) = read.ok().filter(|(_, keys)| KeySet::entries(keys).is_ok()) {
                let found = format!("{error}; found at another path: set JWKS_URL={url}");
                report.add(level, "key set", Some("R11"), found);
                return Some(read);
            }
        }
    }
    report.failed("key set", Some("R11"), error);
    None
}

/// Where Better Auth, and those who follow other examples, publish the key set of this server, and
/// how bad it is to find it there.
fn usual_places(asked: &Source, level: Level) -> Vec<(Url, Level)> {
    let Source::Url(asked) = asked else {
        return Vec::new();
    };
    let at = |path| {
        let mut url = asked.clone();
        url.set_query(None);
        url.set_path(path);
        (url, level)
    };
    ["/api/auth/jwks", "/.well-known/jwks.json"].map(at).into()
}

fn look_at_clock(report: &mut Report, headers: &HeaderMap) {
    let Some(theirs) = fetch::date(headers) else {
        return;
    };
    let seconds = |time: SystemTime| DateTime::<Utc>::from(time).timestamp();
    let ahead = seconds(theirs) - seconds(SystemTime::now());
    match ahead.abs() <= MAX_SKEW {
        true => report.ok(
            "clock",
            format!("the auth server's differs by {} s", ahead.abs()),
        ),
        false => report.failed(
            "clock",
            Some("R8"),
            format!("the auth server's is {ahead} s ahead of this one's"),
        ),
    }
}

async fn look_at_database(report: &mut Report, settings: &DatabaseSettings, kids: &[String]) {
    // Looking makes no file: it must be there already.
    let url = settings.url.expose_secret().replace("mode=rwc", "mode=rw");
    let migrations = match migration::status(&url).await {
        Ok(migrations) => migrations,
        Err(error) => {
            return report.failed(
                "database",
                None,
                format!("{error}: check DATABASE_URL, or run `migrate up` to make it"),
            );
        }
    };
    report.ok("database", settings.place());
    let pending: Vec<_> = migrations
        .iter()
        .filter(|(_, applied)| !applied)
        .map(|(name, _)| name.as_str())
        .collect();
    match pending.is_empty() {
        true => report.ok("migrations", "none is pending"),
        false => report.failed(
            "migrations",
            None,
            format!("pending: {}: run `migrate up`", pending.join(", ")),
        ),
    }
    match migration::inspect(&url).await {
        Ok(tables) => look_at_tables(report, &tables, kids),
        Err(error) => report.failed("tables", None, error),
    }
}

fn look_at_tables(report: &mut Report, tables: &migration::Tables, kids: &[String]) {
    for table in &tables.missing_tables {
        let row = if *table == "jwks" { "R1" } else { "R2" };
        report.failed("tables", Some(row), format!("{table} is missing"));
    }
    for column in &tables.missing_columns {
        let row = if column == "user.uuid" { "R3" } else { "R2" };
        report.failed("tables", Some(row), format!("{column} is missing"));
    }
    if tables.missing_tables.is_empty() && tables.missing_columns.is_empty() {
        report.ok("tables", "Better Auth's are as 1.7 wants them");
    }
    let here: HashSet<_> = tables.key_ids.iter().collect();
    match kids.iter().find(|kid| !here.contains(kid)) {
        Some(kid) => report.add(Level::Warning, "tables", Some("R4"), format!(
            "the auth server's key {kid:?} is not in the table jwks: it seems to use another database"
        )),
        None if !kids.is_empty() => report.ok("tables", "the auth server uses this database"),
        None => {}
    }
}

/// An entry of the key set: its public members, and why it is not used.
#[derive(Serialize)]
struct Key {
    #[serde(flatten)]
    members: Map<String, Value>,
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

impl Key {
    /// The reason is the one that the server logs: the entry alone, and then among the others.
    fn of(entry: &RawValue, set: &KeySet, algorithms: &[Algorithm]) -> Self {
        let shown = ["kid", "kty", "crv", "alg", "use", "x", "y", "n", "e"];
        let value: Value = serde_json::from_str(entry.get()).unwrap_or_default();
        let member = |name: &str| Some((name.to_owned(), value.get(name)?.clone()));
        let members: Map<_, _> = shown.into_iter().filter_map(member).collect();
        let alone = format!(r#"{{"keys":[{entry}]}}"#);
        let reason = KeySet::parse(alone.as_bytes(), algorithms)
            .ok()
            .and_then(|(_, refused)| Some(refused.first()?.reason));
        let kid = members.get("kid").and_then(Value::as_str);
        let ambiguous = kid.is_some_and(|kid| set.named(kid).is_none());
        let refused = reason.or(ambiguous.then_some("the kid stands for two different keys"));
        Self {
            members,
            accepted: refused.is_none(),
            refused: refused.map(str::to_owned),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members: Vec<_> = self
            .members
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        f.write_str(&members.join(", "))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Ok,
    /// Cannot be seen from here, or no fault.
    Hint,
    /// May be wrong.
    Warning,
    Failed,
}

#[derive(Serialize)]
struct Check {
    check: &'static str,
    level: Level,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

/// Everything found, in order.
#[derive(Default)]
struct Report {
    checks: Vec<Check>,
    keys: Vec<Key>,
}

impl Report {
    fn add(
        &mut self,
        level: Level,
        check: &'static str,
        row: Option<&'static str>,
        message: impl ToString,
    ) {
        let remedy = row.and_then(trouble).map(|trouble| trouble.remedy);
        self.checks.push(Check {
            check,
            level,
            message: message.to_string(),
            row,
            remedy,
        });
    }

    fn ok(&mut self, check: &'static str, message: impl ToString) {
        self.add(Level::Ok, check, None, message);
    }

    fn failed(&mut self, check: &'static str, row: Option<&'static str>, message: impl ToString) {
        self.add(Level::Failed, check, row, message);
    }

    fn is_ok(&self) -> bool {
        self.checks.iter().all(|check| check.level != Level::Failed)
    }

    fn print(&self) {
        for check in &self.checks {
            let level = match check.level {
                Level::Ok => "ok",
                Level::Hint => "hint",
                Level::Warning => "warning",
                Level::Failed => "failed",
            };
            println!("{level:8} {:10} {}", check.check, check.message);
            if let (Some(row), Some(remedy)) = (check.row, check.remedy) {
                println!("         {row:10} {remedy}");
            }
        }
    }
}
