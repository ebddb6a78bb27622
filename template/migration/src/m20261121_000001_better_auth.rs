//! The tables of Better Auth: created, or adopted if Better Auth has created them.

use better_auth::schema;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::create_or_adopt(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if schema::delete_adoption_record(manager).await? {
            return Ok(());
        }
        crate::drop_tables(manager, &schema::table_names()).await
    }
}
