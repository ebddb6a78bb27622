//! `cargo dev`: the API with everything it needs and nothing to install. A stand-in for Better
//! Auth signs tokens, and an embedded SQLite file holds demo data. Ctrl-C stops all of it.

use std::{net::SocketAddr, process::ExitCode};

use app::{app::Application, config::Settings, services::demo};
use better_auth::schema;
use database::{Database, SettingsError};
use migration::Migrator;
use mock_auth::{MockAuth, User};
use rest::telemetry;

/// How long the printed token lasts, in seconds: a working day.
const TOKEN_LIFETIME: i64 = 12 * 60 * 60;
const DATABASE_URL: &str = "sqlite://dev.db?mode=rwc";

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let auth = MockAuth::start().await;
    let settings = settings(&auth)?;
    telemetry::init(&settings.logs);
    schema::use_overrides(&settings.better_auth.names)?;
    Database::migrate::<Migrator>(&settings.database).await?;
    let database = Database::open(&settings.database).await?;
    schema::load(database.read(), false).await?;
    demo::seed(&database).await?;
    let host = settings.host;
    let application = Application::with_database(settings, database)?;
    let address = SocketAddr::new(host, application.port());
    print_welcome(&format!("http://{address}"), &auth);
    let ctrl_c = async {
        tokio::signal::ctrl_c().await.ok();
    };
    application.run_until_stopped(ctrl_c).await?;
    auth.stop().await;
    Ok(())
}

/// Those of the environment, except that tokens come from the stand-in.
fn settings(auth: &MockAuth) -> Result<Settings, SettingsError> {
    Settings::from_lookup(|name| {
        let given = std::env::var(name).ok();
        match name {
            "BETTER_AUTH_URL" => Some(auth.origin()),
            "JWKS_FILE" | "JWKS_URL" | "JWT_ISSUER" | "JWT_AUDIENCE" => None,
            "DATABASE_URL" => given.or_else(|| Some(DATABASE_URL.to_owned())),
            "CORS_ALLOWED_ORIGINS" => given.or_else(|| Some("http://localhost:3000".to_owned())),
            "RUST_LOG" => given.or_else(|| Some("info,app=debug".to_owned())),
            _ => given,
        }
    })
}

/// A token of the first demo user.
fn token(auth: &MockAuth, role: &str, permissions: &[&str]) -> String {
    let [demo, _] = demo::users();
    let user = User {
        id: demo.id.to_string(),
        uuid: *demo.uuid.as_uuid(),
        email: demo.email,
        role: role.to_owned(),
        permissions: permissions.iter().copied().map(Into::into).collect(),
        ..User::named(&demo.name)
    };
    auth.token(&user).expires_in(TOKEN_LIFETIME).sign()
}

fn print_welcome(url: &str, auth: &MockAuth) {
    let user = token(auth, "user", &[]);
    let admin = token(auth, "admin", demo::PERMISSIONS);
    let requests: String = demo::REQUESTS
        .iter()
        .map(|request| format!("curl -H \"Authorization: Bearer $TOKEN\" {url}{request}\n"))
        .collect();
    println!(
        "
The API listens on {url} with a demo user's rows. Try it:

TOKEN={user}
{requests}
The same user, were they an administrator:

ADMIN_TOKEN={admin}
curl -H \"Authorization: Bearer $ADMIN_TOKEN\" {url}/api/admin/users

Documentation: {url}/docs/
Ctrl-C stops it.
"
    );
}
