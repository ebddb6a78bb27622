//! Requests that were sent under an Idempotency-Key, and their responses.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, POSTGRES, SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["idempotency_keys"]).await
    }
}

// The answer is null while its request is being handled, inside its uncommitted transaction.
const POSTGRES: &str = r#"
CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL REFERENCES {user} (uuid) ON DELETE CASCADE,
    key text NOT NULL,
    fingerprint text NOT NULL,
    answer jsonb,
    created_at timestamptz(3) NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);
"#;

const SQLITE: &str = r#"
CREATE TABLE idempotency_keys (
    user_id text NOT NULL REFERENCES {user} (uuid) ON DELETE CASCADE,
    key text NOT NULL,
    fingerprint text NOT NULL,
    answer text,
    created_at text NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);
"#;
