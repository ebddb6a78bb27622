//! `X.liquid` is `X` with placeholders: derived from its plain sibling here, so that only the sibling is edited by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use toml::Value;

use crate::options::config;
use crate::{Project, ROOT, assert_renewed, checkout_files, generate};

const NAME: &str = "my-api";
const DESCRIPTION: &str = "An API for users who sign in with Better Auth";
const FEATURES: &str = r#"default = ["postgres", "sqlite"]"#;
/// Of the crate that has the engines alone.
const ENGINES_TWIN: &str = r#"default = [{% if database == "both" %}"postgres", "sqlite"{% else %}"{{database}}"{% endif %}]"#;
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
        "- `Dockerfile`: an image of the API, without root, with a health check; guides for [Fly.io](docs/deploy/fly.md) and [Railway](docs/deploy/railway.md).\n",
    ),
    (
        "compose",
        "- `compose.yaml`: the API, a Better Auth server and a database on one machine, with TLS, backups and restore: [docs/deploy/compose.md](docs/deploy/compose.md).\n",
    ),
    (
        "kubernetes",
        "- `deploy/kubernetes.yaml`: replicas behind a service, with probes, limits and a disruption budget.\n",
    ),
    (
        "systemd",
        "- `deploy/systemd.service`: a hardened unit for a Linux machine, with TLS and backups: [docs/deploy/vps.md](docs/deploy/vps.md).\n",
    ),
];

/// The lines of the README that are about the example contain one of these.
const EXAMPLE: [&str; 5] = [
    "/api/{user_id}/tasks",
    "/api/{user_id}/tags",
    "/api/admin/tasks",
    "docs/tasks.md",
    "docs/frontend-tasks.md",
];

const CLIENT_LINE: &str = "client/            a typed TypeScript client\n";
const WEB_LINE: &str = "web/               the web application: Next.js, with Better Auth inside\n";
/// Where the guide to Better Auth is named, the application comes before it.
const CONNECT: &str = "With a real Better Auth: ";
const WEB_RUN: &str = "    npm ci           # once, for the next two; needs Node 22.13 or newer
    npm run dev      # starts the web application, Better Auth and the API on an SQLite file, and prints one address
    npm test         # tests the web application in Chromium

[docs/web.md](docs/web.md) describes the web application.

";

const IN_CLIENT: &str = "    cd client && npm ci && npm run generate && npm test\n";
/// `npm ci` in client/ would remove what web/ needs.
const IN_WORKSPACE: &str =
    "    npm ci && npm run generate --workspace client && npm test --workspace client\n";

const NODE: &str = r#""version": "20""#;
const NODE_TWIN: &str = r#""version": "{% if frontend == "nextjs" %}24{% else %}20{% endif %}""#;

const AGENTS_WEB: &str = "| `web/` | the web application, with Better Auth; `docs/web.md` | |\n";
const AGENTS_NPM: &str = "| `npm test --workspace client` | the client, after `npm ci`; `npm run generate --workspace client` after a change of the API |\n| `npm test` | the web application, in a browser |\n";

/// In the place of the job that tests the client: the job that tests it and the web application.
const WEB_GITHUB: &str = r#"
  web:
    runs-on: ubuntu-latest
    timeout-minutes: 45
{% if database != "sqlite" %}    services:
      postgres:
        image: postgres:17
        env:
          POSTGRES_PASSWORD: postgres
        ports: ["5432:5432"]
        options: --health-cmd pg_isready --health-interval 2s --health-retries 30
{% endif %}    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: rustup toolchain install 1.95 --profile minimal && rustup default 1.95
      - uses: Swatinem/rust-cache@6323deb102c322ba6fcbdcafc7e3dddab59af2b6 # v2.9.2
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with: { node-version: 24 }
      - run: npm ci
      - run: npm test --workspace client
{% if database != "postgres" %}      - run: npm test
{% endif %}{% if database != "sqlite" %}      - run: npm test
        env:
          TEST_DATABASE_URL: postgres://postgres:postgres@localhost:5432/postgres
{% endif %}"#;
const WEB_GITLAB: &str = r#"
web:
{% if database != "sqlite" %}  services:
    - name: postgres:17
      alias: postgres
  variables:
    POSTGRES_PASSWORD: postgres
{% endif %}  script:
    - curl -fsSL https://nodejs.org/dist/v24.21.0/node-v24.21.0-linux-x64.tar.xz | tar -xJ -C /usr/local --strip-components 1
    - apt-get update && apt-get install --yes --no-install-recommends chromium
    - npm ci
    - npm test --workspace client
{% if database != "postgres" %}    - npm test
{% endif %}{% if database != "sqlite" %}    - env TEST_DATABASE_URL=postgres://postgres:postgres@postgres:5432/postgres npm test
{% endif %}"#;

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
        "crates/database/Cargo.toml" => replace_once(&plain, FEATURES, ENGINES_TWIN),
        ".env.example" => {
            let twin = replace_once(&plain, DATABASE_URL, DATABASE_URL_TWIN);
            replace_once(&twin, UUID_CLAIM, UUID_CLAIM_TWIN)
        }
        ".template.toml" => answers_twin(&plain),
        ".github/workflows/ci.yml" => pipeline_twin(&plain, "  ", WEB_GITHUB),
        ".gitlab-ci.yml" => pipeline_twin(&plain, "", WEB_GITLAB),
        ".github/dependabot.yml" => dependabot_twin(&plain),
        ".devcontainer/devcontainer.json" => replace_once(&plain, NODE, NODE_TWIN),
        "AGENTS.md" => plain.split_inclusive('\n').map(agents_line_twin).collect(),
        "deploy/backup.service"
        | "deploy/backup.timer"
        | "deploy/systemd.service"
        | "docs/deploy/vps.md"
        | "web/lib/site.ts" => plain.replace(NAME, "{{project-name}}"),
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
fn pipeline_twin(plain: &str, indent: &str, web: &str) -> String {
    let [client, sqlite, postgres] =
        ["client", "sqlite", "postgres"].map(|job| format!("\n{indent}{job}:\n"));
    let (shared, jobs) = plain.split_once(&client).unwrap();
    let (of_client, jobs) = jobs.split_once(&sqlite).unwrap();
    let (on_sqlite, on_postgres) = jobs.split_once(&postgres).unwrap();
    let client = format!(
        "{{% if frontend == \"nextjs\" %}}{web}{{% elsif typescript_client %}}{client}{of_client}{{% endif %}}"
    );
    format!(
        "{shared}{client}{{% if database != \"postgres\" %}}{sqlite}{on_sqlite}{{% endif %}}{{% if database != \"sqlite\" %}}{postgres}{on_postgres}{{% endif %}}"
    )
}

/// Only directories that the project has are looked after.
fn dependabot_twin(plain: &str) -> String {
    let [header, kinds @ ..] = &plain.split("\n\n").collect::<Vec<_>>()[..] else {
        panic!("dependabot.yml is empty");
    };
    let kinds = kinds.iter().map(|kind| {
        let kind = format!("\n\n{}", kind.trim_end());
        if kind.contains("directory: /client\n") {
            // With the web application there is one lock file, at the root.
            let client = "directory: /{% unless frontend == \"nextjs\" %}client{% endunless %}\n";
            only_with_client(&replace_once(&kind, "directory: /client\n", client))
        } else if kind.contains("directory: /deploy/better-auth\n") {
            let condition = "deploy contains \"compose\" and frontend == \"none\"";
            only_if(condition, &kind)
        } else if kind.contains("package-ecosystem: docker\n") {
            let directories = "{% if frontend == \"nextjs\" %}directories: [/, /web]{% else %}directory: /{% endif %}\n";
            let kind = replace_once(&kind, "directory: /\n", directories);
            only_if("deploy contains \"docker\"", &kind)
        } else {
            kind
        }
    });
    format!("{header}{}\n", kinds.collect::<String>())
}

fn agents_line_twin(line: &str) -> String {
    if line.contains("| `client/` |") {
        [only_with_client(line), only_with_web(AGENTS_WEB)].concat()
    } else if line.contains("--prefix client") {
        only_with_client(&format!(
            "{{% if frontend == \"nextjs\" %}}{AGENTS_NPM}{{% else %}}{line}{{% endif %}}"
        ))
    } else {
        line.to_owned()
    }
}

fn example_twin(plain: &str) -> String {
    let is_of_it = |line: &&str| EXAMPLE.iter().any(|words| line.contains(words));
    let lines: Vec<_> = plain.split_inclusive('\n').collect();
    let groups = lines.chunk_by(|one, other| is_of_it(one) == is_of_it(other));
    groups
        .map(|group| {
            let lines = group.concat();
            if is_of_it(&group[0]) {
                only_with_example(&lines)
            } else {
                lines
            }
        })
        .collect()
}

fn only_with_example(text: &str) -> String {
    only_if("example == \"tasks\"", text)
}

fn client_twin(plain: &str) -> String {
    let lines = format!("{CLIENT_LINE}{}", only_with_web(WEB_LINE));
    let twin = replace_once(plain, CLIENT_LINE, &only_with_client(&lines));
    let twin = replace_once(
        &twin,
        CONNECT,
        &format!("{}{CONNECT}", only_with_web(WEB_RUN)),
    );
    let (_, section) = plain.split_once("## TypeScript client\n").unwrap();
    let (section, _) = section.split_once("## ").unwrap();
    let section = format!("## TypeScript client\n{section}");
    let commands = format!(
        "{{% if frontend == \"nextjs\" %}}{IN_WORKSPACE}{{% else %}}{IN_CLIENT}{{% endif %}}"
    );
    let either = replace_once(&section, IN_CLIENT, &commands);
    replace_once(&twin, &section, &only_with_client(&either))
}

fn only_with_web(text: &str) -> String {
    format!("{{% if frontend == \"nextjs\" %}}{text}{{% endif %}}")
}

fn only_with_client(text: &str) -> String {
    only_if("typescript_client", text)
}

fn only_if(condition: &str, text: &str) -> String {
    format!("{{% if {condition} %}}{text}{{% endif %}}")
}

fn deploy_twin(plain: &str) -> String {
    let [docker, compose, ..] = DEPLOY.map(|(_, line)| line);
    let (before, after) = plain.split_once("## Deploy\n").unwrap();
    let (heading, after) = after
        .split_once(&format!("{docker}{compose}\n"))
        .expect("the plain README has the lines of the default project");
    let lines: String = DEPLOY
        .iter()
        .map(|(option, line)| only_if(&format!("deploy contains \"{option}\""), line))
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
    let projects = [
        generate(NAME, &[]).unwrap(),
        generate(NAME, &["deploy=docker,compose,systemd", "ci=gitlab"]).unwrap(),
        generate(NAME, &["frontend=nextjs"]).unwrap(),
    ];
    let differ = rendered().into_iter().filter(|file| {
        let has_it = |project: &&Project| project.dir().join(file).exists();
        let project = projects.iter().find(has_it).unwrap();
        project.read(file) != plain(file)
    });
    assert_eq!(differ.collect::<Vec<_>>(), Vec::<String>::new());
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
