use app::{
    config::Settings,
    database::Database,
    services::{crowd, demo},
    types::Operator,
};
use clap::{Args, value_parser};
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;

/// What `seed` is asked to do.
#[derive(Args)]
pub struct Arguments {
    /// Add so many users for load tests, user0001 and so on, in place of the demo users
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    users: Option<u32>,
}

/// Brings the schema up to date, then adds what is missing.
pub async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    Database::migrate(&settings.database).await?;
    let database = Database::open(&settings.database).await?;
    let added = match arguments.users {
        None => demo::seed(&database).await?,
        Some(users) => {
            let bar = progress_bar(u64::from(users))?;
            let operator = Operator::at_the_command_line();
            let added = crowd::gather(operator, users, &database, |rows| bar.inc(rows)).await?;
            bar.finish_and_clear();
            added
        }
    };
    println!("added {added}");
    database.close().await?;
    Ok(())
}

/// On a terminal; elsewhere nothing is drawn.
fn progress_bar(rows: u64) -> Result<ProgressBar, Failure> {
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} rows, {eta} left")?;
    Ok(ProgressBar::new(rows).with_style(style))
}
