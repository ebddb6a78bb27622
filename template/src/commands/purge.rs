use app::{config::Settings, repositories::PURGED};
use better_auth::commands::Failure;
use clap::{Args, value_parser};
use database::{Database, Operator, UtcDateTime, purge};

const DAY: i64 = 24 * 60 * 60;

#[derive(Args)]
pub struct Arguments {
    /// Only rows that were deleted at least this many days ago
    #[arg(long, value_name = "DAYS", value_parser = value_parser!(i64).range(1..=36_500))]
    older_than: i64,
}

/// Removes what was deleted long ago, and the audit trail older than AUDIT_RETENTION_DAYS; prints
/// how much.
pub async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    let database = Database::open(&settings.database).await?;
    let ago = |days: i64| UtcDateTime::now().plus_seconds(-days * DAY);
    let operator = Operator::at_the_command_line();
    let audited_before = settings.audit_retention_days.map(ago);
    let before = ago(arguments.older_than);
    let purged = purge::purge(operator, PURGED, before, audited_before, &database).await?;
    println!("removed {purged}");
    database.close().await?;
    Ok(())
}
