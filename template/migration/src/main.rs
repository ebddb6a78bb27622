//! Migrates the database from the command line, by itself or driven by `sea-orm-cli migrate`.

use std::{env, error::Error, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

/// Changes the database's schema
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The database [default: the variable DATABASE_URL]
    #[arg(short = 'u', long, global = true, value_name = "URL")]
    database_url: Option<String>,

    /// PostgreSQL's schema [default: the variable DATABASE_SCHEMA, then the server's choice]
    #[arg(short = 's', long, global = true, value_name = "SCHEMA")]
    database_schema: Option<String>,

    /// Show each statement
    #[arg(short, long, global = true)]
    verbose: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Apply pending migrations (what happens without a command, too)
    Up {
        /// How many [default: all]
        #[arg(short, long)]
        num: Option<u32>,
    },
    /// Roll applied migrations back, the last one first
    Down {
        /// How many
        #[arg(short, long, default_value_t = 1)]
        num: u32,
    },
    /// List the migrations
    Status,
    /// Roll all migrations back and apply them again; other tables stay
    Fresh,
    /// The same as fresh
    Refresh,
    /// Roll all migrations back
    Reset,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    dotenvy::dotenv().ok();
    let arguments = Arguments::parse();
    if arguments.verbose {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
            .with_writer(std::io::stderr)
            .init();
    }
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let url = database(&arguments)?;
    let patience = lock_timeout()?;
    match arguments.command.unwrap_or(Command::Up { num: None }) {
        Command::Up { num: None } => report("applied", &migration::up(&url, patience).await?),
        Command::Up { num: Some(num) } => {
            report("applied", &migration::up_steps(&url, num, patience).await?);
        }
        Command::Down { num } => {
            report(
                "rolled back",
                &migration::down(&url, Some(num), patience).await?,
            );
        }
        Command::Reset => report("rolled back", &migration::down(&url, None, patience).await?),
        Command::Fresh | Command::Refresh => {
            report("applied", &migration::fresh(&url, patience).await?);
        }
        Command::Status => {
            for (name, applied) in migration::status(&url).await? {
                println!("{} {name}", if applied { "applied" } else { "pending" });
            }
        }
    }
    Ok(())
}

fn database(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    let url = arguments
        .database_url
        .clone()
        .or_else(|| setting("DATABASE_URL"));
    let url = url.ok_or("set DATABASE_URL, or name the database with --database-url")?;
    let schema = arguments
        .database_schema
        .clone()
        .or_else(|| setting("DATABASE_SCHEMA"));
    Ok(match schema {
        Some(schema) if url.starts_with("postgres") => in_schema(url, &schema)?,
        _ => url,
    })
}

fn in_schema(url: String, schema: &str) -> Result<String, Box<dyn Error>> {
    if !schema
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        return Err("a schema's name is made of letters, digits and underscores".into());
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    Ok(format!("{url}{separator}options[search_path]={schema}"))
}

fn lock_timeout() -> Result<Duration, Box<dyn Error>> {
    let seconds = setting("MIGRATE_LOCK_TIMEOUT").map_or(Ok(60), |value| value.parse());
    let seconds = seconds.map_err(|_| "MIGRATE_LOCK_TIMEOUT is a whole number of seconds")?;
    Ok(Duration::from_secs(seconds))
}

fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn report(what: &str, names: &[String]) {
    if names.is_empty() {
        println!("nothing to do");
    }
    for name in names {
        println!("{what} {name}");
    }
}
