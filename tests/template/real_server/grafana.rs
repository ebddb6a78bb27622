//! deploy/grafana asks for metrics, and labels of them, that the API has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use super::deployment::{Deployment, Engine};
use super::root;
use super::user::agent;

/// What Prometheus itself adds to what it reads.
const OF_PROMETHEUS: [&str; 2] = ["job", "instance"];

pub fn metrics_exist() {
    let mut deployment = Deployment::new(Engine::Sqlite);
    deployment.migrate();
    deployment.start("server.ts");
    let alice = deployment.signed_in("alice");
    for _ in 0..2 {
        assert_eq!(alice.get("/api/me").0, 200);
    }
    assert_eq!(alice.post("/api/me/tasks", &json!({})).0, 422);
    assert_eq!(deployment.anonymous().get("/api/me").0, 401);
    let metrics = agent().get(format!("{}/metrics", deployment.api)).call();
    let exported = series(&metrics.unwrap().body_mut().read_to_string().unwrap());
    let queries = [dashboard_queries(), alert_queries()].concat();
    assert!(queries.len() > 15, "{queries:?}");
    for query in queries {
        for (metric, labels) in series(&query) {
            if metric == "up" {
                continue;
            }
            let known = exported.get(&metric);
            let known = known.unwrap_or_else(|| panic!("there is no {metric}: {query}"));
            for label in labels {
                let known = known.contains(&label) || OF_PROMETHEUS.contains(&label.as_str());
                assert!(known, "{metric} has no label {label}: {query}");
            }
        }
    }
}

fn dashboard_queries() -> Vec<String> {
    let text = fs::read_to_string(root().join("template/deploy/grafana/dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let targets = |panel: &Value| panel["targets"].as_array().unwrap().clone();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    panels
        .flat_map(targets)
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect()
}

/// The rules are YAML in which an expression stands in one line, or in the lines below `>-`.
fn alert_queries() -> Vec<String> {
    let text = fs::read_to_string(root().join("template/deploy/grafana/alerts.yaml")).unwrap();
    let rules = text.split("expr: ").skip(1);
    rules
        .map(|rule| rule.split("\n        for: ").next().unwrap().to_owned())
        .collect()
}

/// Each metric in a query or in Prometheus' text format, with the labels that are named in braces or in `by (...)`.
fn series(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let grouped: BTreeSet<_> = line.split("by (").skip(1).flat_map(grouping).collect();
        if let Some((metric, _)) = line.split_once(' ')
            && is_name(metric)
            && !line.contains('{')
        {
            found.entry(metric.to_owned()).or_default();
        }
        for (before, after) in line.match_indices('{').map(|(at, _)| line.split_at(at)) {
            let metric = before.rsplit(|c: char| !is_part(c)).next().unwrap();
            if is_name(metric) {
                let labels = found.entry(metric.to_owned()).or_default();
                labels.extend(selectors(after));
                labels.extend(grouped.iter().cloned());
            }
        }
    }
    found
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(is_part)
}

fn grouping(rest: &str) -> Vec<String> {
    let inside = rest.split(')').next().unwrap();
    inside
        .split(',')
        .map(|label| label.trim().to_owned())
        .collect()
}

/// The names before `=` in `{a="b",c=~"d"}`.
fn selectors(rest: &str) -> Vec<String> {
    let mut outside = rest[1..].split('"').step_by(2).map(|part| {
        let part = part.trim_start_matches(',');
        part.trim_end_matches(['=', '~', '!']).to_owned()
    });
    let mut labels = Vec::new();
    for label in outside.by_ref() {
        if !is_name(&label) {
            break;
        }
        labels.push(label);
    }
    labels
}
