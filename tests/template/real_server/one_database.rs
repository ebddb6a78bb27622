//! Better Auth and the API share a database, whichever of the two comes first.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::deployment::{Deployment, Engine, Ids};
use super::{identity, neither_sees_the_others_tasks};

/// What a server was before it got to know the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// As we show it.
    Shown,
    /// With the plugins jwt and bearer and nothing of ours.
    Plain,
    /// As shown, with the plugins admin and organization.
    Plugins,
}

/// Where our schema differs from what Better Auth makes of the shown auth.ts, and why.
fn intended(ids: Ids, engine: Engine) -> Vec<&'static str> {
    match (ids, engine) {
        // A type of its own instead of text, and a default for rows that others insert.
        (Ids::Hybrid, Engine::Postgres) => vec!["column user.uuid"],
        // The default.
        (Ids::Hybrid, Engine::Sqlite) => vec!["column user.uuid"],
        // Better Auth knows of no such column; our foreign keys want one that is unique.
        (Ids::Native, Engine::Postgres) => vec![
            "column user.uuid",
            "constraint user_uuid_key of user",
            "index user_uuid_key of user",
        ],
        (Ids::Native, Engine::Sqlite) => vec!["column user.uuid", "index uuid of user"],
    }
}

pub fn schema_is_theirs(engine: Engine, ids: Ids) {
    let ours = Deployment::with_ids(engine, ids);
    ours.migrate();
    ours.node("check-schema.ts");
    let theirs = Deployment::with_ids(engine, ids);
    theirs.node("migrate.ts");
    let (ours, theirs) = (catalogue(&ours), catalogue(&theirs));
    assert!(theirs.len() > 40, "{theirs:?}");
    assert_eq!(
        differences(&ours, &theirs),
        BTreeSet::from_iter(intended(ids, engine))
    );
}

/// What differs between two catalogues, without how.
fn differences<'a>(one: &'a BTreeSet<String>, other: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    one.symmetric_difference(other)
        .map(|line| line.split_once(" [").or(line.split_once(" {")).unwrap().0)
        .collect()
}

/// What an adoption changes in tables that Better Auth made of the shown auth.ts.
fn adopted(ids: Ids, engine: Engine) -> BTreeSet<&'static str> {
    BTreeSet::from_iter(match (ids, engine) {
        (Ids::Hybrid, Engine::Sqlite) => vec![],
        (Ids::Native, Engine::Sqlite) => vec!["column user.uuid", "index user_uuid_key of user"],
        (_, Engine::Postgres) => intended(ids, engine),
    })
}

fn catalogue(deployment: &Deployment) -> BTreeSet<String> {
    let lines = deployment.told("catalogue.ts");
    let lines = lines.as_array().unwrap().iter();
    lines
        .map(|line| line.as_str().unwrap().to_owned())
        .collect()
}

pub fn is_adopted(engine: Engine, ids: Ids, before: Before) {
    let mut deployment = Deployment::with_ids(engine, ids);
    match before {
        Before::Shown => deployment.node("migrate.ts"),
        Before::Plain => {
            deployment.forget_the_api();
            deployment.node("migrate.ts");
        }
        Before::Plugins => {
            deployment.use_admin_plugin();
            deployment.use_organization_plugin("");
        }
    }
    deployment.start_auth();
    deployment.sign_up("bob");
    let alice = deployment.signed_in("alice");
    if before == Before::Plugins {
        deployment.found_organization(&alice);
    }
    let rows = deployment.told("dump.ts");
    deployment.stop();

    deployment.migrate();

    nothing_is_lost(&rows, &deployment.told("dump.ts"));
    if before == Before::Plain {
        deployment.remember_the_api();
    }
    deployment.node("check-schema.ts");
    if before == Before::Shown {
        let theirs = Deployment::with_ids(engine, ids);
        theirs.node("migrate.ts");
        let (now, theirs) = (catalogue(&deployment), catalogue(&theirs));
        assert_eq!(differences(&now, &theirs), adopted(ids, engine));
    }
    deployment.start("server.ts");
    let alice = deployment.with_cookie(alice.cookie());
    let bob = deployment.sign_in("bob");
    for user in [&alice, &bob] {
        let mut expected = identity(user);
        let (status, me) = user.get("/api/me");
        expected["organization_id"] = me["organization_id"].clone();
        assert_eq!((status, me), (200, expected));
        assert_eq!(user.get("/api/profile").0, 200);
    }
    neither_sees_the_others_tasks(&alice, &bob);
    let carol = deployment.signed_in("carol");
    assert_eq!(carol.get("/api/profile").0, 200);
}

/// Drizzle's tables have snake_case columns and times without zones, on SQLite numbers.
pub fn drizzles_tables_are_shared(engine: Engine) {
    let mut deployment = Deployment::new(engine);
    deployment.verify_sessions("database");
    deployment.use_drizzle(false);
    deployment.push_with_drizzle();
    deployment.start_auth();
    deployment.sign_up("bob");
    deployment.stop();
    let rows = deployment.told("dump.ts");

    deployment.migrate();

    nothing_is_lost(&rows, &deployment.told("dump.ts"));
    deployment.use_drizzle(true);
    for newcomer in ["alice", "carol"] {
        deployment.start("server.ts");
        let (newcomer, bob) = (deployment.signed_in(newcomer), deployment.sign_in("bob"));
        for user in [&newcomer, &bob] {
            assert_eq!(user.get("/api/me"), (200, identity(user)));
            assert_eq!(user.get_by_cookie("/api/profile").0, 200);
        }
        let (status, task) = bob.post("/api/me/tasks", &json!({"title": "Water the plants"}));
        assert_eq!(status, 201, "{task}");
        deployment.stop();
        let pushed = deployment.push_with_drizzle();
        assert!(pushed.contains("No changes detected"), "{pushed}");
    }
    let left = deployment.told("dump.ts");
    assert_eq!(left["tasks"].as_array().unwrap().len(), 2);
}

/// Every row that was there is there still, in every column that was there.
fn nothing_is_lost(before: &Value, after: &Value) {
    for (table, rows) in before.as_object().unwrap() {
        let rows = rows.as_array().unwrap();
        let now = after[table].as_array().unwrap();
        assert_eq!(rows.len(), now.len(), "{table}");
        for row in rows {
            let same = now.iter().find(|other| other["id"] == row["id"]);
            let same = same.unwrap_or_else(|| panic!("{table} lost {row}"));
            for (column, value) in row.as_object().unwrap() {
                assert_eq!(&same[column], value, "{table}.{column}");
            }
        }
    }
    assert!(!before["session"].as_array().unwrap().is_empty());
}

pub fn six_start_at_once(engine: Engine) {
    let empty = Deployment::new(engine);
    let mut old = Deployment::new(engine);
    old.forget_the_api();
    old.node("migrate.ts");
    old.start_auth();
    old.sign_up("alice");
    old.stop();
    let rows = old.told("dump.ts");
    for mut deployment in [empty, old] {
        let logs = deployment.start_at_once(6);
        let migrated = logs
            .iter()
            .filter(|log| log.contains("m20261121_000001_better_auth"));
        assert_eq!(migrated.count(), 1, "{logs:?}");
        let now = deployment.told("dump.ts");
        if !now["user"].as_array().unwrap().is_empty() {
            nothing_is_lost(&rows, &now);
        }
    }
}
