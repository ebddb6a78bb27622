//! `X.liquid` is `X` with placeholders: derived from its plain sibling here, so that only the sibling is edited by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use toml::Value;

use crate::options::config;
use crate::{ROOT, assert_renewed, checkout_files, generate};

const NAME: &str = "my-api";
const DESCRIPTION: &str = "An API for users who sign in with Better Auth";
const FEATURES: &str = r#"default = ["postgres", "sqlite"]"#;
const FEATURES_TWIN: &str = r#"default = [{% if user_ids == "native" %}"native-ids", {% endif %}{% if database == "both" %}"postgres", "sqlite"{% else %}"{{database}}"{% endif %}]"#;
const UUID_CLAIM: &str = "# USER_UUID_CLAIM=uuid";
const UUID_CLAIM_TWIN: &str =
    r#"# USER_UUID_CLAIM={% if user_ids == "native" %}sub{% else %}uuid{% endif %}"#;
const LICENSE: &str = "license = \"MIT\"\n";
const LICENSE_TWIN: &str = r#"{% case license %}{% when "none" %}{% when "both" %}license = "MIT OR Apache-2.0"
{% else %}license = "{{license}}"
{% endcase %}"#;
const DATABASE_URL: &str = "# DATABASE_URL=sqlite://app.db?mode=rwc";
const DATABASE_URL_TWIN: &str = r#"{% if database == "postgres" %}DATABASE_URL=postgres://postgres:postgres@localhost:5432/{{project-name}}{% else %}# DATABASE_URL=sqlite://app.db?mode=rwc{% endif %}"#;

/// The lines of the README that only some projects have; those of the default project stand in the plain file.
const DEPLOY: [(&str, &str); 4] = [
    (
        "docker",
        "- `Dockerfile`: an image of the API, without root, with a health check.\n",
    ),
    (
        "compose",
        "- `compose.yaml`: the API, a Better Auth server and a database on one machine.\n",
    ),
    (
        "kubernetes",
        "- `deploy/kubernetes.yaml`: replicas behind a service, with probes, limits and a disruption budget.\n",
    ),
    (
        "systemd",
        "- `deploy/systemd.service`: a hardened unit for a Linux machine.\n",
    ),
];

/// What of the README is about the example: the lines that hold one of these, and the options of `seed`.
const EXAMPLE: [&str; 5] = [
    "/api/{user_id}/tasks",
    "/api/{user_id}/tags",
    "/api/admin/tasks",
    "docs/tasks.md",
    "docs/frontend-tasks.md",
];
const SEED_OPTIONS: &str = " --tasks 100 --tags 2";

const CLIENT_LINE: &str = "client/            the API as typed functions, in TypeScript\n";

/// The files that Liquid renders, from cargo-generate.toml.
fn rendered() -> BTreeSet<String> {
    let config = config();
    let include = config["template"]["include"].as_array().unwrap();
    include
        .iter()
        .map(|path| path.as_str().unwrap().trim_start_matches('/').to_owned())
        .collect()
}

fn plain(file: &str) -> String {
    let path = Path::new(ROOT).join("template").join(file);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn twin_of(file: &str) -> String {
    let plain = plain(file);
    match file {
        "Cargo.lock" => lock_twin(&plain),
        "Cargo.toml" => {
            let twin = replace_once(&plain, FEATURES, FEATURES_TWIN);
            let twin = replace_once(&twin, &quoted(DESCRIPTION), &quoted("{{description}}"));
            let twin = replace_once(&twin, LICENSE, LICENSE_TWIN);
            replace_once(&twin, &quoted(NAME), &quoted("{{project-name}}"))
        }
        "migration/Cargo.toml" => replace_once(&plain, FEATURES, FEATURES_TWIN),
        ".env.example" => {
            let twin = replace_once(&plain, DATABASE_URL, DATABASE_URL_TWIN);
            replace_once(&twin, UUID_CLAIM, UUID_CLAIM_TWIN)
        }
        ".template.toml" => answers_twin(&plain),
        ".github/workflows/ci.yml" => pipeline_twin(&plain, "  "),
        ".gitlab-ci.yml" => pipeline_twin(&plain, ""),
        "deploy/systemd.service" => plain.replace(NAME, "{{project-name}}"),
        "README.md" => deploy_twin(&client_twin(&example_twin(&plain)))
            .replace(NAME, "{{project-name}}")
            .replace(DESCRIPTION, "{{description}}"),
        other => panic!("how is the twin of {other} made?"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn replace_once(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

/// The plain file records the defaults; each becomes the answer.
fn answers_twin(plain: &str) -> String {
    let mut twin = plain.replace(NAME, "{{project-name}}");
    for (option, default) in defaults() {
        let answer = match default {
            Value::String(_) => quoted(&format!("{{{{{option}}}}}")),
            Value::Array(_) => format!(
                r#"[{{% for item in {option} %}}"{{{{item}}}}"{{% unless forloop.last %}}, {{% endunless %}}{{% endfor %}}]"#
            ),
            _ => format!("{{{{{option}}}}}"),
        };
        twin = replace_once(
            &twin,
            &format!("\n{option} = {default}\n"),
            &format!("\n{option} = {answer}\n"),
        );
    }
    let version = format!("version = {}\n", quoted(env!("CARGO_PKG_VERSION")));
    let commit = "{% if template-commit %}commit = \"{{template-commit}}\"\n{% endif %}";
    replace_once(&twin, &version, &format!("{version}{commit}"))
}

/// The options and their defaults, from cargo-generate.toml.
fn defaults() -> Vec<(String, Value)> {
    let placeholders = config()["placeholders"].as_table().unwrap().clone();
    placeholders
        .into_iter()
        .map(|(option, entry)| (option, entry["default"].clone()))
        .collect()
}

/// A project is tested on the databases that it has, and so is its client. The jobs are indented by `indent`.
fn pipeline_twin(plain: &str, indent: &str) -> String {
    let [client, sqlite, postgres] =
        ["client", "sqlite", "postgres"].map(|job| format!("\n{indent}{job}:\n"));
    let (shared, jobs) = plain.split_once(&client).unwrap();
    let (of_client, jobs) = jobs.split_once(&sqlite).unwrap();
    let (on_sqlite, on_postgres) = jobs.split_once(&postgres).unwrap();
    let client = only_with_client(&format!("{client}{of_client}"));
    format!(
        "{shared}{client}{{% if database != \"postgres\" %}}{sqlite}{on_sqlite}{{% endif %}}{{% if database != \"sqlite\" %}}{postgres}{on_postgres}{{% endif %}}"
    )
}

fn example_twin(plain: &str) -> String {
    let is_of_it = |line: &&str| EXAMPLE.iter().any(|words| line.contains(words));
    let lines: Vec<_> = plain.split_inclusive('\n').collect();
    let groups = lines.chunk_by(|one, other| is_of_it(one) == is_of_it(other));
    let twin: String = groups
        .map(|group| match is_of_it(&group[0]) {
            true => only_with_example(&group.concat()),
            false => group.concat(),
        })
        .collect();
    replace_once(&twin, SEED_OPTIONS, &only_with_example(SEED_OPTIONS))
}

fn only_with_example(text: &str) -> String {
    format!("{{% if example == \"tasks\" %}}{text}{{% endif %}}")
}

fn client_twin(plain: &str) -> String {
    let twin = replace_once(plain, CLIENT_LINE, &only_with_client(CLIENT_LINE));
    let (_, section) = plain.split_once("## TypeScript client\n").unwrap();
    let (section, _) = section.split_once("## ").unwrap();
    let section = format!("## TypeScript client\n{section}");
    replace_once(&twin, &section, &only_with_client(&section))
}

fn only_with_client(text: &str) -> String {
    format!("{{% if typescript_client %}}{text}{{% endif %}}")
}

fn deploy_twin(plain: &str) -> String {
    let [docker, compose, ..] = DEPLOY.map(|(_, line)| line);
    let (before, after) = plain.split_once("## Deploy\n").unwrap();
    let (heading, after) = after
        .split_once(&format!("{docker}{compose}\n"))
        .expect("the plain README has the lines of the default project");
    let lines: String = DEPLOY
        .iter()
        .map(|(option, line)| format!("{{% if deploy contains \"{option}\" %}}{line}{{% endif %}}"))
        .collect();
    format!(
        "{before}{{% if deploy contains \"docker\" or deploy contains \"systemd\" %}}## Deploy\n{heading}{lines}\n{{% endif %}}{after}"
    )
}

/// Cargo keeps the packages in the order of their names, so the project's own moves with its name.
fn lock_twin(plain: &str) -> String {
    let (header, packages) = plain.split_once("\n[[package]]\n").unwrap();
    let (own, others): (Vec<_>, Vec<_>) = packages
        .split("\n[[package]]\n")
        .partition(|package| package.starts_with(&format!("name = \"{NAME}\"\n")));
    let [own] = own[..] else {
        panic!("{NAME} must be in the lock file once");
    };
    let own = own.replace(NAME, "{{project-name}}");
    let others = others.join("\n[[package]]\n");
    format!(
        r#"{header}{{% capture own %}}{own}{{% endcapture %}}{{% capture others %}}{others}{{% endcapture -%}}
{{% assign own = own | strip %}}{{% assign others = others | split: "[[package]]" -%}}
{{% for package in others %}}{{% assign other = package | strip %}}{{% if own and own < other %}}
[[package]]
{{{{own}}}}
{{% assign own = false %}}{{% endif %}}
[[package]]
{{{{other}}}}
{{% endfor %}}{{% if own %}}
[[package]]
{{{{own}}}}
{{% endif %}}"#
    )
}

#[test]
fn derived_twins_are_up_to_date() {
    for file in rendered() {
        assert_renewed(&format!("template/{file}.liquid"), &twin_of(&file));
    }
}

#[test]
fn each_twin_rendered_with_the_defaults_is_its_sibling() {
    let everything = ["deploy=docker,compose,systemd", "ci=gitlab"];
    let (project, more) = (
        generate(NAME, &[]).unwrap(),
        generate(NAME, &everything).unwrap(),
    );
    for file in rendered() {
        let by_default = project.dir().join(&file).exists();
        let project = if by_default { &project } else { &more };
        assert!(project.read(&file) == plain(&file), "{file} differs");
    }
}

#[test]
fn liquid_renders_the_twins_and_nothing_else() {
    let files = checkout_files().into_iter();
    let twins: BTreeSet<_> = files
        .filter_map(|file| {
            let twin = file.strip_prefix("template/")?.strip_suffix(".liquid")?;
            Some(twin.to_owned())
        })
        .collect();
    assert_eq!(rendered(), twins);
}

#[test]
fn the_lock_file_stays_in_order_whatever_the_name() {
    for name in ["aa", "my-api", "tokio-api", "serde-api", "zzz"] {
        let lock: toml::Table = generate(name, &[])
            .unwrap()
            .read("Cargo.lock")
            .parse()
            .unwrap();
        let packages = lock["package"].as_array().unwrap();
        let names: Vec<_> = packages
            .iter()
            .map(|package| package["name"].as_str().unwrap())
            .collect();
        assert!(names.contains(&name));
        assert!(names.is_sorted(), "{name}");
    }
}
