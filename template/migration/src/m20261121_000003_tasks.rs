//! Tasks, and which tags each of them carries.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, POSTGRES, SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["task_tags", "tasks"]).await
    }
}

// Priorities are 1 low, 2 medium, 3 high, so that they sort by weight; titles sort by code point,
// as in Rust, whatever the database's collation is. There is an index for each order of a user's
// live tasks, and one for the cascade that deletes a user. A PostgreSQL index cannot be read in
// both directions with nulls last: it has due dates ascending and priorities descending.
const POSTGRES: &str = r#"
CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES {user} (uuid) ON DELETE CASCADE,
    title text COLLATE "C" NOT NULL,
    description text,
    completed boolean NOT NULL DEFAULT false,
    priority smallint CONSTRAINT tasks_priority_check CHECK (priority BETWEEN 1 AND 3),
    due_date timestamptz(3),
    reminder_at timestamptz(3) CONSTRAINT tasks_reminder_at_check CHECK (reminder_at < due_date),
    recurrence_pattern text CONSTRAINT tasks_recurrence_pattern_check
        CHECK (recurrence_pattern IN ('daily', 'weekly', 'monthly', 'custom')),
    recurrence_config jsonb CONSTRAINT tasks_recurrence_config_check CHECK (
        (recurrence_config IS NOT NULL) = (recurrence_pattern IS NOT DISTINCT FROM 'custom')
    ),
    search_text text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    deleted_at timestamptz(3)
);
CREATE INDEX tasks_user_id_idx ON tasks (user_id);
CREATE INDEX tasks_user_id_created_at_id_idx ON tasks (user_id, created_at, id)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_user_id_due_date_id_idx ON tasks (user_id, due_date, id)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_user_id_priority_id_idx ON tasks (user_id, priority DESC NULLS LAST, id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_user_id_title_id_idx ON tasks (user_id, title, id)
    WHERE deleted_at IS NULL;

CREATE TABLE task_tags (
    task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    tag_id uuid NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, tag_id)
);
CREATE INDEX task_tags_tag_id_idx ON task_tags (tag_id);
"#;

// VACUUM keeps the `rowid` only if it is a declared column; the search index refers to it.
const SQLITE: &str = r#"
CREATE TABLE tasks (
    rowid integer PRIMARY KEY,
    id text NOT NULL UNIQUE,
    user_id text NOT NULL REFERENCES {user} (uuid) ON DELETE CASCADE,
    title text NOT NULL,
    description text,
    completed boolean NOT NULL DEFAULT false,
    priority smallint CONSTRAINT tasks_priority_check CHECK (priority BETWEEN 1 AND 3),
    due_date text,
    reminder_at text CONSTRAINT tasks_reminder_at_check CHECK (reminder_at < due_date),
    recurrence_pattern text CONSTRAINT tasks_recurrence_pattern_check
        CHECK (recurrence_pattern IN ('daily', 'weekly', 'monthly', 'custom')),
    recurrence_config text CONSTRAINT tasks_recurrence_config_check CHECK (
        (recurrence_config IS NOT NULL) = (recurrence_pattern IS NOT DISTINCT FROM 'custom')
    ),
    search_text text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    deleted_at text
);
CREATE INDEX tasks_user_id_idx ON tasks (user_id);
CREATE INDEX tasks_user_id_created_at_id_idx ON tasks (user_id, created_at, id)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_user_id_due_date_id_idx ON tasks (user_id, due_date, id)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_user_id_priority_id_idx ON tasks (user_id, priority, id)
    WHERE deleted_at IS NULL;
CREATE INDEX tasks_user_id_title_id_idx ON tasks (user_id, title, id)
    WHERE deleted_at IS NULL;

CREATE TABLE task_tags (
    task_id text NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    tag_id text NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (task_id, tag_id)
);
CREATE INDEX task_tags_tag_id_idx ON task_tags (tag_id);
"#;
