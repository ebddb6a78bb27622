//! The files that run a project or its tests elsewhere: each name, port, path and time in them is one of the project.
//!
//! Their form is checked by linters in `.ci/run`; no container engine and no cluster runs them.

mod compose;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{Project, ROOT, generate};

const NAME: &str = "other-name";

fn everything(database: &str) -> Project {
    let kubernetes = if database == "sqlite" {
        ""
    } else {
        ",kubernetes"
    };
    let database = format!("database={database}");
    let deploy = format!("deploy=docker,compose,systemd{kubernetes}");
    generate(NAME, &[&database, &deploy]).unwrap()
}

/// The words of `text` that follow `before`, each up to the next space, quote or comma.
fn all_after<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    let ends = |c: char| c.is_whitespace() || "\"',])".contains(c);
    let parts = text.split(before).skip(1);
    parts.map(|rest| rest.split(ends).next().unwrap()).collect()
}

fn after<'a>(text: &'a str, before: &str) -> &'a str {
    let found = all_after(text, before);
    assert!(!found.is_empty(), "nothing says {before}");
    assert!(
        found.iter().all(|word| *word == found[0]),
        "{before} is said twice: {found:?}"
    );
    found[0]
}

/// The settings that .env.example lists, with their defaults.
fn settings(project: &Project) -> Vec<(String, String)> {
    let example = project.read(".env.example");
    let lines = example.lines().map(|line| line.trim_start_matches("# "));
    let pairs = lines.filter_map(|line| line.split_once('='));
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    pairs
        .filter(|(name, _)| is_name(name))
        .map(|(name, default)| (name.to_owned(), default.to_owned()))
        .collect()
}

fn default(project: &Project, setting: &str) -> String {
    let mut settings = settings(project).into_iter();
    settings.find(|(name, _)| name == setting).unwrap().1
}

/// The names in capitals that a file gives a value, as `NAME:`, `NAME=` or `name: NAME`.
fn names_set(text: &str) -> BTreeSet<&str> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let words = code.flat_map(|line| line.split([' ', '"', '{', '}', ',', '$']));
    let names = words.filter_map(|word| {
        let name = word.split([':', '=']).next().unwrap();
        let is_name = name.len() > 3 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        is_name.then_some(name)
    });
    names.collect()
}

#[test]
fn each_setting_in_a_file_is_a_setting_of_the_project() {
    for database in ["both", "sqlite"] {
        let project = everything(database);
        let known: BTreeSet<_> = settings(&project)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let foreign = [
            // Of the images of PostgreSQL and Node, of Dockerfiles, and of compose and Kubernetes.
            "POSTGRES_USER",
            "POSTGRES_DB",
            "POSTGRES_PASSWORD",
            "NODE_ENV",
            "FROM",
            "COPY",
            "WORKDIR",
            "USER",
            "EXPOSE",
            "HEALTHCHECK",
            "ENTRYPOINT",
            "CMD-SHELL",
            // Of deploy/backup.sh and compose.yaml.
            "BACKUP_DIR",
            "DATABASE_NAME",
            "API_ADDRESS",
            "WEB_ADDRESS",
            // Of Better Auth.
            "BETTER_AUTH_TRUSTED_ORIGINS",
        ];
        for file in [
            "Dockerfile",
            "compose.yaml",
            "deploy/kubernetes.yaml",
            "deploy/better-auth/Dockerfile",
        ] {
            if !project.files().contains(file) {
                continue;
            }
            let text = project.read(file);
            let names = names_set(&text);
            assert!(
                names.contains("HOST") || names.contains("DATABASE_URL"),
                "{file}: {names:?}"
            );
            for name in names {
                let known = known.contains(name) || foreign.contains(&name);
                assert!(known, "{file} sets {name}");
            }
        }
    }
}

#[test]
fn each_port_is_the_one_that_is_listened_on() {
    let project = everything("both");
    let port = default(&project, "PORT");
    let dockerfile = project.read("Dockerfile");
    assert_eq!(after(&dockerfile, "EXPOSE "), port);
    assert_eq!(after(&dockerfile, " PORT="), port);
    let kubernetes = project.read("deploy/kubernetes.yaml");
    let metrics = after(&kubernetes, "METRICS_ADDR: 0.0.0.0:");
    assert_eq!(
        all_after(&kubernetes, "containerPort: "),
        [port.as_str(), metrics]
    );

    let auth = default(&project, "BETTER_AUTH_URL");
    let (_, auth_port) = auth.rsplit_once(':').unwrap();
    let server = project.read("deploy/better-auth/Dockerfile");
    assert_eq!(after(&server, "EXPOSE "), auth_port);
    assert_eq!(after(&server, " PORT="), auth_port);
    for database in ["both", "sqlite"] {
        let compose = everything(database).read("compose.yaml");
        let published = [port.as_str(), auth_port].map(|port| format!("{port}:{port}"));
        assert_eq!(all_after(&compose, "127.0.0.1:"), published);
        assert_eq!(after(&compose, "BETTER_AUTH_URL:-"), format!("{auth}}}"));
        let keys = format!("http://better-auth:{auth_port}/api/auth/jwks");
        assert_eq!(after(&compose, "JWKS_URL: "), keys);
    }
}

#[test]
fn the_backup_finds_the_file_that_the_api_makes_by_default() {
    let project = everything("both");
    let unit = project.read("deploy/backup.service");
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    let settings = all_after(&unit, "\nEnvironment=");
    let settings = settings
        .iter()
        .map(|setting| setting.split_once('=').unwrap());
    let settings: Vec<_> = settings
        .map(|(name, value)| (name, value.replace(&format!("%S/{NAME}"), state)))
        .collect();
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command
            .current_dir(state)
            .env_remove("DATABASE_URL")
            .args(arguments);
        let output = command.envs(settings.clone()).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    };
    let default = default(&project, "DATABASE_URL");
    let (file, _) = default
        .trim_start_matches("sqlite://")
        .split_once('?')
        .unwrap();
    run("sqlite3", &[file, "CREATE TABLE kept (id INTEGER)"]);
    let script = project.dir().join("deploy/backup.sh");
    let copy = run("bash", &[script.to_str().unwrap(), "create"]);
    assert_eq!(run("sqlite3", &[copy.trim(), ".tables"]).trim(), "kept");
}

#[test]
fn each_path_that_is_asked_is_a_route() {
    let project = everything("both");
    let routes = project.read("src/routes/health.rs");
    let kubernetes = project.read("deploy/kubernetes.yaml");
    let mut asked = all_after(&kubernetes, "path: ");
    assert_eq!(asked.len(), 3);
    let dockerfile = project.read("Dockerfile");
    asked.push(after(&dockerfile, "$PORT"));
    for path in asked {
        assert!(routes.contains(&format!("#[get(\"{path}\")]")), "{path}");
    }
}

#[test]
fn whoever_ends_the_api_waits_ten_seconds_longer_than_it_takes() {
    let project = everything("both");
    let longest = default(&project, "SHUTDOWN_TIMEOUT")
        .parse::<u32>()
        .unwrap()
        + 10;
    let kubernetes = project.read("deploy/kubernetes.yaml");
    assert_eq!(
        after(&kubernetes, "terminationGracePeriodSeconds: "),
        longest.to_string()
    );
    let delay = after(&kubernetes, "SHUTDOWN_DELAY: \"").parse::<u32>();
    assert!((1..10).contains(&delay.unwrap()));
    // It would hold SIGTERM back, and readiness with it.
    assert!(!kubernetes.contains("preStop:"));
    let service = project.read("deploy/systemd.service");
    assert_eq!(after(&service, "TimeoutStopSec="), longest.to_string());
    for database in ["both", "sqlite"] {
        let compose = everything(database).read("compose.yaml");
        assert_eq!(
            after(&compose, "stop_grace_period: "),
            format!("{longest}s")
        );
    }
}

#[test]
fn each_file_that_is_copied_is_there_and_the_binary_is_the_only_one() {
    let project = everything("both");
    let manifest: toml::Table = project.read("Cargo.toml").parse().unwrap();
    assert!(project.dir().join("src/main.rs").is_file() && !project.dir().join("src/bin").exists());
    assert!(!manifest.contains_key("bin"), "find moves one file");
    let dockerfile = project.read("Dockerfile");
    assert_eq!(all_after(&dockerfile, "--from=build /out/"), ["api"]);
    assert_eq!(all_after(&dockerfile, "/usr/local/bin/"), ["api"]);
    assert_eq!(all_after(&dockerfile, "ENTRYPOINT [\""), ["api"]);
    assert!(
        project
            .dir()
            .join(after(&dockerfile, "COPY .cargo "))
            .is_dir()
    );
    let server = project.dir().join("deploy/better-auth");
    for file in [
        "package.json",
        "package-lock.json",
        "auth.mjs",
        "server.mjs",
    ] {
        assert!(server.join(file).is_file());
        assert!(
            project.read("deploy/better-auth/Dockerfile").contains(file),
            "{file}"
        );
    }
    for database in ["both", "sqlite"] {
        let compose = everything(database).read("compose.yaml");
        assert_eq!(all_after(&compose, "build: "), [".", "deploy/better-auth"]);
    }
}

#[test]
fn the_unit_starts_the_project_s_own_binary() {
    let project = everything("both");
    let service = project.read("deploy/systemd.service");
    assert_eq!(
        after(&service, "ExecStart="),
        format!("/usr/local/bin/{NAME}")
    );
    assert_eq!(after(&service, "install target/release/"), NAME);
    assert_eq!(
        after(&service, "EnvironmentFile="),
        format!("/etc/{NAME}.env")
    );
    assert!(service.contains(&format!("ExecStart=/usr/local/bin/{NAME} serve\n")));
    assert!(project.read("src/main.rs").contains("    Serve,\n"));
}

#[test]
fn nothing_runs_as_root() {
    let project = everything("both");
    let kubernetes = project.read("deploy/kubernetes.yaml");
    let user = after(&kubernetes, "runAsUser: ");
    for file in ["Dockerfile", "deploy/better-auth/Dockerfile"] {
        assert_eq!(
            after(&project.read(file), "USER "),
            format!("{user}:{user}"),
            "{file}"
        );
    }
    assert!(kubernetes.contains("runAsNonRoot: true"));
    assert!(
        project
            .read("deploy/systemd.service")
            .contains("DynamicUser=yes")
    );
}

/// What CI runs is what the template's own tests run in generated projects.
#[test]
fn each_pipeline_checks_what_the_template_checks_on_the_databases_that_are_built_in() {
    for (database, engines) in [
        ("both", &["sqlite", "postgres"][..]),
        ("sqlite", &["sqlite"]),
        ("postgres", &["postgres"]),
    ] {
        for (ci, file) in [
            ("github", ".github/workflows/ci.yml"),
            ("gitlab", ".gitlab-ci.yml"),
        ] {
            let answers = [&format!("database={database}")[..], &format!("ci={ci}")];
            let project = generate(NAME, &answers).unwrap();
            let pipeline = project.read(file);
            for command in [
                "cargo fmt --all --check\n",
                "cargo clippy --workspace --all-targets --locked -- -D warnings\n",
                "cargo-deny",
            ] {
                assert_eq!(pipeline.matches(command).count(), 1, "{file}: {command}");
            }
            let tests = pipeline
                .matches("cargo test --workspace --locked\n")
                .count();
            assert_eq!(tests, engines.len(), "{file} for {database}");
            let indented = if ci == "github" { "\n  " } else { "\n" };
            for engine in ["sqlite", "postgres"] {
                let job = pipeline.contains(&format!("{indented}{engine}:\n"));
                assert_eq!(
                    job,
                    engines.contains(&engine),
                    "{file} for {database}: {engine}"
                );
            }
            let on_postgres = pipeline.contains("TEST_DATABASE_URL: postgres://");
            assert_eq!(on_postgres, engines.contains(&"postgres"));
        }
    }
}

#[test]
fn each_file_builds_with_the_rust_that_the_project_needs() {
    let project = everything("both");
    let gitlab = generate(NAME, &["ci=gitlab"]).unwrap();
    let manifest: toml::Table = project.read("Cargo.toml").parse().unwrap();
    let rust = manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .unwrap();
    let pipeline = project.read(".github/workflows/ci.yml");
    assert_eq!(after(&pipeline, "rustup toolchain install "), rust);
    assert_eq!(after(&pipeline, "rustup default "), rust);
    let dockerfile = project.read("Dockerfile");
    assert!(after(&dockerfile, "FROM rust:").starts_with(&format!("{rust}-")));
    let pipeline = gitlab.read(".gitlab-ci.yml");
    assert!(after(&pipeline, "image: rust:").starts_with(&format!("{rust}-")));
}

/// `cargo deny` looks at more, and at the same list.
#[test]
fn deny_toml_allows_the_license_of_each_dependency() {
    let template = Path::new(ROOT).join("template");
    let deny: toml::Table = fs::read_to_string(template.join("deny.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let allowed = deny["licenses"]["allow"].as_array().unwrap();
    let allowed: BTreeSet<_> = allowed.iter().map(|name| name.as_str().unwrap()).collect();
    let mut cargo = generator::cargo(&template);
    let output = cargo
        .args(["metadata", "--locked", "--format-version", "1"])
        .output();
    let metadata: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let foreign: Vec<_> = packages
        .iter()
        .filter(|package| !package["source"].is_null())
        .collect();
    assert!(foreign.len() > 200);
    for package in foreign {
        let license = package["license"].as_str().unwrap_or_default();
        let expression = spdx::Expression::parse_mode(license, spdx::ParseMode::LAX).unwrap();
        let fits = expression.evaluate(|license| allowed.contains(license.to_string().as_str()));
        assert!(fits, "{}: {license}", package["name"]);
    }
}

#[test]
fn the_better_auth_server_is_of_the_version_that_is_tested() {
    let packages = |file: &str| -> Value {
        let text = fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let deployed = packages("template/deploy/better-auth/package.json");
    let tested = packages("tests/better-auth/package.json");
    let locked = packages("template/deploy/better-auth/package-lock.json");
    for (package, version) in deployed["dependencies"].as_object().unwrap() {
        assert_eq!(&tested["dependencies"][package], version, "{package}");
        let lock = &locked["packages"][format!("node_modules/{package}")]["version"];
        assert_eq!(lock, version, "{package}");
    }
}

#[test]
fn the_web_application_and_the_client_share_one_version_of_what_both_use() {
    let packages = |file: &str| -> Value {
        let text = fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let web = packages("template/web/package.json");
    let client = packages("template/client/package.json");
    for package in ["better-auth", "react", "react-dom"] {
        assert_eq!(
            web["dependencies"][package], client["devDependencies"][package],
            "{package}"
        );
    }
}
