use std::io::{BufWriter, Write, stdout};

use app::{config::Settings, repositories::EXPORTED};
use better_auth::{commands::Failure, export, schema};
use clap::Args;
use database::{Database, UserUuid};

#[derive(Args)]
pub struct Arguments {
    /// The user's UUID (not Better Auth's id)
    uuid: UserUuid,
}

/// Prints everything about a user as JSON.
pub async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    let database = Database::open(&settings.database).await?;
    schema::load(database.read(), false).await?;
    let mut out = BufWriter::new(stdout().lock());
    export::export(arguments.uuid, EXPORTED, &database, &mut out).await?;
    out.flush()?;
    database.close().await?;
    Ok(())
}
