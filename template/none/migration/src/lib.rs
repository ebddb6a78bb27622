//! The database schema, as steps that can be applied and rolled back.
//!
//! Programs change a schema with [`up`], [`down`] and [`fresh`], which lock the database and
//! work in one transaction. [`Migrator`] is the plain list that SeaORM's tools expect.

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("choose an engine: feature postgres, sqlite or both");

mod adoption;
mod better_auth;
mod catalogue;
mod connection;
mod error;
mod obstacles;
mod rebuild;
mod runner;
mod tables;

pub use better_auth::NATIVE_IDS;
pub use error::MigrateError;
pub use runner::{down, fresh, status, up, up_steps};
pub use tables::{Tables, inspect};

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, TransactionTrait},
};

mod m20261121_000001_better_auth;
mod m20261121_000005_idempotency;

/// The migrations in the order in which they are applied.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    /// Rolls every migration back and applies all again.
    ///
    /// SeaORM's own version drops every table it finds, those of other programs included.
    async fn fresh<'c, C>(db: C) -> Result<(), DbErr>
    where
        C: IntoSchemaManagerConnection<'c>,
    {
        let transaction = db.into_database_executor().begin().await?;
        Self::refresh(&transaction).await?;
        transaction.commit().await
    }

    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_better_auth::Migration),
            Box::new(m20261121_000005_idempotency::Migration),
        ]
    }
}

/// Runs the statements written for the engine at hand.
async fn execute(manager: &SchemaManager<'_>, postgres: &str, sqlite: &str) -> Result<(), DbErr> {
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

/// Drops tables that a migration made, those that refer to others first. A table of someone
/// else's that refers to one of them makes it fail: nothing is dropped by cascade.
async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        let statement = Table::drop().table(*table).take();
        manager.drop_table(statement).await?;
    }
    Ok(())
}
