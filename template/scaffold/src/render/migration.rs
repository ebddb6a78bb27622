//! The migration that makes a table.

use super::{Names, field::Column};
use crate::resource::{Kind, Resource, Writer};

const MIGRATION: &str = r##"//! $Many.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::execute(manager, POSTGRES, SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["$plural"]).await
    }
}

"##;

#[derive(Clone, Copy, PartialEq)]
enum Engine {
    Postgres,
    Sqlite,
}

pub fn migration(resource: &Resource, names: &Names) -> String {
    let text = names.fill(MIGRATION);
    let postgres = statements(resource, Engine::Postgres);
    let sqlite = statements(resource, Engine::Sqlite);
    format!(
        "{text}const POSTGRES: &str = r#\"\n{postgres}\"#;\n\nconst SQLITE: &str = r#\"\n{sqlite}\"#;\n"
    )
}

fn statements(resource: &Resource, engine: Engine) -> String {
    let (id, time) = match engine {
        Engine::Postgres => ("uuid", "timestamptz(3)"),
        Engine::Sqlite => ("text", "text"),
    };
    let table = resource.names.plural();
    let columns = Column::all(resource);
    let is_owned = resource.access.writer == Writer::Owner;
    let key = match engine {
        Engine::Postgres => "id uuid PRIMARY KEY",
        Engine::Sqlite => "id text NOT NULL PRIMARY KEY",
    };
    let mut lines = vec![key.to_owned()];
    lines
        .extend(is_owned.then(|| {
            format!("user_id {id} NOT NULL REFERENCES \"user\" (uuid) ON DELETE CASCADE")
        }));
    lines.extend(columns.iter().map(|it| definition(it, table, engine)));
    lines.extend([
        "version integer NOT NULL DEFAULT 1".to_owned(),
        format!("created_at {time} NOT NULL"),
        format!("updated_at {time} NOT NULL"),
        format!("deleted_at {time}"),
    ]);
    let lines = lines.join(",\n    ");
    let indexes = indexes(resource, &columns, engine);
    format!("CREATE TABLE {table} (\n    {lines}\n);\n{indexes}")
}

fn definition(column: &Column, table: &str, engine: Engine) -> String {
    let name = column.name();
    let check = |rule: &str| format!(" CONSTRAINT {table}_{name}_check CHECK ({name} {rule})");
    let (kind, rest) = match (column.kind(), engine) {
        (Kind::String, Engine::Postgres) => ("text COLLATE \"C\"".to_owned(), String::new()),
        (Kind::String | Kind::Text, _) => ("text".to_owned(), String::new()),
        (Kind::Bool, _) => ("boolean".to_owned(), String::new()),
        (Kind::Int(None), _) => ("integer".to_owned(), String::new()),
        (Kind::Int(Some(range)), _) => {
            let rule = format!("BETWEEN {} AND {}", range.start(), range.end());
            ("integer".to_owned(), check(&rule))
        }
        (Kind::Enum(words), _) => {
            let rule = format!("BETWEEN 1 AND {}", words.len());
            ("smallint".to_owned(), check(&rule))
        }
        (Kind::Decimal { precision, scale }, Engine::Postgres) => {
            (format!("numeric({precision}, {scale})"), String::new())
        }
        (Kind::Decimal { .. }, Engine::Sqlite) => ("bigint".to_owned(), String::new()),
        (Kind::Datetime, Engine::Postgres) => ("timestamptz(3)".to_owned(), String::new()),
        (Kind::Datetime, Engine::Sqlite) => ("text".to_owned(), String::new()),
        (Kind::References(target), engine) => {
            let kind = if engine == Engine::Postgres {
                "uuid"
            } else {
                "text"
            };
            let action = if column.is_nullable() {
                "SET NULL"
            } else {
                "CASCADE"
            };
            let target = target.names.plural();
            (
                kind.to_owned(),
                format!(" REFERENCES {target} (id) ON DELETE {action}"),
            )
        }
    };
    let not_null = if column.is_nullable() {
        ""
    } else {
        " NOT NULL"
    };
    format!("{name} {kind}{not_null}{rest}")
}

/// One for each order of live rows, one for each reference, and one for the cascade that deletes a
/// user.
fn indexes(resource: &Resource, columns: &[Column], engine: Engine) -> String {
    let table = resource.names.plural();
    let mut indexes = String::new();
    let mut index = |name: &str, columns: &str, rest: &str| {
        indexes += &format!("CREATE INDEX {table}_{name}_idx ON {table} ({columns}){rest};\n");
    };
    let is_owned = resource.access.writer == Writer::Owner;
    if is_owned {
        index("user_id", "user_id", "");
    }
    let references = columns
        .iter()
        .filter(|it| matches!(it.kind(), Kind::References(_)));
    for reference in references {
        index(reference.name(), reference.name(), "");
    }
    // On PostgreSQL an index cannot be read both ways with nulls last: times rise, others fall.
    let falls = |column: &&Column| {
        engine == Engine::Postgres
            && column.is_nullable()
            && !matches!(column.kind(), Kind::Datetime)
    };
    let mut orders = vec![("created_at", "created_at, id".to_owned())];
    orders.extend(columns.iter().filter(|it| it.is_sortable()).map(|column| {
        let name = column.name();
        match falls(&column) {
            true => (name, format!("{name} DESC NULLS LAST, id DESC")),
            false => (name, format!("{name}, id")),
        }
    }));
    let is_read_by_all = !is_owned || resource.access.public_read;
    for (name, order) in &orders {
        if is_owned {
            let columns = format!("user_id, {order}");
            index(
                &format!("user_id_{name}_id"),
                &columns,
                "\n    WHERE deleted_at IS NULL",
            );
        }
        if is_read_by_all {
            index(&format!("{name}_id"), order, " WHERE deleted_at IS NULL");
        }
    }
    indexes
}
