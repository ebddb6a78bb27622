//! Runs an application's migrations: in one process at a time, and all of them or none.

mod connection;
mod error;
mod history;
mod references;
mod runner;

pub use connection::open;
pub use error::MigrateError;
pub use history::TABLE;
pub use references::{BrokenReference, broken_references};
pub use runner::{down, dry_run, fresh, status, up};

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// The migrations of an application, and the check that runs before them.
pub trait Migrations: MigratorTrait {
    /// Examines the database before the migrations with the names `pending` run, and changes
    /// nothing. Runs in their transaction.
    ///
    /// # Errors
    /// [`MigrateError::Unfit`] stops the run.
    fn examine(
        _: &SchemaManager<'_>,
        _pending: &[String],
    ) -> impl Future<Output = Result<(), MigrateError>> {
        std::future::ready(Ok(()))
    }
}

/// Runs the statements written for the engine of the database.
///
/// # Errors
/// When a statement fails.
pub async fn execute(
    manager: &SchemaManager<'_>,
    postgres: &str,
    sqlite: &str,
) -> Result<(), DbErr> {
    let statements = match manager.get_database_backend() {
        DbBackend::Postgres => postgres,
        DbBackend::Sqlite => sqlite,
        other => {
            return Err(DbErr::BackendNotSupported {
                db: other.as_str(),
                ctx: "migration",
            });
        }
    };
    let connection = manager.get_connection();
    connection.execute_unprepared(statements).await.map(|_| ())
}

/// Drops tables that a migration created, in the given order: name those that refer to others
/// first. Fails if a table of another program refers to one of them, because nothing is dropped by
/// cascade.
///
/// # Errors
/// When a table cannot be dropped.
pub async fn drop_tables(
    manager: &SchemaManager<'_>,
    tables: &[&'static str],
) -> Result<(), DbErr> {
    for table in tables {
        let statement = Table::drop().table(*table).take();
        manager.drop_table(statement).await?;
    }
    Ok(())
}
