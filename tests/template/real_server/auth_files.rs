//! The files of a project with Better Auth: as they are shown, and edited as a user would edit them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::deployment::{Deployment, Engine, Ids};
use super::{OF_THE_APPLICATION, root, source_of, sources};

const EDDSA: &str = r#"{ alg: "EdDSA", crv: "Ed25519" }"#;

impl Deployment {
    /// Edits lib/auth.ts as a user would who wants to ban users, and makes the plugin's columns.
    pub fn use_admin_plugin(&self) {
        for (old, new) in [
            ("{ bearer, jwt }", "{ admin, bearer, jwt }"),
            ("    bearer(),", "    bearer(),\n    admin(),"),
            (
                r#"      role: { type: "string", required: false, input: false, defaultValue: "user" },"#,
                "",
            ),
        ] {
            self.edit("lib/auth.ts", old, new);
        }
        self.node("migrate.ts");
    }

    /// Edits lib/auth.ts as docs/database.md shows it for anonymous users, and makes the plugin's column.
    pub fn use_anonymous_plugin(&self) {
        let plugin = snippet("template/docs/database.md", "anonymous({");
        let plugin = plugin.replace("notes", "tasks");
        let plugin = match self.engine {
            Engine::Postgres => plugin.replace("pool.", "database."),
            Engine::Sqlite => plugin
                .replace("await pool.query(", "database.prepare(")
                .replace("$1", "?")
                .replace("$2`, users)", "?`).run(...users)"),
        };
        let plugin = format!("    bearer(),\n{plugin},");
        self.edit(
            "lib/auth.ts",
            "{ bearer, jwt }",
            "{ anonymous, bearer, jwt }",
        );
        self.edit("lib/auth.ts", "    bearer(),", &plugin);
        self.node("migrate.ts");
    }

    /// Edits lib/auth.ts as a user would who wants organizations, with these options.
    pub fn use_organization_plugin(&self, options: &str) {
        let plugin = format!("    bearer(),\n    organization({options}),");
        self.edit("lib/auth.ts", "jwt }", "jwt, organization }");
        self.edit("lib/auth.ts", "    bearer(),", &plugin);
        self.node("migrate.ts");
    }

    /// Edits lib/auth.ts as docs/credentials.md shows it, makes the plugin's tables, and lets the API
    /// take access tokens.
    pub fn use_oauth_provider(&mut self) {
        let plugin = snippet("template/docs/credentials.md", "oauthProvider({");
        let plugin = plugin.replace("https://api.example.com", &self.api);
        // The scopes of the example.
        let plugin = plugin.replace("notes:", "tasks:");
        let import = "import { oauthProvider } from \"@better-auth/oauth-provider\";\n";
        self.edit("lib/auth.ts", "import ", &format!("{import}import "));
        let plugin = format!("    bearer(),\n{plugin},");
        self.edit("lib/auth.ts", "    bearer(),", &plugin);
        self.node("migrate.ts");
        self.api_settings.push(("OAUTH_AUDIENCE", self.api.clone()));
    }

    /// Edits lib/auth.ts as docs/credentials.md shows it for API keys, with keys of organizations too, makes
    /// the plugins' tables, and lets the API take keys.
    pub fn use_api_keys(&mut self) {
        let plugin = snippet("template/docs/credentials.md", "{\n  id: \"api-key-check\"");
        let imports = "import { createAuthEndpoint } from \"better-auth/api\";\nimport { apiKey } from \"@better-auth/api-key\";\nimport { organization } from \"better-auth/plugins\";\n";
        self.edit("lib/auth.ts", "import ", &format!("{imports}import "));
        let keys = r#"apiKey([{ configId: "default" }, { configId: "organizations", references: "organization" }])"#;
        let plugins = format!("    bearer(),\n    organization(),\n    {keys},\n{plugin},");
        self.edit("lib/auth.ts", "    bearer(),", &plugins);
        self.node("migrate.ts");
        self.api_settings.push(("API_KEYS", "http".to_owned()));
    }

    /// Edits lib/auth.ts as a user would who wants another algorithm.
    pub fn sign_with(&self, algorithm: &str) {
        if algorithm != "EdDSA" {
            self.edit(
                "lib/auth.ts",
                EDDSA,
                &format!(r#"{{ alg: "{algorithm}" }}"#),
            );
        }
    }

    /// Edits lib/auth.ts and server.ts as a user would whose routes lie elsewhere.
    pub fn move_to(&mut self, base_path: &str, jwks_path: &str) {
        self.edit(
            "lib/auth.ts",
            "  database,\n",
            &format!("  database,\n  basePath: \"{base_path}\",\n"),
        );
        self.edit(
            "lib/auth.ts",
            "jwks: { ",
            &format!("jwks: {{ jwksPath: \"{jwks_path}\", "),
        );
        self.edit("server.ts", "/api/auth/", &format!("{base_path}/"));
        self.base_path = base_path.to_owned();
    }

    /// Edits the project to one whose tables Drizzle makes. Until `declares_the_api`, nothing in it
    /// knows of the API's columns.
    pub fn use_drizzle(&self, declares_the_api: bool) {
        let copy = |from: &str, to: &str| {
            fs::copy(self.folder.path().join(from), self.folder.path().join(to)).unwrap();
        };
        let schema = match self.engine {
            Engine::Sqlite => "schema.sqlite.ts",
            Engine::Postgres => "schema.ts",
        };
        let database = match self.engine {
            Engine::Sqlite => "drizzle/database.sqlite.ts",
            Engine::Postgres => "drizzle/database.ts",
        };
        let shown = sources().join("drizzle").join(schema);
        fs::copy(shown, self.folder.path().join("drizzle").join(schema)).unwrap();
        copy(database, "lib/database.ts");
        copy("drizzle/auth.ts", "lib/auth.ts");
        if !declares_the_api {
            self.forget_the_api();
            let path = self.folder.path().join("drizzle").join(schema);
            let text = fs::read_to_string(&path).unwrap();
            let is_ours = |line: &&str| {
                !["  uuid:", "  role:"]
                    .iter()
                    .any(|ours| line.starts_with(ours))
            };
            let lines: Vec<_> = text.lines().filter(is_ours).collect();
            fs::write(path, lines.join("\n")).unwrap();
        }
        copy(&format!("drizzle/{schema}"), &format!("lib/{schema}"));
    }

    /// Edits lib/auth.ts to what a server has that knows nothing of the API.
    pub fn forget_the_api(&self) {
        let path = self.folder.path().join("lib/auth.ts");
        let text = fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once("  user: {").unwrap();
        let (_, plugins) = rest.split_once("\n  plugins: [").unwrap();
        let (_, after) = plugins.split_once("    bearer(),").unwrap();
        let text = format!("{before}  plugins: [\n    jwt(),\n    bearer(),{after}");
        fs::write(path, text).unwrap();
    }

    /// Puts lib/auth.ts back to what is shown.
    pub fn remember_the_api(&self) {
        show_auth(self.ids, self.folder.path());
    }

    fn edit(&self, file: &str, old: &str, new: &str) {
        let path = self.folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{file} no longer holds {old}");
        fs::write(path, text.replacen(old, new, 1)).unwrap();
    }
}

/// The shown files, with the variant of lib/auth.ts, the installed packages, and the server of compose.
pub fn lay_out(engine: Engine, ids: Ids, folder: &Path) {
    let packages = sources().join("node_modules");
    assert!(
        packages.join("better-auth").exists(),
        "run `npm ci --prefix tests/better-auth` first"
    );
    symlink(packages, folder.join("node_modules")).unwrap();
    copy_files(&sources(), folder);
    for file in OF_THE_APPLICATION {
        let target = folder.join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(source_of(file), target).unwrap();
    }
    show_auth(ids, folder);
    let compose = root().join("template/deploy/better-auth");
    let options = match ids {
        Ids::Hybrid => "auth.mjs",
        Ids::Native => "auth.native.mjs",
    };
    fs::copy(compose.join(options), folder.join("auth.mjs")).unwrap();
    fs::copy(compose.join("server.mjs"), folder.join("compose.mjs")).unwrap();
    if let Engine::Sqlite = engine {
        // What is shown needs a newer Node for SQLite; the web application's own tests run it.
        fs::rename(
            folder.join("lib/database.sqlite.ts"),
            folder.join("lib/database.ts"),
        )
        .unwrap();
    }
}

/// The code that a guide shows in a block that starts with `start`.
fn snippet(guide: &str, start: &str) -> String {
    let text = fs::read_to_string(root().join(guide)).unwrap();
    let blocks = text.split("\n```js\n").skip(1);
    let code = blocks.filter_map(|block| Some(block.split_once("\n```")?.0));
    let mut wanted = code.filter(|code| code.starts_with(start));
    wanted.next().expect("the guide shows it").to_owned()
}

fn show_auth(ids: Ids, folder: &Path) {
    let shown = match ids {
        Ids::Hybrid => "lib/auth.ts",
        Ids::Native => "lib/auth.native.ts",
    };
    fs::copy(source_of(shown), folder.join("lib/auth.ts")).unwrap();
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (source, target) = entry
            .map(|entry| (entry.path(), to.join(entry.file_name())))
            .unwrap();
        if source.is_file() {
            fs::copy(source, target).unwrap();
        } else if !target.exists() {
            fs::create_dir(&target).unwrap();
            copy_files(&source, &target);
        }
    }
}
