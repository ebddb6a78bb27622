use std::time::Duration;

use database::{
    Database,
    migration::{self, Migrations},
};

use crate::{
    commands::doctor::{
        report::{Report, Severity},
        settings::DoctorSettings,
        trials::{reads_sessions, try_requests},
    },
    config::BetterAuthSettings,
    schema::{self, Inspection},
    trouble::Trouble,
};

/// How long a trial run of the migrations waits for other processes.
const DRY_RUN_TIMEOUT: Duration = Duration::from_secs(5);

/// Checks the connection, the migrations and Better Auth's tables. `kids` are the keys that the
/// auth server publishes.
pub(crate) async fn check_database<M: Migrations>(
    report: &mut Report,
    all_settings: &DoctorSettings,
    kids: &[String],
) {
    let DoctorSettings {
        better_auth,
        database: settings,
        ..
    } = all_settings;
    match Database::check_server(settings).await {
        Ok(true) => {}
        Ok(false) => report.doubt("database", "a pooler shares the connections to PostgreSQL: DATABASE_STATEMENT_TIMEOUT is not set; run ALTER ROLE ... SET statement_timeout"),
        Err(error) => return report.failed("database", error),
    }
    // A check must not create the file.
    let url = settings.expose_url().replace("mode=rwc", "mode=rw");
    let migrations = match migration::status::<M>(&url).await {
        Ok(migrations) => migrations,
        Err(error) => {
            let message = format!("{error}: check DATABASE_URL, or run `migrate up` to create it");
            return report.failed("database", message);
        }
    };
    report.ok("database", settings.redacted_url());
    let pending = migrations.iter().filter(|(_, applied)| !applied);
    let pending: Vec<_> = pending.map(|(name, _)| name.as_str()).collect();
    if pending.is_empty() {
        report.ok("migrations", "none is pending");
    } else {
        let message = format!("pending: {}: run `migrate up`", pending.join(", "));
        report.failed("migrations", message);
    }
    let is_new = migrations.first().is_some_and(|(_, applied)| !applied);
    if is_new {
        match migration::dry_run::<M>(&url, DRY_RUN_TIMEOUT).await {
            Ok(()) => report.ok(
                "tables",
                "`migrate up` can create or adopt Better Auth's tables",
            ),
            Err(error) => report.failed("tables", error),
        }
        return;
    }
    match schema::inspect(&url).await {
        Ok(tables) => {
            check_tables(report, &tables, better_auth);
            check_keys(report, &tables, better_auth, kids);
            if tables.errors.is_empty() {
                try_requests(report, &url, all_settings).await;
            }
        }
        Err(error) => report.failed("tables", error),
    }
}

fn check_tables(report: &mut Report, tables: &Inspection, better_auth: &BetterAuthSettings) {
    for &missing in &tables.missing_tables {
        let message = format!("{missing} is missing");
        match missing {
            "jwks" => report.trouble("tables", Trouble::JWKS_TABLE_MISSING, message),
            "session" if reads_sessions(better_auth) => report.failed(
                "tables",
                "session is missing, which SESSION_VERIFICATION=database reads: use http instead",
            ),
            "session" | "account" => report.warning(
                "tables",
                Trouble::TABLES_OUTDATED,
                format!("{message}: it is left out of exports"),
            ),
            _ => report.trouble("tables", Trouble::TABLES_OUTDATED, message),
        }
    }
    if reads_sessions(better_auth) && tables.has_two_collations {
        report.failed(
            "tables",
            "the ids of users and those in sessions have different collations, so that \
             SESSION_VERIFICATION=database fails: give both columns the same one by ALTER TABLE ... \
             ALTER COLUMN ... TYPE text COLLATE \"default\", or use http instead",
        );
    }
    if reads_sessions(better_auth) && tables.has_users && !tables.has_sessions {
        report.trouble("sessions", Trouble::SESSIONS_ELSEWHERE, "the table session is empty, which SESSION_VERIFICATION=database reads: if somebody is signed in, their cookies are answered 401");
    }
    for missing in &tables.missing_columns {
        let trouble = if missing.ends_with(".uuid") {
            Trouble::UUID_CLAIM_MISSING
        } else {
            Trouble::TABLES_OUTDATED
        };
        report.trouble("tables", trouble, format!("{missing} is missing"));
    }
    for error in &tables.errors {
        report.failed("tables", error);
    }
    for warning in &tables.warnings {
        report.doubt("tables", warning);
    }
    for reference in &tables.broken_references {
        let message = format!("rows refer to rows that are gone: {reference}");
        report.doubt("rows", message);
    }
    let is_complete = tables.missing_tables.is_empty() && tables.missing_columns.is_empty();
    if is_complete && tables.errors.is_empty() {
        report.ok(
            "tables",
            format!("Better Auth's tables are {}", tables.found),
        );
    }
}

const NO_USERS: &str = "the auth server's key is in this database, but no user: if people have \
     signed up, Better Auth writes its users elsewhere, and their writes are answered 401 \
     user_unknown";

/// Checks that Better Auth uses this database: its table `jwks` holds the published keys.
fn check_keys(
    report: &mut Report,
    tables: &Inspection,
    better_auth: &BetterAuthSettings,
    kids: &[String],
) {
    let Some(known) = &tables.key_ids else {
        return;
    };
    let missing = kids.iter().find(|kid| !known.contains(kid));
    let Some(kid) = missing else {
        if !kids.is_empty() {
            report.ok("tables", "the auth server uses this database");
            if !tables.has_users {
                report.add(Severity::Hint, "tables", None, NO_USERS);
            }
        }
        return;
    };
    let message = format!(
        "the auth server's key {kid:?} is not in the table jwks: it seems to use another database"
    );
    if better_auth.user_provisioning {
        report.ok(
            "tables",
            format!("{message}, and USER_PROVISIONING creates the users' rows"),
        );
    } else if tables.has_users {
        report.warning("tables", Trouble::DIFFERENT_DATABASES, message);
    } else {
        let message =
            format!("{message}; without users' rows, writes are answered 401 user_unknown");
        report.trouble("tables", Trouble::DIFFERENT_DATABASES, message);
    }
}
