use std::io::{BufWriter, Write, stdout};

use app::{config::Settings, database::Database, services::export, types::UserUuid};
use clap::Args;

use super::Failure;

/// What `export-user` is asked to do.
#[derive(Args)]
pub struct Arguments {
    /// The user's UUID (not Better Auth's id)
    uuid: UserUuid,
}

/// Prints everything about a user as JSON.
pub async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    let database = Database::open(&settings.database).await?;
    let mut out = BufWriter::new(stdout().lock());
    export::export(arguments.uuid, &database, &mut out).await?;
    out.flush()?;
    database.close().await?;
    Ok(())
}
