use app::{config::Settings, services::demo};
use better_auth::{commands::Failure, schema};
use database::Database;
use migration::Migrator;

/// Brings the schema up to date, then adds what is missing.
pub async fn run(settings: &Settings) -> Result<(), Failure> {
    Database::migrate::<Migrator>(&settings.database).await?;
    let database = Database::open(&settings.database).await?;
    schema::load(database.read(), false).await?;
    println!("added {}", demo::seed(&database).await?);
    database.close().await?;
    Ok(())
}
