//! Tries in the database what requests do there, and takes back what that writes.

use database::{
    Constraint, DatabaseSettings, Error, IdempotencyKey, UserUuid, UtcDateTime, idempotency_keys,
    migration,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement,
    TransactionTrait,
};
use uuid::Uuid;

use crate::{
    commands::{doctor::report::Report, failure::Failure},
    config::{BetterAuthSettings, SessionVerification},
    provisioning,
    repositories::{sessions, users},
    schema,
};

pub(crate) fn reads_sessions(better_auth: &BetterAuthSettings) -> bool {
    better_auth.sessions.verification == SessionVerification::Database
}

/// Reads a user, writes a row of one, and looks up a session and adds a user where the settings ask
/// for that; also whether the database at `url` allows the connections that the pool may have.
pub(crate) async fn try_requests(
    report: &mut Report,
    url: &str,
    settings: &DatabaseSettings,
    better_auth: &BetterAuthSettings,
) {
    let tried = async {
        settings.engine.choose()?;
        let database = migration::open(url).await?;
        schema::load(&database, reads_sessions(better_auth)).await?;
        check_connection_limit(report, settings, &database).await?;
        try_statements(report, better_auth, &database).await;
        Ok::<_, Failure>(database.close().await?)
    };
    if let Err(error) = tried.await {
        report.failed("requests", error);
    }
}

async fn try_statements(
    report: &mut Report,
    better_auth: &BetterAuthSettings,
    database: &DatabaseConnection,
) {
    let nobody = UserUuid::from(Uuid::new_v4());
    let read = users::find_with_ban(nobody, database).await;
    report_outcome(report, "a user cannot be read", read.map(drop));
    let written = rolled_back(database, async |it| write_row(nobody, it).await).await;
    report_outcome(report, "a user's row cannot be written", written);
    if reads_sessions(better_auth) {
        let found = sessions::find_open("doctor", database).await;
        report_outcome(report, "a session cannot be looked up", found.map(drop));
    }
    if better_auth.user_provisioning {
        let added = rolled_back(database, async |it| provisioning::add_user(it).await).await;
        report_outcome(report, "USER_PROVISIONING cannot add every user", added);
    }
}

/// A CHECK may be about values that only the trial has.
fn report_outcome(report: &mut Report, problem: &str, tried: Result<(), Error>) {
    let Err(error) = tried else {
        return;
    };
    let message = format!("{problem}: {error}");
    if error.constraint() == Some(Constraint::Check) {
        report.doubt("requests", message);
    } else {
        report.failed("requests", message);
    }
}

async fn rolled_back(
    database: &DatabaseConnection,
    work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<(), Error>,
) -> Result<(), Error> {
    let transaction = database.begin().await?;
    work(&transaction).await?;
    Ok(transaction.rollback().await?)
}

/// Writes a row of a user who does not exist, which only the foreign key may refuse.
async fn write_row(nobody: UserUuid, transaction: &DatabaseTransaction) -> Result<(), Error> {
    let Some(key) = IdempotencyKey::new(b"doctor", [b"", b"", b""]) else {
        return Ok(());
    };
    let written = idempotency_keys::claim(nobody, &key, UtcDateTime::now(), transaction).await;
    match written {
        Err(error) if error.constraint() == Some(Constraint::ForeignKey) => Ok(()),
        written => written.map(drop),
    }
}

async fn check_connection_limit(
    report: &mut Report,
    settings: &DatabaseSettings,
    database: &DatabaseConnection,
) -> Result<(), DbErr> {
    let size = settings.max_connections;
    match connection_limit(database).await? {
        Some(limit) if limit < i64::from(size) => report.failed(
            "database",
            format!(
                "PostgreSQL allows {limit} connections, and the pool may open {size}, so that requests \
                 fail while many are served: set DATABASE_MAX_CONNECTIONS={limit}, or less if others \
                 connect too, or raise the limit of the role, the database or the server"
            ),
        ),
        _ => {}
    }
    Ok(())
}

/// The least that the role, the database and the server allow; `None` without a limit.
async fn connection_limit(database: &DatabaseConnection) -> Result<Option<i64>, DbErr> {
    const LIMIT: &str = "
        SELECT least(
            nullif(rolconnlimit, -1), nullif(datconnlimit, -1),
            current_setting('max_connections')::int
                - current_setting('superuser_reserved_connections')::int
        )::bigint
        FROM pg_roles, pg_database
        WHERE rolname = session_user AND datname = current_database() AND NOT rolsuper";
    if database.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let query = Statement::from_string(DbBackend::Postgres, LIMIT);
    let row = database.query_one_raw(query).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}
