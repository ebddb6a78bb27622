//! The migrations of this application.
//!
//! `database::migration` runs them: it locks the database and works in one transaction.
//! [`Migrator`] is the plain list that SeaORM's tools expect.

use better_auth::schema::{self, execute};
use database::migration::{self, MigrateError, Migrations, drop_tables};
use sea_orm_migration::{prelude::*, sea_orm::TransactionTrait};

mod m20261121_000001_better_auth;
mod m20261121_000002_tags;
mod m20261121_000003_tasks;
mod m20261121_000004_search;
mod m20261121_000005_idempotency;
mod m20261129_000001_audit;

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

    fn migration_table_name() -> DynIden {
        migration::TABLE.into_iden()
    }

    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_better_auth::Migration),
            Box::new(m20261121_000002_tags::Migration),
            Box::new(m20261121_000003_tasks::Migration),
            Box::new(m20261121_000004_search::Migration),
            Box::new(m20261121_000005_idempotency::Migration),
            Box::new(m20261129_000001_audit::Migration),
        ]
    }
}

impl Migrations for Migrator {
    async fn examine(manager: &SchemaManager<'_>, pending: &[String]) -> Result<(), MigrateError> {
        let first = m20261121_000001_better_auth::Migration;
        if pending.iter().any(|name| name == first.name()) {
            schema::examine(manager).await?;
        }
        Ok(())
    }
}
