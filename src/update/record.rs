//! The record of how a project was made: its `.template.toml`.

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::{Answers, git, read};

/// The record's place in a project.
pub const RECORD: &str = ".template.toml";

/// The version and the answers that a project was made from.
pub struct Record {
    pub version: String,
    commit: Option<String>,
    pub answers: Answers,
}

impl Record {
    /// Reads the record of the project in `dir`.
    pub fn read(dir: &Path) -> Result<Self> {
        let file = dir.join(RECORD);
        let record: toml::Table = read(&file)?
            .parse()
            .with_context(|| format!("{} is damaged", file.display()))?;
        let text = |table: &str, key: &str| {
            let value = record.get(table).and_then(|table| table.get(key));
            value.and_then(toml::Value::as_str).map(str::to_owned)
        };
        let required = |table: &str, key: &str| {
            text(table, key).with_context(|| format!("{} has no {table}.{key}", file.display()))
        };
        let values = record.get("values").and_then(toml::Value::as_table);
        Ok(Self {
            version: required("template", "version")?,
            commit: text("template", "commit"),
            answers: Answers {
                name: required("project", "name")?,
                values: values
                    .into_iter()
                    .flatten()
                    .map(|(key, value)| format!("{key}={}", answer(value)))
                    .collect(),
                values_file: None,
            },
        })
    }

    /// The commit that the project was made from: `from` if given, else the recorded commit, else the version's tag.
    pub fn commit_in(&self, checkout: &Path, from: Option<&str>) -> Result<String> {
        let tag = format!("refs/tags/v{}", self.version);
        let revision = from.or(self.commit.as_deref()).unwrap_or(&tag);
        git::commit(checkout, revision).map_err(|_| {
            anyhow!(
                "the project was made from {revision}, which is not in this checkout of the template: fetch it \
                 (git fetch --tags), or name the closest commit or tag with --from"
            )
        })
    }
}

/// The value as the option `-d` takes it.
fn answer(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(answer).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
