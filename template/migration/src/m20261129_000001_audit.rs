//! The audit trail: what administrators change.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, POSTGRES, SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["audit_entries"]).await
    }
}

// No foreign keys: an entry outlives the administrator and the row.
const POSTGRES: &str = r#"
CREATE TABLE audit_entries (
    id uuid PRIMARY KEY,
    created_at timestamptz(3) NOT NULL,
    actor_id uuid NOT NULL,
    impersonated_by text,
    action text NOT NULL
        CONSTRAINT audit_entries_action_check CHECK (action IN ('create', 'update', 'delete', 'restore')),
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    request_id text NOT NULL
);
CREATE INDEX audit_entries_created_at_id_idx ON audit_entries (created_at, id);
CREATE INDEX audit_entries_actor_id_created_at_id_idx ON audit_entries (actor_id, created_at, id);
CREATE INDEX audit_entries_row_id_created_at_id_idx ON audit_entries (row_id, created_at, id);
"#;

const SQLITE: &str = r#"
CREATE TABLE audit_entries (
    id text NOT NULL PRIMARY KEY,
    created_at text NOT NULL,
    actor_id text NOT NULL,
    impersonated_by text,
    action text NOT NULL
        CONSTRAINT audit_entries_action_check CHECK (action IN ('create', 'update', 'delete', 'restore')),
    table_name text NOT NULL,
    row_id text NOT NULL,
    request_id text NOT NULL
);
CREATE INDEX audit_entries_created_at_id_idx ON audit_entries (created_at, id);
CREATE INDEX audit_entries_actor_id_created_at_id_idx ON audit_entries (actor_id, created_at, id);
CREATE INDEX audit_entries_row_id_created_at_id_idx ON audit_entries (row_id, created_at, id);
"#;
