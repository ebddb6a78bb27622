//! docs/deploy: each setting, port, path and time in the guides is one of the project.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Project, generate};

/// What the guides set that is not a setting of the API.
const OF_OTHERS: [&str; 6] = [
    "API_URL",
    "DATABASE_NAME",
    "ON_FAILURE",
    "PUBLIC_API_URL",
    "RAILWAY_RUN_UID",
    "RAILWAY_DOCKERFILE_PATH",
];

fn project() -> Project {
    generate("shop", &["deploy=docker,compose,systemd"]).unwrap()
}

fn default(project: &Project, setting: &str) -> String {
    let example = project.read(".env.example");
    let line = format!("# {setting}=");
    let mut lines = example.lines();
    let default = lines.find_map(|text| text.strip_prefix(&line));
    default.unwrap().to_owned()
}

fn block<'a>(guide: &'a str, name: &str) -> &'a str {
    let (_, rest) = guide.split_once(&format!("{name}\n")).unwrap();
    rest.split("```").next().unwrap()
}

fn longest_stop(project: &Project) -> u64 {
    default(project, "SHUTDOWN_TIMEOUT").parse::<u64>().unwrap() + 10
}

#[test]
fn each_setting_that_a_guide_names_is_a_setting_of_the_project() {
    let project = project();
    let example = project.read(".env.example");
    let guides: Vec<_> = project.files().into_iter().collect();
    let guides = guides
        .iter()
        .filter(|file| file.starts_with("docs/deploy/"));
    let mut seen = BTreeSet::new();
    for guide in guides {
        let text = project.read(guide);
        let words = text.split(|c: char| !c.is_ascii_uppercase() && c != '_');
        for word in words.filter(|word| word.trim_matches('_').contains('_')) {
            let known = example.contains(&format!("{word}=")) || OF_OTHERS.contains(&word);
            assert!(known, "{guide} names {word}");
            seen.insert(word.to_owned());
        }
    }
    assert!(seen.len() > 12, "{seen:?}");
}

#[test]
fn the_guide_to_fly_has_the_ports_paths_and_times_of_the_project() {
    let project = project();
    let guide = project.read("docs/deploy/fly.md");
    let fly: toml::Table = block(&guide, "```toml fly.toml").parse().unwrap();
    let port = default(&project, "PORT").parse::<i64>().unwrap();
    assert_eq!(
        fly["http_service"]["internal_port"].as_integer(),
        Some(port)
    );
    let metrics = fly["env"]["METRICS_ADDR"].as_str().unwrap();
    let own = fly["metrics"]["port"].as_integer().unwrap();
    assert!(metrics.ends_with(&format!(":{own}")));
    let stop = format!("{}s", longest_stop(&project));
    assert_eq!(fly["kill_timeout"].as_str(), Some(stop.as_str()));
    let check = &fly["http_service"]["checks"][0];
    assert_is_route(&project, check["path"].as_str().unwrap());
    let seconds = |value: &toml::Value| -> u64 {
        let text = value.as_str().unwrap();
        text.trim_end_matches('s').parse().unwrap()
    };
    let notices = seconds(&check["interval"]) + seconds(&check["timeout"]);
    let delay = seconds(&fly["env"]["SHUTDOWN_DELAY"]);
    assert!(notices < delay && delay < 10, "{delay}");
}

#[test]
fn the_guide_to_railway_has_the_paths_and_times_of_the_project() {
    let project = project();
    let guide = project.read("docs/deploy/railway.md");
    let railway: Value = serde_json::from_str(block(&guide, "```json railway.json")).unwrap();
    let file = railway["build"]["dockerfilePath"].as_str().unwrap();
    assert!(project.files().contains(file), "{file}");
    let stop = longest_stop(&project);
    assert_eq!(railway["deploy"]["drainingSeconds"].as_u64(), Some(stop));
    assert_is_route(
        &project,
        railway["deploy"]["healthcheckPath"].as_str().unwrap(),
    );
}

fn assert_is_route(project: &Project, path: &str) {
    let routes = project.read("src/routes/health.rs");
    assert!(routes.contains(&format!("#[get(\"{path}\")]")), "{path}");
}

#[test]
fn the_guide_to_a_machine_installs_the_files_that_there_are() {
    let project = project();
    let guide = project.read("docs/deploy/vps.md");
    let files = project.files();
    let mut named = 0;
    for word in guide.split([' ', '`', '\n', '(', ')']) {
        if word.starts_with("deploy/") {
            assert!(files.contains(word), "{word}");
            named += 1;
        }
    }
    assert!(named >= 5, "{named}");
    assert!(guide.contains("/etc/shop.env") && guide.contains("/usr/local/bin/shop"));
    let service = project.read("deploy/backup.service");
    let script = "/usr/local/lib/shop/backup.sh";
    assert!(service.contains(script) && guide.contains(script));
}

/// What a guide to a platform was tried with stands in it: a reader cannot see it from outside.
#[test]
fn each_guide_says_what_was_run_and_what_was_not() {
    let project = project();
    let files = project.files();
    let guides: Vec<_> = files
        .iter()
        .filter(|file| file.starts_with("docs/deploy/"))
        .collect();
    assert_eq!(guides.len(), 5);
    for guide in guides {
        let text = project.read(guide);
        let (_, tried) = text.split_once("\n## What was tried\n").unwrap();
        assert!(tried.contains("Not run: "), "{guide}");
    }
}
