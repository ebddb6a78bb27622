//! Tags: names that a user gives to tasks.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, POSTGRES, SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["tags"]).await
    }
}

// Names sort by code point, as in Rust, whatever the database's collation is. The second index is
// for the cascade that deletes a user.
const POSTGRES: &str = r#"
CREATE TABLE tags (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES {user} (uuid) ON DELETE CASCADE,
    name text COLLATE "C" NOT NULL CONSTRAINT tags_name_check CHECK (length(name) BETWEEN 1 AND 50),
    color text CONSTRAINT tags_color_check CHECK (color ~ '^#[0-9A-Fa-f]{6}$'),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    deleted_at timestamptz(3)
);
CREATE UNIQUE INDEX tags_user_id_name_key ON tags (user_id, name) WHERE deleted_at IS NULL;
CREATE INDEX tags_user_id_idx ON tags (user_id);
"#;

const SQLITE: &str = r#"
CREATE TABLE tags (
    id text NOT NULL PRIMARY KEY,
    user_id text NOT NULL REFERENCES {user} (uuid) ON DELETE CASCADE,
    name text NOT NULL CONSTRAINT tags_name_check CHECK (length(name) BETWEEN 1 AND 50),
    color text CONSTRAINT tags_color_check CHECK (
        color GLOB '#[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]'
    ),
    version integer NOT NULL DEFAULT 1,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    deleted_at text
);
CREATE UNIQUE INDEX tags_user_id_name_key ON tags (user_id, name) WHERE deleted_at IS NULL;
CREATE INDEX tags_user_id_idx ON tags (user_id);
"#;
