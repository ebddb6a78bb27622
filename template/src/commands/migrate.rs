use std::io::{IsTerminal, Write};

use ::migration::Migrator;
use app::config::Settings;
use better_auth::commands::Failure;
use clap::Subcommand;
use database::{Database, migration};

#[derive(Subcommand)]
pub enum Step {
    /// Apply every migration that is pending
    Up {
        /// How many migrations to apply [default: all]
        #[arg(short, long)]
        number: Option<u32>,
    },
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

/// Changes the schema as `step` says.
pub async fn run(step: Step, settings: &Settings) -> Result<(), Failure> {
    let url = settings.database.expose_url();
    Database::check_server(&settings.database).await?;
    let wait = settings.database.migrate_lock_timeout;
    match step {
        Step::Up { number } => {
            report(
                "applied",
                &migration::up::<Migrator>(url, number, wait).await?,
            );
        }
        Step::Down { number } => report(
            "rolled back",
            &migration::down::<Migrator>(url, Some(number), wait).await?,
        ),
        Step::Status => {
            for (name, applied) in migration::status::<Migrator>(url).await? {
                println!("{} {name}", if applied { "applied" } else { "pending" });
            }
        }
        Step::Fresh { yes } => {
            if !yes
                && !confirmed(
                    "This deletes every row of the API and, unless Better Auth made its tables itself, all users, sessions, accounts and signing keys. Continue? [y/N] ",
                )?
            {
                return Err("nothing was dropped: answer y, or give --yes".into());
            }
            report("applied", &migration::fresh::<Migrator>(url, wait).await?);
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

/// Asks for confirmation. Without a terminal nobody can answer, which counts as no.
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
