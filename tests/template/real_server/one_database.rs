//! Better Auth and the API share a database, whichever of the two comes first.

use std::collections::BTreeSet;

use serde_json::Value;

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
    let differences: BTreeSet<_> = ours
        .symmetric_difference(&theirs)
        .map(|line| line.split_once(" [").or(line.split_once(" {")).unwrap().0)
        .collect();
    assert_eq!(differences, BTreeSet::from_iter(intended(ids, engine)));
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
            deployment.use_organization_plugin();
        }
    }
    deployment.start_auth();
    let [alice, _] = ["alice", "bob"].map(|name| deployment.signed_in(name));
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
    if before != Before::Plugins {
        let clean = Deployment::with_ids(engine, ids);
        clean.migrate();
        assert_eq!(catalogue(&deployment), catalogue(&clean));
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
    assert!(before["session"].as_array().unwrap().len() >= 2);
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
    let mut catalogues = Vec::new();
    for mut deployment in [empty, old] {
        let logs = deployment.start_at_once(6);
        let migrated = logs
            .iter()
            .filter(|log| log.contains("m20261121_000001_better_auth"));
        assert_eq!(migrated.count(), 1, "{logs:?}");
        catalogues.push(catalogue(&deployment));
        if catalogues.len() == 2 {
            nothing_is_lost(&rows, &deployment.told("dump.ts"));
        }
    }
    assert_eq!(catalogues[0], catalogues[1]);
}
