//! What compose runs, and the proxy in front of it.

use std::process::Command;

use super::{NAME, after, all_after, default, everything};
use crate::generate;

#[test]
fn pages_of_other_origins_are_listed_for_both_servers_of_compose() {
    for database in ["both", "sqlite"] {
        let project = everything(database);
        let compose = project.read("compose.yaml");
        for name in ["CORS_ALLOWED_ORIGINS", "BETTER_AUTH_TRUSTED_ORIGINS"] {
            let value = after(&compose, &format!("{name}: "));
            assert_eq!(value, format!("${{{name}:-}}"));
        }
        let server = project.read("deploy/better-auth/server.mjs");
        assert!(server.contains("Access-Control-Allow-Origin"));
    }
}

fn composes() -> impl Iterator<Item = String> {
    let databases = ["both", "sqlite"].into_iter();
    let answers = databases.flat_map(|database| {
        ["none", "nextjs"].map(|frontend| {
            [
                format!("database={database}"),
                format!("frontend={frontend}"),
            ]
        })
    });
    answers.map(|answers| {
        let answers = answers.each_ref().map(String::as_str);
        generate(NAME, &answers).unwrap().read("compose.yaml")
    })
}

/// Everybody else could say to be anybody.
#[test]
fn the_api_trusts_the_proxy_of_compose_alone() {
    for compose in composes() {
        let proxy = after(&compose, "ipv4_address: ");
        assert_eq!(after(&compose, "TRUSTED_PROXIES: "), proxy);
        let last = |address: &str| -> u8 { address.rsplit('.').next().unwrap().parse().unwrap() };
        let (network, _) = after(&compose, "subnet: ").split_once('/').unwrap();
        let (others, _) = after(&compose, "ip_range: ").split_once('/').unwrap();
        let (prefix, _) = network.rsplit_once('.').unwrap();
        assert!(proxy.starts_with(prefix) && others.starts_with(prefix));
        assert!(last(network) < last(proxy) && last(proxy) < last(others));
    }
}

#[test]
fn the_proxy_reaches_the_services_of_compose() {
    let caddyfile = everything("both").read("deploy/proxy/Caddyfile");
    for compose in composes() {
        let web = match &all_after(&compose, "WEB_ADDRESS: ")[..] {
            [web] => *web,
            _ => after(&caddyfile, "{$WEB_ADDRESS:"),
        };
        for (address, port) in [(after(&caddyfile, "{$API_ADDRESS:"), "8000"), (web, "3000")] {
            let (service, reached) = address.trim_end_matches('}').split_once(':').unwrap();
            assert_eq!(reached, port, "{service}");
            let (_, proxy) = compose.split_once("  proxy:\n").unwrap();
            assert!(proxy.contains(&format!("\n      {service}: {{ condition")));
            assert!(compose.contains(&format!("\n  {service}:\n")), "{service}");
        }
    }
}

#[test]
fn the_proxy_hands_routes_on_to_the_api_but_not_the_metrics() {
    let project = everything("both");
    let caddyfile = project.read("deploy/proxy/Caddyfile");
    let (_, api) = caddyfile.split_once("@api path ").unwrap();
    let api = api.lines().next().unwrap();
    let routes = [
        "src/routes/mod.rs",
        "src/routes/health.rs",
        "crates/rest/src/openapi/page.rs",
        "crates/better-auth/src/config/oauth.rs",
    ];
    let routes = routes.map(|file| project.read(file)).concat();
    assert!(routes.contains("METADATA_PATH: &str = \"/.well-known/oauth-protected-resource\""));
    assert!(api.contains(
        " /.well-known/oauth-protected-resource /.well-known/oauth-protected-resource/*"
    ));
    let guide = project.read("docs/deploy/vps.md");
    assert!(guide.contains(&format!("@api path {api}\n")));
    for path in api.split(' ') {
        let path = path.trim_end_matches('*').trim_end_matches('/');
        assert!(routes.contains(&format!("\"{path}")), "{path}");
        assert!(!"/metrics".starts_with(path), "{path}");
    }
}

#[test]
fn compose_hands_the_settings_of_credentials_and_limits_on_to_the_api() {
    for compose in composes() {
        let (_, api) = compose.split_once("  api:\n").unwrap();
        let (api, _) = api.split_once("\n\n").unwrap();
        for name in [
            "OAUTH_AUDIENCE",
            "API_KEYS",
            "SESSION_VERIFICATION",
            "RATE_LIMIT_PER_USER",
            "RATE_LIMIT_PER_ADDRESS",
            "AUDIT_RETENTION_DAYS",
        ] {
            assert_eq!(after(api, &format!(" {name}: ")), format!("${{{name}:-}}"));
        }
        let keys = after(api, "API_KEYS_URL: ").strip_suffix("/api-key/check");
        assert_eq!(keys, after(api, "JWKS_URL: ").strip_suffix("/jwks"));
    }
}

#[test]
fn the_proxy_of_compose_starts_with_an_https_address_alone() {
    for compose in composes() {
        let (_, command) = compose.split_once("command: [\"sh\", \"-c\", ").unwrap();
        let command = command.lines().next().unwrap().trim_end_matches(']');
        let script: String = serde_json::from_str(command).unwrap();
        let script = script
            .replace("$$", "$")
            .replace("exec caddy", "exec echo caddy");
        for (url, starts) in [
            ("", false),
            ("http://app.example.com", false),
            ("app.example.com", false),
            ("https://", false),
            ("https://app.example.com", true),
        ] {
            let mut sh = Command::new("sh");
            let output = sh
                .args(["-c", &script])
                .env("BETTER_AUTH_URL", url)
                .output()
                .unwrap();
            assert_eq!(output.status.success(), starts, "{url}");
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8(said).unwrap();
            assert_eq!(said.contains("caddy run"), starts, "{said}");
            assert_eq!(said.contains("BETTER_AUTH_URL must be"), !starts, "{said}");
        }
    }
}

#[test]
fn the_image_of_the_web_application_listens_where_compose_looks_for_it() {
    let project = generate(NAME, &["frontend=nextjs"]).unwrap();
    let (compose, dockerfile) = (project.read("compose.yaml"), project.read("web/Dockerfile"));
    let dockerfile_in_compose = after(&compose, "dockerfile: ");
    assert_eq!(dockerfile_in_compose, "web/Dockerfile");
    let auth = default(&project, "BETTER_AUTH_URL");
    let (_, port) = auth.rsplit_once(':').unwrap();
    assert_eq!(after(&dockerfile, "EXPOSE "), port);
    assert_eq!(after(&dockerfile, " PORT="), port);
    assert_eq!(after(&compose, "WEB_ADDRESS: "), format!("web:{port}"));
    let api = format!("http://api:{}", default(&project, "PORT"));
    assert_eq!(after(&compose, "API_URL: "), api);
}
