//! Tries in the database what requests do there, and takes back what that writes.

use database::{
    Constraint, DatabaseSettings, Error, IdempotencyKey, UserUuid, UtcDateTime, audit,
    export::Export, idempotency_keys, migration,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    Statement, TransactionTrait,
};
use sea_orm_migration::SchemaManager;
use uuid::Uuid;

use crate::{
    commands::{
        doctor::{report::Report, settings::DoctorSettings},
        failure::Failure,
    },
    config::{BetterAuthSettings, SessionVerification},
    entities::user,
    provisioning,
    repositories::{sessions, users},
    schema::{
        self,
        definitions::TableId,
        found::{self, FoundTable},
        sign_up::{self, SignUp, uuid_remedy},
    },
};

pub(crate) fn reads_sessions(better_auth: &BetterAuthSettings) -> bool {
    better_auth.sessions.verification == SessionVerification::Database
}

/// Signs a user up, reads users and their rows, writes one, and looks up a session and adds a user
/// where the settings ask for that; also whether the database at `url` allows the connections that
/// the pool may have.
pub(crate) async fn try_requests(report: &mut Report, url: &str, settings: &DoctorSettings) {
    let DoctorSettings {
        better_auth,
        database: settings,
        tables,
        ..
    } = settings;
    let tried = async {
        settings.engine.choose()?;
        let database = migration::open(url).await?;
        schema::load(&database, reads_sessions(better_auth)).await?;
        check_connection_limit(report, settings, &database).await?;
        if !better_auth.user_provisioning {
            try_sign_up(report, &database).await?;
        }
        try_reads(report, tables, &database).await;
        try_writes(report, better_auth, &database).await;
        Ok::<_, Failure>(database.close().await?)
    };
    if let Err(error) = tried.await {
        report.failed("requests", error);
    }
}

/// Whether Better Auth can add users, who need a `uuid`.
async fn try_sign_up(report: &mut Report, database: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = database.begin().await?;
    let manager = SchemaManager::new(&transaction);
    let found = found::recall(&manager).await?;
    let Some(users) = found.get(TableId::User) else {
        return Ok(());
    };
    let name = &users.matched.name;
    match sign_up::rehearse(&manager, users, false).await? {
        SignUp::Works => {}
        SignUp::WithoutUuid(_) => report.failed(
            "sign-up",
            format!(
                "nothing gives new rows of {name} a uuid, as after a tool has rebuilt the table: {}",
                uuid_remedy(users, database.get_database_backend())
            ),
        ),
        SignUp::Rejected(error) => {
            // Other columns may be what Better Auth alone knows how to fill.
            let with_uuid = sign_up::rehearse(&manager, users, true).await?;
            let message = format!(
                "{name} takes new rows only with a uuid, which Better Auth sets if it is among its \
                 additionalFields: {error}"
            );
            match with_uuid {
                SignUp::Works if is_left_to_better_auth(users) => {
                    report.doubt("sign-up", message);
                }
                SignUp::Works => report.failed("sign-up", message),
                _ => {}
            }
        }
    }
    transaction.rollback().await
}

/// Whether nothing in the database could set the `uuid` of a new row.
fn is_left_to_better_auth(users: &FoundTable) -> bool {
    let uuid = users.uuid().and_then(|(_, existing)| existing);
    uuid.is_some_and(|uuid| uuid.required && !uuid.has_default)
}

/// Reads a user, and that user's rows in each table.
async fn try_reads(report: &mut Report, tables: &[&dyn Export], database: &DatabaseConnection) {
    let nobody = UserUuid::from(Uuid::new_v4());
    let somebody = user::Entity::find().one(database).await;
    let owner = match &somebody {
        Ok(Some(user)) => user.uuid,
        _ => nobody,
    };
    let somebody = somebody.map(drop).map_err(Error::from);
    report_outcome(report, "a user cannot be read", somebody);
    let found = users::find_with_ban(nobody, database).await;
    report_outcome(report, "a user cannot be found", found.map(drop));
    let entry = audit::Entity::find().one(database).await;
    let entry = entry.map(drop).map_err(Error::from);
    report_outcome(report, "the audit trail cannot be read", entry);
    for table in tables {
        let read = rolled_back(database, async |transaction| {
            table.page(owner, None, transaction).await.map(drop)
        });
        let problem = format!("rows of {} cannot be read", table.name());
        report_outcome(report, &problem, read.await);
    }
}

/// Writes a row of a user, looks up a session, and adds a user.
async fn try_writes(
    report: &mut Report,
    better_auth: &BetterAuthSettings,
    database: &DatabaseConnection,
) {
    let written = rolled_back(database, write_row).await;
    report_outcome(report, "a user's row cannot be written", written);
    if reads_sessions(better_auth) {
        let found = sessions::find_open("doctor", database).await;
        report_outcome(report, "a session cannot be looked up", found.map(drop));
    }
    if better_auth.user_provisioning {
        let added = rolled_back(database, async |it| provisioning::add_users(it).await).await;
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

/// Writes a row of a user who does not exist, which the foreign key must reject.
async fn write_row(transaction: &DatabaseTransaction) -> Result<(), Error> {
    let nobody = UserUuid::from(Uuid::new_v4());
    let Some(key) = IdempotencyKey::new(b"doctor", [b"", b"", b""]) else {
        return Ok(());
    };
    let written = idempotency_keys::claim(nobody, &key, UtcDateTime::now(), transaction).await;
    match written {
        Ok(_) => Err(Error::Internal(NO_FOREIGN_KEY.into())),
        Err(error) if error.constraint() == Some(Constraint::ForeignKey) => Ok(()),
        Err(error) => Err(error),
    }
}

const NO_FOREIGN_KEY: &str = "idempotency_keys takes rows of users who do not exist: its foreign key \
    is gone, and perhaps those of other tables, so that rows would outlive their users. Add them as \
    the migrations do: FOREIGN KEY (user_id) REFERENCES the users' table (uuid) ON DELETE CASCADE";

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
