//! What deploy/backup.sh copies is a database with which both servers go on.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::database::Database;
use super::deployment::{Deployment, Engine};
use super::root;
use super::user::User;

impl Deployment {
    /// Backs the database up as operators do, and returns the copy.
    fn back_up(&self) -> PathBuf {
        let output = self.backup_command(&["create"]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
    }

    /// Goes on with a new and empty database.
    fn lose_database(&mut self) {
        self.api_database = Database::create(self.engine, self.folder.path(), "restored");
    }

    /// What is said against restoring `copy`.
    fn restore(&self, copy: &Path) -> Result<(), String> {
        let copy = copy.to_str().unwrap();
        let output = self.backup_command(&["restore", copy]).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        output.status.success().then_some(()).ok_or(errors)
    }

    fn backup_command(&self, arguments: &[&str]) -> Command {
        let mut bash = self.command(Path::new("bash"), &self.api, &self.api_database);
        bash.arg(root().join("template/deploy/backup.sh"))
            .args(arguments)
            .env("BACKUP_DIR", self.folder.path().join("backups"));
        bash
    }
}

pub fn is_restored(engine: Engine) {
    let mut deployment = Deployment::new(engine);
    deployment.migrate();
    deployment.start("compose.mjs");
    let alice = deployment.signed_in("alice");
    for title in ["Water the plants", "Feed the cat"] {
        assert_eq!(
            alice.post("/api/me/tasks", &json!({ "title": title })).0,
            201
        );
    }
    let copy = deployment.back_up();
    let late = json!({"title": "Too late for the copy"});
    assert_eq!(alice.post("/api/me/tasks", &late).0, 201);
    let refusal = deployment.restore(&copy).unwrap_err();
    assert!(refusal.contains("name a"), "{refusal}");
    assert_eq!(titles(&alice, "").len(), 3, "the database was changed");

    deployment.stop();
    deployment.lose_database();
    deployment.restore(&copy).unwrap();
    deployment.start("compose.mjs");
    let restored = deployment.sign_in("alice");
    assert_eq!(restored.uuid(), alice.uuid());
    let order = "?sort_by=title&order=asc";
    let all = titles(&restored, order);
    assert_eq!(all, ["Feed the cat", "Water the plants"]);
    assert_eq!(titles(&restored, "?search=plants"), ["Water the plants"]);
    assert_eq!(restored.post("/api/me/tasks", &late).0, 201);
    assert_eq!(titles(&restored, "?search=late"), ["Too late for the copy"]);
}

fn titles(user: &User, query: &str) -> Vec<String> {
    let (status, list) = user.get(&format!("/api/me/tasks{query}"));
    assert_eq!(status, 200, "{list}");
    let items = list["items"].as_array().unwrap().iter();
    let title = |item: &Value| item["title"].as_str().unwrap().to_owned();
    items.map(title).collect()
}
