use app::{
    config::Settings,
    database::Database,
    services::purge,
    types::{Operator, UtcDateTime},
};
use clap::{Args, value_parser};

use super::Failure;

const DAY: i64 = 24 * 60 * 60;

/// What `purge` is asked to do.
#[derive(Args)]
pub struct Arguments {
    /// Only what was deleted so many days ago or earlier
    #[arg(long, value_name = "DAYS", value_parser = value_parser!(i64).range(1..=36_500))]
    older_than: i64,
}

/// Removes what was deleted long ago, and says how much.
pub async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    let database = Database::open(&settings.database).await?;
    let before = UtcDateTime::now().plus_seconds(-arguments.older_than * DAY);
    let operator = Operator::at_the_command_line();
    println!(
        "removed {}",
        purge::purge(operator, before, &database).await?
    );
    database.close().await?;
    Ok(())
}
