//! Entities and migrations say the same.

use std::{collections::BTreeMap, fs};

use app::entities::{self, account, verification};
use database::{audit, idempotency_key_entity};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IdenStatic, Iterable,
    Statement, sea_query::ColumnType,
};

use crate::support::TestApp;

/// A column as the database has it.
struct Column {
    kind: String,
    nullable: bool,
}

async fn columns(table: &str, db: &DatabaseConnection) -> BTreeMap<String, Column> {
    let query = match db.get_database_backend() {
        DbBackend::Postgres => format!(
            "SELECT column_name AS name, udt_name AS kind, is_nullable = 'YES' AS nullable
             FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = '{table}'"
        ),
        _ => format!(
            r#"SELECT name, lower(type) AS kind, "notnull" = 0 AS nullable
               FROM pragma_table_xinfo('{table}') WHERE name <> 'rowid'"#
        ),
    };
    let query = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(query).await.unwrap();
    let column = |row: &sea_orm::QueryResult| {
        let column = Column {
            kind: row.try_get("", "kind").unwrap(),
            nullable: row.try_get("", "nullable").unwrap(),
        };
        (row.try_get("", "name").unwrap(), column)
    };
    rows.iter().map(column).collect()
}

/// What a column of this type may be called by the engine.
fn kinds(kind: &ColumnType, backend: DbBackend) -> &'static [&'static str] {
    match (kind, backend) {
        (ColumnType::String(_) | ColumnType::Text, DbBackend::Postgres) => &["text"],
        (ColumnType::Boolean, DbBackend::Postgres) => &["bool"],
        (ColumnType::SmallInteger, DbBackend::Postgres) => &["int2"],
        (ColumnType::Integer, DbBackend::Postgres) => &["int4"],
        (ColumnType::Decimal(_), DbBackend::Postgres) => &["numeric"],
        (ColumnType::Uuid, DbBackend::Postgres) => &["uuid"],
        (ColumnType::TimestampWithTimeZone, DbBackend::Postgres) => &["timestamptz"],
        (ColumnType::JsonBinary, DbBackend::Postgres) => &["jsonb"],
        (ColumnType::JsonBinary, _) => &["text"],
        // Times are text too; Better Auth declares its own as dates.
        (ColumnType::String(_) | ColumnType::Text, _) => &["text", "date"],
        (ColumnType::Boolean, _) => &["boolean", "integer"],
        (ColumnType::SmallInteger, _) => &["smallint"],
        (ColumnType::Integer, _) => &["integer"],
        // Exact numbers.
        (ColumnType::BigInteger, _) => &["bigint"],
        _ => panic!("{kind:?} has no place in the schema yet: say here what it is called"),
    }
}

/// Every difference between an entity and its table, in words.
async fn drift<E: EntityTrait>(entity: E, db: &DatabaseConnection) -> Vec<String> {
    let table = entity.table_name();
    let mut present = columns(table, db).await;
    let mut found = Vec::new();
    for column in E::Column::iter() {
        let (name, wanted) = (column.as_str().to_owned(), column.def());
        let Some(present) = present.remove(&name) else {
            found.push(format!("{table}.{name} has no migration"));
            continue;
        };
        let kinds = kinds(wanted.get_column_type(), db.get_database_backend());
        if !kinds.contains(&present.kind.as_str()) {
            found.push(format!("{table}.{name} is {}, not {kinds:?}", present.kind));
        }
        if wanted.is_null() != present.nullable {
            found.push(format!("{table}.{name}: nullable is {}", present.nullable));
        }
    }
    found.extend(
        present
            .keys()
            .map(|name| format!("{table}.{name} is in no entity")),
    );
    found
}

/// Compares these entities, each named as its file is.
macro_rules! drifts {
    ($db:expr; $($entity:ident),+ $(,)?) => {
        vec![$((stringify!($entity), drift(entities::$entity::Entity, $db).await)),+]
    };
}

async fn all(db: &DatabaseConnection) -> Vec<(&'static str, Vec<String>)> {
    drifts![
        db;
        account,
        jwks,
        session,
        tag,
        task,
        task_tag,
        user,
        verification,
    ]
}

#[actix_web::test]
async fn every_entity_is_as_the_migrations_made_its_table() {
    let app = TestApp::start().await;
    let compared = all(app.db()).await;
    let mut found: Vec<_> = compared
        .iter()
        .flat_map(|(_, drift)| drift.clone())
        .collect();
    found.extend(drift(idempotency_key_entity::Entity, app.db()).await);
    found.extend(drift(audit::Entity, app.db()).await);
    assert!(found.is_empty(), "{found:#?}");
    let compared: Vec<_> = compared.iter().map(|(name, _)| *name).collect();
    for folder in ["src/entities", "crates/better-auth/src/entities"] {
        for file in fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_stem().unwrap().to_str().unwrap();
            let known = name == "mod" || compared.contains(&name);
            assert!(known, "{name} is not compared");
        }
    }
}

#[actix_web::test]
async fn a_column_that_differs_is_named() {
    let app = TestApp::start().await;
    let (change, kinds) = match app.db().get_database_backend() {
        DbBackend::Postgres => (
            "ALTER TABLE account ALTER COLUMN scope TYPE integer USING 0;
             ALTER TABLE account ALTER COLUMN password SET NOT NULL",
            r#"int4, not ["text"]"#,
        ),
        _ => (
            "ALTER TABLE account DROP COLUMN scope; ALTER TABLE account ADD COLUMN scope integer;
             ALTER TABLE account DROP COLUMN password;
             ALTER TABLE account ADD COLUMN password text NOT NULL DEFAULT ''",
            r#"integer, not ["text", "date"]"#,
        ),
    };
    app.sql(change).await;
    let found = [
        format!("account.scope is {kinds}"),
        "account.password: nullable is false".to_owned(),
    ];
    assert_eq!(drift(account::Entity, app.db()).await, found);
    app.sql("ALTER TABLE verification RENAME COLUMN value TO other")
        .await;
    assert_eq!(
        drift(verification::Entity, app.db()).await,
        [
            "verification.value has no migration",
            "verification.other is in no entity"
        ]
    );
}
