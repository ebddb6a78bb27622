//! Tries a sign-up as Better Auth does it, and takes it back.

use database::quoted;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};
use uuid::Uuid;

use crate::{
    ids::NATIVE_IDS,
    schema::{
        adoption::uuid_trigger,
        catalogue,
        definitions::{Kind, random_uuid},
        found::FoundTable,
        matching::MatchedColumn,
    },
};

/// What became of a trial.
pub(crate) enum SignUp {
    /// The new user has a UUID.
    Works,
    /// The new user has none: this stands in its place.
    WithoutUuid(String),
    /// The row was not accepted.
    Rejected(DbErr),
}

/// Inserts a user, with a `uuid` or without, reads it back, and takes it back. Needs a transaction.
pub(crate) async fn rehearse(
    manager: &SchemaManager<'_>,
    users: &FoundTable,
    with_uuid: bool,
) -> Result<SignUp, DbErr> {
    let connection = manager.get_connection();
    connection
        .execute_unprepared("SAVEPOINT sign_up_trial")
        .await?;
    let tried = insert(manager, users, with_uuid).await;
    connection
        .execute_unprepared("ROLLBACK TO SAVEPOINT sign_up_trial; RELEASE SAVEPOINT sign_up_trial")
        .await?;
    Ok(match tried {
        Ok(uuid) if uuid.parse::<Uuid>().is_ok() => SignUp::Works,
        Ok(uuid) => SignUp::WithoutUuid(uuid),
        Err(error) => SignUp::Rejected(error),
    })
}

/// Returns the new user's `uuid`, which is empty if there is none.
async fn insert(
    manager: &SchemaManager<'_>,
    users: &FoundTable,
    with_uuid: bool,
) -> Result<String, DbErr> {
    let engine = manager.get_database_backend();
    let id = Uuid::new_v4().to_string();
    let columns = users.matched.columns.iter().filter(|column| {
        let is_written = match column.column.kind {
            Kind::Uuid => with_uuid && !column.column.is_generated(),
            _ => column.column.required,
        };
        column.exists && is_written
    });
    let (names, values): (Vec<_>, Vec<_>) = columns
        .map(|column| (quoted(&column.name), value(users, column, &id, engine)))
        .unzip();
    let (table, id_column) = (quoted(&users.matched.name), quoted(users.column("id")));
    let insert = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        values.join(", ")
    );
    manager.get_connection().execute_unprepared(&insert).await?;
    if users.uuid().is_none_or(|(_, uuid)| uuid.is_none()) {
        return Ok(id);
    }
    let read = format!(
        "SELECT coalesce(CAST(uuid AS text), '') FROM {table} WHERE CAST({id_column} AS text) = '{id}'"
    );
    let uuids = catalogue::texts(manager, Statement::from_string(engine, read)).await?;
    Ok(uuids.into_iter().next().unwrap_or_default())
}

fn value(users: &FoundTable, column: &MatchedColumn, id: &str, engine: DbBackend) -> String {
    let is_number = users
        .existing(column)
        .is_some_and(|existing| existing.data_type.contains("int"));
    match column.column.kind {
        Kind::Id if NATIVE_IDS && engine == DbBackend::Postgres => format!("'{id}'::uuid"),
        Kind::Id | Kind::User => format!("'{id}'"),
        Kind::Text => format!("'{id}@user.invalid'"),
        Kind::Boolean if is_number || engine == DbBackend::Sqlite => "0".to_owned(),
        Kind::Boolean => "false".to_owned(),
        Kind::Time if engine == DbBackend::Sqlite && is_number => "1795262400000".to_owned(),
        Kind::Time => "'2026-11-21T12:00:00.000Z'".to_owned(),
        Kind::Uuid => random_uuid(engine).to_owned(),
    }
}

/// The statement that gives new users a `uuid` again.
pub(crate) fn uuid_remedy(users: &FoundTable, engine: DbBackend) -> String {
    match engine {
        DbBackend::Postgres => format!(
            "ALTER TABLE {} ALTER COLUMN uuid SET DEFAULT {}",
            quoted(&users.matched.name),
            random_uuid(engine)
        ),
        _ => uuid_trigger(users),
    }
}
