//! The program: serves the API, and looks after its database.

mod commands;
mod signals;

use std::{
    error::Error,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
};

use app::{app::Application, config::Settings, repositories::EXPORTED};
use better_auth::{
    commands::{
        DoctorArguments, DoctorSettings, Failure, VerifyTokenArguments, doctor, verify_token,
    },
    schema,
};
use clap::{Parser, Subcommand};
use commands::{export_user, migrate, purge, routes, seed};
use database::{SettingsError, load_dot_env};
use migration::Migrator;
use rest::telemetry;

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (what happens without a command)
    Serve,
    /// Change the database's schema
    Migrate {
        #[command(subcommand)]
        step: migrate::Step,
    },
    /// Add demo users with their rows; safe to repeat
    Seed,
    /// Remove rows that were deleted long ago, expired Idempotency-Keys and old audit entries
    Purge(purge::Arguments),
    /// Print a user with accounts, sessions and rows as JSON, without passwords and tokens
    ExportUser(export_user::Arguments),
    /// Print the OpenAPI document; needs no settings and no database
    Openapi,
    /// Print every route, its guard and the scopes that it needs; needs no settings and no database
    Routes(routes::Arguments),
    /// Check the settings, the key set and the database
    Doctor(DoctorArguments),
    /// Verify a token; print its claims, or what is wrong with it
    VerifyToken(VerifyTokenArguments),
}

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command.unwrap_or(Command::Serve)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !is_broken_pipe(error.as_ref()) {
                eprintln!("{}: {error}", env!("CARGO_PKG_NAME"));
            }
            ExitCode::FAILURE
        }
    }
}

/// A closed pipe (`| head`) is no error.
fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Openapi => print_openapi(),
        Command::Routes(arguments) => routes::run(arguments),
        Command::Doctor(arguments) => doctor::<Migrator>(arguments, doctor_settings()).await,
        Command::VerifyToken(arguments) => {
            load_dot_env()?;
            verify_token(arguments).await
        }
        Command::Serve => serve(settings()?).await,
        Command::Migrate { step } => migrate::run(step, &settings()?).await,
        Command::Seed => seed::run(&settings()?).await,
        Command::Purge(arguments) => purge::run(arguments, &settings()?).await,
        Command::ExportUser(arguments) => export_user::run(arguments, &settings()?).await,
    }
}

fn settings() -> Result<Settings, Failure> {
    load_dot_env()?;
    let settings = Settings::from_env()?;
    telemetry::init(&settings.logs);
    schema::use_overrides(&settings.better_auth.names)?;
    Ok(settings)
}

fn doctor_settings() -> Result<DoctorSettings, SettingsError> {
    load_dot_env()?;
    let settings = Settings::from_env()?;
    Ok(DoctorSettings {
        better_auth: settings.better_auth,
        database: settings.database,
        allowed_origins: settings.cors.allowed_origins,
        tables: EXPORTED,
    })
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    let host = settings.host;
    let application = Application::build(settings).await?;
    signals::refresh_on_hangup(application.authenticator())?;
    let address = SocketAddr::new(host, application.port());
    tracing::info!("listening on http://{address}");
    application.run_until_stopped(signals::stop()?).await?;
    tracing::info!("stopped");
    telemetry::traces::shut_down();
    Ok(())
}

fn print_openapi() -> Result<(), Failure> {
    let document = app::routes::openapi(None).to_pretty_json()?;
    Ok(writeln!(io::stdout(), "{document}")?)
}
