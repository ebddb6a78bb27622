//! The program: serves the API, and looks after its database.

mod commands;

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    sync::Arc,
};

use app::{app::Application, auth::Authenticator, config::Settings, telemetry};
use clap::{Parser, Subcommand};
use commands::{Failure, doctor, export_user, purge, seed, verify_token};
use secrecy::ExposeSecret;
use tokio::signal::unix::{SignalKind, signal};

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
        step: Migrate,
    },
    /// Add demo users with their rows, or many users for load tests; safe to repeat
    Seed(seed::Arguments),
    /// Remove what was deleted long ago
    Purge(purge::Arguments),
    /// Print everything about a user as JSON, without passwords and tokens
    ExportUser(export_user::Arguments),
    /// Print the OpenAPI document; needs no settings and no database
    Openapi,
    /// Look for what is wrong with the settings, the key set and the database
    Doctor(doctor::Arguments),
    /// Verify a token and print its claims, or say exactly what is wrong with it
    VerifyToken(verify_token::Arguments),
}

#[derive(Subcommand)]
enum Migrate {
    /// Apply every migration that is pending
    Up,
    /// Roll back the last migration
    Down {
        /// How many migrations to roll back
        #[arg(short, long, default_value_t = 1)]
        number: u32,
    },
    /// List the migrations
    Status,
    /// Drop the tables that our migrations made, and make them again, empty
    Fresh {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command.unwrap_or(Command::Serve)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", env!("CARGO_PKG_NAME"));
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    // The environment wins: a .env file only fills in what is not set.
    dotenvy::dotenv().ok();
    match command {
        Command::Openapi => print_openapi(),
        Command::Doctor(arguments) => doctor::run(arguments).await,
        Command::VerifyToken(arguments) => verify_token::run(arguments).await,
        Command::Serve => serve(settings()?).await,
        Command::Migrate { step } => migrate(step, &settings()?).await,
        Command::Seed(arguments) => seed::run(arguments, &settings()?).await,
        Command::Purge(arguments) => purge::run(arguments, &settings()?).await,
        Command::ExportUser(arguments) => export_user::run(arguments, &settings()?).await,
    }
}

fn settings() -> Result<Settings, Failure> {
    let settings = Settings::from_env()?;
    telemetry::init(&settings);
    Ok(settings)
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    let host = settings.host;
    let application = Application::build(settings).await?;
    refresh_on_hangup(application.authenticator())?;
    tracing::info!("listening on http://{host}:{}", application.port());
    application.run_until_stopped(stop_signal()?).await?;
    tracing::info!("stopped");
    Ok(())
}

/// SIGHUP fetches the key set at once: a withdrawn key stops opening without a restart.
fn refresh_on_hangup(authenticator: Arc<Authenticator>) -> Result<(), Failure> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match authenticator.keys().refresh_now().await {
                Ok(()) => tracing::info!("SIGHUP: the key set was fetched"),
                Err(_) => tracing::warn!("SIGHUP: the keys stay as they were"),
            }
        }
    });
    Ok(())
}

/// The first SIGTERM or SIGINT lets requests finish; a second one does not wait for them.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(async move {
        next().await;
        tracing::info!("stopping; a second signal stops at once");
        tokio::spawn(async move {
            next().await;
            std::process::exit(1);
        });
    })
}

async fn migrate(step: Migrate, settings: &Settings) -> Result<(), Failure> {
    let url = settings.database.url.expose_secret();
    let wait = settings.database.migrate_lock_timeout;
    match step {
        Migrate::Up => report("applied", &migration::up(url, wait).await?),
        Migrate::Down { number } => report(
            "rolled back",
            &migration::down(url, Some(number), wait).await?,
        ),
        Migrate::Status => {
            for (name, applied) in migration::status(url).await? {
                println!("{} {name}", if applied { "applied" } else { "pending" });
            }
        }
        Migrate::Fresh { yes } => {
            if !yes
                && !confirmed(
                    "This empties the tables of the API and, unless Better Auth made them itself, those of users. Go on? [y/N] ",
                )?
            {
                return Err("nothing was dropped: answer y, or give --yes".into());
            }
            report("applied", &migration::fresh(url, wait).await?);
        }
    }
    Ok(())
}

fn report(what: &str, names: &[String]) {
    for name in names {
        println!("{what} {name}");
    }
    if names.is_empty() {
        println!("nothing to do");
    }
}

/// Without a terminal nobody can answer, and silence is no.
fn confirmed(question: &str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    let mut answer = String::new();
    print!("{question}");
    std::io::stdout().flush()?;
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "yes"))
}

fn print_openapi() -> Result<(), Failure> {
    println!("{}", app::routes::openapi(None).to_pretty_json()?);
    Ok(())
}
