mod credential_checks;
mod database_checks;
mod described_key;
mod key_checks;
mod report;
mod session_checks;
mod settings;
mod trials;

pub use settings::DoctorSettings;

use std::io;

use clap::Args;
use database::{SettingsError, migration::Migrations};

use crate::{
    algorithm,
    commands::{
        doctor::{
            credential_checks::check_credentials,
            database_checks::check_database,
            key_checks::{check_keys, usual_urls},
            report::{Report, Severity},
            session_checks::check_sessions,
        },
        failure::Failure,
        key_set_location::KeySetLocation,
        verify_token::{Checker, read_token},
    },
    config::{BetterAuthSettings, TokenSettings},
    fetch,
    ids::NATIVE_IDS,
    schema::use_overrides,
    trouble::Trouble,
};

/// Problems that only the browser can see.
const FRONTEND: [Trouble; 3] = [
    Trouble::USE_SESSION_MISSING,
    Trouble::SESSION_TOKEN_SENT,
    Trouble::WRONG_ID_IN_PATH,
];

/// The arguments of `doctor`.
#[derive(Args)]
pub struct DoctorArguments {
    /// Check only this key set, without settings and database
    #[arg(long, value_name = "URL|FILE")]
    jwks: Option<String>,
    /// Also check this token by the settings; - reads it from standard input
    #[arg(long, conflicts_with = "jwks")]
    token: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Checks the key set and, without `--jwks`, the settings and the database too; prints a report.
/// `M` are the application's migrations.
///
/// # Errors
/// When a check failed.
pub async fn doctor<M: Migrations>(
    arguments: DoctorArguments,
    settings: Result<DoctorSettings, SettingsError>,
) -> Result<(), Failure> {
    let mut report = Report::default();
    match (&arguments.jwks, settings) {
        (Some(argument), _) => {
            let location = KeySetLocation::parse(argument);
            let other_urls = usual_urls(&location, Severity::Warning);
            check_keys(&mut report, &location, other_urls, &algorithm::SUPPORTED).await;
        }
        (None, Ok(settings)) => {
            check_everything::<M>(&mut report, &settings).await;
            if let Some(token) = &arguments.token {
                check_token(&mut report, settings.better_auth.tokens, token).await?;
            }
        }
        (None, Err(error)) => report.failed("settings", error),
    }
    if arguments.json {
        report.print_json(&mut io::stdout())?;
    } else {
        report.print_text(&mut io::stdout())?;
    }
    if report.is_ok() {
        Ok(())
    } else {
        Err("a check failed: see the lines that start with `failed`".into())
    }
}

async fn check_everything<M: Migrations>(report: &mut Report, settings: &DoctorSettings) {
    check_settings(report, settings);
    if let Err(error) = use_overrides(&settings.better_auth.names) {
        report.failed("settings", error);
    }
    let tokens = &settings.better_auth.tokens;
    let location = KeySetLocation::from_settings(tokens);
    // The server tries the fallback itself, but no other URL.
    let fallback = tokens.jwks_fallback.clone();
    let fallback = fallback.map(|url| (url, Severity::Warning));
    let mut other_urls = Vec::from_iter(fallback);
    other_urls.extend(usual_urls(&location, Severity::Failed));
    let kids = check_keys(report, &location, other_urls, &tokens.algorithms).await;
    check_sessions(report, &settings.better_auth.sessions).await;
    check_database::<M>(report, settings, &kids).await;
    check_credentials(report, &settings.better_auth).await;
    for trouble in FRONTEND {
        report.add(Severity::Hint, "frontend", Some(trouble), trouble.symptom);
    }
}

/// Says what a token is, or why the server rejects it.
async fn check_token(
    report: &mut Report,
    settings: TokenSettings,
    token: &str,
) -> Result<(), Failure> {
    let token = read_token(Some(token))?;
    // Errors of the key set were already reported with the keys.
    if let Ok((_, document)) = KeySetLocation::from_settings(&settings).read().await {
        match Checker::new(settings, false).check(&document, token.trim()) {
            Ok(_) => report.ok("token", "valid"),
            Err(reason) => report.failed("token", reason),
        }
    }
    Ok(())
}

/// In a shared database the API's rows refer to `user.uuid`, which differs from `user.id`.
fn check_uuid_claim(report: &mut Report, settings: &BetterAuthSettings) {
    if !NATIVE_IDS && settings.tokens.uuid_claim == "sub" && !settings.user_provisioning {
        report.trouble("settings", Trouble::UUID_CLAIM_MISSING, "USER_UUID_CLAIM is sub, but the API's rows refer to user.uuid, which differs from user.id: writes are answered 401 user_unknown");
    }
}

fn check_settings(report: &mut Report, settings: &DoctorSettings) {
    check_uuid_claim(report, &settings.better_auth);
    let TokenSettings {
        issuers,
        audiences,
        jwks_url,
        algorithms,
        uuid_claim,
        ..
    } = &settings.better_auth.tokens;
    let shown_url = fetch::without_query(jwks_url.clone());
    report.ok("settings", format!(
        "key set {shown_url}, iss {issuers:?}, aud {audiences:?}, algorithms {algorithms:?}, uuid claim {uuid_claim:?}, database {}",
        settings.database.redacted_url(),
    ));
    let origin = jwks_url.origin().ascii_serialization();
    for (name, values) in [("JWT_ISSUER", issuers), ("JWT_AUDIENCE", audiences)] {
        if values.contains(&origin) {
            report.ok("claims", format!("{name} has the origin of the key set"));
        } else {
            report.warning("claims", Trouble::ISSUER_OR_AUDIENCE_DIFFERS, format!(
                "{name} is {values:?}, but the key set is at {origin}: this is right only if that is what Better Auth's baseURL says"
            ));
        }
    }
    let allowed = &settings.allowed_origins;
    let message = format!("pages of {} may call the API", allowed.join(", "));
    if allowed
        .iter()
        .any(|page| issuers.contains(page) || page == "*")
    {
        report.ok("cors", message);
    } else {
        let message = format!("{message}, pages of {} may not", issuers.join(", "));
        report.warning("cors", Trouble::ORIGIN_NOT_ALLOWED, message);
    }
}
