//! The index of `tasks.search_text`: words that the API has normalized and separated by single
//! spaces, so that no engine's own rules for words, letters and case apply.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, POSTGRES, SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, POSTGRES_DOWN, SQLITE_DOWN).await
    }
}

// array_to_tsvector takes the words as they are, where to_tsvector would look for numbers,
// addresses and paths in them.
const POSTGRES: &str = r#"
CREATE INDEX tasks_search_text_idx ON tasks
    USING gin (array_to_tsvector(string_to_array(search_text, ' ')));
"#;

const POSTGRES_DOWN: &str = "DROP INDEX tasks_search_text_idx";

// The tokenizer `ascii` splits at the spaces alone; `unicode61` would also split at every letter
// that is younger than Unicode 6.1. The triggers also run for cascading deletes.
const SQLITE: &str = r#"
CREATE VIRTUAL TABLE tasks_search USING fts5 (
    search_text, content = 'tasks', tokenize = 'ascii', detail = 'none', columnsize = 0
);
INSERT INTO tasks_search (tasks_search) VALUES ('rebuild');

CREATE TRIGGER tasks_search_insert AFTER INSERT ON tasks BEGIN
    INSERT INTO tasks_search (rowid, search_text) VALUES (new.rowid, new.search_text);
END;
CREATE TRIGGER tasks_search_delete AFTER DELETE ON tasks BEGIN
    INSERT INTO tasks_search (tasks_search, rowid, search_text)
        VALUES ('delete', old.rowid, old.search_text);
END;
CREATE TRIGGER tasks_search_update AFTER UPDATE OF search_text ON tasks
    WHEN old.search_text <> new.search_text
BEGIN
    INSERT INTO tasks_search (tasks_search, rowid, search_text)
        VALUES ('delete', old.rowid, old.search_text);
    INSERT INTO tasks_search (rowid, search_text) VALUES (new.rowid, new.search_text);
END;
"#;

const SQLITE_DOWN: &str = r#"
DROP TRIGGER tasks_search_insert;
DROP TRIGGER tasks_search_delete;
DROP TRIGGER tasks_search_update;
DROP TABLE tasks_search;
"#;
