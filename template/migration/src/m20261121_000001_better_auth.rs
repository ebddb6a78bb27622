//! The tables of Better Auth: made, or adopted where it has made them itself.

use sea_orm_migration::prelude::*;

use crate::{adoption, better_auth};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        adoption::make_or_adopt(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if adoption::forget(manager).await? {
            return Ok(());
        }
        let mut tables = better_auth::TABLES.map(|table| table.name);
        tables.reverse();
        crate::drop_tables(manager, &tables).await
    }
}
